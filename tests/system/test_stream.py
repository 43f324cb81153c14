"""The whole stream as real processes: what goes in, and that each message has its one end."""

import asyncio
import signal
import time
from collections.abc import Iterable
from typing import Any

import orjson
import pytest
from aiokafka.admin import NewTopic

from agents import cluster, dead_letters, topics
from agents.headers import trail_of
from agents.topic_reader import messages_to_end
from schemas.codec import decode
from schemas.records import CleanArticle, DeadLetter, QuoteArticle, QuoteRecord
from tests.support.stream import Outcome, alive, article, descendants
from tests.support.waiting import until

ARTICLES = [
    article(
        f"stadtrat-{number}",
        f"Rathaus beschließt Haushalt\n\nBürgermeisterin Karla Wendeling hat den Haushalt {2020 + number} verteidigt. "
        "„Wir investieren in die Schulen“, sagte Wendeling am Montag. Die Opposition sei nicht überzeugt, "
        "erklärte ihr Sprecher Timo Brandhuber. Wendeling kündigte eine weitere Sitzung an.",
    )
    for number in range(12)
]


async def test_articles_come_out_once_as_valid_records(make_stream):
    stream = await make_stream(model_de="rules", quote_model="rules")
    stream.start_worker(real=True)
    await stream.produce(ARTICLES)
    outcome = await stream.collect(lambda seen: len(seen.articles) >= 12, seconds=90, settle_seconds=1.5)

    assert sorted(message.key for message in outcome.articles) == sorted(key for key, _ in ARTICLES)
    assert not outcome.letters
    for message in outcome.articles:
        record = decode(message.value, QuoteArticle)  # which checks every span against the text
        assert record.id == message.key.decode()
        names = {name for name, _ in message.headers}
        assert {"stage", "version", "produced_at", "took_ms", "attempt", "trail", "content_hash"} <= names
        trail = orjson.loads(dict(message.headers)["trail"])
        assert [step["topic"] for step in trail] == ["articles.raw", "articles.cleaned", "articles.entities"]
    quotes = [decode(message.value, QuoteRecord) for message in outcome.messages["quotes"]]
    assert {"Wir investieren in die Schulen"} <= {quote.quote.text.strip("„“") for quote in quotes}
    assert stream.stop_workers() == [0]
    assert await stream.lag() == 0


async def test_a_full_buffer_is_read_on_as_soon_as_it_has_room(make_stream):
    """Faust's own consumer does little more than a buffer of a partition in a second: fifteen seconds for these."""
    stream = await make_stream(partitions=1, buffer_messages=4)
    stream.start_worker()
    await stream.produce([article("warm", "Ein Text.")])
    await stream.collect(lambda seen: len(seen.articles) >= 1)
    started = time.monotonic()
    await stream.produce([article(f"a-{number}", f"Text {number}.") for number in range(120)])
    await stream.collect(lambda seen: len(seen.articles) >= 121)
    assert time.monotonic() - started < 12


BAD = {
    "malformed-json": b'{"id": "x", "text": ',
    "malformed-json ": b"\xff\xfe\x00",
    "schema": b'{"id": "x", "text": 17}',
    "schema ": b"[]",
    "unsupported-schema": b'{"schema": "raw-article/9", "id": "x", "text": "Ein Text."}',
    "empty": b"",
    "empty  ": b'{"id": "x", "text": "  "}',
    "too-large": orjson.dumps({"id": "x", "text": "Wort " * 4_000_000}),
    "processing-error": b'{"id": "x", "text": "RAISE@quotes"}',
    "worker-crash": b'{"id": "x", "text": "CRASH@entities"}',
    "worker-crash ": b'{"id": "x", "text": "EAT@clean"}',
    "timeout": b'{"id": "x", "text": "LOOP@quotes"}',
}


