"""The measurement of the web view: its port."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from benchmarks import web
from benchmarks.systems import System


class Begun(Exception):
    """The worker would run now."""


async def test_the_worker_s_pages_get_a_port_that_nobody_has(monkeypatch: pytest.MonkeyPatch):
    ports: list[int] = []

    async def ensure(settings: Any) -> None:
        """The topics are there."""

    @contextmanager
    def running(system: System, broker: str, prefix: str, **environment: str) -> Iterator[Any]:
        ports.append(int(environment["REDEFLUSS_WEB_PORT"]))
        raise Begun
        yield

    monkeypatch.setattr(web.topics, "ensure", ensure)
    monkeypatch.setattr(web, "running", running)
    with pytest.raises(Begun):
        await web.measure("127.0.0.1:1", 0, [], 0, 1, 0.0)
    assert len(set(ports)) == 1
    with socket.socket() as taken:  # by a worker that was left over
        taken.bind(("127.0.0.1", ports[0]))
        taken.listen()
        with pytest.raises(Begun):
            await web.measure("127.0.0.1:1", 0, [], 0, 1, 0.0)
    assert len(set(ports)) == 2
