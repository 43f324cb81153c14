"""Ports for what tests start: two processes of one test run never get the same one."""

import os
import random
import socket
from collections.abc import Iterator

FIRST = 12_000
PORTS = 2_000
"""Of each process of the test run; all lie below those that Linux gives to outgoing connections."""
PROCESSES = 10


def free_port() -> int:
    """A port of the loopback on which nobody listens, and which this process has not had lately."""
    for port in _numbers:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("the numbers do not end")


def _ports() -> Iterator[int]:
    """Those of this process again and again, from anywhere among them: another test run may use them, too."""
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % PROCESSES
    number = random.randrange(PORTS)
    while True:
        yield FIRST + process * PORTS + number
        number = (number + 1) % PORTS


_numbers = _ports()
