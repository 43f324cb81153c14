"""Measuring what the simulation is fed with: the stages by direct calls, and all else in a stream on Apache Kafka."""

import asyncio
import multiprocessing
import os
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import fmean
from unittest.mock import patch

from agents.pool.fork_server_client import SINGLE_THREADED
from agents.pool.protocol import Done, Job
from agents.settings import Settings
from agents.stage_jobs import StageSetup, load
from benchmarks.articles import multiplied
from benchmarks.flood import Flood, backlog_through, warm_stream
from benchmarks.limit import STAGE_NAMES, StatefulWork, configuration
from benchmarks.loads import SETTLE_SECONDS, Singles, Steady, Use, Watch, at_rate, idle, singly
from benchmarks.simulation.costs import HOPS, ArticleCosts, Costs, Overheads
from benchmarks.systems import REDEFLUSS
from benchmarks.usage import Usage, cores
from pipeline.config import PipelineConfig
from pipeline.reader.model import KEPT
from pipeline.stages import STAGES
from tests.support.kafka_broker import KafkaBroker

WARM_UP = 20
SINGLES = 30
IDLE_SECONDS = 10.0
Say = Callable[[str], None]


def stage_costs(values: Sequence[bytes], processes: int, config: PipelineConfig) -> list[ArticleCosts]:
    """What each article costs in each stage, while so many processes do the same at once: means over the processes.

    Raises:
        ValueError: there are so few articles that a process would still know them from before, or a stage refuses one.
    """
    if len(values) <= KEPT:
        raise ValueError(f"{len(values)} articles are too few: {KEPT + 1} are needed")
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes)
    pipes = [context.Pipe(duplex=False) for _ in range(processes)]
    children = [
        context.Process(target=_measure_stages, args=(list(values), config, barrier, sending)) for _, sending in pipes
    ]
    with patch.dict(os.environ, SINGLE_THREADED):  # as the pool's processes
        for child in children:
            child.start()
    for _, sending in pipes:
        sending.close()
    found: list[list[ArticleCosts] | str] = [receiving.recv() for receiving, _ in pipes]
    for child in children:
        child.join()
    if whys := [why for why in found if isinstance(why, str)]:
        raise ValueError(max(whys, key=len))  # those that only waited for another one say nothing
    return [_mean(costs) for costs in zip(*(one for one in found if not isinstance(one, str)), strict=True)]


def _mean(costs: Sequence[ArticleCosts]) -> ArticleCosts:
    return ArticleCosts(
        clean=fmean(cost.clean for cost in costs),
        entities=fmean(cost.entities for cost in costs),
        quotes=fmean(cost.quotes for cost in costs),
        statements=fmean(cost.statements for cost in costs),
        quotes_elsewhere=fmean(cost.quotes_elsewhere for cost in costs),
        quote_count=costs[0].quote_count,
    )


def _measure_stages(values: list[bytes], config: PipelineConfig, barrier: Barrier, sending: Connection) -> None:
    """In a process of its own: send what `_direct_calls` gives, or why there is nothing."""
    try:
        sending.send(_direct_calls(values, config, barrier))
    except Exception as error:
        barrier.abort()  # the others would wait for this one
        sending.send(str(error))


def _direct_calls(values: list[bytes], config: PipelineConfig, barrier: Barrier) -> list[ArticleCosts]:
    """Each article is read again after all others, when its reading is no longer known."""
    work = load(StageSetup(STAGE_NAMES, config))
    stateful = [StatefulWork(stage, config) for stage in STAGES if stage.stateful]

    def timed(job: Job) -> tuple[float, Done]:
        started = time.process_time()
        outcome = work(job)
        took = time.process_time() - started
        if not isinstance(outcome, Done):
            raise ValueError(f"{job.stage} refused an article: {outcome}")
        return took, outcome

    costs: list[ArticleCosts] = []
    last_jobs = []
    first = [value for _, value in multiplied(values, WARM_UP, label="first")]
    for number, value in enumerate([*first, *values]):
        if number == WARM_UP:
            barrier.wait()
        took: list[float] = []
        key: bytes | None = None
        record: bytes | None = value
        for stage in STAGE_NAMES:
            job = Job(stage, key, record)
            seconds, done = timed(job)
            took.append(seconds)
            key, record = done.messages[-1].key, done.messages[-1].value
        started = time.process_time()
        for take_in in stateful:
            take_in(done.messages)
        took.append(time.process_time() - started)
        if number >= WARM_UP:
            clean, entities, quotes, statements = took
            costs.append(ArticleCosts(clean, entities, quotes, statements, 0.0, len(done.messages) - 1))
            last_jobs.append(job)
    again = [timed(job)[0] for job in last_jobs]
    return [replace(cost, quotes_elsewhere=seconds) for cost, seconds in zip(costs, again, strict=True)]


