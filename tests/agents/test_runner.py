"""Every way that a message can take through a stage ends in a confirmed publish or a confirmed dead letter."""

import asyncio
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from agents import headers
from agents.bounded_records import CORRUPT, OVERSIZE
from agents.duplicates import DuplicateCheck
from agents.head_start import HeadStart
from agents.incoming import Incoming
from agents.local_store import LocalStoreError
from agents.membership import OwnershipLost
from agents.outgoing import Outgoing, TooLarge
from agents.pool.protocol import Done, Job, OutputMessage, Refused
from agents.pool.scheduler import JobFailed
from agents.publisher import BeforeSend
from agents.settings import Settings
from agents.stage_runner import StageRunner
from agents.status import WorkerStatus
from pipeline.identity import key_text
from pipeline.stages import STAGES, Stage, stage_named

CLEAN, ENTITIES, QUOTES = map(stage_named, ("clean", "entities", "quotes"))
DONE = Done(
    (OutputMessage("quotes", b"s", b"q"), OutputMessage("articles.quotes", b"a", b"{}")),
    "hash",
    {("quotes",): 1},
    version_hash="version",
)


class FakePublisher:
    """Confirms; refuses topics that are told to be too small."""

    def __init__(self, too_small: tuple[str, ...] = ()) -> None:
        self.too_small = list(too_small)
        self.sent: list[Outgoing] = []
        self.background: list[tuple[str, bytes | None, bytes | None]] = []
        self.waited: list[bool] = []

    async def partitions(self, topic: str) -> list[int]:
        return [0, 1]

    async def send(self, *messages: Outgoing, soon: bool = False, before: BeforeSend | None = None) -> None:
        if before is not None:
            await before()
        self.waited.append(not soon)
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
        self.taken_back: list[bytes] = []

    async def withdrawn(self, message: Incoming) -> None:
        assert message.key is not None
        self.taken_back.append(message.key)

    async def check(self, message: Incoming) -> DuplicateCheck:
        return self.answer

    def remember(self, done: Done, check: DuplicateCheck) -> None:
        self.remembered.append((done, check))


class UnreadableOnce:
    """Once the local copy cannot be read; after that it is as the other one."""

    def __init__(self, other: Any, tmp_path: Path) -> None:
        self.other = other
        self.error: Exception | None = LocalStoreError(tmp_path, OSError("Input/output error"))

    def __getattr__(self, name: str) -> Any:
        error, self.error = self.error, None
        if error is not None:
            raise error
        return getattr(self.other, name)


class RecordingHeadStart(HeadStart):
    """Begins nothing ahead, but notes what is expected, and how much was published by then."""

    def __init__(self, run: Any, sent: list[Outgoing]) -> None:
        super().__init__(run, lambda: False)
        self.sent = sent
        self.expected: list[tuple[Outgoing, int]] = []

    def expect(self, message: Outgoing) -> None:
        self.expected.append((message, len(self.sent)))


class Stream:
    """A runner between fakes."""

    def __init__(
        self,
        stage: Stage,
        outcome: Any = DONE,
        *,
        duplicates: Any = None,
        tracing: Any = None,
        **options: Any,
    ) -> None:
        self.publisher = FakePublisher(options.pop("too_small", ()))
        self.status = WorkerStatus([known.name for known in STAGES], "m")
        self.jobs: list[Job] = []
        self.outcome = outcome
        self.settings = Settings(topic_prefix="p.", **options)
        self.head_start = RecordingHeadStart(self.perform, self.publisher.sent)
        self.runner = StageRunner(
            stage, settings=self.settings, head_start=self.head_start, publisher=self.publisher, status=self.status,
            duplicates=duplicates, tracing=tracing,
        )  # fmt: skip

    async def perform(self, job: Job) -> tuple[Any, int]:
        self.jobs.append(job)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome, 2

    async def handle(
        self, value: bytes | None = b"{}", *headers: tuple[str, bytes], key: bytes | None = b"a"
    ) -> list[Outgoing]:
        message = Incoming("p.source", 3, 17, 1000, key, value, headers)
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


def places(message: Outgoing) -> tuple[str, bytes | None, bytes | None, int | None]:
    return message.topic, message.key, message.value, message.partition


