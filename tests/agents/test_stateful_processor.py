"""What a stage that remembers holds in memory: so much, whoever the states belong to, and all is there again."""

import asyncio
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from pydantic import BaseModel

from agents import stateful_processor
from agents.incoming import Incoming
from agents.membership import OwnershipLost
from agents.partitioner import default_partition
from agents.pool.protocol import Refused
from agents.state_store import GivenOut
from agents.stateful_processor import StatefulProcessor
from pipeline.errors import StaleState
from schemas.codec import encode


class Said(BaseModel):
    schema_: str = "said"
    speaker: str
    weight: int = 1


class FakeState:
    """Counts what it is given; as much of it is in memory, and each is a record."""

    def __init__(self, owner: str) -> None:
        self.owner, self.weight, self.quotes_in_memory = owner, 0, 0
        self.stale = False

    def __len__(self) -> int:
        return self.weight

    @property
    def numbers_in_outlines(self) -> int:
        return self.weight

    def resume(self, given_out: Any, *, all_of_it: bool = False) -> dict[str, Any]:
        self.weight = sum(int(outline) for _, outline in given_out.outlines())
        return {}

    def release(self) -> None:
        self.quotes_in_memory = 0

    def outline(self, name: str) -> bytes:
        return b"%d" % self.weight

    def encoded(self, name: str) -> bytes:
        return encode(Said(speaker=self.owner, weight=self.weight))

    def add(self, record: Said, seen_at: str) -> dict[str, Said]:
        if record.weight < 0:
            raise ValueError("a bug")
        if self.stale:
            raise StaleState(self.owner)
        self.weight += record.weight
        self.quotes_in_memory += record.weight
        return {self.owner: Said(speaker=self.owner, weight=self.weight)}

    def withdraw(self, article: str, seen_at: str, *, but: str | None) -> dict[str, None]:
        self.weight = self.quotes_in_memory = 0
        return {self.owner: None}


class FakeReplica:
    partitions = source_partitions = 1

    def __init__(self) -> None:
        self.given: dict[str, GivenOut] = {}
        self.read: list[str] = []
        self.as_far = asyncio.Event()
        self.as_far.set()

    async def caught_up(self) -> None:
        await self.as_far.wait()

    def assign(self, partitions: Any) -> None:
        pass

    def outlines(self, owner: str) -> dict[bytes, bytes | None]:
        self.read.append(owner)
        return {owner.encode(): self.given[owner].outline} if owner in self.given else {}

    def owners(self, article: str) -> list[str]:
        return list(self.given)

    def put(self, identifier: bytes, own: GivenOut) -> None:
        if own.value is None:
            del self.given[own.owner]
        else:
            self.given[own.owner] = own


@pytest.fixture
def processor(monkeypatch: pytest.MonkeyPatch) -> StatefulProcessor:
    monkeypatch.setattr(stateful_processor, "MAX_IN_SMALL_STATES", 20)
    monkeypatch.setattr(stateful_processor, "MAX_IN_LARGE_STATES", 100)
    monkeypatch.setattr(stateful_processor, "MAX_NUMBERS", 40)
    monkeypatch.setattr(stateful_processor, "FEW_QUOTES", 4)
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


def kept(processor: StatefulProcessor, *, large: bool = False) -> dict[str, int]:
    """By owner, what is in memory of the states whose quotes are; those that were used last at the end."""
    recent = processor._large if large else processor._small
    return {owner: state.quotes_in_memory for (_, owner), (_, state) in recent._states.items()}


def outlined(processor: StatefulProcessor) -> dict[str, int]:
    """By owner, what the states have given out whose quotes are not in memory."""
    assert not any(state.quotes_in_memory for _, state in processor._outlined._states.values())
    return {owner: len(state) for (_, owner), (_, state) in processor._outlined._states.items()}


async def take(processor: StatefulProcessor, value: bytes | None, key: bytes = b"k") -> Any:
    return await processor.process(Incoming("quotes", 0, 0, 1000, key, value, ()))


