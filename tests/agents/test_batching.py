"""Messages that wait for each other under load, and go at once otherwise."""

import asyncio
import time

import pytest

from agents.batching import MAX_WAIT_SECONDS, SendBatch


async def test_all_who_wait_go_in_the_same_turn_of_the_loop() -> None:
    together = SendBatch(MAX_WAIT_SECONDS)
    went: list[float] = []

    async def goer() -> None:
        await together.wait()
        went.append(time.perf_counter())

    started = time.perf_counter()
    first = asyncio.create_task(goer())
    await asyncio.sleep(MAX_WAIT_SECONDS / 3)
    await asyncio.gather(first, *(asyncio.create_task(goer()) for _ in range(9)))
    assert len(went) == 10
    assert max(went) - min(went) < MAX_WAIT_SECONDS / 2
    assert max(went) - started < 10 * MAX_WAIT_SECONDS


async def test_a_release_lets_them_go_before_their_time() -> None:
    together = SendBatch(60.0)
    started = time.perf_counter()
    waiting = asyncio.create_task(together.wait())
    await asyncio.sleep(0)
    together.release()
    await waiting
    assert time.perf_counter() - started < 30


async def test_one_that_is_cancelled_takes_nobody_with_it() -> None:
    together = SendBatch(MAX_WAIT_SECONDS)
    cancelled, other = asyncio.create_task(together.wait()), asyncio.create_task(together.wait())
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    await asyncio.wait_for(other, 30)


async def test_the_next_round_waits_anew() -> None:
    together = SendBatch(MAX_WAIT_SECONDS)
    await together.wait()
    started = time.perf_counter()
    await together.wait()
    assert time.perf_counter() - started > MAX_WAIT_SECONDS / 2
