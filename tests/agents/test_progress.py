"""How long a stage has stood still, and how long a producer has held messages back, are two things."""

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from agents import backlog, progress
from agents.backlog import OldestUnread
from agents.progress import PartitionProgress, ProgressReader, progress_reader
from agents.settings import Settings
from pipeline.stages import STAGES

CLEAN = STAGES[0]
RAW = TopicPartition("articles.raw", 0)


class OnePartition:
    """A broker with one partition of one topic, of which `clean` has committed some; in place of its three clients."""

    def __init__(self) -> None:
        self.committed_offset, self.readable, self.end = 0, 0, 0
        self.now = 1000.0

    def everything_reader(self, _: Settings) -> Any:
        return SimpleNamespace(end_offsets=self._ends)

    async def _ends(self, _: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {RAW: self.end}

    async def beginning_offsets(self, _: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {RAW: 0}

    async def end_offsets(self, _: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {RAW: self.readable}

    async def topics(self, names: Iterable[str]) -> dict[str, Any]:
        return {name: SimpleNamespace(hidden=False, partitions=[0], numbers=[0], id=None) for name in names}

    async def find_coordinator(self, _: str) -> int:
        return 1

    async def committed(self, *_: Any, coordinator: int) -> dict[TopicPartition, OffsetAndMetadata]:
        return {RAW: OffsetAndMetadata(self.committed_offset, "")}

    async def empty_ranges(self, _: Settings, ranges: Iterable[TopicPartition]) -> set[TopicPartition]:
        return set()

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> OnePartition:
    made = OnePartition()
    monkeypatch.setattr(progress, "everything_reader", made.everything_reader)
    monkeypatch.setattr(progress, "empty_ranges", made.empty_ranges)
    monkeypatch.setattr(progress, "time", made)
    monkeypatch.setattr(progress.cluster, "Admin", lambda **_: made)
    return made


async def look(reader: ProgressReader) -> PartitionProgress:
    (place,) = (await reader.read([CLEAN]))["clean"]
    return place


async def test_a_stage_does_not_stand_still_as_long_as_messages_were_held_back(broker: OnePartition) -> None:
    """Else the stage would be called stuck, and the worker not ready, as soon as the transaction ends."""
    reader = ProgressReader(Settings(), broker)  # type: ignore[arg-type]
    broker.committed_offset, broker.readable, broker.end = 5, 5, 9
    assert (await look(reader)).held_seconds == 0
    broker.now += 600
    place = await look(reader)
    assert (place.lag, place.held, place.held_seconds, place.still_seconds) == (4, 4, 600, 0)
    broker.readable = 9
    place = await look(reader)
    assert (place.lag, place.held, place.held_seconds, place.still_seconds) == (4, 0, 0, 0)
    broker.now += 60
    assert (await look(reader)).still_seconds == 60, "now it has something to do, and does not do it"


async def test_each_transaction_has_its_own_time(broker: OnePartition) -> None:
    """A producer that begins one transaction after the other holds nothing back for long."""
    reader = ProgressReader(Settings(), broker)  # type: ignore[arg-type]
    broker.committed_offset, broker.readable, broker.end = 5, 5, 9
    await look(reader)
    broker.now += 600
    broker.readable, broker.end = 9, 12
    place = await look(reader)
    assert (place.held, place.held_seconds) == (3, 0)


class Client:
    """Of a broker that is away: closing it fails."""

    open = False

    async def start(self) -> None:
        self.open = True

    async def stop(self) -> None:
        self.open = False
        raise KafkaConnectionError

    close = stop


async def test_no_client_is_left_open_since_closing_another_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would keep its connections, and go on asking for the topics."""
    clients = [Client() for _ in range(3)]
    monkeypatch.setattr(progress.cluster, "Admin", lambda **_: clients[0])
    monkeypatch.setattr(progress, "everything_reader", lambda _: clients[1])
    monkeypatch.setattr(progress.kafka, "consumer", lambda _: clients[2])
    with pytest.raises(KafkaConnectionError):
        async with progress_reader(Settings()):
            assert [client.open for client in clients] == [True] * 3
    assert [client.open for client in clients] == [False] * 3


def waiting(partition: int, *, committed: int, readable: int, end: int, only_gaps: bool = False) -> PartitionProgress:
    return PartitionProgress(
        *("clean", "g", "articles.raw", partition),
        committed=committed,
        begin=0,
        end=end,
        readable_end=readable,
        only_gaps=only_gaps,
    )


async def test_what_was_aborted_does_not_make_what_waits_older(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody commits behind an aborted message before there is another one, which may be a day later."""
    asked: dict[str, dict[TopicPartition, int]] = {}

    async def first_timestamps(
        _: Settings, starts: dict[TopicPartition, int], *, isolation_level: str = "read_committed"
    ) -> dict[TopicPartition, float]:
        asked[isolation_level] = starts
        return dict.fromkeys(starts, 77.0)

    monkeypatch.setattr(backlog, "first_timestamps", first_timestamps)
    places: Sequence[PartitionProgress] = [
        waiting(0, committed=5, readable=9, end=9),
        waiting(1, committed=5, readable=9, end=12),
        waiting(2, committed=9, readable=9, end=12),
        waiting(3, committed=5, readable=9, end=12, only_gaps=True),
        waiting(4, committed=9, readable=9, end=9),
    ]
    found = await OldestUnread(Settings()).look({"clean": places})
    assert set(found) == {("clean", number) for number in range(4)}
    assert {level: {tp.partition: start for tp, start in starts.items()} for level, starts in asked.items()} == {
        "read_committed": {0: 5, 1: 5},
        "read_uncommitted": {2: 9, 3: 9},
    }
