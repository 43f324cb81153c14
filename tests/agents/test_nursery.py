"""The process with the models ends without a word when its worker is gone, however early that is."""

import os
import pickle
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from agents.pool.nursery import Order

ROOT = Path(__file__).parents[2]


def loaded_once_told(path: str) -> object:
    """A loader that takes as long as it takes until `path` can be read to its end."""
    Path(path).read_bytes()
    return lambda job: job


@pytest.mark.parametrize("ordered", [True, False])
def test_a_worker_that_is_gone_before_the_models_are_loaded(tmp_path, ordered):
    fifo = tmp_path / "loading"
    os.mkfifo(fifo)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    nursery = subprocess.Popen(
        [sys.executable, "-m", "agents.pool.nursery", str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )
    theirs.close()
    if ordered:
        loader = "tests.agents.test_nursery:loaded_once_told"
        ours.send(pickle.dumps(Order(loader, str(fifo), 10**9, os.getpid())))
        with fifo.open("wb"):  # opens when the loader does
            ours.close()
    ours.close()
    _, said = nursery.communicate(timeout=30)
    assert (nursery.returncode, said) == (0, b"")
