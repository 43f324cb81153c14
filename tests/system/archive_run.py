"""From newspapers to rows, by the commands of the README, while every part of it is killed again and again.

    python -m tests.system.archive_run --articles 500 --feeds 12 --kills 20 --seed 1

A web server on the loopback has articles of the corpus on pages, which RSS, Atom and news sitemaps list. `redefluss
feed`, `redefluss worker`, `redefluss sink postgres` and `redefluss sink parquet` run beside a broker: the embedded one,
or Apache Kafka with `--kafka`. The articles are published in lots, and with each lot some of the earlier ones are
revised. Within each lot one of the parts is killed by SIGKILL and started again (with `--kafka` also the broker, which
keeps its data). At the end some articles are withdrawn, the commands are ended by SIGTERM, both sinks are run once more
with `--until-caught-up`, and both stores are compared, row by row, with the pages and with the topics.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import orjson
import psycopg

from agents.broker import EmbeddedBroker
from pipeline.cleaning.cleaner import Cleaner
from pipeline.identity import article_id
from pipeline.stages import DEAD_LETTER_TOPIC, FINISHED_TOPIC, RAW_TOPIC, STATEMENTS_TOPIC
from schemas.records import RawArticle
from tests.feed.site import Site
from tests.support.kafka_broker import KafkaBroker
from tests.support.postgres import PostgresServer
from tests.support.press import Press, Published, corpus_articles
from tests.support.stream import Stream
from tests.system.archive_parts import LEAST_WAIT_SECONDS, Part, Topics
from tests.system.archive_report import QUESTIONS, Report, as_markdown, compared, rows_of

REVISED_SHARE = 0.25
"""Of the articles that are through are revised with each lot, as are some of those under way."""
WITHDRAWN_SHARE = 0.02
SECONDS_AN_ARTICLE = 2.0
"""On cores that do other work as well; what has not come after that time is lost."""
Ask = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Plan:
    """What is to happen; `rules` processes without the trained models."""

    articles: int
    feeds: int
    kills: int
    seed: int = 1
    rules: bool = False


class Run:
    """One run of a plan.

    Args:
        plan: what is to happen.
        broker: is running.
        server: is running.
        site: is running.
        folder: for logs, data and the Parquet files.
    """

    def __init__(
        self, plan: Plan, broker: EmbeddedBroker | KafkaBroker, server: PostgresServer, site: Site, folder: Path
    ) -> None:
        self._plan = plan
        self._broker = broker
        self._random = random.Random(plan.seed)
        self._press = Press(site, plan.feeds)
        model = {"model_de": "rules", "quote_model": "rules"} if plan.rules else {}
        self._stream = Stream(
            broker.address, "run.", folder, feed_allow_private=True, feed_pause_seconds=0, partitions=4, **model
        )
        self._clean = Cleaner(self._stream.settings.pipeline)
        self._topics = Topics(self._stream)
        dsn, parquet = server.database(), folder / "archive"
        self._stores: dict[str, Ask] = {
            "postgres": lambda question: _ask_postgres(dsn, question),
            "parquet": lambda question: _ask_parquet(parquet, question),
        }
        listed = folder / "feeds.toml"
        listed.write_text(
            "".join(
                f'[[feeds]]\nurl = "{url}"\nsource = "{name}"\ninterval_minutes = 0.05\n'
                for url, name in self._press.feeds()
            ),
            encoding="utf-8",
        )
        self._parts = {
            "feed": Part("feed", self._stream, "feed", str(listed)),
            "worker": Part("worker", self._stream, "worker"),
            "sink postgres": Part("sink-postgres", self._stream, "sink", "postgres", dsn),
            "sink parquet": Part("sink-parquet", self._stream, "sink", "parquet", str(parquet)),
        }
        self._killed: Counter[str] = Counter()
        self._texts: dict[str, str] = {}
        self._withdrawn: set[str] = set()
        self.report = Report()

    async def carry_out(self) -> Report:
        """Do it all; what came of it."""
        started = time.monotonic()
        await self._stream.prepare()
        self._press.publish([])
        reading = asyncio.create_task(self._topics.read())
        try:
            for part in self._parts.values():
                part.start()
            await self._publish_and_kill()
            await self._until(lambda: not self._behind(), "the last versions to come out")
            await self._withdraw()
            for name in ("feed", "worker"):
                self.report.exit_codes[name] = await self._parts[name].stop()
            for name in ("sink postgres", "sink parquet"):
                self.report.exit_codes[name] = await self._parts[name].stop()
                self._parts[name].start("--until-caught-up")
                self.report.exit_codes[f"{name} --until-caught-up"] = await self._parts[name].ended()
            await asyncio.sleep(1)  # the reader of the topics, too, is at their ends
        finally:
            reading.cancel()
            for part in self._parts.values():
                part.kill()
        self._account()
        self.report.seconds = round(time.monotonic() - started, 1)
        return self.report

    async def _publish_and_kill(self) -> None:
        """A lot of articles, some of the earlier ones in a new version, and a death, as often as the plan says."""
        articles, kills = corpus_articles(self._plan.articles), max(1, self._plan.kills)
        targets = ["feed", "worker", "sink postgres", "sink parquet", "pool process"]
        targets += ["broker"] if isinstance(self._broker, KafkaBroker) else []
        order = [*targets * (self._plan.kills // len(targets) + 1)][: self._plan.kills]
        self._random.shuffle(order)
        lots = [articles[number::kills] for number in range(kills)]
        for number, lot in enumerate(lots):
            self._revise()
            self._press.publish(lot)
            await asyncio.sleep(self._random.uniform(0.2, 4))
            if number < len(order):
                await self._kill(order[number])
            published = len(self._press.articles)
            await self._until(
                lambda published=published: len(self._topics.texts()) >= published // 2, "half of the articles"
            )
        await self._until(lambda: len(self._topics.texts()) >= len(articles), "all articles")
        self._revise()

    def _revise(self) -> None:
        through = [published for published in self._press.articles if _id(published) in self._topics.texts()]
        self._press.revise(self._random.sample(through, round(len(through) * REVISED_SHARE / 2)))
        everything = self._press.articles
        self._press.revise(self._random.sample(everything, round(len(everything) * REVISED_SHARE / 10)))

    async def _kill(self, target: str) -> None:
        """SIGKILL; the pool looks after its own, everything else is started again."""
        if target == "broker":
            assert isinstance(self._broker, KafkaBroker)
            self._broker.kill()
            await asyncio.sleep(self._random.uniform(0.5, 3))
            self._broker.launch()
            await asyncio.to_thread(self._broker.until_ready)
        elif target == "pool process":
            processes = self._parts["worker"].children()
            if processes:
                with suppress(ProcessLookupError):
                    os.kill(self._random.choice(processes), signal.SIGKILL)
        else:
            part = self._parts[target]
            part.kill()
            part.start()
        self._killed[target] += 1

    async def _withdraw(self) -> None:
        """Take some articles back, by the command."""
        gone = self._random.sample(self._press.articles, max(1, round(self._plan.articles * WITHDRAWN_SHARE)))
        ids = {_id(published) for published in gone}
        part = Part("withdraw", self._stream, "withdraw", *sorted(ids))
        part.start()
        self.report.exit_codes["withdraw"] = await part.ended()
        self._press.articles = [published for published in self._press.articles if _id(published) not in ids]
        self.report.withdrawn = len(ids)
        self._withdrawn = ids
        await self._until(lambda: not ids & self._topics.texts().keys(), "what was withdrawn to go")
        deadline = time.monotonic() + LEAST_WAIT_SECONDS
        while await self._stream.lag():
            if time.monotonic() > deadline:
                raise AssertionError(f"the stages do not come to an end\n{self._said()}")
            await asyncio.sleep(1)

    def _behind(self) -> dict[str, str]:
        """Articles whose text is not yet that of their page as it is now, with that."""
        texts = self._topics.texts()
        return {key: text for key, text in self._wanted().items() if texts.get(key) != text}

    def _wanted(self) -> dict[str, str]:
        """The text of each article as it has to come out: that of its page, cleaned."""
        return {_id(published): self._text(published) for published in self._press.articles}

    def _text(self, published: Published) -> str:
        page = self._press.page(published)
        if page not in self._texts:
            self._texts[page] = self._clean(RawArticle(id="a", url=published.url, html=page, language="de")).text
        return self._texts[page]

    async def _until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for that, and see that no part ends by itself; one that does is started again."""
        deadline = time.monotonic() + LEAST_WAIT_SECONDS + SECONDS_AN_ARTICLE * self._plan.articles
        while not holds():
            for name, part in self._parts.items():
                if part.exit_code is not None:
                    last = part.log.read_text("utf-8", "replace").strip().splitlines()[-1:]
                    self.report.ended_by_themselves.append(f"{name}: {part.exit_code}: {''.join(last)}")
                    part.start()
            if time.monotonic() > deadline:
                raise AssertionError(f"waited too long for {what}\n{self._said()}")
            await asyncio.sleep(0.5)

    def _said(self) -> str:
        return "\n".join(part.log.read_text("utf-8", "replace")[-2000:] for part in self._parts.values())

    def _account(self) -> None:
        report, topics = self.report, self._topics
        wanted, revisions = self._wanted(), topics.revisions()
        report.published = len(wanted) + report.withdrawn
        report.versions = sum(published.version for published in self._press.articles)
        report.revised = sum(published.version > 1 for published in self._press.articles)
        report.raw_messages = topics.counts[RAW_TOPIC]
        report.sent_again = report.raw_messages - report.withdrawn - len(topics.raw_contents)
        report.dead_letters = topics.counts[DEAD_LETTER_TOPIC]
        report.killed = dict(self._killed)
        on_topics = rows_of(topics.records(FINISHED_TOPIC), topics.records(STATEMENTS_TOPIC), revisions)
        for name, ask in self._stores.items():
            rows = {table: ask(question) for table, question in QUESTIONS.items()}
            report.stores[name] = compared(rows, on_topics, wanted, self._withdrawn)