async def test_what_fails_lands_in_the_dead_letters_and_the_stream_goes_on(make_stream):
    stream = await make_stream(time_limit_seconds=2, process_memory_bytes=200_000_000)
    stream.start_worker()
    await stream.produce((f"bad-{number}".encode(), value) for number, value in enumerate(BAD.values()))
    await stream.produce([article(f"good-{number}", f"Guter Text {number}.") for number in range(30)])
    outcome = await stream.collect(
        lambda seen: len(seen.articles) >= 30 and len(seen.letters) >= len(BAD), seconds=90, settle_seconds=1
    )

    assert len([message for message in outcome.articles if message.value is not None]) == 30
    letters = {}
    for message in outcome.messages["articles.dead-letter"]:
        letter = decode(message.value, DeadLetter)
        letters[message.key if letter.stage == "clean" else b"x"] = letter
        assert "\n" not in letter.detail
    clean = [letter for letter in letters.values() if letter.stage == "clean"]
    for number, (reason, value) in enumerate(BAD.items()):
        if reason.strip() in {"processing-error", "timeout"} or "CRASH" in str(value):
            continue
        letter = letters[f"bad-{number}".encode()]
        assert letter.reason == reason.strip()
        assert letter.value_bytes == value
        assert letter.tombstone is (value is None)
    assert len(clean) == 9
    later = sorted((letter["stage"], letter["reason"]) for letter in outcome.letters if letter["stage"] != "clean")
    assert later == [("entities", "worker-crash"), ("quotes", "processing-error"), ("quotes", "timeout")]


def cleaned_by(articles: Iterable[Any]) -> set[str]:
    """The workers that have cleaned articles."""
    steps = (step for message in articles for step in trail_of(message.headers))
    return {step["worker"] for step in steps if step["stage"] == "clean"}


@pytest.mark.timeout(900)
async def test_workers_of_all_stages_and_of_some_share_the_work(make_stream):
    stream = await make_stream()
    stream.start_worker()
    stream.start_worker("clean")
    stream.start_worker("entities", "quotes")
    await until(lambda: stream.logs().count("redefluss.worker: running") >= 3, 180)
    probes = 0
    outcome = Outcome()
    while len(cleaned_by(outcome.articles)) < 2:  # until both have partitions
        probes += 10
        assert probes <= 1000
        await stream.produce([article(f"probe-{n}", f"Probe {n}.") for n in range(probes - 10, probes)])
        outcome = await stream.collect(lambda seen, sent=probes: len(seen.ids) >= sent, seconds=240)
    await stream.produce([article(f"a-{number}", f"Text {number}. STEP5@entities") for number in range(300)])
    outcome = await stream.collect(lambda seen: len(seen.ids) >= probes + 300, seconds=240, settle_seconds=2)
    assert len(outcome.articles) - outcome.repeats() == probes + 300
    assert not outcome.letters
    assert not outcome.differing()
    assert len(cleaned_by(message for message in outcome.articles if message.key.startswith(b"a-"))) == 2


async def test_a_known_article_is_not_processed_again_and_a_changed_one_is_a_revision(make_stream):
    stream = await make_stream()
    stream.start_worker()
    await stream.produce([article("a", "Erste Fassung."), article("b", "Anderes.")])
    await stream.collect(lambda seen: len(seen.articles) >= 2)
    assert stream.stop_workers() == [0]

    stream.start_worker(data_dir=stream.folder / "another-machine")
    await stream.produce([article("a", "Erste Fassung."), article("a", "Zweite Fassung."), article("c", "Neues.")])
    outcome = await stream.collect(lambda seen: len(seen.articles) >= 4, settle_seconds=2)
    revisions = sorted((m.key, dict(m.headers).get("revision", b"1")) for m in outcome.articles)
    assert revisions == [(b"a", b"1"), (b"a", b"2"), (b"b", b"1"), (b"c", b"1")]

    await stream.produce([article("c", "Neues.", title="Eine Überschrift"), article("b", "Anderes.", meta={"n": 2})])
    outcome = await stream.collect(lambda seen: len(seen.articles) >= 5, settle_seconds=2)
    (corrected,) = [m for m in outcome.articles if dict(m.headers).get("revision") == b"2" and m.key == b"c"]
    assert orjson.loads(corrected.value)["title"] == "Eine Überschrift"
    assert len(outcome.articles) == 5, "`meta` makes no version"


async def test_dead_letters_are_replayed_once(make_stream):
    stream = await make_stream(process_memory_bytes=150_000_000)
    worker = stream.start_worker(max_article_bytes=1000)
    long_text = "Ein langer Text. " * 100
    await stream.produce([article("long", long_text), article("ill", "RAISE@quotes"), article("good", "Kurz.")])
    await stream.collect(lambda seen: len(seen.letters) >= 2 and len(seen.articles) >= 1)
    letters = [letter async for letter in dead_letters.read(stream.settings)]
    assert sorted((letter.letter.stage, letter.letter.reason) for letter in letters) == [
        ("clean", "too-large"),
        ("quotes", "processing-error"),
    ]
    only = [letter async for letter in dead_letters.read(stream.settings, stage="quotes")]
    assert [letter.letter.reason for letter in only] == ["processing-error"]
    worker.send_signal(signal.SIGTERM)
    worker.wait(40)

    stream.start_worker(obedient="false")  # the causes are gone: a larger limit, and stages that obey no words
    dry = await dead_letters.replay(stream.settings, letters, dry_run=True)
    assert (dry.sent, dry.skipped_already_replayed) == (2, 0)
    first = await dead_letters.replay(stream.settings, letters)
    again = await dead_letters.replay(stream.settings, letters)
    assert (first.sent, again.sent, again.skipped_already_replayed) == (2, 0, 2)
    outcome = await stream.collect(lambda seen: len(seen.articles) >= 3, settle_seconds=1)
    assert outcome.ids == {"long", "ill", "good"}
    assert len(outcome.articles) == 3
    replayed = {m.key: dict(m.headers).get("replayed_from") for m in outcome.articles}
    assert replayed[b"good"] is None
    assert replayed[b"long"].decode().startswith(stream.settings.topic("articles.dead-letter/"))


