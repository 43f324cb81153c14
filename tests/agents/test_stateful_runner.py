"""What becomes of the messages of a stage that remembers: taken in one by one, published together, none for another."""

import asyncio
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from agents import headers, kafka
from agents.bounded_records import CORRUPT, OVERSIZE
from agents.incoming import Incoming
from agents.local_store import LocalStoreError
from agents.membership import OwnershipLost
from agents.outgoing import Outgoing, TooLarge
from agents.pool.protocol import Done, OutputMessage, Refused
from agents.publisher import BeforeSend
from agents.settings import Settings
from agents.stateful_runner import StatefulRunner
from agents.status import WorkerStatus
from agents.tracing import NoTracing
from pipeline.stages import STAGES, stage_named

LETTERS = "p.articles.dead-letter"


class FakePublisher:
    """Confirms; finds keys too large, or fails with them, as it is told."""

    def __init__(self) -> None:
        self.too_large: set[bytes] = set()
        self.bugs: set[bytes] = set()
        self.requests: list[list[Outgoing]] = []
        self.waited: list[bool] = []

    @property
    def sent(self) -> list[Outgoing]:
        return [message for request in self.requests for message in request]

    async def partitions(self, topic: str) -> list[int]:
        return [0, 1]

    async def send(self, *messages: Outgoing, soon: bool = False, before: BeforeSend | None = None) -> None:
        if before is not None:
            await before()
        self.waited.append(not soon)
        self.requests.append(list(messages))
        for message in messages:
            if message.key in self.too_large and message.topic != LETTERS:
                raise TooLarge("10 bytes are more than it allows")
            if message.key in self.bugs and message.topic != LETTERS:
                raise RuntimeError("a bug")

    def send_in_background(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        raise AssertionError("nothing is forgotten by this stage")


class FakeState:
    """Makes a message of each value, under the value as its key; of some it makes what `answers` says."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.taken: list[bytes | None] = []

    async def process(self, message: Incoming, before_change: BeforeSend | None = None) -> Any:
        if before_change is not None:
            await before_change()
        self.taken.append(message.value)
        answer = self.answers.get((message.value or b"").decode())
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer or Done((OutputMessage("statements", message.value or b"", b"made", 3),), took_seconds=2)


class Spans(NoTracing):
    """Notes which spans are open."""

    def __init__(self) -> None:
        self.open: list[int] = []

    @contextmanager
    def stage(self, stage: str, place: Any) -> Any:
        self.open.append(place.offset)
        with super().stage(stage, place) as span:
            yield span
        self.open.remove(place.offset)


class Stage:
    """The runner of the stage between fakes."""

    def __init__(self, **answers: Any) -> None:
        self.state, self.publisher, self.spans = FakeState(**answers), FakePublisher(), Spans()
        self.status = WorkerStatus([known.name for known in STAGES], "m")
        state: Any = self.state
        publisher: Any = self.publisher
        self.runner = StatefulRunner(
            stage_named("statements"),
            settings=Settings(topic_prefix="p."),
            state=state,
            publisher=publisher,
            status=self.status,
            tracing=self.spans,
        )

    async def handle(self, *values: bytes | None, before: BeforeSend | None = None) -> list[Outgoing]:
        messages = [
            Incoming("p.quotes", 3, 17 + number, 1000, b"a", value, [("trace", b"%d" % number)])
            for number, value in enumerate(values)
        ]
        await self.runner.handle(*messages, before_publish=before)
        return self.publisher.sent

    def letters(self) -> list[tuple[int, str]]:
        found = [orjson.loads(message.value or b"") for message in self.publisher.sent if message.topic == LETTERS]
        assert {letter["attempts"] for letter in found} <= {1}, "states are changed once"
        return [(letter["offset"], letter["reason"]) for letter in found]

    def counted(self, name: str) -> dict[tuple[str, ...], float]:
        return {labels: value for labels, value in self.status.metrics.count(name).items() if value}


def keys(messages: list[Outgoing]) -> list[bytes | None]:
    return [message.key for message in messages if message.topic != LETTERS]


async def test_what_comes_of_many_messages_is_published_in_order_and_at_once_each_with_its_own_headers():
    stage = Stage()
    sent = await stage.handle(b"x", b"y", b"x")
    assert stage.state.taken == [b"x", b"y", b"x"]
    assert [(message.topic, message.partition) for message in sent] == [("p.statements", 3)] * 3
    assert keys(sent) == [b"x", b"y", b"x"]
    assert (len(stage.publisher.requests), stage.publisher.waited) == (1, [False])
    assert [headers.trail_of(message.headers)[0]["offset"] for message in sent] == [17, 18, 19]
    assert [dict(message.headers)["trace"] for message in sent] == [b"0", b"1", b"2"]
    assert headers.trail_of(sent[0].headers)[0]["took_ms"] == 2000.0
    assert dict(sent[0].headers)["attempt"] == b"1"
    assert stage.counted("redefluss_articles") == {("statements",): 3}


async def test_messages_are_in_flight_and_their_spans_open_until_what_came_of_them_is_confirmed():
    stage = Stage()
    asked = []

    async def before() -> None:
        asked.append((list(stage.spans.open), stage.status.in_flight))
        assert stage.counted("redefluss_articles") == {}

    await stage.handle(b"x", b"y", before=before)
    assert asked == [([17], 1), ([17, 18], 2), ([17, 18], 2)], "before each is taken in, and before it is published"
    assert (stage.spans.open, stage.status.in_flight) == ([], 0)


async def test_no_more_is_taken_in_than_is_to_be_held_in_memory(monkeypatch):
    monkeypatch.setattr(kafka, "FETCH_BYTES", 8)
    stage = Stage()
    taken_in = []

    async def before() -> None:
        taken_in.append((len(stage.state.taken), len(stage.publisher.sent)))

    await stage.handle(*[b"x"] * 5, before=before)
    assert taken_in == [(0, 0), (1, 0), (2, 0), (2, 2), (3, 2), (4, 2), (4, 4), (5, 4)], "four bytes each"
    assert len(stage.publisher.sent) == 5
    assert stage.counted("redefluss_articles") == {("statements",): 5}


async def test_messages_that_change_nothing_publish_nothing():
    stage = Stage(x=Done(()))
    assert await stage.handle(b"x", b"x") == []
    assert stage.publisher.requests == []
    assert stage.counted("redefluss_articles") == {("statements",): 2}


async def test_a_poisonous_message_among_others_is_a_dead_letter_of_its_own():
    stage = Stage(bad=Refused("malformed-json", "no record", 0.5), bug=RuntimeError("a bug"))
    sent = await stage.handle(b"x", b"bad", b"y", b"bug", b"z")
    assert keys(sent) == [b"x", b"y", b"z"]
    assert stage.letters() == [(18, "malformed-json"), (20, "processing-error")]
    assert stage.counted("redefluss_articles") == {("statements",): 3}
    assert stage.counted("redefluss_dead_letters") == {
        ("statements", "malformed-json"): 1,
        ("statements", "processing-error"): 1,
    }


@pytest.mark.parametrize(("header", "reason"), [(OVERSIZE, "too-large"), (CORRUPT, "processing-error")])
async def test_what_could_not_be_inflated_is_dead_lettered_by_its_place(header, reason):
    stage = Stage()
    await stage.runner.handle(Incoming("p.quotes", 3, 17, 1000, b"a", b"", [(header, b"why")]))
    assert stage.letters() == [(17, reason)]
    assert stage.state.taken == []


async def test_what_is_too_large_for_the_topic_makes_a_dead_letter_of_its_message_and_the_rest_is_published():
    stage = Stage()
    stage.publisher.too_large = {b"y"}
    await stage.handle(b"x", b"y", b"z")
    together, *alone = stage.publisher.requests
    assert keys(together) == [b"x", b"y", b"z"]
    assert [(message.topic, message.key) for (message,) in alone] == [
        ("p.statements", b"x"),
        ("p.statements", b"y"),
        (LETTERS, b"a"),
        ("p.statements", b"z"),
    ]
    assert stage.letters() == [(18, "too-large")]
    assert stage.counted("redefluss_articles") == {("statements",): 2}


async def test_of_a_message_of_which_several_records_are_too_large_there_is_one_dead_letter():
    made = tuple(OutputMessage("statements", key, b"made", 3) for key in (b"1", b"2", b"3"))
    stage = Stage(x=Done(made))
    stage.publisher.too_large = {b"1", b"3"}
    await stage.handle(b"x")
    assert stage.letters() == [(17, "too-large")]
    assert b"2" in keys([message for (message,) in stage.publisher.requests[1:]]), "the others are published"
    assert stage.counted("redefluss_articles") == {}


async def test_a_bug_in_publishing_one_does_not_hold_up_the_others():
    stage = Stage()
    stage.publisher.bugs = {b"y"}
    await stage.handle(b"x", b"y", b"z")
    assert stage.letters() == [(18, "processing-error")]
    assert keys([message for (message,) in stage.publisher.requests[1:]]) == [b"x", b"y", b"z"]


@pytest.mark.parametrize("values", [(b"x", b"y"), (b"x", b"bad", b"y")], ids=["good", "one refused"])
async def test_nothing_is_published_of_what_is_another_workers_by_now(values):
    async def before() -> None:
        raise OwnershipLost

    stage = Stage(bad=Refused("empty", "nichts", 0.1))
    with pytest.raises(OwnershipLost):
        await stage.handle(*values, before=before)
    assert stage.publisher.sent == []
    assert stage.state.taken == [], "it is read again, and must find the state as it was published"
    assert stage.counted("redefluss_articles") == {}
    assert stage.status.in_flight == 0


async def test_a_local_copy_that_cannot_be_read_is_no_fault_of_the_message(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("agents.runner.STORE_RETRY_SECONDS", 0.0)
    error = LocalStoreError(tmp_path, OSError("Input/output error"))
    stage = Stage(y=[error, error, None])
    assert keys(await stage.handle(b"x", b"y", b"z")) == [b"x", b"y", b"z"]
    assert stage.state.taken == [b"x", b"y", b"y", b"y", b"z"], "those before it are not taken in again"
    assert stage.letters() == []


async def test_others_have_their_turn_while_many_are_taken_in():
    turns = []

    async def other() -> None:
        while True:
            turns.append(len(stage.state.taken))
            await asyncio.sleep(0)

    stage = Stage()
    task = asyncio.create_task(other())
    await stage.handle(*[b"x"] * 5)
    task.cancel()
    assert {1, 2, 3, 4} <= set(turns)