async def test_what_a_stage_made_is_published_in_order_with_headers_and_counted():
    stream = Stream(QUOTES, quote_model="q-model")
    sent = await stream.handle(b"{}", ("traceparent", b"00"), ("revision", b"3"), ("version_hash", b"old"))
    assert [places(message) for message in sent] == [
        ("p.quotes", b"a", None, 0),  # the former version's are taken back, wherever they are
        ("p.quotes", b"a", None, 1),
        ("p.quotes", b"s", b"q", None),
        ("p.articles.quotes", b"a", b"{}", None),
    ]
    assert dict(sent[0].headers)["version_hash"] == b"version", "but for what comes from this version"
    assert stream.publisher.waited == [True]
    out = dict(sent[-1].headers)
    names = ("traceparent", "revision", "content_hash", "version_hash", "attempt", "stage")
    assert tuple(out[name] for name in names) == (b"00", b"3", b"hash", b"version", b"2", b"quotes")
    (step,) = orjson.loads(out["trail"])
    assert (step["topic"], step["partition"], step["offset"]) == ("articles.entities", 3, 17)
    assert (step["model"], step["worker"]) == ("q-model", stream.status.worker)
    assert stream.counted("redefluss_articles") == {("quotes",): 1}
    assert stream.counted("redefluss_quotes") == {(): 1}
    assert stream.publisher.background == []
    assert stream.status.in_flight == 0
    assert stream.jobs == [Job("quotes", b"a", b"{}", affinity=b"a")]
    assert stream.head_start.expected == [(sent[-1], 0)], "the next stage may begin before anything is published"


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


@pytest.mark.parametrize(("header", "reason"), [(OVERSIZE, "too-large"), (CORRUPT, "processing-error")])
@pytest.mark.parametrize("stage", [CLEAN, QUOTES])
async def test_what_could_not_be_inflated_is_dead_lettered_by_its_place(header, reason, stage):
    stream = Stream(stage)
    await stream.handle(b"", ("trail", b"[]"), (header, b"why"))
    letter = stream.letter()
    assert (letter["reason"], letter["detail"]) == (reason, "why; its bytes are at p.source/3/17 alone")
    assert stream.jobs == []


@pytest.mark.parametrize("header", [OVERSIZE, CORRUPT])
async def test_a_producer_cannot_say_by_a_header_that_a_message_is_not_there(header):
    stream = Stream(CLEAN)
    await stream.handle(b"{}", (header, b"why"))
    assert [message.topic for message in stream.publisher.sent] == ["p.quotes", "p.articles.quotes"]
    sent = await Stream(QUOTES).handle(None, (header, b"why"))
    assert {message.value for message in sent} == {None}, "an article is taken back all the same"


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
    told = "too large for p.articles.dead-letter: its bytes are at p.source/3/17"
    assert (letter["value"], letter["headers"]) == ("", {OVERSIZE: told})
    detail = f"no text ({told})"
    assert (letter["detail"], letter["offset"]) == (detail, 17)
    assert dict(stream.publisher.sent[0].headers)["reason"] == b"empty"
    assert "x" not in dict(stream.publisher.sent[0].headers)


@pytest.mark.parametrize(("value", "tombstone"), [(b"bytes", False), (None, True)])
async def test_a_key_that_is_large_is_left_out_of_a_dead_letter_that_does_not_fit(value, tombstone):
    """It is in there twice: as the letter's key, and in the letter."""
    too_small = ("p.articles.entities", "p.articles.dead-letter")
    stream = Stream(ENTITIES, Refused("empty", "no text"), too_small=too_small)
    (message,) = await stream.handle(value, key=b"k" * 1_001)
    letter = orjson.loads(message.value or b"")
    assert (message.key, letter["key"], letter["key_base64"]) == (None, None, None)
    assert (letter["value"], letter["tombstone"], letter["offset"]) == ("", tombstone, 17)


async def test_a_key_that_is_not_utf_8_takes_back_the_article_that_got_its_id_from_it():
    (sent,) = await Stream(CLEAN).handle(None, key=b"\xff\xfe")
    assert places(sent) == ("p.articles.cleaned", (key_text(b"\xff\xfe") or "").encode(), None, None)


async def test_an_article_that_is_taken_back_is_so_on_every_topic_of_the_stage():
    duplicates = FakeDuplicates(DuplicateCheck(duplicate=True))
    stream = Stream(QUOTES, duplicates=duplicates)
    sent = await stream.handle(None, ("traceparent", b"00"))
    assert [places(message) for message in sent] == [
        ("p.quotes", b"a", None, 0), ("p.quotes", b"a", None, 1), ("p.articles.quotes", b"a", None, None)
    ]  # fmt: skip
    for message in sent:
        assert dict(message.headers)["traceparent"] == b"00"
        (step,) = orjson.loads(dict(message.headers)["trail"])
        assert (step["stage"], step["took_ms"], step["offset"]) == ("quotes", 0.0, 17)
        assert dict(message.headers)["attempt"] == b"1"
    assert duplicates.taken_back == [b"a"]
    assert stream.jobs == []
    assert len(await Stream(ENTITIES).handle(None)) == 1, "without a memory of duplicates too"


async def test_a_message_with_neither_key_nor_value_is_work_as_any_other():
    stream = Stream(CLEAN, Refused("empty", "nothing"))
    await stream.handle(None, key=None)
    assert stream.jobs == [Job("clean", None, None)]
    (message,) = stream.publisher.sent
    assert (message.topic, message.key) == ("p.articles.dead-letter", None)