async def test_order_by_key_is_kept(make_stream):
    stream = await make_stream()
    stream.start_worker()
    await stream.produce(
        [article(f"k-{number % 5}", f"Fassung {number}. STEP{number % 3}@entities") for number in range(100)]
    )
    outcome = await stream.collect(lambda seen: len(seen.articles) >= 100, seconds=60)
    by_key = {}
    for message in outcome.articles:
        by_key.setdefault(message.key, []).append(int(decode(message.value, CleanArticle).text.split()[1].strip(".")))
    assert all(numbers == sorted(numbers) for numbers in by_key.values())


async def test_a_worker_waits_for_its_broker_and_takes_its_processes_with_it(tmp_path, embedded_broker):
    from tests.support.stream import Stream

    stream = Stream("kafka://127.0.0.1:9", "none.", tmp_path)
    worker = stream.start_worker()
    await until(lambda: "waiting for the broker at 127.0.0.1:9" in stream.logs(), 90)
    await until(lambda: len(descendants(worker.pid)) >= 3, 90)
    family = descendants(worker.pid)
    worker.kill()
    worker.wait()
    await until(lambda: not any(map(alive, family)))


async def test_topics_are_created_as_the_settings_say(make_stream):
    stream = await make_stream(partitions=3)
    infos = {info.name: info for info in (await topics.listing(stream.settings))[0]}
    assert infos[stream.settings.topic("articles.raw")].partitions == 3
    assert all(not report.created for report in await topics.ensure(stream.settings))


async def test_messages_of_another_time_are_kept_and_topics_that_take_their_time_are_named(make_stream, caplog):
    stream = await make_stream(partitions=2)
    if stream.embedded:
        pytest.skip("the embedded broker deletes nothing")
    raw = stream.settings.topic("articles.raw")
    before = time.time()
    async with stream.producer() as producer:
        key, value = article("old", "Aus dem Jahr 1970.")
        await producer.send_and_wait(raw, value, key, timestamp_ms=1000)
    (message,) = [message async for message in messages_to_end(stream.settings, "articles.raw")]
    assert message.timestamp / 1000 >= before - 60

    foreign = stream.settings.topic("articles.cleaned")
    async with cluster.admin(stream.settings) as client:
        await client.delete_topics([foreign])
        for _ in range(50):
            await asyncio.sleep(0.2)
            if foreign not in await client.list_topics():
                break
        await client.create_topics([NewTopic(foreign, 1, 1)])
    caplog.clear()
    reports = {report.name: report for report in await topics.ensure(stream.settings)}
    assert [name for name, report in reports.items() if report.differs] == [foreign]
    assert "has 1 partitions, the settings say 2" in caplog.text
    assert f"{foreign} has message.timestamp.type=CreateTime, it should be LogAppendTime" in caplog.text


async def test_a_replayed_letter_has_its_headers_to_the_byte(make_stream):
    stream = await make_stream(partitions=1)
    given = [("a", b"1"), ("a", b"\xff"), ("b", b"")] + ([] if stream.embedded else [("c", None)])
    stream.start_worker(max_article_bytes=10)
    async with stream.producer() as producer:
        await producer.send_and_wait(stream.settings.topic("articles.raw"), b"x" * 11, b"k", headers=given)
    await stream.collect(lambda seen: len(seen.letters) >= 1)
    (stored,) = [letter async for letter in dead_letters.read(stream.settings)]
    assert stored.letter.header_bytes == given
    await dead_letters.replay(stream.settings, [stored])
    again = [message async for message in messages_to_end(stream.settings, "articles.raw")][-1]
    assert list(again.headers) == [*given, ("replayed_from", again.headers[-1][1])]
