"""What a stage that remembers holds in memory: so much, whoever the states belong to, and all is there again."""

from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from pydantic import BaseModel

from agents import stateful_processor
from agents.pool.protocol import Refused
from agents.runner import Incoming
from agents.state_store import GivenOut
from agents.stateful_processor import StatefulProcessor


class Said(BaseModel):
    schema_: str = "said"
    speaker: str
    weight: int = 1


class FakeState:
    """Counts what it is given; `made` has every state that was made, by owner."""

    def __init__(self, owner: str) -> None:
        self.owner, self.weight = owner, 0

    def __len__(self) -> int:
        return self.weight

    def restore(self, records: Any) -> dict[str, Any]:
        self.weight += sum(record.weight for record in records)
        return {}

    def add(self, record: Said, seen_at: str) -> dict[str, Said]:
        if record.weight < 0:
            raise ValueError("a bug")
        self.weight += record.weight
        return {self.owner: Said(speaker=self.owner, weight=self.weight)}

    def withdraw(self, article: str, seen_at: str, *, but: str | None) -> dict[str, None]:
        self.weight = 0
        return {self.owner: None}


class FakeReplica:
    partitions = source_partitions = 1

    def __init__(self) -> None:
        self.given: dict[str, Said] = {}

    async def caught_up(self) -> None:
        pass

    def assign(self, partitions: Any) -> None:
        pass

    def records(self, owner: str) -> list[Said]:
        return [self.given[owner]] if owner in self.given else []

    def owners(self, article: str) -> list[str]:
        return list(self.given)

    def put(self, identifier: bytes, own: GivenOut) -> None:
        if own.value is None:
            del self.given[own.owner]
        else:
            self.given[own.owner] = Said(**orjson.loads(own.value))


@pytest.fixture
def processor(monkeypatch: pytest.MonkeyPatch) -> StatefulProcessor:
    monkeypatch.setattr(stateful_processor, "MAX_IN_SMALL_STATES", 6)
    monkeypatch.setattr(stateful_processor, "MAX_IN_LARGE_STATES", 20_000)
    monkeypatch.setattr(stateful_processor, "decode", lambda value, kind: kind(**orjson.loads(value)))
    stage: Any = SimpleNamespace(name="statements", reads=Said, target="statements")
    states: Any = SimpleNamespace(
        owner=lambda record: record.speaker,
        stream_key=lambda owner: owner,
        articles=lambda record: [],
        state=FakeState,
    )
    replica: Any = FakeReplica()
    return StatefulProcessor(stage, states, replica)


def kept(processor: StatefulProcessor, *, large: bool = True) -> dict[str, int]:
    """By owner, what the states hold that are in memory as they are; those that were used last at the end."""
    recent = processor._large if large else processor._small
    return {owner: len(state) for (_, owner), (_, state) in recent._states.items()}


async def take(processor: StatefulProcessor, value: bytes | None, key: bytes = b"k") -> Any:
    return await processor.process(Incoming("quotes", 0, 0, 1000, key, value, ()))


def said(speaker: str, weight: int) -> bytes:
    return orjson.dumps({"speaker": speaker, "weight": weight})


async def test_a_few_large_states_are_not_kept_either(processor: StatefulProcessor) -> None:
    for number in range(30):
        await take(processor, said(f"s-{number}", 2_001))
        assert sum(kept(processor).values()) <= stateful_processor.MAX_IN_LARGE_STATES
    assert list(kept(processor)) == [f"s-{number}" for number in range(21, 30)], "the latest are kept"
    await take(processor, said("s-0", 1))
    assert kept(processor)["s-0"] == 2_002, "it is as it was"


async def test_many_small_states_leave_the_large_ones_where_they_are(processor: StatefulProcessor) -> None:
    await take(processor, said("large", 15_000))
    for number in range(30):
        await take(processor, said(f"s-{number}", 1))
    assert kept(processor, large=False) == {"s-27": 1, "s-28": 1, "s-29": 1}, "they count one more than they hold"
    assert kept(processor) == {"large": 15_000}
    await take(processor, said("s-0", stateful_processor.SMALL_STATE))
    assert kept(processor) == {"large": 15_000, "s-0": stateful_processor.SMALL_STATE + 1}, "it has grown"
    assert kept(processor, large=False) == {"s-27": 1, "s-28": 1, "s-29": 1}


async def test_one_that_is_too_large_alone_is_kept_while_it_is_needed(processor: StatefulProcessor) -> None:
    await take(processor, said("other", 1_000))
    await take(processor, said("large", 50_000))
    await take(processor, said("large", 1))
    assert kept(processor) == {"large": 50_001}
    await take(processor, said("other", 1_000))
    assert kept(processor) == {"other": 2_000}


async def test_what_is_withdrawn_or_forgotten_makes_room(processor: StatefulProcessor) -> None:
    await take(processor, said("a", 15_000))
    await take(processor, None)
    await take(processor, said("b", 15_000))
    assert kept(processor) == {"b": 15_000}
    assert kept(processor, large=False) == {"a": 0}
    assert isinstance(await take(processor, said("c", -1)), Refused)
    assert not kept(processor)
    assert not kept(processor, large=False)
    for number in range(3):
        await take(processor, said(f"d-{number}", 6_000))
    assert len(kept(processor)) == 3
    processor.assign([0])
    assert not kept(processor)
    await take(processor, said("d-0", 1))
    assert kept(processor) == {"d-0": 6_001}


async def test_a_state_that_was_packed_is_not_read_again(
    processor: StatefulProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    records = processor._replica.records
    monkeypatch.setattr(processor._replica, "records", lambda owner: read.append(owner) or records(owner))
    for number in (0, 1, 2, 0, 1):
        await take(processor, said(f"s-{number}", 10_000))
    assert read == ["s-0", "s-1", "s-2"]
    assert kept(processor)["s-1"] == 20_000
    processor.assign([0])
    await take(processor, said("s-0", 1))
    assert read[3:] == ["s-0"], "another worker may have had the partition meanwhile"
    assert kept(processor)["s-0"] == 20_001


async def test_a_state_that_is_made_anew_goes_on_from_what_is_not_published_yet(
    processor: StatefulProcessor,
) -> None:
    """Several messages are taken in before anything is published; between them a bug, or other states that need room,
    may take a state away."""
    await take(processor, said("a", 1))
    await take(processor, said("b", -1))
    assert not kept(processor, large=False)
    (message,) = (await take(processor, said("a", 2))).messages
    assert orjson.loads(message.value)["weight"] == 3
    await take(processor, said("c", 3))
    assert kept(processor, large=False) == {"c": 3}
    (message,) = (await take(processor, said("a", 4))).messages
    assert orjson.loads(message.value)["weight"] == 7
