"""One long backlog of short notes, tenth by tenth: does an article cost at the end what it cost at the beginning?

    python -m benchmarks.backlog [--articles N] [--sink STORE] [--journal FILE]

The notes (benchmarks/notes.py) are on the topic before the worker starts; one in twenty is broken, so that dead
letters grow with the backlog as do the marks of what was seen, the statements and the store of the pages. With --sink,
`redefluss sink STORE` runs beside the worker and stores what comes out. A table of the tenths is printed, as Markdown.
With the rules as models (REDEFLUSS_MODEL_DE=rules REDEFLUSS_QUOTE_MODEL=rules) 100,000 notes take a fraction of the
time, and everything around the models has the same work.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from agents import cluster, kafka, topics
from agents.progress import read_progress
from agents.settings import Settings
from benchmarks import backlog_report
from benchmarks.console import note
from benchmarks.flood import READY_SECONDS, STALL_SECONDS, Stalled, send_all, settings_for
from benchmarks.journal import Journal, new_turn
from benchmarks.notes import notes, whole
from benchmarks.report import write
from benchmarks.sink_load import LAST_LINE, sink
from benchmarks.systems import REDEFLUSS, Started, running
from benchmarks.usage import Reading, readings
from pipeline.stages import DEAD_LETTER_TOPIC, FINISHED_TOPIC, STAGES
from tests.support.kafka_broker import KafkaBroker

PREFIX = "backlog-"
STORES = ("parquet", "duckdb")
WARM_UP = 400
"""Messages before those that count."""
LOOK_SECONDS = 2.0
MEGABYTE = 1_000_000
ROLES = ("worker", "pool", "pages", "sink", "broker")


@dataclass
class SinkBeside:
    """A sink beside the worker.

    Attributes:
        pid: its process; None: there is no sink.
        stored: messages that it had stored at its end.
        behind: messages on the topics that it had still to store then.
    """

    pid: int | None = None
    stored: int = 0
    behind: int = 0


@asynccontextmanager
async def sink_beside(settings: Settings, store: str | None) -> AsyncIterator[SinkBeside]:
    """A sink to a store of its own for the length of a `with` block; without `store`, none."""
    beside = SinkBeside()
    if store is None:
        yield beside
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "log"
        async with sink(settings, store, str(folder / "store"), log) as process:
            beside.pid = process.pid
            yield beside
        said = log.read_text("utf-8", "replace")
        if (last := LAST_LINE.search(said)) is None:
            raise SystemExit(f"the sink has not said what it stored: {said.strip()[-300:]}")
        beside.stored, beside.behind = (int(number.replace(",", "")) for number in last.groups())


async def backlog(address: str, broker_pid: int, count: int, store: str | None) -> dict[str, Any]:
    """Let Redefluss work off `count` messages; what each tenth of what came out took, and what a sink has stored.

    Raises:
        Stalled: not everything came out.
        Ended: a process of Redefluss ended.
    """
    settings = settings_for(address, PREFIX)
    await topics.ensure(settings)
    await send_all(settings, notes(count + WARM_UP))
    note(f"{count + WARM_UP} messages are on the topic")
    consumer = kafka.consumer(settings, settings.topic(FINISHED_TOPIC))
    await consumer.start()
    try:
        async with sink_beside(settings, store) as beside:
            with running(REDEFLUSS, address, PREFIX) as processes:
                tenths = await _tenths(consumer, settings, processes, broker_pid, beside.pid, count)
                await _until_done(settings, processes)
            await asyncio.sleep(LOOK_SECONDS)
        return {"tenths": tenths} | ({"stored": beside.stored, "behind": beside.behind} if store else {})
    finally:
        await consumer.stop()


async def _tenths(
    consumer: AIOKafkaConsumer,
    settings: Settings,
    processes: Started,
    broker_pid: int,
    sink_pid: int | None,
    count: int,
) -> list[dict[str, Any]]:
    """Boundaries are where so many articles are out; each has readings of all processes."""
    expected, warm = whole(count + WARM_UP), whole(WARM_UP)
    step = (expected - warm) / 10
    marks = [warm + round(step * number) for number in range(11)]
    seen: set[bytes] = set()
    found: list[dict[str, Any]] = []
    at, before = 0.0, dict[int, Reading]()
    last = time.perf_counter() + READY_SECONDS - STALL_SECONDS
    reached = 0
    while marks:
        batch = await consumer.getmany(timeout_ms=1000)
        now = time.perf_counter()
        seen.update(record.key for records in batch.values() for record in records if record.key is not None)
        if batch:
            last = now
        elif now - last > STALL_SECONDS:
            raise Stalled(f"{expected - len(seen)} articles did not come out within {STALL_SECONDS:g} s")
        else:
            processes.check()
        if len(seen) < marks[0]:
            continue
        marks.pop(0)
        after = readings(processes, broker_pid, at=now, sink=sink_pid)
        if before:
            tenth = _tenth(before, after, len(seen) - reached, now - at)
            waiting = await _waiting(settings)
            found.append(tenth | {"dead_letters": await _dead(settings), "quotes_waiting": waiting[STAGES[-1].name]})
            note(str(found[-1]))
        at, before, reached = now, after, len(seen)
    return found


def _tenth(before: dict[int, Reading], after: dict[int, Reading], articles: int, seconds: float) -> dict[str, Any]:
    by_role = {role: [pid for pid, reading in after.items() if reading.role == role] for role in ROLES}

    def cpu(pids: list[int]) -> float:
        return sum(after[pid].cpu_seconds - (before[pid].cpu_seconds if pid in before else 0.0) for pid in pids)

    return {
        "articles_per_second": articles / seconds,
        "cpu_milliseconds_per_article": {role: 1000 * cpu(pids) / articles for role, pids in by_role.items() if pids},
        "largest_own_mb": {
            role: max(after[pid].own_bytes for pid in pids) / MEGABYTE for role, pids in by_role.items() if pids
        },
    }


async def _waiting(settings: Settings) -> dict[str, int]:
    """By stage, messages that it has not finished."""
    waiting = dict.fromkeys((stage.name for stage in STAGES), 0)
    for place in await read_progress(settings):
        waiting[place.stage] += place.lag
    return waiting


async def _until_done(settings: Settings, processes: Started) -> None:
    """Wait until no stage has anything left: the last one may be behind the article's end."""
    deadline = time.perf_counter() + STALL_SECONDS
    while any((await _waiting(settings)).values()):
        processes.check()
        if time.perf_counter() > deadline:
            raise Stalled(f"a stage did not finish within {STALL_SECONDS:g} s")
        await asyncio.sleep(LOOK_SECONDS)