def _id(published: Published) -> str:
    return article_id(RawArticle(url=published.url, text=""), key=None)


def _ask_postgres(dsn: str, question: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(question.encode()).fetchall()


def _ask_parquet(folder: Path, question: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        for table in QUESTIONS:
            connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{folder}/{table}/**/*.parquet')")
        return connection.execute(question).fetchall()


@contextmanager
def surroundings(*, real_kafka: bool) -> Iterator[tuple[EmbeddedBroker | KafkaBroker, PostgresServer, Site]]:
    """A broker, a database server and a web server."""
    with KafkaBroker() if real_kafka else EmbeddedBroker(port=0) as broker, PostgresServer() as server, Site() as site:
        yield broker, server, site


def main() -> int:
    """Run from the command line; exit code 1 if anything is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.system.archive_run", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--feeds", type=int, default=12)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kafka", action="store_true", help="on Apache Kafka, which is killed too")
    parser.add_argument("--rules", action="store_true", help="without the trained models")
    parser.add_argument("--logs", type=Path, help="folder for logs, data and Parquet files; else they are not kept")
    parser.add_argument("--report", type=Path, help="Markdown file to append to")
    options = parser.parse_args()
    plan = Plan(options.articles, options.feeds, options.kills, options.seed, rules=options.rules)
    with (
        tempfile.TemporaryDirectory() as folder,
        surroundings(real_kafka=options.kafka) as (broker, server, site),
    ):
        if options.logs:
            options.logs.mkdir(parents=True, exist_ok=True)
        run = Run(plan, broker, server, site, (options.logs or Path(folder)).absolute())
        report = asyncio.run(run.carry_out())
    sys.stdout.write(orjson.dumps(asdict(report), option=orjson.OPT_INDENT_2).decode() + "\n")
    if options.report:
        command = f"python -m tests.system.archive_run {' '.join(sys.argv[1:])}".replace(str(options.report), "FILE")
        with options.report.open("a", encoding="utf-8") as out:
            out.write("\n" + as_markdown(report, command))
    return int(bool(report.faults))


if __name__ == "__main__":
    sys.exit(main())
