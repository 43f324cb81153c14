"""A flood on `articles.raw`, and the memory of the worker under it: `python -m tests.faults.flood --articles 50000`.

Prints the worker's own memory idle and at its peak, and the figure that the
settings predict for the difference.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import psutil

from agents.kafka import FETCH_BYTES
from tests.support.kafka_broker import KafkaBroker
from tests.support.stream import Stream, article

TEXT = "Im Rathaus wurde gestritten. „Das ist Absicht“, sagte Petra Lindqvist. " * 60
STAGES = 3


def predicted_bytes(stream: Stream, article_bytes: int) -> int:
    """Most that a worker holds of messages: what is fetched, decompressed once more, buffered and in work."""
    settings = stream.settings
    each = 2 * FETCH_BYTES + (settings.buffer_messages + 2) * article_bytes
    return STAGES * settings.partitions * each


async def flood(articles: int, seconds: float, folder: Path, broker: KafkaBroker) -> dict[str, float]:
    """Produce first, then let a worker loose on it for so long."""
    stream = Stream(broker.address, "flood.", folder, duplicate_hours=24)
    await stream.prepare()
    worker = stream.start_worker()
    process = psutil.Process(worker.pid)
    try:
        await stream.produce([article("warm", "Ein Text.")])
        await stream.collect(lambda seen: len(seen.articles) >= 1)
        await asyncio.sleep(2)
        idle = process.memory_info().rss
        peak, started = idle, time.monotonic()
        producing = asyncio.create_task(
            stream.produce(article(f"a-{number}", f"{number} {TEXT}") for number in range(articles))
        )
        while time.monotonic() - started < seconds and (not producing.done() or await stream.lag()):
            for _ in range(10):
                await asyncio.sleep(0.2)
                peak = max(peak, process.memory_info().rss)
        await producing
        return {
            "idle_mb": idle / 1e6,
            "peak_mb": peak / 1e6,
            "predicted_growth_mb": predicted_bytes(stream, len(TEXT.encode())) / 1e6,
            "left": await stream.lag(),
            "rejoins": stream.logs().count("starting again"),
            "seconds": time.monotonic() - started,
        }
    finally:
        stream.kill_workers()


def main() -> int:
    """Exit code 1 if more memory was used than predicted, or the membership lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.flood", description=__doc__)
    parser.add_argument("--articles", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=600)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, KafkaBroker() as broker:
        found = asyncio.run(flood(options.articles, options.seconds, Path(folder), broker))
    sys.stdout.write(", ".join(f"{name} {value:.0f}" for name, value in found.items()) + "\n")
    return int(found["peak_mb"] - found["idle_mb"] > found["predicted_growth_mb"] or found["rejoins"] > 0)


if __name__ == "__main__":
    sys.exit(main())
