"""What a sink costs the stream at full load, and whether it keeps up.

    python -m benchmarks.sink_load [--stores parquet postgres duckdb] [--rounds N] [--phase-seconds N]

One worker on Apache Kafka works off a backlog of the corpus's articles that does not run dry (each comes several
times, as articles of agencies do). Meanwhile states take turns, so that a noisy minute hits all of them: no sink, and
then each of the sinks, started with `--from-now` on an empty store. A turn begins some seconds after the sink has come
up. OpenSearch and what receives the webhook are played by this process. Two things are compared:

- the work done in each state, as in `benchmarks.web`: messages that a stage published, each weighted with what that
  stage takes for that article on average. It varies with the speed of the machine from turn to turn.
- the share that the pool has of all processor time that is used. All cores are busy, and the pool does the language
  work, so what the sink, its store and the broker take for it is missing here. The machine's speed does not matter.
"""

import argparse
import asyncio
import itertools
import logging
import os
import re
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from aiohttp import web
from aiohttp.test_utils import TestServer

from agents import kafka, topics
from agents.processes import module_command
from agents.progress import read_progress
from agents.settings import Settings
from benchmarks.articles import multiplied
from benchmarks.console import show
from benchmarks.flood import first_articles, send_all, settings_for
from benchmarks.releases import CORPUS, corpus_articles
from benchmarks.systems import REDEFLUSS, running
from benchmarks.usage import cpu_seconds, readings
from benchmarks.web import BACKLOG_PER_SECOND, Phase, attribute
from pipeline.cores import available_cores
from pipeline.stages import STAGES
from tests.sinks.bulk_api import BulkApi
from tests.support.kafka_broker import KafkaBroker
from tests.support.postgres import PostgresServer

PREFIX = "sinks-"
START_SECONDS = 60.0
STEADY_SECONDS = 15.0
"""From the moment when a sink has come up: it then imports what it needs, and fetches what has gathered."""
STORES = ("parquet", "postgres", "duckdb", "opensearch", "webhook")
ALONE = ("worker", "pages", "broker")
LAST_LINE = re.compile(r"([\d,]+) messages? stored.*; ([\d,]+) behind")


@dataclass
class Turn:
    """A state's turn: the work done in it, and what its sink did.

    Attributes:
        cpu: seconds of processor time by role (`benchmarks.usage`; "sink", and "store" for what it writes to).
    """

    store: str
    phase: Phase
    cpu: dict[str, float]
    stored: int = 0
    behind: int = 0

    @property
    def pool_share(self) -> float:
        """The pool's part of all processor time that was used."""
        return self.cpu["pool"] / sum(self.cpu.values())


class Watched:
    """The processes whose processor time counts.

    Args:
        worker, broker, store: process ids; the last is that of PostgreSQL.
    """

    def __init__(self, worker: int, broker: int, store: int) -> None:
        found = readings([worker], broker, at=0.0)
        self._alone = {role: [pid for pid, one in found.items() if one.role == role] for role in ALONE}
        (pool,) = (pid for pid, one in found.items() if one.role == "models")
        self._with_descendants = {"pool": pool, "postgres": store}

    def cpu(self, sink: int | None) -> dict[str, float]:
        """Processor time by role until now, in seconds."""
        roots = self._with_descendants if sink is None else self._with_descendants | {"sink": sink}
        used = {role: sum(processor_times(pid)) for role, pid in roots.items()}
        for role, pids in self._alone.items():
            used[role] = sum(cpu_seconds(psutil.Process(pid)) for pid in pids)
        used["store"] = used.pop("postgres") + time.process_time()  # this process plays the other stores
        return used


def processor_times(root: int) -> Iterator[float]:
    """Seconds of processor time of a process and its descendants, those included that have ended."""
    process = psutil.Process(root)
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            yield cpu_seconds(one)
    ended = process.cpu_times()
    yield ended.children_user + ended.children_system


class Targets:
    """Where the sinks write to: a real PostgreSQL, files, and servers in this process that take what is sent.

    Args:
        server: is asked for a new database for each turn.
        folder: holds what is written to files.
        search, hook: addresses of an OpenSearch (`tests.sinks.bulk_api`) and of what receives a webhook.
    """

    def __init__(self, server: PostgresServer, folder: Path, search: str, hook: str) -> None:
        self._server = server
        self._folder = folder
        self._addresses = {"opensearch": search, "webhook": hook}
        self._numbers = itertools.count()

    def new(self, store: str) -> str:
        """An empty one."""
        number = next(self._numbers)
        if store == "postgres":
            return self._server.database()
        if store in self._addresses:
            return f"{self._addresses[store]}{number}"
        return str(self._folder / f"{store}{number}")


@asynccontextmanager
async def targets(server: PostgresServer) -> AsyncIterator[Targets]:
    """All of them, while they are written to."""

    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=204)

    hook = web.Application(client_max_size=100_000_000)
    hook.router.add_post("/{name}", take)
    async with TestServer(BulkApi().app()) as search, TestServer(hook) as receiver:
        with tempfile.TemporaryDirectory() as folder:
            yield Targets(server, Path(folder), str(search.make_url("/news")), str(receiver.make_url("/hook")))