def said(speaker: str, weight: int) -> bytes:
    return orjson.dumps({"speaker": speaker, "weight": weight})


@pytest.mark.parametrize("partitions", [8, 16, 12], ids=["as before", "doubled", "no multiple"])
async def test_what_is_given_out_of_an_owner_stays_in_its_partition_when_those_of_the_quotes_are_raised(
    processor: StatefulProcessor, partitions: int
) -> None:
    """It would be twice on the compacted topic, and nobody would take the former one back."""
    replica: Any = processor._replica
    replica.partitions, replica.source_partitions = 8, partitions
    for number in range(30):
        owner = f"s-{number}"
        at = default_partition(owner.encode(), partitions)
        message = Incoming("quotes", at, 0, 1000, owner.encode(), said(owner, 1), ())
        outcome: Any = await processor.process(message)
        assert [made.partition for made in outcome.messages] == [default_partition(owner.encode(), 8)]


async def test_of_the_states_that_were_worked_on_last_the_quotes_are_in_memory(processor: StatefulProcessor) -> None:
    for number in range(30):
        await take(processor, said(f"s-{number}", 6))
        assert sum(kept(processor).values()) <= stateful_processor.MAX_IN_SMALL_STATES
    assert list(kept(processor)) == ["s-28", "s-29"]
    assert list(outlined(processor)) == [f"s-{number}" for number in range(22, 28)]
    await take(processor, said("s-24", 1))
    assert kept(processor)["s-24"] == 1
    assert "s-24" not in outlined(processor)


