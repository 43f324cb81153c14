"""How long one article takes: alone in an idle system, and among others at half of what the system can do."""

import asyncio
import statistics
import time
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from agents import kafka, topics
from agents.headers import trail_of
from benchmarks.articles import multiplied
from benchmarks.flood import READY_SECONDS, WARM_UP_ARTICLES, collect, send_all, settings_for
from benchmarks.systems import REDEFLUSS, System, running

IDLE_ARTICLES = 40
IDLE_PAUSE_SECONDS = 0.2


@dataclass
class Latency:
    """Seconds.

    Attributes:
        idle: median from send to receipt of single articles.
        stage_times: median sum of what the three stages took for the same articles, by their own headers.
        half_load: from send to receipt at half load, ascending.
    """

    idle: float
    stage_times: float
    half_load: list[float]

    @property
    def idle_ratio(self) -> float:
        """Idle latency over the sum of the stage times."""
        return self.idle / self.stage_times

    def percentile(self, share: float) -> float:
        """The half-load latency that `share` of the articles do not exceed."""
        return self.half_load[min(len(self.half_load) - 1, int(share * len(self.half_load)))]


async def latency(
    broker: str,
    prefix: str,
    values: list[bytes],
    per_second: float,
    count: int,
    *,
    system: System = REDEFLUSS,
    **environment: str,
) -> Latency:
    """Measure Redefluss; `per_second` is the rate of half load, at which `count` articles are sent, if any."""
    more = {name.removeprefix("REDEFLUSS_").lower(): value for name, value in environment.items()}
    settings = settings_for(broker, prefix, **more)
    await topics.ensure(settings)
    consumer = kafka.consumer(settings, settings.topic("articles.quotes"), fetch_max_wait_ms=50)
    producer = kafka.producer(settings, embedded=await kafka.is_embedded(settings))
    await consumer.start()
    await producer.start()
    raw = settings.topic("articles.raw")
    with running(system, broker, prefix, **environment) as processes:
        try:
            warm = list(multiplied(values, WARM_UP_ARTICLES, label="warm"))
            await send_all(settings, warm)
            await asyncio.wait_for(collect(consumer, {key for key, _ in warm}, [], processes.check), READY_SECONDS)
            idle, stage_times = [], []
            for key, value in multiplied(values, IDLE_ARTICLES, label="idle"):
                await asyncio.sleep(IDLE_PAUSE_SECONDS)
                sent = time.perf_counter()
                await producer.send_and_wait(raw, value, key=key)
                record = await consumer.getone()
                idle.append(time.perf_counter() - sent)
                stage_times.append(sum(step["took_ms"] for step in trail_of(record.headers)) / 1000)
            half_load = await _half_load(producer, consumer, raw, values, per_second=per_second, count=count)
        finally:
            await producer.stop()
            await consumer.stop()
    return Latency(statistics.median(idle), statistics.median(stage_times), sorted(half_load))


async def _half_load(
    producer: AIOKafkaProducer,
    consumer: AIOKafkaConsumer,
    topic: str,
    values: list[bytes],
    *,
    per_second: float,
    count: int,
) -> list[float]:
    due: dict[bytes, float] = {}
    messages = list(multiplied(values, count, label="paced"))

    async def pace() -> None:
        begun = time.perf_counter()
        for number, (key, value) in enumerate(messages):
            due[key] = begun + number / per_second
            await asyncio.sleep(max(0.0, due[key] - time.perf_counter()))
            await producer.send(topic, value, key=key)

    pacing = asyncio.create_task(pace())
    took: list[float] = []
    while len(took) < count:
        record = await consumer.getone()
        took.append(time.perf_counter() - due[record.key])
    await pacing
    return took
