"""From the stream into PostgreSQL by Kafka Connect, with the files that users take."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import psycopg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from tests.support.kafka_connect import KafkaConnect
from tests.support.kafka_jars import CONNECT, KafkaMissing
from tests.support.missing import missing
from tests.support.stream import Stream, article
from tests.support.waiting import until

SECONDS = 120
RADAR = ("Jörn Hasselbrink", "„Die Abschaltung des Radars auf Wangerooge war ein schwerer Fehler“")
PEGEL = ("Thea Momsen", "„Wir haben die Pegel an der Elbe seit Tagen im Blick“")
QUOTES = "SELECT article_id, speaker_name, text FROM quotes ORDER BY article_id, text"
STATEMENTS = "SELECT said_by, text, count FROM statements ORDER BY text"


class Database:
    """A database that is asked."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(self, question: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        with psycopg.connect(self.address) as connection:
            return connection.execute(question.encode()).fetchall()

    async def until(self, question: str, expected: list[tuple[object, ...]]) -> None:
        """Wait until the rows are these."""
        deadline = time.monotonic() + SECONDS
        while (rows := self.ask(question)) != expected:
            assert time.monotonic() < deadline, rows
            await asyncio.sleep(0.2)


@pytest.fixture
def tables(database: str) -> Database:
    """A database with the tables, made twice, as somebody does who repeats the commands."""
    for _ in range(2):
        with psycopg.connect(database) as connection:
            connection.execute((CONNECT / "tables.sql").read_bytes())
    return Database(database)


@pytest.fixture
def connect(kafka_broker: str, tables: Database, tmp_path: Path) -> Iterator[KafkaConnect]:
    """A worker with all connectors; its log is shown if the test fails."""
    log = tmp_path / "connect.log"
    made = KafkaConnect(kafka_broker, tables.address, ("articles", "statements"), log)
    yield made
    made.kill()
    if log.exists():
        print(log.read_text("utf-8", "replace")[-4000:])  # noqa: T201


@pytest_asyncio.fixture
async def stream(kafka_broker: str, tmp_path: Path) -> AsyncIterator[Stream]:
    """A stream whose topics have no prefix, for the connectors name them."""
    made = Stream(kafka_broker, "", tmp_path, partitions=2, model_de="rules", quote_model="rules")
    await made.prepare()
    yield made
    made.kill_workers()


def said(identifier: str, *quotes: tuple[str, str]) -> tuple[bytes, bytes]:
    """An article of a paper of its own, with speakers and what they said."""
    text = "\n\n".join(f"{words}, sagte {speaker} am Freitag in Emden." for speaker, words in quotes)
    return article(identifier, text, source=f"Bote {identifier}", published_at="2026-05-01T10:00:00+02:00")


@pytest.mark.kafka
@pytest.mark.timeout(600)  # the first time, Maven fetches Kafka Connect
async def test_what_is_on_the_topics_is_in_the_tables(connect: KafkaConnect, stream: Stream, tables: Database) -> None:
    launch(connect)
    stream.start_worker(real=True)
    await stream.produce([said("a-0", RADAR, PEGEL)])
    await stream.produce([said("a-1", RADAR)])
    await tables.until(QUOTES, [("a-0", *RADAR), ("a-0", *PEGEL), ("a-1", *RADAR)])
    await tables.until(STATEMENTS, [(*RADAR, 2), (*PEGEL, 1)])
    outcome = await stream.collect(lambda seen: len(seen.articles) == 2, names=("articles.quotes",))
    on_topic = {message.key.decode(): orjson.loads(message.value) for message in outcome.articles}
    assert dict(tables.ask("SELECT id, document FROM articles")) == on_topic
    published = datetime(2026, 5, 1, 8, tzinfo=UTC)
    assert tables.ask("SELECT DISTINCT first_published_at FROM statements") == [(published,)]
    assert tables.ask("SELECT DISTINCT published_at FROM quotes") == [(published,)]

    await stream.produce([said("a-1", PEGEL), (b"a-0", None)])
    await tables.until(QUOTES, [("a-1", *PEGEL)])
    await tables.until(STATEMENTS, [(*PEGEL, 1)])
    assert tables.ask("SELECT id, document IS NULL FROM articles ORDER BY id") == [("a-0", True), ("a-1", False)]

    connect.kill()
    await publish_and_abort(stream, "articles.quotes", b"c-0", b"{}")
    await stream.produce([said("b-0", PEGEL)])
    launch(connect)
    await tables.until(QUOTES, [("a-1", *PEGEL), ("b-0", *PEGEL)])
    await tables.until(STATEMENTS, [(*PEGEL, 2)])
    assert tables.ask("SELECT id FROM articles ORDER BY id") == [("a-0",), ("a-1",), ("b-0",)]
    assert connect.task_states() == {"redefluss-articles": "RUNNING", "redefluss-statements": "RUNNING"}

    async with stream.producer() as producer:
        await producer.send_and_wait("articles.quotes", b"no JSON", b"d-0")
        await producer.send_and_wait("statements", b"no JSON", b"d-0")
    stopped = {"redefluss-articles": "FAILED", "redefluss-statements": "FAILED"}
    await until(lambda: connect.task_states() == stopped, SECONDS)


def launch(connect: KafkaConnect) -> None:
    """Start it, or end the test if it cannot be fetched."""
    try:
        connect.launch()
    except KafkaMissing as error:
        missing(error)


async def publish_and_abort(stream: Stream, topic: str, key: bytes, value: bytes) -> None:
    """Send a message in a transaction that is aborted."""
    async with AIOKafkaProducer(**stream.settings.client_options(), transactional_id="aborted") as producer:
        await producer.begin_transaction()
        await producer.send_and_wait(topic, value, key)
        await producer.abort_transaction()
