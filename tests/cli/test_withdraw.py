"""What `redefluss withdraw` says where it cannot do all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError

from agents import cluster
from agents.cli import clients
from agents.cli.errors import ExitCode
from agents.permissions import MissingPermission, Need
from tests.cli.conftest import Cli


def test_what_is_not_confirmed_and_what_is_forbidden_is_told(quick: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    class Producer:
        async def send_and_wait(self, topic: str, value: None, *, key: bytes, partition: int | None) -> None:
            if key == b"b":
                raise KafkaTimeoutError("too late")
            if key == b"c":  # the client tries it again for ever, without a word
                await asyncio.Event().wait()

    @asynccontextmanager
    async def connected(*_: Any) -> AsyncIterator[Any]:
        yield Producer()

    async def refuse(_: object, needs: list[Need]) -> None:
        raise MissingPermission(needs)

    monkeypatch.setattr(clients, "connected_producer", connected)
    monkeypatch.setattr(cluster, "require", refuse)
    monkeypatch.setenv("REDEFLUSS_PUBLISH_TIMEOUT_SECONDS", "1")
    for ids, confirmed in ((("a",), 1), (("a", "b"), 1), (("c", "a"), 1)):
        result = quick("withdraw", *ids)
        *each, last = result.stderr.decode().splitlines()
        assert result.returncode == ExitCode.INCOMPLETE
        assert sum(line.startswith("withdrawn: ") for line in each) == confirmed
        assert sum(line.startswith(("not confirmed: b: ", "not confirmed: c: ")) for line in each) == len(ids) - 1
        assert last.startswith("old statements may still have them: the log-in lacks READ on the topic statements")
