"""The process with the models: how it ends, why it cannot begin, and whom it kills."""

import os
import pickle
import signal
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


def test_nothing_but_its_own_processes_is_killed() -> None:
    """A pool process that has ended may have left its number to another one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(30)
    command = module_command("agents.pool.fork_server", str(theirs.fileno()))
    jobs, other_end = socket.socketpair()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other, ours, jobs, other_end:
        fork_server = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=ROOT)
        theirs.close()
        ours.send(pickle.dumps(ForkServerSetup("tests.support.jobs:load", None, 10**9, os.getpid())))
        assert pickle.loads(ours.recv(65536))[0] == "ready"
        ours.send(pickle.dumps(("kill", other.pid)))
        socket.send_fds(ours, [pickle.dumps(("fork", 0))], [other_end.fileno()])
        _, _, own = pickle.loads(ours.recv(65536))
        ours.send(pickle.dumps(("kill", own)))
        assert pickle.loads(ours.recv(65536)) == ("exited", own, -signal.SIGKILL)
        ours.close()
        assert fork_server.wait(30) == 0
        assert other.poll() is None
