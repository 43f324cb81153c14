"""Clients are started to the end, or not at all."""

import asyncio
from typing import Any, Literal, cast

import pytest

from agents import kafka
from agents.kafka import connect
from agents.settings import Settings


class SlowClient:
    """Takes a while to connect."""

    def __init__(self, error: Exception | None = None, *, seconds: float = 0.1) -> None:
        self.state = "new"
        self._error = error
        self._seconds = seconds

    async def start(self) -> None:
        self.state = "connecting"
        try:
            await asyncio.sleep(self._seconds)
        except asyncio.CancelledError:
            self.state = "broken off"
            raise
        if self._error is not None:
            raise self._error
        self.state = "connected"


async def test_who_is_cancelled_meanwhile_leaves_no_half_made_connection() -> None:
    client = SlowClient()
    task = asyncio.create_task(connect(cast(Any, client)))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert client.state == "connected"


async def test_a_client_that_never_connects_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.kafka.CONNECT_SECONDS", 0.01)
    client = SlowClient(seconds=3600)
    task = asyncio.create_task(connect(cast(Any, client)))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert client.state == "broken off"


async def test_what_goes_wrong_is_told() -> None:
    with pytest.raises(OSError, match="no route"):
        await connect(cast(Any, SlowClient(OSError("no route"))))


@pytest.mark.parametrize("compression", ["none", "gzip", "snappy", "lz4", "zstd"])
async def test_messages_are_compressed_as_the_setting_says(
    compression: Literal["none", "gzip", "snappy", "lz4", "zstd"],
) -> None:
    made = kafka.producer(Settings(compression=compression), embedded=False)
    assert made._compression_type == (None if compression == "none" else compression)
    await made.stop()


async def test_writers_learn_of_raised_partitions_as_soon_as_readers() -> None:
    """Else they put keys where they were before, for minutes, and take back nothing from the new ones."""
    made = kafka.producer(Settings(), embedded=False)
    assert made.client._metadata_max_age_ms == kafka.METADATA_AGE_MS == 10_000
    await made.stop()
