"""One stream under several loads: single articles, a backlog, a steady rate, and nothing at all."""

import asyncio
import statistics
import time
from dataclasses import dataclass, field
from typing import Any

import psutil

from agents import kafka
from agents.headers import trail_of
from benchmarks.articles import multiplied
from benchmarks.flood import STALL_SECONDS, Stream, collect, send_all
from benchmarks.latency import IDLE_PAUSE_SECONDS, paced
from benchmarks.percentile import percentile
from benchmarks.usage import Usage, between, busy_seconds, cpu_seconds, readings

SETTLE_SECONDS = 3.0
"""After which nothing that articles have caused goes on."""
STEADY_ARTICLES = 160
"""After so many, nothing becomes faster any more: the broker's Java code is compiled, and caches of words are full."""


@dataclass
class Use:
    """What was used in a while.

    Attributes:
        seconds: how long that was.
        processes: use of each of the system's processes and the broker.
        client: processor time of this process, which sends and receives.
        network_bytes: what was sent on the loopback device.
        machine: processor time of all programs on the machine.
    """

    seconds: float = 0.0
    processes: list[Usage] = field(default_factory=list)
    client: float = 0.0
    network_bytes: int = 0
    machine: float = 0.0

    def of(self, *roles: str) -> float:
        """Processor time of processes of these roles, in seconds."""
        return sum(usage.cpu_seconds for usage in self.processes if usage.role in roles)

    @property
    def own(self) -> float:
        """Processor time of all of them, in seconds."""
        return self.client + sum(usage.cpu_seconds for usage in self.processes)

    @property
    def busy_cores(self) -> float:
        """Cores that all of them used, on average."""
        return self.own / self.seconds

    @property
    def of_others(self) -> float:
        """Cores that other programs used, on average."""
        return max(0.0, self.machine - self.own) / self.seconds


@dataclass
class Steady:
    """Articles that were sent at a steady rate.

    Attributes:
        per_second: the rate.
        latencies: seconds from when an article was due until it was received, in the order of receiving.
        use: by what.
    """

    per_second: float
    latencies: list[float]
    use: Use

    def latency(self, share: float) -> float:
        """Seconds that `share` of the articles did not exceed."""
        return percentile(self.latencies, share)


@dataclass
class Singles:
    """Single articles in an idle stream; medians, in seconds.

    Attributes:
        count: how many.
        on_the_way: from sending one until it was received, less what its stages took, by its header `trail`.
        confirmed: from sending one until the broker had confirmed it.
        use: by what.
    """

    count: int
    on_the_way: float
    confirmed: float
    use: Use


async def idle(stream: Stream, seconds: float) -> Use:
    """Nothing is sent for so long."""
    watch = Watch(stream)
    await asyncio.sleep(seconds)
    return watch.use()


async def at_rate(stream: Stream, values: list[bytes], per_second: float, count: int) -> Steady:
    """`count` articles, sent at a steady rate.

    Raises:
        TimeoutError: they did not come out.
    """
    producer = kafka.producer(stream.settings, embedded=False)
    await producer.start()
    try:
        messages = list(multiplied(values, count, label="paced", partitions=stream.settings.partitions))
        watch = Watch(stream)
        sending = paced(producer, stream.consumer, stream.settings.topic("articles.raw"), messages, per_second)
        receipts = await asyncio.wait_for(sending, count / per_second + STALL_SECONDS)
        latencies = [receipt.seconds for receipt in receipts]
        return Steady(per_second, latencies, watch.use())
    finally:
        await producer.stop()


async def singly(stream: Stream, values: list[bytes], count: int) -> Singles:
    """Articles that are sent when the one before was received, with pauses."""
    producer = kafka.producer(stream.settings, embedded=False)
    topic = stream.settings.topic("articles.raw")
    await producer.start()
    on_the_way, confirmed = [], []
    try:
        watch = Watch(stream)
        for key, value in multiplied(values, count, label="single", partitions=stream.settings.partitions):
            await asyncio.sleep(IDLE_PAUSE_SECONDS)
            sent = time.perf_counter()
            await producer.send_and_wait(topic, value, key=key)
            confirmed.append(time.perf_counter() - sent)
            record = await asyncio.wait_for(stream.consumer.getone(), STALL_SECONDS)
            in_stages = sum(step["took_ms"] for step in trail_of(record.headers)) / 1000
            on_the_way.append(time.perf_counter() - sent - in_stages)
        return Singles(count, statistics.median(on_the_way), statistics.median(confirmed), watch.use())
    finally:
        await producer.stop()


class Watch:
    """Counters of all processes, from now on."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._at = time.perf_counter()
        self._before = readings(stream.processes, stream.broker_pid, at=self._at)
        self._client, self._network, self._machine = cpu_seconds(psutil.Process()), _network_bytes(), busy_seconds()

    def use(self) -> Use:
        """What was used until now."""
        now = time.perf_counter()
        client, network = cpu_seconds(psutil.Process()) - self._client, _network_bytes() - self._network
        machine = busy_seconds() - self._machine
        after = readings(self._stream.processes, self._stream.broker_pid, at=now)
        return Use(now - self._at, between(self._before, after), client, network, machine)


def _network_bytes() -> int:
    return int(psutil.net_io_counters(pernic=True)["lo"].bytes_sent)


async def warm_up(stream: Stream, values: list[bytes], label: str, count: int) -> list[list[Any]]:
    """Let the system process `count` more articles, one for each partition at least, and give their trails.

    Workers that came later import what they need, a sink stores what comes, and what becomes faster with time does.

    Raises:
        Stalled: not everything came out.
        Ended: a process of the system ended.
    """
    partitions = stream.settings.partitions
    messages = list(multiplied(values, max(count, partitions), label=label, partitions=partitions))
    trails: list[list[Any]] = []
    await send_all(stream.settings, messages)
    keys = {key for key, _ in messages}
    look = lambda record: trails.append(trail_of(record.headers))  # noqa: E731
    await collect(stream.consumer, keys, [], stream.processes.check, look)
    await asyncio.sleep(SETTLE_SECONDS)
    return trails
