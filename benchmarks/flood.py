"""A backlog through a running system: articles per second, processor time and memory by process."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import psutil
from aiokafka import AIOKafkaConsumer

from agents import kafka, topics
from agents.settings import Settings
from benchmarks.articles import multiplied
from benchmarks.systems import System, running

WARM_UP_ARTICLES = 32
READY_SECONDS = 180.0
STALL_SECONDS = 120.0


@dataclass
class Usage:
    """What a process used: seconds of processor time; bytes of its own and its share of what it shares."""

    cpu_seconds: float
    own_bytes: int
    proportional_bytes: int


@dataclass
class Flood:
    """What came of one backlog.

    Attributes:
        articles_per_second: from the first send to the last article out.
        tenths: the same for each tenth of the articles by their order of coming out.
        ready_seconds: from the start of the processes to the first article out.
        processes: use of each of the system's processes, the parent's first.
        broker: the broker's use.
        repeated: articles that came out more than once.
        limit: articles per second of the limit in the same turn; 0 where none was measured.
    """

    articles_per_second: float = 0.0
    tenths: list[float] = field(default_factory=list)
    ready_seconds: float = 0.0
    processes: list[Usage] = field(default_factory=list)
    broker: Usage | None = None
    repeated: int = 0
    limit: float = 0.0


class Stalled(Exception):
    """A system that stopped giving out articles before all were there."""


def settings_for(broker: str, prefix: str, **more: object) -> Settings:
    """Settings as a worker on that broker would have them."""
    return Settings(broker=f"kafka://{broker}", topic_prefix=prefix, **more)  # type: ignore[arg-type]


async def send_all(settings: Settings, messages: Iterable[tuple[bytes, bytes]]) -> None:
    """Send raw articles and wait until the broker has confirmed every one."""
    producer = kafka.producer(settings, embedded=await kafka.is_embedded(settings))
    await producer.start()
    try:
        topic = settings.topic("articles.raw")
        waiting = [await producer.send(topic, value, key=key) for key, value in messages]
        await asyncio.gather(*waiting)
    finally:
        await producer.stop()


async def collect(consumer: AIOKafkaConsumer, keys: set[bytes], times: list[float]) -> int:
    """Take articles until each of `keys` was there, noting when; the number of repeats."""
    repeated = 0
    while keys:
        batch = await consumer.getmany(timeout_ms=round(STALL_SECONDS * 1000))
        if not batch:
            raise Stalled(f"{len(keys)} articles did not come out within {STALL_SECONDS:g} s")
        now = time.perf_counter()
        for records in batch.values():
            for record in records:
                if record.key in keys:
                    keys.remove(record.key)
                    times.append(now)
                else:
                    repeated += 1
    return repeated


async def flood(
    system: System, broker: str, prefix: str, values: list[bytes], count: int, broker_pid: int, **environment: str
) -> Flood:
    """Start a system, let it warm up on a few articles, then send it `count` at once.

    Raises:
        Stalled: not everything came out.
    """
    settings = settings_for(
        broker, prefix, **{name.removeprefix("REDEFLUSS_").lower(): v for name, v in environment.items()}
    )
    await topics.ensure(settings)
    consumer = kafka.consumer(settings, settings.topic("articles.quotes"))
    await consumer.start()
    started = time.perf_counter()
    result = Flood()
    with running(system, broker, prefix, **environment) as pids:
        try:
            warm = list(multiplied(values, WARM_UP_ARTICLES, label="warm"))
            await send_all(settings, warm)
            times: list[float] = []
            await asyncio.wait_for(collect(consumer, {key for key, _ in warm}, times), READY_SECONDS)
            result.ready_seconds = times[0] - started
            before, broker_before = _usage(pids), _usage([broker_pid])
            messages = list(multiplied(values, count, label="article"))
            times = []
            begun = time.perf_counter()
            feeding = asyncio.create_task(send_all(settings, messages))
            result.repeated = await collect(consumer, {key for key, _ in messages}, times)
            await feeding
            result.articles_per_second = count / (times[-1] - begun)
            result.tenths = _tenths(times, begun)
            result.processes = _between(before, _usage(pids))
            result.broker = _between(broker_before, _usage([broker_pid]))[0]
        finally:
            await consumer.stop()
    return result


def _tenths(times: list[float], begun: float) -> list[float]:
    size = max(1, len(times) // 10)
    marks = [begun, *(times[index] for index in range(size - 1, len(times), size))]
    return [size / max(end - begin, 1e-9) for begin, end in pairwise(marks)]


def _usage(pids: Iterable[int]) -> dict[int, Usage]:
    usage: dict[int, Usage] = {}
    for pid in pids:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            try:
                times, memory = process.cpu_times(), process.memory_full_info()
            except psutil.NoSuchProcess:
                continue
            usage[process.pid] = Usage(times.user + times.system, memory.uss, memory.pss)
    return usage


def _between(before: dict[int, Usage], after: dict[int, Usage]) -> list[Usage]:
    nothing = Usage(0.0, 0, 0)
    return [
        Usage(now.cpu_seconds - before.get(pid, nothing).cpu_seconds, now.own_bytes, now.proportional_bytes)
        for pid, now in after.items()
    ]