@asynccontextmanager
async def sink(settings: Settings, store: str, target: str, log: Path) -> AsyncIterator[subprocess.Popen[bytes]]:
    """A sink that has come up; it is ended with the block, and says in `log` what it did."""
    own = {
        "REDEFLUSS_BROKER": settings.broker,
        "REDEFLUSS_TOPIC_PREFIX": settings.topic_prefix,
        "REDEFLUSS_WEBHOOK_SECRET": "a secret of this measurement",
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            module_command("agents.cli", "sink", store, target, "--from-now"),
            cwd=log.parent, env=dict(os.environ) | own, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        async with asyncio.timeout(START_SECONDS):
            while b"consumer group" not in log.read_bytes():
                if process.poll() is not None:
                    raise SystemExit(log.read_text("utf-8", "replace"))
                await asyncio.sleep(0.1)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(process.wait, START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def turn(settings: Settings, there: Targets, watched: Watched, store: str, seconds: float) -> Turn:
    """One turn; `store` is empty for that without a sink."""
    if not store:
        return await steady(watched, store, None, seconds)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        async with sink(settings, store, there.new(store), log) as process:
            made = await steady(watched, store, process.pid, seconds)
        if said := LAST_LINE.search(log.read_text("utf-8", "replace")):
            made.stored, made.behind = (int(number.replace(",", "")) for number in said.groups())
        return made


async def steady(watched: Watched, store: str, sink: int | None, seconds: float) -> Turn:
    """What is done in `seconds`, after what came before has settled."""
    await asyncio.sleep(STEADY_SECONDS)
    before, phase = watched.cpu(sink), Phase("unseen", time.time())
    await asyncio.sleep(seconds)
    phase.end, after = time.time(), watched.cpu(sink)
    return Turn(store, phase, {role: after[role] - before[role] for role in after})


async def measure(
    broker: str, broker_pid: int, server: PostgresServer, values: list[bytes], args: argparse.Namespace
) -> None:
    """One run, from the start of the worker to the table."""
    settings = settings_for(broker, PREFIX)
    await topics.ensure(settings)
    states = ("", *args.stores)
    with running(REDEFLUSS, broker, PREFIX) as (worker,):
        reader = kafka.consumer(settings, settings.topic("articles.quotes"))
        await reader.start()
        try:
            await first_articles(settings, reader, values)
        finally:
            await reader.stop()
        length = args.rounds * len(states) * (args.phase_seconds + STEADY_SECONDS + START_SECONDS / 10)
        await send_all(settings, multiplied(values, round(BACKLOG_PER_SECOND * length), label="article"))
        turns, watched = [], Watched(worker, broker_pid, server.pid)
        async with targets(server) as there:
            for number in range(args.rounds):
                first = number % len(states)
                for store in (*states[first:], *states[:first]):
                    turns.append(await turn(settings, there, watched, store, args.phase_seconds))
        left = sum(lag.lag for lag in await read_progress(settings) if lag.topic == settings.topic(STAGES[0].source))
    await attribute(settings, [one.phase for one in turns], len(values))
    report(turns, states, left)


def report(turns: list[Turn], states: tuple[str, ...], left: int) -> None:
    """The table, in Markdown."""
    show(f"load average {psutil.getloadavg()[0]:.1f}, {available_cores()} cores, {left} articles of the backlog left\n")
    show(
        "| sink | work, against none | pool's share of processor time | against none "
        "| sink, ms a second | store | broker | messages stored | behind at the end |"
    )
    show("|---|---|---|---|---|---|---|---|---|")
    none = [one for one in turns if not one.store]
    for state in states:
        mine = [one for one in turns if one.store == state]
        rates = ratio(one.phase.rate / other.phase.rate for one, other in zip(mine, none, strict=True))
        shares = ratio(one.pool_share / other.pool_share for one, other in zip(mine, none, strict=True))
        seconds = sum(one.phase.end - one.phase.begin for one in mine)
        sink_ms, store_ms, broker_ms = (
            1000 * sum(one.cpu.get(role, 0.0) for one in mine) / seconds for role in ("sink", "store", "broker")
        )
        show(
            f"| {state or 'none'} | {rates} | {statistics.fmean(one.pool_share for one in mine):.3f} | {shares} "
            f"| {sink_ms:.0f} | {store_ms:.0f} | {broker_ms:.0f} "
            f"| {sum(one.stored for one in mine):,} | {sum(one.behind for one in mine):,} |"
        )


def ratio(of_turns: Iterable[float]) -> str:
    """Mean and standard error, for the table."""
    ratios = list(of_turns)
    error = statistics.stdev(ratios) / len(ratios) ** 0.5 if len(ratios) > 1 else float("nan")
    return f"{statistics.fmean(ratios):.3f} ± {error:.3f}"


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stores", nargs="+", default=list(STORES), choices=STORES)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each state")
    parser.add_argument("--phase-seconds", type=float, default=40.0, help="length of a turn that counts")
    args = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # topics that were just made have no leader yet
    values = corpus_articles(CORPUS)
    with KafkaBroker() as broker, PostgresServer(fsync=True) as server:
        asyncio.run(measure(broker.address.removeprefix("kafka://"), broker.pid, server, values, args))


if __name__ == "__main__":
    main()