async def test_a_version_that_fails_takes_the_former_one_back():
    stream = Stream(QUOTES, Refused("empty", "no text"))
    sent = await stream.handle(b"{}", ("revision", b"2"))
    assert [message.topic for message in sent] == [
        "p.articles.dead-letter",
        "p.quotes",
        "p.quotes",
        "p.articles.quotes",
    ]
    assert {message.value for message in sent[1:]} == {None}
    assert "reason" not in dict(sent[1].headers)
    stream = Stream(QUOTES, Refused("empty", "no text"))
    assert len(await stream.handle(b"{}", ("revision", b"2"), key=None)) == 1, "nobody can tell which that is"
    stream = Stream(QUOTES, Refused("empty", "no text"))
    assert len(await stream.handle()) == 1, "there was none before it"
    stream = Stream(CLEAN, Refused("empty", "no text"))
    assert len(await stream.handle(b"{}", ("revision", b"2"))) == 1, "a producer's header on the first topic"
    sent = await Stream(CLEAN).handle(b"{}", ("revision", b"7"))
    assert {"revision"} & dict(sent[-1].headers).keys() == set(), "nor is it passed on from there"


async def test_where_a_version_fails_the_former_one_is_new_when_it_comes_again():
    duplicates = FakeDuplicates(DuplicateCheck(duplicate=False, revision=2))
    await Stream(ENTITIES, Refused("empty", "no text"), duplicates=duplicates).handle()
    assert duplicates.taken_back == [b"a"]
    first = FakeDuplicates(DuplicateCheck(duplicate=False, revision=1))
    await Stream(ENTITIES, Refused("empty", "no text"), duplicates=first).handle()
    assert first.taken_back == []


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


async def test_an_article_that_was_withdrawn_before_it_came_is_neither_processed_nor_published(caplog):
    duplicates = FakeDuplicates(DuplicateCheck(duplicate=False, withdrawn=True))
    stream = Stream(ENTITIES, duplicates=duplicates)
    caplog.set_level("INFO")
    assert await stream.handle() == []
    assert await stream.runner.job_of(Incoming("p.articles.cleaned", 3, 17, 1000, b"a", b"{}", ())) is None
    assert (stream.jobs, duplicates.remembered, stream.counted("redefluss_duplicates")) == ([], [], {})
    assert "was withdrawn before it came here" in caplog.text


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


@pytest.mark.parametrize("outcome", [DONE, Refused("empty", "nichts", 0.1)])
async def test_what_is_another_workers_by_now_is_neither_published_nor_dead_lettered(outcome):
    async def before() -> None:
        raise OwnershipLost

    stream = Stream(QUOTES, outcome)
    message = Incoming("p.source", 3, 17, 1000, b"a", b"{}", [("content_hash", b"h")])
    with pytest.raises(OwnershipLost):
        await stream.runner.handle(message, before_publish=before)
    assert stream.publisher.sent == []
    assert stream.publisher.background == []
    assert stream.counted("redefluss_articles") == {}
    assert stream.status.in_flight == 0


async def test_how_long_an_article_took_from_its_arrival_to_its_quotes_is_measured_once() -> None:
    arrived = round((time.time() - 40) * 1000)
    cleaned = Stream(CLEAN)
    message = Incoming("p.articles.raw", 3, 17, arrived, b"a", b"{}", ())
    await cleaned.runner.handle(message)
    (out, *_) = cleaned.publisher.sent
    assert headers.trail_of(out.headers)[0]["timestamp"] == arrived
    quoted = Stream(QUOTES)
    await quoted.handle(b"{}", *out.headers)
    found = quoted.status.metrics.registry.get_sample_value
    assert found("redefluss_end_to_end_seconds_count") == 1.0
    assert 40.0 <= (found("redefluss_end_to_end_seconds_sum") or 0.0) < 100.0
    assert cleaned.status.metrics.registry.get_sample_value("redefluss_end_to_end_seconds_count") == 0.0


@pytest.mark.parametrize(
    "trail", [b"", b"[]", b'[{"topic": "articles.raw"}]', b'[{"topic": "articles.raw", "timestamp": "x"}]']
)
async def test_where_the_arrival_is_not_known_nothing_is_measured(trail: bytes) -> None:
    stream = Stream(QUOTES)
    await stream.handle(b"{}", ("trail", trail))
    assert stream.status.metrics.registry.get_sample_value("redefluss_end_to_end_seconds_count") == 0.0


