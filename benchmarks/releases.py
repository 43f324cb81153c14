"""This tree against another checkout of the project: throughput, latency and memory, by turns.

    python -m benchmarks.releases CHECKOUT [--articles N] [--rounds N] [--models NAME …] [--kafka] [--corpus FOLDER]

CHECKOUT is a working tree of the other version with an environment of its own (`git worktree add CHECKOUT COMMIT`, then
`make install` there). Both run over the embedded broker of this tree, or over Apache Kafka, each in its own processes,
and get the same articles: those of the annotated corpus. Rounds go A B A B, so that a machine that slows down does so
for both; what is compared are the ratios of each round, of which the median, the least and the greatest are printed.
The models of `light` hardly differ between versions, so that mainly the stream is compared; `default` is what a user
has.
"""

import argparse
import asyncio
import logging
import random
import signal
import statistics
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from agents.broker import EmbeddedBroker
from benchmarks.flood import Stalled, flood
from benchmarks.latency import latency
from benchmarks.systems import REDEFLUSS, Ended, NotUsable, System, former_release
from pipeline.corpus.files import read_folder
from pipeline.corpus.model import AnnotatedArticle
from tests.support.kafka_broker import KafkaBroker

CORPUS = Path(__file__).parents[1] / "corpus"
MODELS: dict[str, dict[str, str]] = {
    "default": {},
    "light": {"REDEFLUSS_MODEL_DE": "rules", "REDEFLUSS_QUOTE_MODEL": "rules"},
}
LEAST_CHARACTERS = 400


@dataclass(frozen=True)
class Round:
    """What one version did in one round.

    Attributes:
        throughput: articles a second.
        cpu_ms: processor time of all its processes for an article, in milliseconds.
        latency_ms: from send to receipt of an article in an idle stream, median, in milliseconds.
        latency_ratio: the same over what the article's stages took.
        memory_mb: memory of all its processes at the end of the backlog, shared memory counted once, in megabytes.
    """

    throughput: float
    cpu_ms: float
    latency_ms: float
    latency_ratio: float
    memory_mb: float


def corpus_articles(folder: Path) -> list[bytes]:
    """The articles of an annotated corpus as raw articles, mixed: the same each time, and each part like the whole."""
    found = [as_raw(article) for article in read_folder(folder) if len(article.body.text) >= LEAST_CHARACTERS]
    random.Random(1).shuffle(found)
    return found


def as_raw(article: AnnotatedArticle) -> bytes:
    """An annotated article as a raw one, without its annotation."""
    title = article.part("title")
    return orjson.dumps({"title": title.text if title else "", "text": article.body.text})


def measure(
    system: System, values: list[bytes], count: int, environment: dict[str, str], *, kafka: bool = False
) -> Round:
    """One backlog, then single articles, each on a broker of its own."""
    with broker_of_its_own(embedded=not kafka) as (address, pid):
        got = asyncio.run(flood(system, address, f"f{uuid.uuid4().hex[:8]}-", values, count, pid, **environment))
    with broker_of_its_own(embedded=not kafka) as (address, _):
        prefix = f"l{uuid.uuid4().hex[:8]}-"
        single = asyncio.run(latency(address, prefix, values, system=system, environment=environment))
    return Round(
        throughput=got.articles_per_second,
        cpu_ms=got.cpu_milliseconds,
        latency_ms=1000 * single.idle_seconds,
        latency_ratio=single.idle_ratio,
        memory_mb=got.memory_megabytes,
    )


@contextmanager
def broker_of_its_own(*, embedded: bool) -> Iterator[tuple[str, int]]:
    """A broker on a free port while the block runs: its address as host:port, and its process id."""
    with EmbeddedBroker(0) if embedded else KafkaBroker() as broker:
        yield broker.address.removeprefix("kafka://"), broker.pid


def table(rounds: list[tuple[Round, Round]]) -> list[str]:
    """Rows for people: the medians of both versions, and the ratio of this one to the other over the rounds."""
    lines = ["| | other | this tree | ratio: median (least to greatest) |", "|---|---|---|---|"]
    for name, meaning in (
        ("throughput", "articles a second"),
        ("cpu_ms", "processor time for an article, ms"),
        ("latency_ms", "latency of a single article, ms"),
        ("latency_ratio", "the same over the time in the stages"),
        ("memory_mb", "memory of all processes, MB"),
    ):
        pairs = [(getattr(other, name), getattr(this, name)) for other, this in rounds]
        ratios = [this / other for other, this in pairs]
        medians = [statistics.median(values) for values in zip(*pairs, strict=True)]
        spread = f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
        lines.append(f"| {meaning} | {medians[0]:.2f} | {medians[1]:.2f} | {spread} |")
    return lines


def main() -> None:
    """Measure the rounds and print a table for each choice of models."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, help="working tree of the other version, with its .venv")
    parser.add_argument("--articles", type=int, default=200, help="articles in a backlog")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--kafka", action="store_true", help="over Apache Kafka; default: over the embedded broker")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    arguments = parser.parse_args()
    try:
        former = former_release(arguments.checkout)
    except NotUsable as error:
        parser.error(str(error))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends as well
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # topics that were just made have no leader yet
    values = corpus_articles(arguments.corpus)
    versions = replace(former, name="other"), replace(REDEFLUSS, name="this tree")
    for models in arguments.models:
        rounds = []
        for number in range(arguments.rounds):
            try:
                other, this = (
                    measure(system, values, arguments.articles, MODELS[models], kafka=arguments.kafka)
                    for system in versions
                )
            except (Stalled, Ended, TimeoutError) as error:
                sys.exit(f"round {number + 1} with {models} models: {error!r}")
            rounds.append((other, this))
            rates = f"{other.throughput:.2f} and {this.throughput:.2f} articles/s"
            sys.stderr.write(f"{models}, round {number + 1}: {rates}\n")
        heading = f"{models} models, {arguments.rounds} rounds of {arguments.articles} articles"
        sys.stdout.write("\n".join([heading, "", *table(rounds), ""]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
