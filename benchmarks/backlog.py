"""One long backlog of short notes, tenth by tenth: does an article cost at the end what it cost at the beginning?

    python -m benchmarks.backlog [--articles N] [--journal FILE]

The notes (benchmarks/notes.py) are on the topic before the worker starts; one in twenty is broken, so that dead
letters grow with the backlog as do the marks of what was seen and the store of the pages.
"""

import argparse
import asyncio
import time
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from agents import kafka, topics
from agents.settings import Settings
from benchmarks.__main__ import broker, say
from benchmarks.flood import READY_SECONDS, STALL_SECONDS, Stalled, send_all, settings_for
from benchmarks.journal import Journal, new_turn
from benchmarks.notes import notes, whole
from benchmarks.report import write
from benchmarks.systems import REDEFLUSS, Started, running
from benchmarks.usage import Reading, readings

WARM_UP = 400
"""Messages before those that count."""
MEGABYTE = 1_000_000


async def backlog(address: str, broker_pid: int, count: int) -> list[dict[str, Any]]:
    """Let Redefluss work off `count` messages; what each tenth of what came out took."""
    settings = settings_for(address, "backlog-")
    await topics.ensure(settings)
    await send_all(settings, notes(count + WARM_UP))
    say(f"{count + WARM_UP} messages are on the topic")
    consumer = kafka.consumer(settings, settings.topic("articles.quotes"))
    await consumer.start()
    try:
        with running(REDEFLUSS, address, "backlog-") as processes:
            return await _tenths(consumer, settings, processes, broker_pid, count)
    finally:
        await consumer.stop()


async def _tenths(
    consumer: AIOKafkaConsumer, settings: Settings, processes: Started, broker_pid: int, count: int
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
        after = readings(processes, broker_pid, at=now)
        if before:
            found.append(_tenth(before, after, len(seen) - reached, now - at) | {"dead_letters": await _dead(settings)})
            say(str(found[-1]))
        at, before, reached = now, after, len(seen)
    return found


def _tenth(before: dict[int, Reading], after: dict[int, Reading], articles: int, seconds: float) -> dict[str, Any]:
    roles = ("worker", "pool", "pages", "broker")
    by_role = {role: [pid for pid, reading in after.items() if reading.role == role] for role in roles}

    def cpu(pids: list[int]) -> float:
        return sum(after[pid].cpu_seconds - (before[pid].cpu_seconds if pid in before else 0.0) for pid in pids)

    return {
        "articles_per_second": articles / seconds,
        "cpu_milliseconds_per_article": {role: 1000 * cpu(pids) / articles for role, pids in by_role.items()},
        "largest_own_mb": {
            role: max((after[pid].own_bytes for pid in pids), default=0) / MEGABYTE for role, pids in by_role.items()
        },
    }


async def _dead(settings: Settings) -> int:
    """Dead letters so far."""
    topic = settings.topic("articles.dead-letter")
    consumer = kafka.consumer(settings)
    await consumer.start()
    try:
        found = await kafka.partitions_of(settings, topic)
        ends = await consumer.end_offsets([TopicPartition(topic, number) for number in found[topic]])
    finally:
        await consumer.stop()
    return sum(ends.values())


def main() -> None:
    """Measure one backlog and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000, help="messages")
    parser.add_argument("--journal", type=Path, help="file to add the measurement to; the report is made of all in it")
    args = parser.parse_args()
    journal = Journal(args.journal)
    started = time.perf_counter()
    with broker(embedded=False) as (address, pid):
        tenths = asyncio.run(backlog(address, pid, args.articles))
    seconds = time.perf_counter() - started
    journal.add("backlog", new_turn(), articles=args.articles, seconds=round(seconds), tenths=tenths)
    if args.journal:
        write(journal)


if __name__ == "__main__":
    main()
