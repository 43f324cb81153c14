"""A message that is not taken up is known by its partition, among those that are this worker's."""

from collections.abc import Sequence

import pytest

from agents.progress import PartitionProgress
from agents.settings import Settings
from agents.stall_detector import StallDetector
from pipeline.stages import Stage


def place(partition: int, *, committed: int, end: int) -> PartitionProgress:
    return PartitionProgress("clean", "clean", "articles.raw", partition, committed=committed, begin=0, end=end)


async def test_only_ones_own_partitions_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = StallDetector(Settings())
    late = detector.patience_seconds + 1
    places = [place(0, committed=3, end=3), place(1, committed=3, end=9)]

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
