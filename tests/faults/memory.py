"""How much memory the processes of a worker take at most, with large articles and with what inflates far beyond them.

    python -m tests.faults.memory [--articles 200] [--bytes 5000000] [--bombs 400000000] [--limit BYTES]

With `--limit` the worker and all its children run in a control group of that size (as root, where the machine has
control groups for memory). The stages are those of the tests, which carry articles through all topics.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil
from aiokafka import AIOKafkaProducer

from agents.web.collector.collector import BATCH_BYTES, FETCH_MESSAGES, READ_TOPICS
from tests.support.kafka_broker import KafkaBroker
from tests.support.ports import free_port
from tests.support.stream import Outcome, Stream, article, descendants

GROUPS = (Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup"))
LOOK_SECONDS = 0.1
READY_SECONDS = 120.0
IDLE_SECONDS = 5.0
END_SECONDS = 10.0
LONGEST_SECONDS = 3_000.0
TIME_LIMIT_SECONDS = 600
"""So large articles must not become dead letters because other programs use the cores."""
CODECS = ("zstd", "gzip")
MESSAGE_SHARE = 2
"""The largest message in sizes of an article: in the stages of these tests all of the text is one quote, and a record
with quotes has both."""
CLIENT_BYTES, WINDOW_BYTES = 6 * 2**20, 34 * 2**20
"""Of a partition in a client, with the usual settings of a codec and at worst."""
STORING_SHARE = 8
"""What the collector needs to store a message, in sizes of it."""
WORDS = "Der Hafen wird im nächsten Jahr umgebaut, sagte die Bürgermeisterin am Montag. "


@dataclass
class Peaks:
    """Resident memory in bytes by process: `idle` before the first article, `most` at any time.

    The processes are the worker's own ("worker"), the one with the models ("models"), the largest of the pool ("pool")
    and the pages' collector ("pages").
    """

    idle: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)

    @property
    def gained(self) -> dict[str, int]:
        """What came on top of an idle process."""
        return {role: most - self.idle.get(role, 0) for role, most in self.most.items()}


def resident(worker: int) -> dict[str, int]:
    """Resident memory by process, at this moment."""
    found: dict[str, int] = {}
    for pid in (worker, *descendants(worker)):
        try:
            process = psutil.Process(pid)
            role = "worker" if pid == worker else _role(process)
            found[role] = max(found.get(role, 0), process.memory_info().rss)
        except psutil.Error:
            continue
    return found


def _role(process: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    if "agents.web.collector" in words:
        return "pages"
    return "pool" if "fork_server" in " ".join(psutil.Process(process.ppid()).cmdline()) else "models"


def formula(stream: Stream, article_bytes: int) -> int:
    """What the worker's own process may gain, in bytes, as docs/operations/sizing.md has it, with all four stages."""
    settings = stream.settings
    held = (settings.buffer_messages + 5) * MESSAGE_SHARE * article_bytes
    return 4 * settings.partitions * (WINDOW_BYTES + held)


def pages_formula(stream: Stream, article_bytes: int) -> int:
    """What the pages' collector may gain, in bytes, as docs/operations/sizing.md has it."""
    partitions = len(READ_TOPICS) * stream.settings.partitions + 1  # what the workers say has one
    return partitions * CLIENT_BYTES + BATCH_BYTES + (FETCH_MESSAGES + STORING_SHARE) * MESSAGE_SHARE * article_bytes


@contextmanager
def control_group(limit: int) -> Iterator[Path]:
    """A control group with so much memory and no swap."""
    root = next(root for root in GROUPS if root.is_dir())
    group = root / f"redefluss-{os.getpid()}"
    group.mkdir()
    (group / ("memory.max" if (root / "cgroup.controllers").exists() else "memory.limit_in_bytes")).write_text(
        str(limit)
    )
    try:
        yield group
    finally:
        deadline = time.monotonic() + END_SECONDS  # what a killed worker had started ends a moment after it
        while (group / "cgroup.procs").read_text() and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        group.rmdir()


