"""The process with the models ends without a word when its worker is gone, however early that is."""

import os
import pickle
import socket
import subprocess
from pathlib import Path

import pytest

from agents.pool.fork_server import ForkServerSetup
from agents.processes import module_command

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
    fork_server = subprocess.Popen(
        module_command("agents.pool.fork_server", str(theirs.fileno())),
        pass_fds=[theirs.fileno()],
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )
    theirs.close()
    if ordered:
        loader = "tests.agents.test_fork_server:loaded_once_told"
        ours.send(pickle.dumps(ForkServerSetup(loader, str(fifo), 10**9, os.getpid())))
        with fifo.open("wb"):  # opens when the loader does
            ours.close()
    ours.close()
    _, said = fork_server.communicate(timeout=30)
    assert (fork_server.returncode, said) == (0, b"")
