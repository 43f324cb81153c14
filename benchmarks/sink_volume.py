"""Whether a sink's memory stays the same over a million quotes.

    python -m benchmarks.sink_volume [STORE ...] [--quotes 1000000] [--report FILE]

Made-up articles with eight quotes each, in the order of their days, are put on `articles.quotes` of an Apache Kafka;
then `redefluss sink STORE --until-caught-up` takes them from there, one store after the other (`parquet`, `postgres`;
also `duckdb`). Once a second it is read how much memory the process has. A
part of the messages comes twice and a part of the articles in a second version, as in a stream. At the end the rows in
the store are counted.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import psutil
import psycopg

from agents import kafka, topics
from agents.processes import module_command
from agents.settings import Settings
from benchmarks.console import note
from benchmarks.flood import settings_for
from benchmarks.made_up_news import QUOTES, News
from benchmarks.usage import cpu_seconds
from pipeline.stages import FINISHED_TOPIC
from schemas.codec import encode
from tests.support.kafka_broker import KafkaBroker
from tests.support.postgres import PostgresServer

DISTINCT = 4_000
"""Articles that are made; the others are these under other ids and on other days."""
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 30
REPEATED, REVISED = 0.02, 0.02
PREFIX = "volume-"
MEGABYTE = 1_000_000
COUNT = "SELECT count(*), count(DISTINCT id) FROM quotes"


@dataclass
class Course:
    """A sink at work: seconds, and bytes of memory that the process had in each."""

    store: str
    seconds: float = 0.0
    memory: list[int] = field(default_factory=list)
    cpu_seconds: float = 0.0
    rows: int = 0
    distinct: int = 0

    def tenths(self) -> list[float]:
        """Median megabytes in each tenth of the time."""
        size = max(1, len(self.memory) / 10)
        cuts = [self.memory[round(size * n) : max(round(size * (n + 1)), round(size * n) + 1)] for n in range(10)]
        return [statistics.median(cut) / MEGABYTE for cut in cuts if cut]


def messages(count: int) -> Iterator[tuple[bytes, bytes, int]]:
    """Key, value and revision of so many articles, and of the repeats and further versions between them."""
    news = News(1)
    made = [encode(news.article(number, time.time())) for number in range(min(DISTINCT, count))]
    for number in range(count):
        value = made[number % len(made)]
        key = f"article-{number}".encode()
        value = value.replace(f"kept-{number % len(made)}".encode(), key)
        day = FIRST_DAY + timedelta(days=DAYS * number / count)
        begin = value.index(b'"published_at":"') + len(b'"published_at":"')
        value = value[:begin] + day.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + value[value.index(b'"', begin) :]
        yield key, value, 1
        if number % round(1 / REPEATED) == 0:
            yield key, value, 1
        if number % round(1 / REVISED) == 1:
            yield key, value.replace(b" sagte: ", b" meint: "), 2


async def fill(settings: Settings, articles: int) -> int:
    """Put the messages on the topic; how many."""
    await topics.ensure(settings)
    producer = kafka.producer(settings, embedded=False)
    await producer.start()
    count = 0
    try:
        for key, value, revision in messages(articles):
            await producer.send(
                settings.topic(FINISHED_TOPIC), value, key=key, headers=[("revision", str(revision).encode())]
            )
            count += 1
        await producer.flush()
    finally:
        await producer.stop()
    return count


def sink(settings: Settings, arguments: tuple[str, str], folder: Path) -> Course:
    """Run a sink until it has everything, and watch it."""
    course, started = Course(arguments[0]), time.monotonic()
    with (folder / f"{arguments[0]}.log").open("wb") as log:
        process = subprocess.Popen(
            module_command("agents.cli", "sink", *arguments, "--until-caught-up"),
            cwd=folder,
            env=dict(os.environ)
            | {
                "REDEFLUSS_BROKER": settings.broker,
                "REDEFLUSS_TOPIC_PREFIX": PREFIX,
                "REDEFLUSS_DATA_DIR": str(folder),
            },
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                course.memory.append(watched.memory_info().rss)
                course.cpu_seconds = cpu_seconds(watched)
            except psutil.NoSuchProcess:
                break
            time.sleep(1)
    course.seconds = time.monotonic() - started
    if process.wait():
        raise SystemExit((folder / f"{arguments[0]}.log").read_text("utf-8", "replace")[-1000:])
    return course


def in_postgres(dsn: str) -> tuple[int, int]:
    """Quotes in it, and different ones."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(COUNT).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def in_parquet(folder: Path) -> tuple[int, int]:
    """Quotes in it, and different ones."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW quotes AS FROM read_parquet('{folder}/quotes/**/*.parquet')")
        row = connection.execute(COUNT).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def in_duckdb(file: Path) -> tuple[int, int]:
    """Quotes in it, and different ones."""
    with duckdb.connect(str(file), read_only=True) as connection:
        row = connection.execute(COUNT).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def as_markdown(courses: list[Course], quotes: int, sent: int) -> str:
    """The table."""
    lines = [
        f"{quotes:,} quotes of {quotes // QUOTES:,} articles, in {sent:,} messages.",
        "",
        "| store | quotes in it | different | time | processor time | memory in each tenth of the time, MB |",
        "|---|---|---|---|---|---|",
    ]
    for course in courses:
        tenths = ", ".join(f"{value:.0f}" for value in course.tenths())
        lines.append(
            f"| {course.store} | {course.rows:,} | {course.distinct:,} | {course.seconds:.0f} s "
            f"| {course.cpu_seconds:.0f} s | {tenths} |"
        )
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stores", nargs="*", default=["parquet", "postgres"], metavar="STORE")
    parser.add_argument("--quotes", type=int, default=1_000_000)
    parser.add_argument("--report", type=Path, help="Markdown file to append to")
    args = parser.parse_args()
    if unknown := set(args.stores) - {"parquet", "postgres", "duckdb"}:
        parser.error(f"no such store: {', '.join(sorted(unknown))}")
    courses: list[Course] = []
    with tempfile.TemporaryDirectory() as name, KafkaBroker() as broker, PostgresServer(fsync=True) as server:
        folder = Path(name)
        settings = settings_for(broker.address.removeprefix("kafka://"), PREFIX)
        sent = asyncio.run(fill(settings, args.quotes // QUOTES))
        note(f"{sent:,} messages are on the topic")
        dsn = server.database()
        targets: dict[str, tuple[str, Callable[[], tuple[int, int]]]] = {
            "parquet": (str(folder / "archive"), lambda: in_parquet(folder / "archive")),
            "postgres": (dsn, lambda: in_postgres(dsn)),
            "duckdb": (str(folder / "news.duckdb"), lambda: in_duckdb(folder / "news.duckdb")),
        }
        for store in args.stores:
            target, count = targets[store]
            course = sink(settings, (store, target), folder)
            course.rows, course.distinct = count()
            courses.append(course)
            note(as_markdown([course], args.quotes, sent))
    table = as_markdown(courses, args.quotes, sent)
    sys.stdout.write(table)
    if args.report:
        with args.report.open("a", encoding="utf-8") as out:
            out.write("\n" + table)


if __name__ == "__main__":
    main()