async def send(stream: Stream, articles: int, size: int, bombs: int) -> None:
    """Compressible articles, and after half of them a message behind each codec that is far too large."""
    text = (WORDS * (size // len(WORDS.encode())))[: size - 1_000]
    for number in range(articles):
        if number == articles // 2:
            for codec in CODECS:
                await _send_one(stream, codec, b"bomb-" + codec.encode(), bytes(bombs))
        key, value = article(f"a-{number}", f"{number} {text}")
        await _send_one(stream, CODECS[number % 2], key, value)


async def _send_one(stream: Stream, codec: str, key: bytes, value: bytes) -> None:
    producer = AIOKafkaProducer(
        **stream.settings.client_options(),
        compression_type=codec,
        max_request_size=2 * len(value) + 100_000,
        acks="all",
    )
    await producer.start()
    try:
        await producer.send_and_wait(stream.settings.topic("articles.raw"), value, key)
    finally:
        await producer.stop()


async def ready(port: int) -> None:
    """Wait until a worker does its work: before, it has less memory than an idle one."""
    async with asyncio.timeout(READY_SECONDS), aiohttp.ClientSession() as session:
        while True:
            with suppress(aiohttp.ClientError):
                async with session.get(f"http://127.0.0.1:{port}/health/ready") as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(LOOK_SECONDS)


async def measure(
    stream: Stream, *, articles: int, size: int, bombs: int, group: Path | None = None, seconds: float = 600
) -> tuple[Peaks, Outcome]:
    """Send it all through a worker with its web view; the memory of its processes, and what came out."""
    port = free_port()
    worker = stream.start_worker(web_enabled="true", web_port=port)
    if group is not None:
        (group / "cgroup.procs").write_text(str(worker.pid))
    peaks, done = Peaks(), asyncio.Event()

    async def look() -> None:
        while not done.is_set():
            for role, taken in resident(worker.pid).items():
                peaks.most[role] = max(peaks.most.get(role, 0), taken)
            await asyncio.sleep(LOOK_SECONDS)

    looking = asyncio.create_task(look())
    await ready(port)
    await asyncio.sleep(IDLE_SECONDS)
    sending = asyncio.create_task(send(stream, articles, size, bombs))
    idle = resident(worker.pid)
    peaks.idle = idle

    def complete(outcome: Outcome) -> bool:
        return len(outcome.ids) >= articles and len(outcome.letters) >= len(CODECS)

    outcome = await stream.collect(complete, seconds=seconds, settle_seconds=3)
    await sending
    done.set()
    await looking
    assert all(code == 0 for code in stream.stop_workers())
    return peaks, outcome


async def main() -> int:
    """Run it, and print what was taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--bytes", type=int, default=5_000_000)
    parser.add_argument("--bombs", type=int, default=400_000_000)
    parser.add_argument("--limit", type=int)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, KafkaBroker() as broker:
        options = {
            "partitions": 2,
            "buffer_messages": 4,
            "processes": 1,
            "max_article_bytes": asked.bytes,
            "time_limit_seconds": TIME_LIMIT_SECONDS,
        }
        stream = Stream(broker.address, "m.", Path(folder), **options)
        await stream.prepare()
        begun = time.monotonic()
        with control_group(asked.limit) if asked.limit else nullcontext() as group:
            try:
                peaks, outcome = await measure(
                    stream,
                    articles=asked.articles,
                    size=asked.bytes,
                    bombs=asked.bombs,
                    group=group,
                    seconds=LONGEST_SECONDS,
                )
            finally:
                stream.kill_workers()
        report = {
            "articles": len(outcome.ids),
            "dead_letters": [letter["reason"] for letter in outcome.letters],
            "seconds": round(time.monotonic() - begun),
            "idle_bytes": peaks.idle,
            "most_bytes": peaks.most,
            "formula_bytes": formula(stream, asked.bytes),
            "pages_formula_bytes": pages_formula(stream, asked.bytes),
            "limit_bytes": asked.limit,
        }
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
