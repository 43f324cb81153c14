"""The parameters of the simulation, as they follow from what was measured."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from statistics import fmean

from agents.settings import Settings
from benchmarks.flood import Flood
from benchmarks.latency import IDLE_PAUSE_SECONDS
from benchmarks.loads import Singles, Steady, Use
from benchmarks.simulation.arrivals import backlog, steady
from benchmarks.simulation.costs import HOPS, ArticleCosts, Costs, Overheads, Shares
from benchmarks.simulation.stream import Layout, Stream
from benchmarks.usage import Usage


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
        cold=max(1.0, single / beside / mean_of_stages(stages.alone[: first.single.count])),
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


def mean_of_stages(costs: Sequence[ArticleCosts]) -> float:
    """Seconds of processor time of an article in the stages that pool processes do."""
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