async def test_outlines_count_in_what_the_states_hold_that_were_worked_on_last(
    processor: StatefulProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One whose quotes are few may have thousands of statements."""
    monkeypatch.setattr(stateful_processor, "NUMBERS_LIKE_A_QUOTE", 10)
    replica: Any = processor._replica
    for owner in ("a", "b"):
        replica.put(b"s", GivenOut(owner, (), said(owner, 100), b"100"))
        await take(processor, said(owner, 1))
    assert kept(processor) == {"b": 1}
    assert outlined(processor) == {"a": 101}


async def test_many_small_states_leave_the_large_ones_where_they_are(processor: StatefulProcessor) -> None:
    await take(processor, said("large", 50))
    for number in range(30):
        await take(processor, said(f"s-{number}", 6))
    assert kept(processor, large=True) == {"large": 50}
    await take(processor, said("s-29", stateful_processor.SMALL_STATE))
    assert kept(processor, large=True) == {"large": 50, "s-29": 26}, "it has grown"
    assert kept(processor) == {"s-28": 6}


async def test_one_that_is_too_large_alone_is_kept_while_it_is_needed(processor: StatefulProcessor) -> None:
    await take(processor, said("other", 30))
    await take(processor, said("large", 200))
    await take(processor, said("large", 1))
    assert kept(processor, large=True) == {"large": 201}
    assert outlined(processor) == {"other": 30}
    await take(processor, said("other", 30))
    assert kept(processor, large=True) == {"other": 30}
    assert outlined(processor) == {"large": 201}


async def test_small_states_are_read_again(processor: StatefulProcessor) -> None:
    for number in range(30):
        await take(processor, said(f"s-{number}", stateful_processor.FEW_QUOTES))
    assert outlined(processor) == {}
    (message,) = (await take(processor, said("s-0", 1))).messages
    assert orjson.loads(message.value)["weight"] == stateful_processor.FEW_QUOTES + 1


async def test_a_state_in_memory_is_not_read_again(processor: StatefulProcessor) -> None:
    replica: Any = processor._replica
    for number in (0, 1, 2, 3, 0, 3):
        await take(processor, said(f"s-{number}", 6))
    assert replica.read == ["s-0", "s-1", "s-2", "s-3"]
    processor.assign([0])
    (message,) = (await take(processor, said("s-0", 1))).messages
    assert replica.read[4:] == ["s-0"], "another worker may have had the partition meanwhile"
    assert orjson.loads(message.value)["weight"] == 13


async def test_a_state_is_read_again_when_somebody_else_went_on(processor: StatefulProcessor) -> None:
    """Such as a worker that has the owner's former partition; the quote is good, and becomes no dead letter."""
    replica: Any = processor._replica
    await take(processor, said("a", 6))
    _, state = processor._small._states[0, "a"]
    state.stale = True
    replica.put(b"a", GivenOut("a", (), said("a", 10), b"10"))
    (message,) = (await take(processor, said("a", 1))).messages
    assert orjson.loads(message.value)["weight"] == 11
    assert kept(processor) == {"a": 1}
    assert replica.read == ["a", "a"]


async def test_what_a_state_was_to_give_out_that_had_not_read_all_is_not_given_out(
    processor: StatefulProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resume(self: FakeState, given_out: Any, *, all_of_it: bool = False) -> dict[str, Any]:
        self.stale = not all_of_it
        return {"all of it": Said(speaker="a")} if all_of_it else {"outlines": None}

    monkeypatch.setattr(FakeState, "resume", resume)
    messages = (await take(processor, said("a", 1))).messages
    assert [message.key for message in messages] == [b"all of it", b"a"]


async def test_what_is_withdrawn_or_forgotten_makes_room(processor: StatefulProcessor) -> None:
    await take(processor, said("a", 15))
    await take(processor, None)
    await take(processor, said("b", 15))
    assert kept(processor) == {"a": 0, "b": 15}
    assert isinstance(await take(processor, said("c", -1)), Refused)
    assert not kept(processor)
    processor.assign([0])
    (message,) = (await take(processor, said("a", 1))).messages
    assert orjson.loads(message.value)["weight"] == 1


async def test_an_empty_state_in_memory_is_one(processor: StatefulProcessor) -> None:
    replica: Any = processor._replica
    await take(processor, said("a", 1))
    await take(processor, None)
    await take(processor, said("a", 1))
    assert replica.read == ["a"]


async def test_a_state_that_is_made_anew_goes_on_from_what_is_not_published_yet(
    processor: StatefulProcessor,
) -> None:
    """Several messages are taken in before anything is published; between them a bug, or other states that need room,
    may take a state away."""
    await take(processor, said("a", 1))
    assert isinstance(await take(processor, said("b", -1)), Refused)
    (message,) = (await take(processor, said("a", 2))).messages
    assert orjson.loads(message.value)["weight"] == 3
    await take(processor, said("c", 20))
    assert kept(processor) == {"c": 20}
    (message,) = (await take(processor, said("a", 4))).messages
    assert orjson.loads(message.value)["weight"] == 7


async def test_a_time_stamp_that_is_no_time_is_the_reason_why_a_message_is_refused(
    processor: StatefulProcessor,
) -> None:
    message = Incoming("quotes", 0, 0, 2**62, b"k", said("a", 1), ())
    refused = await processor.process(message)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.detail) == ("schema", f"the message's time stamp {2**62} is no time")


async def test_a_message_of_a_former_assignment_changes_nothing(processor: StatefulProcessor) -> None:
    """It is read again. What it had changed would be taken for given out by then, and never be published."""
    replica: Any = processor._replica
    replica.as_far.clear()
    former = True

    async def before_change() -> None:
        if former:
            raise OwnershipLost

    message = Incoming("quotes", 0, 0, 1000, b"k", said("a", 1), ())
    waiting = asyncio.create_task(processor.process(message, before_change))
    await asyncio.sleep(0)
    processor.assign([0])
    replica.as_far.set()
    with pytest.raises(OwnershipLost):
        await waiting
    former = False
    (published,) = (await processor.process(message, before_change)).messages
    assert orjson.loads(published.value)["weight"] == 1