def measure(values: Sequence[bytes], say: Say) -> Costs:
    """All parameters, with these articles.

    Raises:
        ValueError: there are too few articles.
        Stalled, Ended, TimeoutError: the stream does not do its work.
    """
    config = configuration()
    count = len(cores())
    say(f"the stages by direct calls, of {len(values)} articles")
    alone = stage_costs(values, 1, config)
    together = stage_costs(values, count, config)
    say("a stream: single articles, a backlog, nothing, and a steady rate")
    with KafkaBroker() as broker:
        measured = asyncio.run(_measure_stream(broker, list(values)))
    say("the stages once more")
    together = [_mean(pair) for pair in zip(together, stage_costs(values, count, config), strict=True)]
    return costs_of(alone, together, measured, count)


@dataclass
class MeasuredStream:
    """A stream under each load; the log files' growth by the backlog in bytes."""

    single: Singles
    flood: Flood
    backlog: Use
    nothing: Use
    steady: Steady
    disk_bytes: int


async def _measure_stream(broker: KafkaBroker, values: list[bytes]) -> MeasuredStream:
    assert broker.pid is not None
    address, prefix = broker.address.removeprefix("kafka://"), f"m{uuid.uuid4().hex[:8]}-"
    async with warm_stream(REDEFLUSS, address, prefix, values, broker.pid) as stream:
        single = await singly(stream, values, SINGLES)
        await asyncio.sleep(SETTLE_SECONDS)
        disk, watch = _log_bytes(broker.folder), Watch(stream)
        flood = await backlog_through(stream, values, len(values))
        await asyncio.sleep(SETTLE_SECONDS)
        backlog, disk = watch.use(), _log_bytes(broker.folder) - disk
        nothing = await idle(stream, IDLE_SECONDS)
        steady = await at_rate(stream, values, flood.articles_per_second / 2, len(values) // 2)
    return MeasuredStream(single, flood, backlog, nothing, steady, disk)


def costs_of(alone: list[ArticleCosts], together: list[ArticleCosts], stream: MeasuredStream, cores: int) -> Costs:
    """Parameters from what was measured.

    Work takes longer while other cores are busy, by the slowdown. What was measured while they were is divided by it,
    at half of the throughput by as much of it as cores were busy.
    """
    settings = Settings()
    flood, nothing, steady = stream.flood, stream.nothing, stream.steady
    contended = _stages(together)
    slowdown = max(1.0, contended / _stages(alone))
    pool = stream.backlog.of("pool") / flood.articles
    single = stream.single.use.of("pool") / stream.single.count
    idle_cores = _overheads(nothing, nothing.seconds, Overheads())
    steady_slowdown = 1 + (slowdown - 1) * min(1.0, steady.use.busy_cores / cores)
    idle_network = nothing.network_bytes / nothing.seconds * stream.backlog.seconds
    return Costs(
        articles=tuple(alone),
        slowdown=slowdown,
        cold=max(1.0, single / _stages(alone[: stream.single.count])),
        transfer_seconds=max(0.0, pool - contended) / len(STAGE_NAMES) / slowdown,
        together=_overheads(stream.backlog, flood.articles * slowdown, idle_cores),
        alone=_overheads(steady.use, len(steady.latencies) * steady_slowdown, idle_cores),
        idle=idle_cores,
        hop_seconds=max(0.0, stream.single.on_the_way) / HOPS,
        confirm_seconds=stream.single.confirmed,
        memory_bytes=_memory(stream.backlog.processes),
        disk_bytes=stream.disk_bytes / flood.articles,
        network_bytes=(stream.backlog.network_bytes - idle_network) / flood.articles,
        measured={
            "at": time.strftime("%Y-%m-%d"),
            "release": version("redefluss"),
            "cores": cores,
            "model_de": settings.model_de,
            "quote_model": settings.quote_model,
            "articles_per_second": flood.articles_per_second,
            "pool_seconds_in_backlog": pool,
            "pool_seconds_by_direct_calls": contended,
        },
    )


def _stages(costs: Sequence[ArticleCosts]) -> float:
    return fmean(cost.stages for cost in costs)


def _overheads(use: Use, divisor: float, idle_cores: Overheads) -> Overheads:
    """Processor time beside the pool, less what is used without any work, by article or second."""
    used = {
        "worker": use.of("worker", "models", "other"),
        "broker": use.of("broker"),
        "pages": use.of("pages"),
        "client": use.client,
    }
    without_work = vars(idle_cores)
    return Overheads(
        **{role: max(0.0, seconds - without_work[role] * use.seconds) / divisor for role, seconds in used.items()}
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
