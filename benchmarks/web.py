"""What the web view costs the stream, and how fast its pages come while the stream runs at full load.

    python -m benchmarks.web [PATH ...] [--kept N] [--rounds N] [--phase-seconds N]

One worker on Apache Kafka works off a backlog that does not run dry. Meanwhile three states take turns, so that a
noisy minute hits all of them: `stopped` (the collector's process is stopped and nobody looks), `unseen` (it fills its
store and nobody looks) and `seen` (two newsroom pages and one operations page are open, and someone opens one of these
every three seconds). What is compared is the work done in each state: messages that a stage published, each weighted
with what that stage takes for that article on average.
"""

import argparse
import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import orjson
import psutil

from agents import kafka, topics
from agents.headers import trail_of
from agents.progress import read_progress
from agents.settings import Settings
from agents.topic_reader import messages_to_end
from benchmarks.articles import multiplied, usable
from benchmarks.console import show
from benchmarks.flood import WARM_UP_ARTICLES, first_articles, send_all, settings_for
from benchmarks.limit import configuration
from benchmarks.pages import Browsers
from benchmarks.percentile import percentile
from benchmarks.releases import CORPUS, corpus_articles
from benchmarks.systems import REDEFLUSS, running
from benchmarks.usage import cpu_seconds
from pipeline.cores import available_cores
from pipeline.stages import STAGES
from tests.support.kafka_broker import KafkaBroker
from tests.support.ports import free_port

State = Literal["stopped", "unseen", "seen"]
STATES: tuple[State, ...] = get_args(State)

SETTLE_SECONDS = 2.0
ASKED = 40
PAUSE_SECONDS = 0.75
BACKLOG_PER_SECOND = 60
"""More than the worker can do: the backlog is measured by how long the run is."""
NAMESAKES = 200
"""Entities of the articles that fill the store are multiplied by so many."""


@dataclass
class Phase:
    """One turn of a state; moments in seconds since 1970, processor time in seconds by kind of process."""

    state: State
    begin: float
    end: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    work: float = 0.0

    @property
    def rate(self) -> float:
        """Work done a second: how many processes' worth of stages ran."""
        return self.work / (self.end - self.begin)


class Processes:
    """The worker's processes by kind, and this one, which plays the browsers."""

    def __init__(self, worker: int, broker: int) -> None:
        main = psutil.Process(worker)
        children = main.children(recursive=True)
        self.collector = next(child for child in children if "agents.web.collector" in child.cmdline())
        pool = [child for child in children if child != self.collector]
        self._kinds = {
            "worker": [main],
            "pool": pool,
            "collector": [self.collector],
            "broker": [psutil.Process(broker)],
            "browsers": [psutil.Process()],
        }

    def cpu(self) -> dict[str, float]:
        """Processor time until now, in seconds."""
        return {kind: sum(map(cpu_seconds, found)) for kind, found in self._kinds.items()}


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", help="articles to multiply; default: those of the corpus")
    parser.add_argument("--kept", type=int, default=20_000, help="articles in the web view's store from the start")
    parser.add_argument("--rounds", type=int, default=8, help="turns of each state")
    parser.add_argument("--phase-seconds", type=float, default=7.0, help="length of a turn that counts")
    args = parser.parse_args()
    values = usable(args.paths, configuration()) if args.paths else corpus_articles(CORPUS)
    with KafkaBroker() as broker:
        address = broker.address.removeprefix("kafka://")
        asyncio.run(measure(address, broker.pid, values, args.kept, args.rounds, args.phase_seconds))


async def measure(
    broker: str, broker_pid: int, values: list[bytes], kept: int, rounds: int, phase_seconds: float
) -> None:
    """One run, from the start of the worker to the table."""
    settings = settings_for(broker, "web-")
    await topics.ensure(settings)
    length = rounds * len(STATES) * (phase_seconds + SETTLE_SECONDS) + 2 * ASKED * PAUSE_SECONDS
    port = free_port()
    browsers = Browsers(f"http://127.0.0.1:{port}")
    with running(REDEFLUSS, broker, "web-", REDEFLUSS_WEB_PORT=str(port)) as (worker,):
        await warm_up(settings, values, kept, browsers)
        processes = Processes(worker, broker_pid)
        backlog = round(BACKLOG_PER_SECOND * length)
        await send_all(settings, multiplied(values, backlog, label="article"))
        phases = [await turn(state, processes, browsers, phase_seconds) for state in states_in_turns(rounds)]
        browsers.seconds.clear()
        async with browsers.looking():
            await browsers.ask(ASKED, PAUSE_SECONDS)
        left = sum(lag.lag for lag in await read_progress(settings) if lag.topic == settings.topic(STAGES[0].source))
    await attribute(settings, phases, len(values))
    report(phases, browsers, left)


def states_in_turns(rounds: int) -> Iterator[State]:
    """Every state once a round, each round beginning with another."""
    for number in range(rounds):
        first = number % len(STATES)
        yield from (*STATES[first:], *STATES[:first])