async def _dead(settings: Settings) -> int:
    """Dead letters so far."""
    topic = settings.topic(DEAD_LETTER_TOPIC)
    consumer = kafka.consumer(settings)
    await consumer.start()
    try:
        numbers = await cluster.partition_numbers(settings, topic)
        ends = await consumer.end_offsets([TopicPartition(topic, number) for number in numbers])
    finally:
        await consumer.stop()
    return sum(ends.values())


def main() -> None:
    """Measure one backlog, print its tenths, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000, help="messages")
    parser.add_argument("--sink", choices=STORES, help="what a sink beside the worker writes to; default: no sink")
    parser.add_argument("--journal", type=Path, help="file to add the measurement to; the report is made of all in it")
    args = parser.parse_args()
    journal = Journal(args.journal)
    started = time.perf_counter()
    with KafkaBroker() as broker:
        got = asyncio.run(backlog(broker.address.removeprefix("kafka://"), broker.pid, args.articles, args.sink))
    seconds = round(time.perf_counter() - started)
    journal.add("backlog", new_turn(), articles=args.articles, sink=args.sink, seconds=seconds, **got)
    sys.stdout.write("\n".join(backlog_report.table(backlog_report.figures(journal.of("backlog")[-1]))) + "\n")
    if args.journal:
        write(journal)


if __name__ == "__main__":
    main()
