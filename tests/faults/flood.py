"""A flood on `articles.raw`, and the memory of the worker under it: `python -m tests.faults.flood --articles 50000`.

Prints the worker's own memory idle and at its peak, the figure that the
settings predict for the difference, the same of the worker with all its
processes (shared memory counted once), and how many articles had come out when
the first stage had taken in half of them.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from agents.kafka import FETCH_BYTES
from agents.progress import read_progress
from tests.support.kafka_broker import KafkaBroker
from tests.support.stream import Stream, article

TEXT = "Im Rathaus wurde gestritten. „Das ist Absicht“, sagte Petra Lindqvist. " * 60
ARTICLE_STAGES = ("clean", "entities", "quotes")
"""What `statements` remembers has a bound of its own and comes on top."""


def predicted_bytes(stream: Stream, article_bytes: int) -> int:
    """Most that a worker holds of messages: what is fetched, decompressed once more, buffered and in work."""
    settings = stream.settings
    each = 2 * FETCH_BYTES + (settings.buffer_messages + 2) * article_bytes
    return len(ARTICLE_STAGES) * settings.partitions * each


async def flood(articles: int, seconds: float, folder: Path, broker: KafkaBroker) -> dict[str, float]:
    """Produce first, then let a worker loose on it for so long."""
    stream = Stream(broker.address, "flood.", folder, duplicate_hours=24)
    await stream.prepare()
    worker = stream.start_worker(*ARTICLE_STAGES)
    process = psutil.Process(worker.pid)
    try:
        await stream.produce([article("warm", "Ein Text.")])
        await stream.collect(lambda seen: len(seen.articles) >= 1)
        await asyncio.sleep(2)
        idle, all_idle = process.memory_info().rss, family_bytes(process)
        peak, all_peak, through, started = idle, all_idle, 0, time.monotonic()
        producing = asyncio.create_task(
            stream.produce(article(f"a-{number}", f"{number} {TEXT}") for number in range(articles))
        )
        while time.monotonic() - started < seconds and (not producing.done() or await left(stream)):
            for _ in range(10):
                await asyncio.sleep(0.2)
                peak = max(peak, process.memory_info().rss)
            all_peak = max(all_peak, family_bytes(process))
            through = through or await out_at_half(stream, articles)
        await producing
        return {
            "idle_mb": idle / 1e6,
            "peak_mb": peak / 1e6,
            "predicted_growth_mb": predicted_bytes(stream, len(TEXT.encode())) / 1e6,
            "all_idle_mb": all_idle / 1e6,
            "all_peak_mb": all_peak / 1e6,
            "out_at_half": through,
            "left": await left(stream),
            "rejoins": stream.logs().count("starting again"),
            "seconds": time.monotonic() - started,
        }
    finally:
        stream.kill_workers()


async def left(stream: Stream) -> int:
    """Messages that the stages of articles have still to do."""
    return sum(lag.lag for lag in await read_progress(stream.settings) if lag.stage in ARTICLE_STAGES)


def family_bytes(process: psutil.Process) -> int:
    """Memory of a process and all below it, what they share counted once."""
    total = 0
    for member in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += member.memory_full_info().pss
    return total


async def out_at_half(stream: Stream, articles: int) -> int:
    """Articles through the last stage, once the first has taken in half of them; 0 before."""
    done: Counter[str] = Counter()
    for lag in await read_progress(stream.settings):
        done[lag.stage] += lag.committed or 0
    return done["quotes"] if done["clean"] >= articles / 2 else 0


def main() -> int:
    """Exit code 1 if more memory was used than predicted, the membership lost, or something left undone."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.flood", description=__doc__)
    parser.add_argument("--articles", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=3600, help="longest time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, KafkaBroker() as broker:
        found = asyncio.run(flood(options.articles, options.seconds, Path(folder), broker))
    sys.stdout.write(", ".join(f"{name} {value:.0f}" for name, value in found.items()) + "\n")
    grown = found["peak_mb"] - found["idle_mb"]
    return int(grown > found["predicted_growth_mb"] or found["rejoins"] > 0 or found["left"] > 0)


if __name__ == "__main__":
    sys.exit(main())
