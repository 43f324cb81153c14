"""A commit that fails after it was given up, and the members of aiokafka that this relies on."""

import asyncio
import gc
from typing import Any

import pytest
from aiokafka.consumer import consumer
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import CommitFailedError, UnknownMemberIdError

from agents import kafka
from agents.settings import Settings


async def test_a_commit_that_fails_after_it_was_given_up_leaves_no_traceback(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """`GroupCoordinator.commit_offsets` shields `_do_commit_offsets`, so that nobody is left to ask what came of it."""
    answers = [asyncio.Future[None](), asyncio.Future[None]()]

    async def commit(*_: Any) -> None:
        await answers[0]

    async def known(_: Any) -> None:
        return

    monkeypatch.setattr(GroupCoordinator, "_do_commit_offsets", commit)
    monkeypatch.setattr(GroupCoordinator, "ensure_coordinator_known", known)
    kafka.adapt_consumers(Settings())  # as for the stages, for sinks and for all other readers
    coordinator = consumer.GroupCoordinator.__new__(consumer.GroupCoordinator)
    coordinator._commit_lock = asyncio.Lock()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await coordinator.commit_offsets(None, {})
    answers.pop(0).set_exception(UnknownMemberIdError())
    await asyncio.sleep(0.01)
    gc.collect()  # what nobody has asked a task for is told when it is gone
    assert not caplog.records
    answers[0].set_exception(UnknownMemberIdError())
    with pytest.raises(CommitFailedError):
        await coordinator.commit_offsets(None, {})
