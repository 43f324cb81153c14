"""Ways to set the stream up, each measured under a backlog and at half of its throughput, and kept in a journal."""

import asyncio
import math
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import psutil
from confluent_kafka import ConsumerGroupState
from confluent_kafka.admin import AdminClient

from benchmarks.control_groups import NoControlGroups, shares_of_cores
from benchmarks.flood import (
    READY_SECONDS,
    WARM_UP_ARTICLES,
    Flood,
    Stalled,
    Stream,
    backlog_through,
    warm_stream,
)
from benchmarks.journal import Journal, as_line, flood_of
from benchmarks.loads import SETTLE_SECONDS, STEADY_ARTICLES, Steady, Use, Watch, at_rate, warm_up
from benchmarks.machine_speed import SpeedClock
from benchmarks.sink_load import sink
from benchmarks.systems import WORKER, Ended, System
from benchmarks.usage import Usage, cores, cpu_seconds
from pipeline.stages import STAGES, article_stages
from tests.support.kafka_broker import KafkaBroker

PART = "scale"
PLAIN = ("piece_seconds", "steady_piece_seconds", "assignment", "sink_seconds", "limited_by")
"""Fields of what was measured that stand in the journal as they are."""
LEAST_AT_RATE = 10
LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Case:
    """A way to set the stream up.

    Attributes:
        workers: how many.
        processes: in the pool of each.
        partitions: of each topic.
        articles: in the backlog.
        share: cores that each worker may use, the broker and who sends and receives not included; None: as many as
            there are.
        sink: whether `redefluss sink parquet` runs, too.
    """

    workers: int = 1
    processes: int = 2
    partitions: int = 8
    articles: int = 100
    share: float | None = None
    sink: bool = False


@dataclass
class Measured:
    """What a case did.

    Attributes:
        case: which.
        series: what it was measured for.
        turn: which cases can be compared with it.
        flood: the backlog.
        use: by what, and by others.
        piece_seconds: how fast the machine was meanwhile, by the `SpeedClock`.
        steady: articles at half of the backlog's throughput; None: not measured.
        steady_piece_seconds: how fast the machine was meanwhile.
        assignment: number of the worker that has a partition, by stage of articles and partition.
        sink_seconds: processor time of the sink during the backlog.
        limited_by: what kept the workers to their share: "control groups", "taskset" (to a core each), or nothing.
    """

    case: Case
    series: str
    turn: str
    flood: Flood
    use: Use
    piece_seconds: float
    steady: Steady | None = None
    steady_piece_seconds: float = 0.0
    assignment: tuple[tuple[int, ...], ...] = ()
    sink_seconds: float = 0.0
    limited_by: str = ""


def control_groups_allowed() -> bool:
    """Whether this machine, and this user, can give processes a share of the cores."""
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            with shares_of_cores([process.pid], 0.5):
                return True
        except NoControlGroups:
            return False
        finally:
            process.kill()


def measure(
    case: Case,
    values: list[bytes],
    journal: Journal,
    clock: SpeedClock,
    *,
    series: str,
    turn: str,
    seconds: float,
) -> str:
    """Measure a case on a broker of its own, into the journal; what came of it in a line.

    Args:
        case: which.
        values: articles, to go round.
        journal: for a line.
        clock: tells how fast the machine is.
        series: what it is measured for.
        turn: with which other cases it can be compared.
        seconds: for which articles are sent at half of the throughput; 0: not at all.
    """
    about = {"series": series, "case": asdict(case)}
    try:
        with KafkaBroker() as broker:
            got = asyncio.run(_measure(case, values, broker, clock, series, turn, seconds))
    except (Stalled, Ended, TimeoutError) as error:
        why = str(error) or type(error).__name__
        journal.add(PART, turn, **about, failed=why)
        return f"{case}: {why}"
    steady = None if got.steady is None else asdict(got.steady)
    more = {name: getattr(got, name) for name in PLAIN}
    journal.add(PART, turn, **about, flood=as_line(got.flood), use=asdict(got.use), steady=steady, **more)
    return f"{case}: {got.flood.articles_per_second:.2f} articles/s"


