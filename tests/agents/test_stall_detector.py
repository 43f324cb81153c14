"""A message that is not taken up is known by its partition, among those that are this worker's."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from agents import stall_detector
from agents.progress import PartitionProgress
from agents.settings import Settings
from agents.stall_detector import StallDetector
from pipeline.stages import Stage
from tests.support.progress_clients import ProgressClients

PLACE = "articles.raw/0/7"


def place(partition: int, *, committed: int, end: int, held: int = 0) -> PartitionProgress:
    return PartitionProgress(
        *("clean", "clean", "articles.raw", partition), committed=committed, begin=0, end=end + held, readable_end=end
    )


async def test_only_ones_own_partitions_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = StallDetector(Settings())
    late = detector.patience_seconds + 1
    places = [place(0, committed=3, end=3, held=2), place(1, committed=3, end=9)]

    async def read(_: Sequence[Stage]) -> list[PartitionProgress]:
        return places

    monkeypatch.setattr(detector, "_read", read)
    assert await detector.find({"clean": [0]}, 0.0) is None
    assert await detector.find({"clean": [0]}, late) is None, "what waits is another worker's"
    assert await detector.find({"clean": [0, 1]}, late) is None, "it is ours only now"
    assert await detector.find({"clean": [0, 1]}, 2 * late) == "articles.raw/1/3"
    places[1] = place(1, committed=4, end=9)
    assert await detector.find({"clean": [0, 1]}, 2 * late) is None, "it was taken up"
    assert await detector.find({}, 9 * late) is None


class Looks:
    """Stands for `StallDetector.find`: what each look gives."""

    def __init__(self, *finds: Any) -> None:
        self.finds = list(finds)

    async def __call__(self, assignment: Any, now: float) -> str | None:
        found = self.finds.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


async def test_a_stall_is_told_and_trouble_with_the_broker_begins_patience_anew(monkeypatch):
    monkeypatch.setattr(stall_detector, "CHECK_SECONDS", 0.01)
    watch = StallDetector(Settings())
    watch._still.see("known", 1, waits=True, now=0.0)
    monkeypatch.setattr(watch, "find", Looks(None, KafkaConnectionError(), PLACE))
    assert await asyncio.wait_for(watch.watch(dict, lambda: -1e9), 5) == PLACE
    assert watch._still.see("known", 1, waits=True, now=9.0) == 0, "forgotten"


@pytest.mark.parametrize(("limit_seconds", "longest_seconds"), [(600, 0.0), (60, 600.0)])
def test_a_message_that_takes_its_whole_time_again_and_again_is_no_stall(limit_seconds: float, longest_seconds: float):
    settings = Settings(time_limit_seconds=limit_seconds, publish_timeout_seconds=10)
    assert StallDetector(settings, longest_seconds).patience_seconds >= 3 * 600


async def test_while_the_broker_refuses_nothing_is_a_stall(monkeypatch):
    monkeypatch.setattr(stall_detector, "CHECK_SECONDS", 0.01)
    watch = StallDetector(Settings())
    looks = Looks(PLACE)
    monkeypatch.setattr(watch, "find", looks)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watch.watch(dict, time.monotonic), 0.2)
    assert looks.finds == [PLACE]


async def test_the_clients_that_look_for_stalls_stay_open_until_one_fails(monkeypatch):
    clients = ProgressClients(None, None, KafkaConnectionError(), None, None, 60, None, None)
    monkeypatch.setattr(stall_detector, "CHECK_SECONDS", 0.0)
    monkeypatch.setattr(stall_detector, "READ_SECONDS", 0.1)
    monkeypatch.setattr(stall_detector, "progress_reader", clients)
    watching = asyncio.create_task(StallDetector(Settings()).watch(lambda: {"clean": [0]}, lambda: -1e9))
    await asyncio.wait_for(clients.looked.wait(), 5)
    assert (clients.opened, clients.closed) == (3, 2), "one was replaced after an error, one after it hung"
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert clients.closed == 3
