"""How a copy of a topic is kept up to date: without haste, but no slower than the topic grows."""

import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka import TopicPartition

from agents import cluster, topic_replica
from agents.cluster import TopicDescription
from agents.partitioner import default_partition
from agents.settings import Settings
from agents.topic_replica import TopicReplica
from tests.support.waiting import until

PLACE = TopicPartition("statements", 0)


class Copy(TopicReplica):
    """Notes what it is given, and when it pauses."""

    def __init__(self) -> None:
        store: Any = None
        super().__init__(Settings(), "statements", "quotes", store)
        self.seen: list[str] = []
        self._caught_up.set()

    def apply(self, partition: int, messages: Any, checkpoint: dict[str, Any]) -> None:
        self.seen.append(f"{len(messages)} up to {checkpoint['offset']}")

    async def _pause(self) -> None:
        self.seen.append("pause")


class FakeConsumer:
    """Gives out lots of messages, each as a client would: so many or so large."""

    def __init__(self, *lots: tuple[int, int]) -> None:
        self.lots = list(lots)
        self.offset = 0

    def assignment(self) -> set[TopicPartition]:
        return {PLACE}

    def pause(self, *partitions: TopicPartition) -> None:
        pass

    resume = pause

    async def getmany(self, **_: Any) -> dict[TopicPartition, list[Any]]:
        number, size = self.lots.pop(0)
        messages = [SimpleNamespace(offset=self.offset + n, timestamp=0, value=bytes(size)) for n in range(number)]
        self.offset += number
        return {PLACE: messages} if messages else {}


@pytest.mark.parametrize("lot", [(1, 4_000_000), (topic_replica.READ_MESSAGES, 100)], ids=["large", "many"])
async def test_there_is_no_pause_while_there_is_more(lot: tuple[int, int]) -> None:
    """What a worker has given out is held in memory until it comes back: at a lot a second it would pile up."""
    copy, consumer = Copy(), FakeConsumer(lot, lot, (3, 100), (0, 0), (2, 100))
    client: Any = consumer
    while consumer.lots:
        await copy._read(client)
    number = lot[0]
    assert copy.seen == [
        "pause",
        f"{number} up to {number}",
        f"{number} up to {2 * number}",
        f"3 up to {2 * number + 3}",
        "pause",
        "pause",
        f"2 up to {2 * number + 5}",
    ]


class FakeStore:
    """A copy that was read up to offset 5 of a topic."""

    def __init__(self, topic_id: str, *, days_ago: float = 0.0) -> None:
        last = f"{time.time() - days_ago * 86_400:.3f}/3"
        self.known: dict[str, Any] | None = {"offset": 5, "last": last, "topic": topic_id}
        self.cleared = 0

    def checkpoint(self, partition: int) -> dict[str, Any] | None:
        return self.known

    def clear(self) -> None:
        self.cleared += 1


class CompactedConsumer(FakeConsumer):
    """Of a topic whose message before offset 5 fell to compaction, so that there is nothing to compare."""

    end = 9

    def assign(self, partitions: Any) -> None:
        pass

    async def beginning_offsets(self, partitions: Any) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    async def end_offsets(self, partitions: Any) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, self.end)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.offset = offset

    async def position(self, partition: TopicPartition) -> int:
        return self.offset

    async def getmany(self, *_: Any, **__: Any) -> dict[TopicPartition, list[Any]]:
        return {PLACE: [SimpleNamespace(offset=7, timestamp=0, value=b"...")]}


async def reassigned(
    monkeypatch: pytest.MonkeyPatch, store: FakeStore, present: str | None, *, end: int = 9
) -> tuple[Any, FakeStore, Copy]:
    """A consumer of the topic with the id `present`, after a copy over a store was assigned it."""

    async def readable(settings: Settings, *topics: str) -> dict[str, TopicDescription]:
        return {name: TopicDescription(False, [{"partition": 0}], None, present) for name in topics}

    monkeypatch.setattr(cluster, "readable_topics", readable)
    copy, anything = Copy(), cast(Any, store)
    copy._store = anything
    copy.assign([0])
    client: Any = CompactedConsumer()
    client.end = end
    await copy._reassign(client)
    return client, store, copy


@pytest.mark.parametrize(
    ("days_ago", "end", "start"), [(0.5, 9, 5), (2.0, 9, 0), (2.0, 5, 5)], ids=["lately", "long ago", "nothing since"]
)
async def test_a_copy_that_may_lack_what_was_withdrawn_is_rebuilt(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, days_ago: float, end: int, start: int
) -> None:
    """Compaction drops the message that says so, and what was withdrawn would be given out again."""
    client, store, _ = await reassigned(monkeypatch, FakeStore("one", days_ago=days_ago), "one", end=end)
    assert (client.offset, store.cleared) == (start, int(start == 0))
    assert ("statements was last read so long ago" in caplog.text) is (start == 0)


async def test_whatever_a_client_raises_the_topic_is_followed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Articles wait for the copy. Such as a certificate that is just being renewed: its file is not there."""
    made: list[bool] = []

    def consumer(*_: Any, **__: Any) -> Any:
        made.append(True)
        raise FileNotFoundError("tls_ca_file")

    monkeypatch.setattr(topic_replica.kafka, "consumer", consumer)
    monkeypatch.setattr(topic_replica, "RETRY_SECONDS", 0.001)
    copy = Copy()
    copy.start()
    await until(lambda: len(made) >= 3)
    await copy.stop()


async def test_nobody_looks_into_a_copy_that_was_up_to_date_while_it_is_rebuilt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its disk was full for a day, say. What is not there yet would count as what has never been."""
    client, store, copy = await reassigned(monkeypatch, FakeStore("one", days_ago=2.0), "one", end=5)
    copy._changed.clear()
    await copy._check_goal(client)
    assert copy._caught_up.is_set()
    client.end = 9
    await copy._reassign(client)
    assert store.cleared == 1
    assert not copy._caught_up.is_set()
    client.offset = 9
    await copy._check_goal(client)
    assert copy._caught_up.is_set()


@pytest.mark.parametrize(
    ("source", "partitions", "assigned", "needed"),
    [
        (8, 8, [1, 5], {1, 5}),
        (16, 8, [1, 9, 13], {1, 5}),
        (12, 8, [1], set(range(8))),
        (0, 8, [1], set(range(8))),
        (8, 0, [1], set()),
    ],
    ids=["as many", "doubled", "no multiple", "not known", "no topic"],
)
def test_where_the_source_has_got_more_partitions_those_are_read_where_its_keys_were_before(
    source: int, partitions: int, assigned: list[int], needed: set[int]
) -> None:
    copy = Copy()
    copy.source_partitions, copy.partitions = source, partitions
    copy.assign(assigned)
    assert set(copy._needed()) == needed
    for key in range(500):
        name = b"per/%d" % key
        if partitions and source and default_partition(name, source) in assigned:
            assert default_partition(name, partitions) in needed


@pytest.mark.parametrize(
    ("former", "present", "start"),
    [("one", "one", 5), ("one", "other", 0), ("", "other", 5), ("one", None, 5)],
    ids=["the same", "another", "not known which", "a broker that does not tell"],
)
async def test_a_copy_of_a_topic_that_was_created_again_is_rebuilt(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, former: str, present: str | None, start: int
) -> None:
    client, store, copy = await reassigned(monkeypatch, FakeStore(former), present)
    assert (client.offset, store.cleared) == (start, int(start == 0))
    assert copy.topic_ids == ({} if present is None else {"statements": present})
    assert ("statements was deleted and created again" in caplog.text) is (start == 0)