def measured(journal: Journal) -> Iterator[Measured]:
    """All cases in a journal that were measured to their end."""
    for line in journal.of(PART):
        if "failed" not in line:
            steady = line["steady"] and _steady(line["steady"])
            more = {name: line[name] for name in ("series", "turn", *PLAIN)}
            more["assignment"] = tuple(map(tuple, more["assignment"]))
            yield Measured(Case(**line["case"]), flood=flood_of(line), use=_use(line["use"]), steady=steady, **more)


def _steady(values: dict[str, Any]) -> Steady:
    return Steady(values["per_second"], values["latencies"], _use(values["use"]))


def _use(values: dict[str, Any]) -> Use:
    return Use(**values | {"processes": [Usage(**usage) for usage in values["processes"]]})


async def _measure(
    case: Case, values: list[bytes], broker: KafkaBroker, clock: SpeedClock, series: str, turn: str, seconds: float
) -> Measured:
    address, prefix = broker.address.removeprefix("kafka://"), f"s{uuid.uuid4().hex[:8]}-"
    in_groups = case.share is not None and control_groups_allowed()
    pinned = tuple(islice(cycle(cores()), case.workers)) if case.share is not None and not in_groups else ()
    system = System("redefluss", WORKER, case.workers, pinned)
    own = {"REDEFLUSS_PROCESSES": str(case.processes), "REDEFLUSS_PARTITIONS": str(case.partitions)}
    async with warm_stream(system, address, prefix, values, broker.pid, **own) as stream:
        await asyncio.wait_for(_until_joined(stream, case.workers), READY_SECONDS)
        trails = await warm_up(stream, values, "joined", STEADY_ARTICLES)
        async with AsyncExitStack() as stack:
            if in_groups:
                stack.enter_context(shares_of_cores(list(stream.processes), case.share or math.inf))
            watched = await stack.enter_async_context(_sink(stream)) if case.sink else None
            if watched is not None:
                await warm_up(stream, values, "stored", WARM_UP_ARTICLES)
            sink_seconds = 0.0 if watched is None else cpu_seconds(watched)
            watch = Watch(stream)
            clock.begin()
            flood = await backlog_through(stream, values, case.articles)
            got = Measured(case, series, turn, flood, watch.use(), clock.end())
            got.sink_seconds = 0.0 if watched is None else cpu_seconds(watched) - sink_seconds
            got.assignment = assignment(trails)
            if seconds:
                await asyncio.sleep(SETTLE_SECONDS)
                rate = flood.articles_per_second / 2
                clock.begin()
                got.steady = await at_rate(stream, values, rate, max(LEAST_AT_RATE, round(rate * seconds)))
                got.steady_piece_seconds = clock.end()
            got.limited_by = "control groups" if in_groups else "taskset" if pinned else ""
            return got


@asynccontextmanager
async def _sink(stream: Stream) -> AsyncIterator[psutil.Process]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with sink(stream.settings, "parquet", str(folder / "store"), folder / "log") as process:
            yield psutil.Process(process.pid)


async def _until_joined(stream: Stream, workers: int) -> None:
    """Wait until so many workers share the partitions of every stage: they load their models for different times."""
    groups = [stream.settings.group(stage.name) for stage in STAGES]
    client = AdminClient({"bootstrap.servers": ",".join(stream.settings.bootstrap_servers)})
    while True:
        stream.processes.check()
        asked = client.describe_consumer_groups(groups).values()
        found = [await asyncio.wrap_future(answer) for answer in asked]
        if all(group.state is ConsumerGroupState.STABLE and len(group.members) == workers for group in found):
            return
        await asyncio.sleep(LOOK_SECONDS)


def assignment(trails: list[list[Any]]) -> tuple[tuple[int, ...], ...]:
    """Which worker, by number, has a partition of a stage of articles, as the trails of one article in each tell."""
    found = {(step["stage"], step["partition"]): step["worker"] for trail in trails for step in trail}
    numbers = {name: number for number, name in enumerate(sorted(set(found.values())))}
    partitions = range(len(found) // len(article_stages()))
    return tuple(tuple(numbers[found[stage.name, at]] for at in partitions) for stage in article_stages() if found)
