"""The process with the models ends without a word when its worker is gone, however early that is."""

import os
import pickle
import socket
import subprocess
from pathlib import Path

import pytest

from agents.pool.fork_server import ForkServerSetup
from agents.processes import module_command
from pipeline.errors import ConfigurationError

ROOT = Path(__file__).parents[2]


def loaded_once_told(path: str) -> object:
    """A loader that takes as long as it takes until `path` can be read to its end."""
    Path(path).read_bytes()
    return lambda job: job


def refused(what: str) -> object:
    """A loader that finds nothing to load."""
    raise ConfigurationError("there is no such model") if what == "a model" else ValueError(what)


@pytest.mark.parametrize(
    ("what", "told"), [("a model", "there is no such model"), ("a\nmistake", "ValueError: a mistake")]
)
def test_why_the_models_cannot_be_loaded_is_told_in_one_line_of_its_own_words(what: str, told: str) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.send(pickle.dumps(ForkServerSetup("tests.agents.test_fork_server:refused", what, 10**9, os.getpid())))
    command = module_command("agents.pool.fork_server", str(theirs.fileno()))
    done = subprocess.run(command, pass_fds=[theirs.fileno()], cwd=ROOT, timeout=30, check=True, capture_output=True)
    assert pickle.loads(ours.recv(65536)) == ("failed", told)
    assert not done.stderr


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