@pytest.mark.parametrize(
    "trail",
    [b"[" * 400 + b"]" * 400, b'[{"a":' * 300 + b"1" + b"}]" * 300, b'[5, "x", null, []]', b"5", b"{}", b"\xff"],
    ids=["deep", "deep objects", "no steps", "a number", "an object", "no text"],
)
@pytest.mark.parametrize("outcome", [DONE, Refused("empty", "leer", 0.0)], ids=["published", "dead-lettered"])
async def test_a_trail_that_is_none_keeps_no_message_from_its_end(trail: bytes, outcome: Any) -> None:
    stream = Stream(CLEAN, outcome)
    (*_, last) = await stream.handle(b"{}", ("trail", trail))
    assert [step["stage"] for step in headers.trail_of(last.headers)] == ["clean"]


@pytest.mark.parametrize("outcome", [DONE, Refused("empty", "leer", 0.0)], ids=["published", "dead-lettered"])
async def test_the_way_of_an_article_begins_on_the_first_topic(outcome: Any) -> None:
    """Whoever sends an article once more may copy its headers: it would count as one that was there before."""
    (former, *_) = await Stream(CLEAN).handle(b"{}")
    message = Incoming("p.articles.raw", 3, 99, 5000, b"a", b"{}", list(former.headers))
    stream = Stream(CLEAN, outcome)
    await stream.runner.handle(message)
    (step,) = headers.trail_of(stream.publisher.sent[-1].headers)
    assert (step["partition"], step["offset"], step["timestamp"]) == (3, 99, 5000)


async def test_how_long_a_dead_letter_lay_is_not_measured() -> None:
    stream = Stream(QUOTES)
    trail = b'[{"topic": "articles.raw", "timestamp": 1000}]'
    await stream.handle(b"{}", ("trail", trail), ("replayed_from", b"articles.dead-letter/0/1"))
    assert stream.status.metrics.registry.get_sample_value("redefluss_end_to_end_seconds_count") == 0.0


async def test_a_local_copy_that_cannot_be_read_is_no_fault_of_the_message(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("agents.runner.STORE_RETRY_SECONDS", 0.0)
    stream = Stream(CLEAN, duplicates=UnreadableOnce(FakeDuplicates(DuplicateCheck(duplicate=False)), tmp_path))
    sent = await stream.handle()
    assert sent
    assert not [message for message in sent if message.topic == "p.articles.dead-letter"]
    assert "cannot be read or written (Input/output error)" in caplog.text


async def test_others_go_on_while_the_local_copy_cannot_be_read(tmp_path, monkeypatch):
    monkeypatch.setattr("agents.runner.STORE_RETRY_SECONDS", 0.0)
    duplicates, tries = FakeDuplicates(DuplicateCheck(duplicate=False)), 0
    readable = asyncio.Event()

    async def check(_: Incoming) -> DuplicateCheck:
        nonlocal tries
        tries += 1
        assert tries < 100, "asked again without a pause"
        if not readable.is_set():
            raise LocalStoreError(tmp_path, OSError("Input/output error"))
        return duplicates.answer

    monkeypatch.setattr(duplicates, "check", check)
    stream = Stream(CLEAN, duplicates=duplicates)
    asyncio.get_running_loop().call_soon(readable.set)
    assert {message.topic for message in await stream.handle()} == {"p.quotes", "p.articles.quotes"}
    assert tries > 1


class WithdrawsLater(FakeDuplicates):
    """The local copy cannot be read once, when an article is taken back."""

    error: Exception | None = None

    async def withdrawn(self, message: Incoming) -> None:
        error, self.error = self.error, None
        if error is not None:
            raise error
        await super().withdrawn(message)


@pytest.mark.parametrize("value", [b"{}", None], ids=["a version that fails", "a withdrawal"])
async def test_while_the_local_copy_cannot_be_read_nothing_is_done_again(tmp_path, monkeypatch, value):
    monkeypatch.setattr("agents.runner.STORE_RETRY_SECONDS", 0.0)
    duplicates = WithdrawsLater(DuplicateCheck(duplicate=False, revision=2))
    stream = Stream(ENTITIES, Refused("empty", "no text"), duplicates=duplicates)
    duplicates.error = LocalStoreError(tmp_path, OSError("Input/output error"))
    sent = await stream.handle(value)
    assert duplicates.taken_back == [b"a"]
    assert len({message.topic for message in sent}) == len(sent), "one dead letter, one withdrawal"
    assert len(stream.jobs) <= 1


async def test_several_messages_are_brought_to_their_ends_one_after_the_other():
    stream = Stream(CLEAN, Done((OutputMessage("articles.cleaned", b"a", b"{}"),), "hash"))
    first, second = (Incoming("p.source", 3, offset, 1000, b"a", b"{}", ()) for offset in (17, 18))
    await stream.runner.handle(first, second)
    offsets = [headers.trail_of(message.headers)[0]["offset"] for message in stream.publisher.sent]
    assert (offsets, len(stream.publisher.waited)) == ([17, 18], 2)
