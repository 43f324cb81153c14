"""What a sink costs the stream at full load, and whether it keeps up.

    python -m benchmarks.sink_load [PATH ...] [--stores parquet postgres duckdb] [--rounds N] [--phase-seconds N]

One worker on Apache Kafka works off a backlog that does not run dry. Meanwhile states take turns, so that a noisy
minute hits all of them: no sink, and then each of the sinks, started with `--from-now` on an empty store. A turn begins
when the sink has come up. What is compared is the work done in each state, as in `benchmarks.web`: messages that a
stage published, each weighted with what that stage takes for that article on average.
"""

import argparse
import asyncio
import os
import re
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from agents import kafka, topics
from agents.processes import module_command
from agents.progress import read_progress
from agents.settings import Settings, available_cores
from benchmarks.articles import multiplied, usable
from benchmarks.flood import READY_SECONDS, WARM_UP_ARTICLES, collect, send_all, settings_for
from benchmarks.limit import configuration
from benchmarks.systems import REDEFLUSS, running
from benchmarks.web import BACKLOG_PER_SECOND, SAMPLES, SETTLE_SECONDS, Phase, attribute, say
from pipeline.stages import STAGES
from tests.support.kafka_broker import KafkaBroker
from tests.support.postgres import PostgresServer

PREFIX = "sinks-"
START_SECONDS = 60.0
STORES = ("parquet", "postgres", "duckdb")
LAST_LINE = re.compile(r"([\d,]+) messages? stored.*; ([\d,]+) behind")


@dataclass
class Turn:
    """A state's turn: the work done in it, and what its sink did. Seconds of processor time."""

    store: str
    phase: Phase
    cpu: float = 0.0
    stored: int = 0
    behind: int = 0


@contextmanager
def sink(settings: Settings, store: str, target: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A sink that has come up; it is ended with the block, and says in `log` what it did."""
    own = {"REDEFLUSS_BROKER": settings.broker, "REDEFLUSS_TOPIC_PREFIX": PREFIX}
    with log.open("wb") as out:
        process = subprocess.Popen(
            module_command("agents.cli", "sink", store, target, "--from-now"),
            cwd=log.parent, env=dict(os.environ) | own, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + START_SECONDS
        while b"consumer group" not in log.read_bytes():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(log.read_text("utf-8", "replace"))
            time.sleep(0.1)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def turn(settings: Settings, server: PostgresServer, store: str, folder: Path, seconds: float) -> Turn:
    """One turn; `store` is empty for that without a sink."""
    if not store:
        await asyncio.sleep(SETTLE_SECONDS)
        phase = Phase("unseen", time.time())
        await asyncio.sleep(seconds)
        phase.end = time.time()
        return Turn(store, phase)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        target = server.database() if store == "postgres" else str(Path(name) / "store")
        log = Path(name) / "log"
        with sink(settings, store, target, log) as process:
            await asyncio.sleep(SETTLE_SECONDS)
            watched = psutil.Process(process.pid)
            before, phase = watched.cpu_times(), Phase("unseen", time.time())
            await asyncio.sleep(seconds)
            phase.end, after = time.time(), watched.cpu_times()
        made = Turn(store, phase, after.user + after.system - before.user - before.system)
        if said := LAST_LINE.search(log.read_text("utf-8", "replace")):
            made.stored, made.behind = (int(number.replace(",", "")) for number in said.groups())
        return made


async def measure(broker: str, server: PostgresServer, values: list[bytes], args: argparse.Namespace) -> None:
    """One run, from the start of the worker to the table."""
    settings = settings_for(broker, PREFIX)
    await topics.ensure(settings)
    states = ("", *args.stores)
    with running(REDEFLUSS, broker, PREFIX), tempfile.TemporaryDirectory() as folder:
        reader = kafka.consumer(settings, settings.topic("articles.quotes"))
        await reader.start()
        try:
            warm = list(multiplied(values, WARM_UP_ARTICLES, label="warm"))
            await send_all(settings, warm)
            await asyncio.wait_for(collect(reader, {key for key, _ in warm}, []), READY_SECONDS)
        finally:
            await reader.stop()
        length = args.rounds * len(states) * (args.phase_seconds + SETTLE_SECONDS + START_SECONDS / 10)
        await send_all(settings, multiplied(values, round(BACKLOG_PER_SECOND * length), label="article"))
        turns = []
        for number in range(args.rounds):
            first = number % len(states)
            for store in (*states[first:], *states[:first]):
                turns.append(await turn(settings, server, store, Path(folder), args.phase_seconds))
        left = sum(lag.lag for lag in await read_progress(settings) if lag.topic == settings.topic(STAGES[0].source))
    await attribute(settings, [one.phase for one in turns], len(values))
    report(turns, states, left)


def report(turns: list[Turn], states: tuple[str, ...], left: int) -> None:
    """The table, in Markdown."""
    say(f"load average {psutil.getloadavg()[0]:.1f}, {available_cores()} cores, {left} articles of the backlog left\n")
    say("| sink | work | against none | sink, % of the cores | messages stored | behind at the end |")
    say("|---|---|---|---|---|---|")
    none = [one.phase.rate for one in turns if not one.store]
    for state in states:
        mine = [one for one in turns if one.store == state]
        rates = [one.phase.rate for one in mine]
        ratios = [rate / other for rate, other in zip(rates, none, strict=True)]
        error = statistics.stdev(ratios) / len(ratios) ** 0.5 if len(ratios) > 1 else float("nan")
        seconds = sum(one.phase.end - one.phase.begin for one in mine)
        share = 100 * sum(one.cpu for one in mine) / seconds / available_cores()
        say(
            f"| {state or 'none'} | {statistics.fmean(rates):.3f} | {statistics.fmean(ratios):.3f} ± {error:.3f} "
            f"| {share:.2f} | {sum(one.stored for one in mine):,} | {sum(one.behind for one in mine):,} |"
        )


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", default=[str(SAMPLES)], help="articles to multiply; default: the samples")
    parser.add_argument("--stores", nargs="+", default=list(STORES), choices=STORES)
    parser.add_argument("--rounds", type=int, default=6, help="turns of each state")
    parser.add_argument("--phase-seconds", type=float, default=10.0, help="length of a turn that counts")
    args = parser.parse_args()
    values = usable(args.paths, configuration())
    with KafkaBroker() as broker, PostgresServer(fsync=True) as server:
        asyncio.run(measure(broker.address.removeprefix("kafka://"), server, values, args))


if __name__ == "__main__":
    main()
