"""Measuring what the simulation is fed with: the stages by direct calls, and all else in streams on Apache Kafka."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

import psutil

from benchmarks.articles import multiplied
from benchmarks.direct_calls import Called, DirectCalls, direct_calls
from benchmarks.flood import backlog_through, warm_stream
from benchmarks.limit import configuration
from benchmarks.loads import (
    SETTLE_SECONDS,
    STEADY_ARTICLES,
    Watch,
    at_rate,
    idle,
    singly,
    warm_up,
)
from benchmarks.machine_speed import SpeedClock
from benchmarks.simulation.costs import ArticleCosts, Costs
from benchmarks.simulation.measured_costs import (
    MeasuredStages,
    MeasuredStream,
    Requests,
    costs_of,
    longer_beside_others,
    mean_of_stages,
    requests_of,
)
from benchmarks.systems import REDEFLUSS
from benchmarks.usage import cores, cpu_seconds
from pipeline.reader.model import SIDE_BY_SIDE
from tests.support.kafka_broker import KafkaBroker

WARM_UP = 20
PORTION = 20
"""Articles that are measured in one process, and then on all cores, before the next."""
SINGLES = 20
IDLE_SECONDS = 10.0
PARTITIONS = (8, 32)
"""Of the two streams in which overheads are measured."""
Say = Callable[[str], None]


def measure(values: Sequence[bytes], say: Say) -> Costs:
    """All parameters, with these articles.

    Raises:
        ValueError: a stage refuses an article.
        Stalled, Ended, TimeoutError: the stream does not do its work.
    """
    config, count = configuration(), len(cores())
    with SpeedClock(config) as clock:
        say(f"the stages by direct calls, of {len(values)} articles")
        with direct_calls(max(2, count), config) as calls:
            stages = measure_stages(calls, list(values), count, clock)
        streams = []
        for partitions in PARTITIONS:
            say(f"a stream of {partitions} partitions: single articles, a backlog, nothing, and a steady rate")
            with KafkaBroker() as broker:
                streams.append(asyncio.run(_measure_stream(broker, partitions, list(values), clock)))
    guess = costs_of(stages, streams, [Requests()] * len(streams), count)
    beside = fmean(longer_beside_others(stream, guess, count) for stream in streams)
    guess = costs_of(stages, streams, [Requests()] * len(streams), count, beside)
    return costs_of(stages, streams, [requests_of(stream, guess, count) for stream in streams], count, beside)


def measure_stages(calls: DirectCalls, values: list[bytes], cores: int, clock: SpeedClock) -> MeasuredStages:
    """Alone and on all cores in turn, a few articles at a time, so that a machine that changes does so for both.

    Raises:
        ValueError: a stage refuses an article.
    """
    every = range(cores)
    calls.articles(_texts(values[:WARM_UP], "warm"), *every)
    alone: list[ArticleCosts] = []
    beside_others: list[float] = []
    clock.begin()
    for portion in (values[at : at + PORTION] for at in range(0, len(values), PORTION)):
        (called,) = calls.articles(_texts(portion, "alone"), 0)
        # The other process has not read these articles.
        alone += [_costs(one, elsewhere, cores) for one, elsewhere in zip(called, calls.again(called, 1), strict=True)]
        together = calls.articles(_texts(portion, "together"), *every)
        beside_others += [fmean(sum(one.stages) for one in same) for same in zip(*together, strict=True)]
    slowdown = max(1.0, fmean(beside_others) / mean_of_stages(alone))
    return MeasuredStages(alone, slowdown, clock.end())


def _texts(values: Sequence[bytes], label: str) -> list[bytes]:
    """The articles under other ids, which stand in their texts: a process that has read one reads the other as well."""
    return [value for _, value in multiplied(list(values), len(values), label=label)]


def _costs(called: Called, elsewhere: float, cores: int) -> ArticleCosts:
    clean, entities, quotes = called.stages
    return ArticleCosts(
        clean,
        entities,
        quotes,
        called.statements,
        elsewhere,
        called.quotes,
        side_by_side(entities, called.elapsed[1], min(cores, SIDE_BY_SIDE)),
    )


def side_by_side(seconds: float, elapsed: float, cores: int) -> float:
    """Of work that took `seconds` of processor time, what was done on all `cores` at once, the rest on one."""
    return min(seconds, max(0.0, seconds - elapsed) * cores / (cores - 1)) if cores > 1 else 0.0


async def _measure_stream(
    broker: KafkaBroker, partitions: int, values: list[bytes], clock: SpeedClock
) -> MeasuredStream:
    address, prefix = broker.address.removeprefix("kafka://"), f"m{uuid.uuid4().hex[:8]}-"
    own = {"REDEFLUSS_PARTITIONS": str(partitions), "REDEFLUSS_PROCESSES": str(len(cores()))}
    async with warm_stream(REDEFLUSS, address, prefix, values, broker.pid, **own) as stream:
        await warm_up(stream, values, "steady", STEADY_ARTICLES)
        clock.begin()
        single = await singly(stream, values, SINGLES)
        single_speed = clock.end()
        await asyncio.sleep(SETTLE_SECONDS)
        disk, watch = _log_bytes(broker.folder), Watch(stream)
        clock.begin()
        flood = await backlog_through(stream, values, len(values))
        used_speed = clock.end()
        await asyncio.sleep(SETTLE_SECONDS)
        used, disk = watch.use(), _log_bytes(broker.folder) - disk
        nothing = await idle(stream, IDLE_SECONDS)
        clock.begin()
        paced = await at_rate(stream, values, flood.articles_per_second / 2, len(values) // 2)
        paced_speed = clock.end()
    broker_alone = await _busy_cores(broker.pid)
    return MeasuredStream(
        partitions, broker_alone, single, single_speed, flood, used, used_speed, nothing, paced, paced_speed, disk
    )


async def _busy_cores(pid: int) -> float:
    """That a process uses while nothing else is done, once it has settled."""
    process = psutil.Process(pid)
    await asyncio.sleep(SETTLE_SECONDS)
    before = cpu_seconds(process)
    await asyncio.sleep(IDLE_SECONDS)
    return (cpu_seconds(process) - before) / IDLE_SECONDS


def _log_bytes(folder: Path) -> int:
    """Bytes in the log files of all topics on a broker."""
    return sum(file.stat().st_size for file in folder.rglob("*.log") if file.parent.parent.name == "data")