async def warm_up(settings: Settings, values: list[bytes], kept: int, browsers: Browsers) -> None:
    """Load every model, and fill the store with `kept` articles made of those that came out."""
    reader = kafka.consumer(settings, settings.topic("articles.quotes"))
    await reader.start()
    try:
        await first_articles(settings, reader, values)
        await reader.seek_to_beginning()
        batches = await reader.getmany(timeout_ms=5000, max_records=WARM_UP_ARTICLES)
        records = [orjson.loads(record.value) for batch in batches.values() for record in batch]
    finally:
        await reader.stop()
    producer = kafka.producer(settings, embedded=False)
    await producer.start()
    try:
        topic = settings.topic("articles.quotes")
        for number in range(kept):
            key, value = kept_article(records[number % len(records)], number)
            await producer.send(topic, value, key=key)
        await producer.flush()
    finally:
        await producer.stop()
    await browsers.until_kept(min(kept, settings.web_keep_articles))


def kept_article(record: dict[str, Any], number: int) -> tuple[bytes, bytes]:
    """Key and value of another article like `record`, about people of other names."""
    namesake = f"-{number % NAMESAKES}"
    article = record | {"id": f"kept-{number}"}
    article["entities"] = [
        entity | {"id": entity["id"] + namesake, "name": entity["name"] + namesake} for entity in record["entities"]
    ]
    article["quotes"] = [
        quote | {"speaker": quote["speaker"] and quote["speaker"] | _renamed(quote["speaker"], namesake)}
        for quote in record["quotes"]
    ]
    return article["id"].encode(), orjson.dumps(article)


def _renamed(speaker: dict[str, Any], namesake: str) -> dict[str, Any]:
    return {name: speaker[name] and speaker[name] + namesake for name in ("entity", "name")}


async def turn(state: State, processes: Processes, browsers: Browsers, seconds: float) -> Phase:
    """One phase, begun when what came before has settled."""
    looking = browsers.looking() if state == "seen" else nullcontext()
    if state == "stopped":
        processes.collector.suspend()
    try:
        async with looking:
            await asyncio.sleep(SETTLE_SECONDS)
            before, phase = processes.cpu(), Phase(state, time.time())
            await asyncio.sleep(seconds)
            phase.end, after = time.time(), processes.cpu()
    finally:
        processes.collector.resume()
    phase.cpu = {kind: after[kind] - before[kind] for kind in before}
    return phase


async def attribute(settings: Settings, phases: list[Phase], distinct: int) -> None:
    """Give each phase the work that was done in it.

    Args:
        settings: of the stream.
        phases: all of them.
        distinct: how many articles were multiplied.
    """
    took: dict[tuple[str, int], list[float]] = defaultdict(list)
    done: list[tuple[float, tuple[str, int]]] = []
    for stage in STAGES:
        async for record in messages_to_end(settings, stage.target):
            label, number, *_ = record.key.decode().split("-")
            if label == "article":
                kind = stage.name, int(number) % distinct
                took[kind].append(trail_of(record.headers)[-1]["took_ms"] / 1000)
                done.append((record.timestamp / 1000, kind))
    weight = {kind: statistics.median(seconds) for kind, seconds in took.items()}
    for moment, kind in done:
        for phase in phases:
            if phase.begin <= moment < phase.end:
                phase.work += weight[kind]


def report(phases: list[Phase], browsers: Browsers, left: int) -> None:
    """The table, in Markdown."""
    cores = available_cores()
    kinds = list(phases[0].cpu)
    show(f"load average {psutil.getloadavg()[0]:.1f}, {cores} cores, {left} articles of the backlog left\n")
    show(f"| state | work | {' | '.join(f'{kind}, % of the cores' for kind in kinds)} | worker, ms a second of work |")
    show("|---|---|" + "---|" * (len(kinds) + 1))
    rates = {state: [phase.rate for phase in phases if phase.state == state] for state in STATES}
    for state in STATES:
        mine = [phase for phase in phases if phase.state == state]
        seconds = sum(phase.end - phase.begin for phase in mine)
        shares = [sum(phase.cpu[kind] for phase in mine) / seconds / cores for kind in kinds]
        overhead = 1000 * sum(phase.cpu["worker"] for phase in mine) / sum(phase.work for phase in mine)
        show(
            f"| {state} | {statistics.fmean(rates[state]):.3f} | "
            f"{' | '.join(f'{100 * share:.2f}' for share in shares)} | {overhead:.1f} |"
        )
    show("")
    pairs: tuple[tuple[State, State], ...] = (("seen", "unseen"), ("unseen", "stopped"), ("seen", "stopped"))
    for state, against in pairs:
        ratios = [mine / other for mine, other in zip(rates[state], rates[against], strict=True)]
        error = statistics.stdev(ratios) / len(ratios) ** 0.5 if len(ratios) > 1 else float("nan")
        show(
            f"{state} against {against}: {statistics.fmean(ratios):.3f} ± {error:.3f} "
            f"(median {statistics.median(ratios):.3f}) of the work, {len(ratios)} pairs"
        )
    for path in ("/", "/operations"):
        took = browsers.seconds[path]
        p50, p95 = (1000 * percentile(took, share) for share in (0.5, 0.95))
        show(f"{path}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, {len(took)} answers")


if __name__ == "__main__":
    main()
