"""Every way that a message can take through a stage ends in a confirmed publish or a confirmed dead letter."""

from typing import Any

import orjson
import pytest

from agents.duplicates import DuplicateCheck
from agents.membership import Superseded
from agents.pool.protocol import Done, Job, OutputMessage, Refused
from agents.pool.scheduler import JobFailed
from agents.publisher import BeforeSend, Outgoing, TooLarge
from agents.runner import Incoming, StageRunner
from agents.settings import Settings
from agents.status import WorkerStatus
from pipeline.stages import STAGES, Stage, stage_named

QUOTES, ENTITIES, CLEAN = stage_named("quotes"), stage_named("entities"), stage_named("clean")
DONE = Done(
    (OutputMessage("quotes", b"s", b"q"), OutputMessage("articles.quotes", b"a", b"{}")), "hash", {("quotes",): 1}
)


class FakePublisher:
    """Confirms; refuses topics that are told to be too small."""

    def __init__(self, too_small: tuple[str, ...] = ()) -> None:
        self.too_small = list(too_small)
        self.sent: list[Outgoing] = []
        self.background: list[tuple[str, bytes | None, bytes | None]] = []

    async def partitions(self, topic: str) -> list[int]:
        return [0, 1]

    async def send(self, *messages: Outgoing, at_once: bool = False, before: BeforeSend | None = None) -> None:
        if before is not None:
            await before()
        for message in messages:
            if message.topic in self.too_small:
                self.too_small.remove(message.topic)
                raise TooLarge("10 bytes are more than it allows")
        self.sent.extend(messages)

    def send_in_background(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        self.background.append((topic, key, value))


class FakeDuplicates:
    def __init__(self, check: DuplicateCheck) -> None:
        self.answer = check
        self.remembered: list[tuple[Done, DuplicateCheck]] = []

    async def check(self, message: Incoming) -> DuplicateCheck:
        return self.answer

    def remember(self, done: Done, check: DuplicateCheck) -> None:
        self.remembered.append((done, check))


class Stream:
    """A runner between fakes."""

    def __init__(self, stage: Stage, outcome: Any = DONE, *, duplicates: Any = None, **options: Any) -> None:
        self.publisher = FakePublisher(options.pop("too_small", ()))
        self.status = WorkerStatus([known.name for known in STAGES], "m")
        self.jobs: list[Job] = []
        self.outcome = outcome
        self.settings = Settings(topic_prefix="p.", **options)
        self.runner = StageRunner(
            stage, settings=self.settings, perform=self.perform, publisher=self.publisher, status=self.status,
            duplicates=duplicates,
        )  # fmt: skip

    async def perform(self, job: Job) -> tuple[Any, int]:
        self.jobs.append(job)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome, 2

    async def handle(self, value: bytes | None = b"{}", *headers: tuple[str, bytes]) -> list[Outgoing]:
        message = Incoming("p.source", 3, 17, 1000, b"a", value, headers)
        await self.runner.handle(message)
        return self.publisher.sent

    def letter(self) -> dict[str, Any]:
        (message,) = self.publisher.sent
        assert message.topic == "p.articles.dead-letter"
        assert message.key == b"a"
        letter: dict[str, Any] = orjson.loads(message.value or b"")
        return letter

    def counted(self, name: str) -> dict[tuple[str, ...], float]:
        return {labels: value for labels, value in self.status.metrics.count(name).items() if value}


async def test_what_a_stage_made_is_published_in_order_with_headers_and_counted():
    stream = Stream(QUOTES, quote_model="q-model")
    sent = await stream.handle(b"{}", ("traceparent", b"00"), ("revision", b"3"), ("content_hash", b"old"))
    taken_back, sent = sent[:2], sent[2:]
    assert [(m.topic, m.key, m.value, m.partition) for m in taken_back] == [
        ("p.quotes", b"a", None, 0),
        ("p.quotes", b"a", None, 1),
    ]
    assert dict(taken_back[0].headers)["content_hash"] == b"hash", "but for what comes from this version"
    assert [message[:3] for message in sent] == [("p.quotes", b"s", b"q"), ("p.articles.quotes", b"a", b"{}")]
    out = dict(sent[1].headers)
    kept = {name: out[name] for name in ("traceparent", "revision", "content_hash", "attempt", "stage")}
    assert kept == {
        "traceparent": b"00", "revision": b"3", "content_hash": b"hash", "attempt": b"2", "stage": b"quotes"
    }  # fmt: skip
    (step,) = orjson.loads(out["trail"])
    assert (step["topic"], step["partition"], step["offset"]) == ("articles.entities", 3, 17)
    assert (step["model"], step["worker"]) == ("q-model", stream.status.worker)
    assert stream.counted("redefluss_articles") == {("quotes",): 1}
    assert stream.counted("redefluss_quotes") == {(): 1}
    assert stream.publisher.background == []
    assert stream.status.in_flight == 0
    assert stream.jobs == [Job("quotes", b"a", b"{}", affinity=b"a")]


async def test_a_record_that_is_too_large_is_not_published_but_dead_lettered():
    limit = Settings(max_message_bytes=1_000_000).max_raw_bytes
    for size, fits in ((limit, True), (limit + 1, False)):
        large = Done((OutputMessage("quotes", b"s", b"q"), OutputMessage("articles.quotes", b"a", b"x" * size)))
        stream = Stream(QUOTES, large, max_message_bytes=1_000_000)
        sent = await stream.handle()
        if fits:
            assert [message.topic for message in sent] == ["p.quotes", "p.articles.quotes"]
        else:
            letter = stream.letter()
            assert letter["reason"] == "too-large"
            assert letter["detail"] == f"its articles.quotes record has {size} bytes; {limit} are allowed"
            assert letter["attempts"] == 2
            assert stream.counted("redefluss_articles") == {}


async def test_a_raw_message_that_is_too_large_is_not_even_decoded():
    stream = Stream(CLEAN, max_article_bytes=10)
    await stream.handle(b"x" * 11)
    assert (stream.letter()["reason"], stream.letter()["detail"]) == (
        "too-large",
        "the message has 11 bytes; 10 are allowed",
    )
    assert stream.jobs == []
    stream = Stream(CLEAN, max_article_bytes=10)
    await stream.handle(b"x" * 10)
    assert len(stream.jobs) == 1
    stream = Stream(ENTITIES, max_article_bytes=10)
    await stream.handle(b"x" * 11)
    assert len(stream.jobs) == 1, "the limit is of raw articles"


async def test_what_the_broker_finds_too_large_is_dead_lettered():
    stream = Stream(QUOTES, too_small=("p.articles.quotes",))
    await stream.handle()
    assert stream.letter()["detail"] == "10 bytes are more than it allows"
    assert stream.letter()["attempts"] == 2
    assert stream.counted("redefluss_articles") == {}


@pytest.mark.parametrize(
    ("outcome", "reason", "attempts"),
    [
        (Refused("empty", "no text", 0.5), "empty", 2),
        (JobFailed("timeout", "stopped after 1 s", 1), "timeout", 1),
        (JobFailed("worker-crash", "ended twice", 2), "worker-crash", 2),
        (RuntimeError("a bug"), "processing-error", 1),
    ],
)
async def test_what_fails_is_dead_lettered_byte_for_byte(outcome, reason, attempts):
    stream = Stream(CLEAN, outcome)
    await stream.handle(b"\x00bytes", ("content_hash", b"h"), ("x", b"y"))
    letter = stream.letter()
    assert (letter["reason"], letter["attempts"], letter["stage"]) == (reason, attempts, "clean")
    assert (letter["topic"], letter["partition"], letter["offset"], letter["timestamp"]) == ("p.source", 3, 17, 1000)
    assert (letter["value"], letter["key"]) == ("AGJ5dGVz", "a")
    assert letter["headers"] == {"content_hash": "h", "x": "y"}
    out = dict(stream.publisher.sent[0].headers)
    assert (out["reason"], out["content_hash"], out["x"]) == (reason.encode(), b"h", b"y")
    assert stream.counted("redefluss_dead_letters") == {("clean", reason): 1}
    assert reason in stream.status.snapshot()["errors"][0]["text"]
    assert stream.publisher.background == [], "the first stage has remembered nothing"


async def test_a_dead_letter_that_does_not_fit_says_where_the_bytes_are():
    stream = Stream(CLEAN, Refused("empty", "no text"), too_small=("p.articles.dead-letter",))
    await stream.handle(b"bytes", ("x", b"y"))
    letter = stream.letter()
    assert (letter["value"], letter["headers"]) == ("", {})
    detail = "no text (too large for p.articles.dead-letter: its bytes are at p.source/3/17)"
    assert (letter["detail"], letter["offset"]) == (detail, 17)
    assert dict(stream.publisher.sent[0].headers)["reason"] == b"empty"
    assert "x" not in dict(stream.publisher.sent[0].headers)


async def test_a_later_stage_that_gives_an_article_up_lets_it_come_again():
    stream = Stream(QUOTES, Refused("empty", "no text"))
    await stream.handle(b"{}", ("content_hash", b"h"))
    ((topic, key, value),) = stream.publisher.background
    assert (topic, key) == ("p.articles.seen", b"a")
    assert orjson.loads(value or b"")["failed"] is True


async def test_a_duplicate_is_neither_processed_nor_published():
    duplicates = FakeDuplicates(DuplicateCheck(duplicate=True))
    stream = Stream(ENTITIES, duplicates=duplicates)
    assert await stream.handle() == []
    assert stream.jobs == []
    assert duplicates.remembered == []
    assert stream.counted("redefluss_duplicates") == {("entities",): 1}


@pytest.mark.parametrize(("revision", "header"), [(1, None), (2, b"2")])
async def test_an_article_is_remembered_once_it_is_confirmed(revision, header):
    duplicates = FakeDuplicates(DuplicateCheck(duplicate=False, revision=revision))
    stream = Stream(ENTITIES, duplicates=duplicates)
    sent = await stream.handle(b"{}", ("revision", b"9"))
    assert dict(sent[0].headers).get("revision") == header
    assert [(done, check.revision) for done, check in duplicates.remembered] == [(DONE, revision)]
    stream = Stream(ENTITIES, duplicates=FakeDuplicates(DuplicateCheck(False)), too_small=("p.articles.quotes",))
    await stream.handle()
    assert stream.runner._duplicates.remembered == [], "it was not published"


async def test_an_article_is_taken_back_on_every_topic_that_a_stage_writes():
    stream = Stream(QUOTES)
    sent = await stream.handle(None)
    assert [(m.topic, m.key, m.value, m.partition) for m in sent] == [
        ("p.quotes", b"a", None, 0),
        ("p.quotes", b"a", None, 1),
        ("p.articles.quotes", b"a", None, None),
    ]
    assert stream.jobs == []


async def test_a_version_that_fails_takes_the_former_one_back():
    stream = Stream(QUOTES, Refused("timeout", "too long"))
    await stream.handle(b"{}", ("revision", b"2"))
    letter, *taken_back = stream.publisher.sent
    assert letter.topic == "p.articles.dead-letter"
    assert {(m.topic, m.value) for m in taken_back} == {("p.quotes", None), ("p.articles.quotes", None)}
    first = Stream(QUOTES, Refused("timeout", "too long"))
    await first.handle(b"{}")
    assert [message.topic for message in first.publisher.sent] == ["p.articles.dead-letter"]


@pytest.mark.parametrize("outcome", [DONE, Refused("empty", "nichts", 0.1)])
async def test_what_is_another_workers_by_now_is_neither_published_nor_dead_lettered(outcome):
    async def before() -> None:
        raise Superseded

    stream = Stream(QUOTES, outcome)
    message = Incoming("p.source", 3, 17, 1000, b"a", b"{}", [("content_hash", b"h")])
    with pytest.raises(Superseded):
        await stream.runner.handle(message, before_publish=before)
    assert stream.publisher.sent == []
    assert stream.publisher.background == []
    assert stream.counted("redefluss_articles") == {}
    assert stream.status.in_flight == 0
