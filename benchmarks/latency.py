"""How long one article takes: alone in an idle system, and among others at shares of what the system can do."""

import asyncio
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from agents import cluster, kafka, topics
from agents.headers import RawHeaders, trail_of
from benchmarks.articles import multiplied
from benchmarks.flood import first_articles, settings_for
from benchmarks.percentile import percentile
from benchmarks.systems import REDEFLUSS, System, running

IDLE_ARTICLES = 40
IDLE_PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class Receipt:
    """An article that came out.

    Attributes:
        sent: when it was sent, or was due to be, in seconds since 1970 by this machine's clock.
        seconds: from then until it was received.
        timestamp_ms: the broker's time stamp of the last message, in milliseconds since 1970.
        headers: of the last message.
    """

    sent: float
    seconds: float
    timestamp_ms: int
    headers: RawHeaders


@dataclass(frozen=True)
class Latency:
    """Articles that came out.

    Attributes:
        idle: those that were sent one at a time.
        by_load: those that were sent at a steady rate, by the share of the throughput, with the articles a second.
    """

    idle: list[Receipt]
    by_load: dict[float, tuple[float, list[Receipt]]]

    @property
    def idle_seconds(self) -> float:
        """Median from send to receipt of single articles."""
        return statistics.median(receipt.seconds for receipt in self.idle)

    @property
    def idle_ratio(self) -> float:
        """Idle latency over the median sum of what the stages took for the same articles, by their own headers."""
        took: list[float] = [sum(step["took_ms"] for step in trail_of(one.headers)) / 1000 for one in self.idle]
        return self.idle_seconds / statistics.median(took)

    def percentiles(self, load: float) -> dict[str, float]:
        """Seconds that 50, 95 and 99 % of the articles do not exceed at that load, and how it was."""
        rate, receipts = self.by_load[load]
        seconds = [receipt.seconds for receipt in receipts]
        shares = {"p50": percentile(seconds, 0.5), "p95": percentile(seconds, 0.95), "p99": percentile(seconds, 0.99)}
        return {"articles_per_second": rate, "articles": len(seconds), **shares}


async def latency(
    broker: str,
    prefix: str,
    values: list[bytes],
    rates: Mapping[float, float] | None = None,
    count: int = 0,
    *,
    system: System = REDEFLUSS,
    environment: Mapping[str, str] | None = None,
) -> Latency:
    """Send single articles, then for each share of the load `count` of them at its rate in articles a second."""
    environment = environment or {}
    own = {name: value for name, value in environment.items() if name.startswith("REDEFLUSS_")}
    settings = settings_for(broker, prefix, **{name.removeprefix("REDEFLUSS_").lower(): own[name] for name in own})
    await topics.ensure(settings)
    consumer = kafka.consumer(settings, settings.topic("articles.quotes"), fetch_max_wait_ms=50)
    producer = kafka.producer(settings, embedded=await cluster.is_embedded(settings))
    await consumer.start()
    await producer.start()
    raw = settings.topic("articles.raw")
    with running(system, broker, prefix, **environment) as processes:
        try:
            await first_articles(settings, consumer, values, processes.check)
            idle = []
            for key, value in multiplied(values, IDLE_ARTICLES, label="idle"):
                await asyncio.sleep(IDLE_PAUSE_SECONDS)
                at, sent = time.time(), time.perf_counter()
                await producer.send_and_wait(raw, value, key=key)
                idle.append(_receipt(await consumer.getone(), at, time.perf_counter() - sent))
            by_load = {}
            for load, rate in (rates or {}).items():
                messages = list(multiplied(values, count, label=f"paced-{load}"))
                by_load[load] = rate, await paced(producer, consumer, raw, messages, rate)
        finally:
            await producer.stop()
            await consumer.stop()
    return Latency(idle, by_load)


def _receipt(record: Any, sent: float, seconds: float) -> Receipt:
    return Receipt(sent, seconds, record.timestamp, record.headers)


async def paced(
    producer: AIOKafkaProducer,
    consumer: AIOKafkaConsumer,
    topic: str,
    messages: Sequence[tuple[bytes, bytes]],
    per_second: float,
) -> list[Receipt]:
    """Send at a steady rate; an article's time counts from when it was due."""
    begun = time.perf_counter()
    wall = time.time() - begun
    due = {key: begun + number / per_second for number, (key, _) in enumerate(messages)}

    async def pace() -> None:
        for key, value in messages:
            await asyncio.sleep(max(0.0, due[key] - time.perf_counter()))
            await producer.send(topic, value, key=key)

    pacing = asyncio.create_task(pace())
    receipts: list[Receipt] = []
    while len(receipts) < len(messages):
        record = await consumer.getone()
        receipts.append(_receipt(record, wall + due[record.key], time.perf_counter() - due[record.key]))
    await pacing
    return receipts
