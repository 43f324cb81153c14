"""Measuring what the simulation is fed with: the stages by direct calls, and all else in streams on Apache Kafka."""

import asyncio
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import fmean

import psutil

from agents.settings import Settings
from benchmarks.articles import multiplied
from benchmarks.direct_calls import Called, DirectCalls, direct_calls
from benchmarks.flood import Flood, backlog_through, warm_stream
from benchmarks.latency import IDLE_PAUSE_SECONDS
from benchmarks.limit import configuration
from benchmarks.loads import (
    SETTLE_SECONDS,
    STEADY_ARTICLES,
    Singles,
    Steady,
    Use,
    Watch,
    at_rate,
    idle,
    singly,
    warm_up,
)
from benchmarks.machine_speed import SpeedClock
from benchmarks.simulation.arrivals import backlog, steady
from benchmarks.simulation.costs import HOPS, ArticleCosts, Costs, Overheads, Shares
from benchmarks.simulation.stream import Layout, Stream
from benchmarks.systems import REDEFLUSS
from benchmarks.usage import Usage, cores, cpu_seconds
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


@dataclass
class MeasuredStages:
    """The stages by direct calls: what each article costs alone, and all of them together at once on all cores.

    Attributes:
        alone: by article.
        slowdown: how many times as long the same takes on all cores at once.
        piece_seconds: how fast the machine was.
    """

    alone: list[ArticleCosts]
    slowdown: float
    piece_seconds: float


@dataclass
class MeasuredStream:
    """A stream under each load, and how fast the machine was meanwhile; the log files' growth by the backlog in bytes.

    Attributes:
        broker_alone: cores that the broker used when the worker had ended.
    """

    partitions: int
    broker_alone: float
    single: Singles
    single_speed: float
    flood: Flood
    backlog: Use
    backlog_speed: float
    nothing: Use
    steady: Steady
    steady_speed: float
    disk_bytes: int


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
    slowdown = max(1.0, fmean(beside_others) / _stages(alone))
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
    assert broker.pid is not None
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


@dataclass(frozen=True)
class Requests:
    """In how many requests a message is sent: in a backlog, and at half load."""

    backlog: float = 0.0
    steady: float = 1.0


def requests_of(stream: MeasuredStream, costs: Costs, cores: int) -> Requests:
    """Those of a stream, as they are simulated: they follow from how long articles take, and hardly from the rest."""
    layout, steady_count = Layout(1, cores, stream.partitions, cores), len(stream.steady.latencies)
    loads = backlog(stream.flood.articles), steady(steady_count, stream.steady.per_second)
    return Requests(*(Stream(costs, layout).run(load).requests for load in loads))


def longer_beside_others(stream: MeasuredStream, costs: Costs, cores: int) -> float:
    """How many times as much processor time the pool took in a stream's backlog as is simulated."""
    layout = Layout(1, cores, stream.partitions, cores)
    simulated = Stream(costs, layout).run(backlog(stream.flood.articles)).used["pool"]
    return stream.backlog.of("pool") * costs.piece_seconds / stream.backlog_speed / simulated


def costs_of(
    stages: MeasuredStages,
    streams: Sequence[MeasuredStream],
    requests: Sequence[Requests],
    cores: int,
    beside: float = 1.0,
) -> Costs:
    """Parameters from what was measured, all for the speed that the machine had when the stages were called.

    Work takes longer while other cores are busy, by the slowdown. What was measured while they were is divided by it,
    at half of the throughput by as much of it as cores were busy.
    """
    settings, first = Settings(), streams[0]
    idle_network = first.nothing.network_bytes / first.nothing.seconds * first.backlog.seconds
    single = first.single.use.of("pool") / first.single.count * stages.piece_seconds / first.single_speed
    return Costs(
        articles=tuple(cost.scaled(beside) for cost in stages.alone),
        beside=beside,
        slowdown=stages.slowdown,
        cold=max(1.0, single / beside / _stages(stages.alone[: first.single.count])),
        cold_seconds=IDLE_PAUSE_SECONDS,
        overheads=tuple(_overheads(stages, *pair, cores) for pair in zip(streams, requests, strict=True)),
        idle_broker=first.broker_alone,
        hop_seconds=max(0.0, first.single.on_the_way) / HOPS * stages.piece_seconds / first.single_speed,
        confirm_seconds=first.single.confirmed * stages.piece_seconds / first.single_speed,
        piece_seconds=stages.piece_seconds,
        memory_bytes=_memory(first.backlog.processes),
        disk_bytes=first.disk_bytes / first.flood.articles,
        network_bytes=(first.backlog.network_bytes - idle_network) / first.flood.articles,
        measured={
            "at": time.strftime("%Y-%m-%d"),
            "release": version("redefluss"),
            "cores": cores,
            "model_de": settings.model_de,
            "quote_model": settings.quote_model,
            "streams": [
                {
                    "partitions": stream.partitions,
                    "articles_per_second": stream.flood.articles_per_second,
                    "pool_seconds_of_an_article": stream.backlog.of("pool") / stream.flood.articles,
                    "cores_of_others": stream.backlog.of_others,
                    "piece_seconds": [stream.single_speed, stream.backlog_speed, stream.steady_speed],
                }
                for stream in streams
            ],
        },
    )


def _stages(costs: Sequence[ArticleCosts]) -> float:
    return fmean(cost.stages for cost in costs)


def _overheads(stages: MeasuredStages, stream: MeasuredStream, requests: Requests, cores: int) -> Overheads:
    """Processor time beside the pool, less what is used without any work."""
    nothing = _shares(stream.nothing, stream.nothing.seconds)

    def of_article(use: Use, articles: int, piece_seconds: float) -> Shares:
        slowdown = 1 + (stages.slowdown - 1) * min(1.0, use.busy_cores / cores)
        at_speed = stages.piece_seconds / piece_seconds / slowdown
        return _shares(use, articles).less(nothing.scaled(use.seconds / articles)).scaled(at_speed)

    together = of_article(stream.backlog, stream.flood.articles, stream.backlog_speed)
    alone = of_article(stream.steady.use, len(stream.steady.latencies), stream.steady_speed)
    request = alone.less(together).scaled(1 / (requests.steady - requests.backlog))
    return Overheads(stream.partitions, together.less(request.scaled(requests.backlog)), request, nothing)


def _shares(use: Use, divisor: float) -> Shares:
    """Processor time beside the pool, by article or second."""
    return Shares(
        worker=use.of("worker", "models", "other") / divisor,
        broker=use.of("broker") / divisor,
        pages=use.of("pages") / divisor,
        client=use.client / divisor,
    )


def _memory(processes: Sequence[Usage]) -> dict[str, float]:
    own = {role: [usage.own_bytes for usage in processes if usage.role == role] for role in ("worker", "pages", "pool")}
    shared = sum(usage.proportional_bytes for usage in processes if usage.role in ("models", "pool"))
    return {
        "worker": float(sum(own["worker"])),
        "pages": float(sum(own["pages"])),
        "models": float(shared - sum(own["pool"])),
        "pool": float(max(own["pool"], default=0)),
        "broker": float(sum(usage.proportional_bytes for usage in processes if usage.role == "broker")),
    }


def _log_bytes(folder: Path) -> int:
    """Bytes in the log files of all topics on a broker."""
    return sum(file.stat().st_size for file in folder.rglob("*.log") if file.parent.parent.name == "data")
