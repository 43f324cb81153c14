"""A backlog through a running system: articles per second, processor time and memory by process."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from agents import cluster, kafka, topics
from agents.settings import Settings
from benchmarks.articles import multiplied
from benchmarks.systems import Started, System, running
from benchmarks.usage import Usage, between, readings

WARM_UP_ARTICLES = 32
READY_SECONDS = 180.0
STALL_SECONDS = 120.0
LOOK_MILLISECONDS = 1000


@dataclass
class Flood:
    """What came of one backlog.

    Attributes:
        articles: how many.
        seconds: from the first send to the last article out.
        tenths: articles per second of each tenth of the articles by their order of coming out.
        ready_seconds: from the start of the processes to the first article out.
        processes: use of each of the system's processes and the broker.
        repeated: articles that came out more than once.
        machine: seconds of all cores by what they did (user, nice, system, idle, iowait, softirq, steal, …).
    """

    articles: int
    seconds: float = 0.0
    tenths: list[float] = field(default_factory=list)
    ready_seconds: float = 0.0
    processes: list[Usage] = field(default_factory=list)
    repeated: int = 0
    machine: dict[str, float] = field(default_factory=dict)

    @property
    def articles_per_second(self) -> float:
        """Throughput."""
        return self.articles / self.seconds

    @property
    def own(self) -> list[Usage]:
        """Use of the system's processes, without the broker."""
        return [usage for usage in self.processes if usage.role != "broker"]

    @property
    def cpu_milliseconds(self) -> float:
        """Processor time of the system's processes for an article."""
        return 1000 * sum(usage.cpu_seconds for usage in self.own) / self.articles

    @property
    def memory_megabytes(self) -> float:
        """Memory of the system's processes at the end; what they share counts once."""
        return sum(usage.proportional_bytes for usage in self.own) / 1e6


class Stalled(Exception):
    """A system that stopped giving out articles before all were there."""


def settings_for(broker: str, prefix: str, **more: object) -> Settings:
    """Settings as a worker on that broker would have them."""
    return Settings(broker=f"kafka://{broker}", topic_prefix=prefix, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """A producer that is connected."""
    producer = kafka.producer(settings, embedded=await cluster.is_embedded(settings))
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def send_all(settings: Settings, messages: Iterable[tuple[bytes, bytes]]) -> None:
    """Send raw articles and wait until the broker has confirmed every one."""
    async with connected(settings) as producer:
        await send(producer, settings.topic("articles.raw"), messages)


async def send(producer: AIOKafkaProducer, topic: str, messages: Iterable[tuple[bytes, bytes]]) -> None:
    """Send messages and wait until the broker has confirmed every one."""
    await asyncio.gather(*[await producer.send(topic, value, key=key) for key, value in messages])


async def collect(
    consumer: AIOKafkaConsumer,
    keys: set[bytes],
    times: list[float],
    check: Callable[[], None] = lambda: None,
    look: Callable[[Any], None] = lambda _: None,
) -> int:
    """Take articles until each of `keys` was there, noting when, and giving each record to `look`; how many repeats.

    Raises:
        Stalled: none came for a long time.
        Exception: whatever `check` raises, which is called about every second.
    """
    repeated = 0
    last = time.perf_counter()
    while keys:
        batch = await consumer.getmany(timeout_ms=LOOK_MILLISECONDS)
        now = time.perf_counter()
        if not batch:
            check()
            if now - last > STALL_SECONDS:
                raise Stalled(f"{len(keys)} articles did not come out within {STALL_SECONDS:g} s")
            continue
        last = now
        for records in batch.values():
            for record in records:
                look(record)
                if record.key in keys:
                    keys.remove(record.key)
                    times.append(now)
                else:
                    repeated += 1
    return repeated


async def first_articles(
    settings: Settings, consumer: AIOKafkaConsumer, values: list[bytes], check: Callable[[], None] = lambda: None
) -> float:
    """Let a few articles through, after which all models are loaded; when the first was out, by `time.perf_counter`.

    Raises:
        TimeoutError: they did not come out.
        Exception: as `collect`.
    """
    messages = list(multiplied(values, WARM_UP_ARTICLES, label="warm", partitions=settings.partitions))
    await send_all(settings, messages)
    times: list[float] = []
    await asyncio.wait_for(collect(consumer, {key for key, _ in messages}, times, check), READY_SECONDS)
    return times[0]


@dataclass
class Stream:
    """A system that runs and is warm; `ready_seconds` from the start of its processes to its first article out."""

    settings: Settings
    processes: Started
    consumer: AIOKafkaConsumer
    broker_pid: int
    ready_seconds: float = 0.0


@asynccontextmanager
async def warm_stream(
    system: System, broker: str, prefix: str, values: list[bytes], broker_pid: int, **environment: str
) -> AsyncIterator[Stream]:
    """A system on topics of its own, after it has processed a few articles.

    Raises:
        Ended: a process of the system ended.
        TimeoutError: the articles did not come out.
    """
    more = {name.removeprefix("REDEFLUSS_").lower(): value for name, value in environment.items()}
    settings = settings_for(broker, prefix, **more)
    await topics.ensure(settings)
    consumer = kafka.consumer(settings, settings.topic("articles.quotes"))
    await consumer.start()
    started = time.perf_counter()
    try:
        with running(system, broker, prefix, **environment) as processes:
            stream = Stream(settings, processes, consumer, broker_pid)
            stream.ready_seconds = await first_articles(settings, consumer, values, processes.check) - started
            yield stream
    finally:
        await consumer.stop()


async def backlog_through(stream: Stream, values: list[bytes], count: int) -> Flood:
    """Send `count` articles at once, and wait until all are out.

    Raises:
        Stalled: not everything came out.
        Ended: a process of the system ended.
    """
    result = Flood(articles=count, ready_seconds=stream.ready_seconds)
    partitions = stream.settings.partitions
    messages = list(multiplied(values, count, label="article", partitions=partitions))
    times: list[float] = []
    async with connected(stream.settings) as producer:
        before = readings(stream.processes, stream.broker_pid, at=time.perf_counter())
        machine = psutil.cpu_times()._asdict()
        begun = time.perf_counter()
        feeding = asyncio.create_task(send(producer, stream.settings.topic("articles.raw"), messages))
        result.repeated = await collect(stream.consumer, {key for key, _ in messages}, times, stream.processes.check)
        await feeding
        result.processes = between(before, readings(stream.processes, stream.broker_pid, at=time.perf_counter()))
    result.seconds = times[-1] - begun
    result.machine = {name: now - machine[name] for name, now in psutil.cpu_times()._asdict().items()}
    result.tenths = tenths(times, begun)
    return result


async def flood(
    system: System, broker: str, prefix: str, values: list[bytes], count: int, broker_pid: int, **environment: str
) -> Flood:
    """Start a system, let it warm up on a few articles, then send it `count` at once.

    Raises:
        Stalled: not everything came out.
        Ended: a process of the system ended.
    """
    async with warm_stream(system, broker, prefix, values, broker_pid, **environment) as stream:
        return await backlog_through(stream, values, count)


def tenths(times: list[float], begun: float) -> list[float]:
    """Articles per second in each tenth of the articles that came out at `times`."""
    size = max(1, len(times) // 10)
    marks = [begun, *(times[index] for index in range(size - 1, len(times), size))]
    return [size / max(end - begin, 1e-9) for begin, end in pairwise(marks)]
