"""What so many articles a day need: workers, cores, partitions, brokers, memory, network, disk, and core hours."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from random import Random
from statistics import fmean

from benchmarks.simulation.arrivals import DAY_SECONDS, PEAK, backlog, longest_wait, poisson
from benchmarks.simulation.costs import Costs
from benchmarks.simulation.stream import Layout, Simulated, Stream

UTILISATION = 0.8
"""Share of a worker's throughput that it is to be used for at the peak, where articles are not to wait."""
WAIT_SECONDS = 3600.0
"""How long articles may wait at most, where they may."""
PARTITIONS_A_PROCESS = 4
COPIES = 3
"""Of each partition, on as many brokers."""
RETENTION_DAYS = 7
BACKLOG = 400
WINDOW_SECONDS = 300.0
"""Of the peak, simulated."""
SETTLE_SECONDS = 60.0
"""Of it, that are left out, since the stream was empty before."""


@dataclass(frozen=True)
class Plan:
    """What so many articles a day need; bytes and seconds. Core hours are what is used at most, not what is kept.

    Attributes:
        per_day: articles.
        may_wait: whether articles may wait at the peak, for up to `WAIT_SECONDS`.
        workers: with how many cores each `worker_cores` says.
        peak: simulated, of one worker at the busiest time; None where articles wait then.
        wait_seconds: the longest that articles wait where they may: those of the peak, worked off after it.
    """

    per_day: float
    may_wait: bool
    workers: int
    worker_cores: int
    peak: Simulated | None
    wait_seconds: float
    broker_cores: float
    worker_bytes: float
    network_bytes_per_second: float
    disk_bytes: float
    core_hours_per_day: float

    @property
    def mean(self) -> float:
        """Articles a second, over the day."""
        return self.per_day / DAY_SECONDS

    @property
    def partitions(self) -> int:
        """Of each topic."""
        return self.workers * self.worker_cores * PARTITIONS_A_PROCESS


def worker_layout(cores: int) -> Layout:
    """A worker on a machine of its own, and beside it a broker that has as many cores for it."""
    partitions = cores * PARTITIONS_A_PROCESS
    return Layout(1, cores, partitions, cores, broker_cores=cores, random_partitions=True)


def capacity(costs: Costs, cores: int) -> float:
    """Articles a second of a worker that always has something to do."""
    layout = replace(worker_layout(cores), random_partitions=False)  # no partition is the last to end
    return Stream(costs, layout).run(backlog(BACKLOG * cores)).articles_per_second


def plans(costs: Costs, per_day: Iterable[float], cores: int) -> Iterator[Plan]:
    """For each number of articles a day, one plan in which they do not wait and one in which they may."""
    most = capacity(costs, cores)
    for articles in per_day:
        for may_wait in (False, True):
            yield _plan(costs, articles, cores, most, may_wait=may_wait)


def _enough(per_day: float, capacity: float, *, may_wait: bool) -> bool:
    """Whether so many articles a second are enough for a day."""
    if may_wait:
        return longest_wait(per_day, capacity) <= WAIT_SECONDS
    return per_day / DAY_SECONDS * PEAK <= capacity * UTILISATION


def _plan(costs: Costs, per_day: float, cores: int, most: float, *, may_wait: bool) -> Plan:
    mean = per_day / DAY_SECONDS
    workers = next(number for number in count(1) if _enough(per_day, number * most, may_wait=may_wait))
    peak = mean * PEAK / workers
    simulated = None
    if peak < most:
        simulated = Stream(costs, worker_layout(cores)).run(poisson(peak, WINDOW_SECONDS, Random(1)))
    memory = costs.memory_bytes
    # At less than full load, messages leave one by one and an article costs most.
    # A follower does with each message what the leader did: it takes it in, and writes it.
    overheads = costs.at(cores * PARTITIONS_A_PROCESS)
    alone = overheads.shares(1)
    broker_seconds = alone.broker * COPIES * costs.slowdown
    article_seconds = costs.slowdown * (
        costs.cold * fmean(article.stages for article in costs.articles) + alone.worker + alone.pages
    )
    # A broker has something to do for each worker, even if nothing comes.
    idle_broker = COPIES * costs.idle_broker + workers * max(0.0, overheads.idle.broker - costs.idle_broker)
    idle = workers * (overheads.idle.worker + overheads.idle.pages) + idle_broker
    return Plan(
        per_day=per_day,
        may_wait=may_wait,
        workers=workers,
        worker_cores=cores,
        peak=simulated,
        wait_seconds=longest_wait(per_day, workers * most) if may_wait else 0.0,
        broker_cores=mean * PEAK * broker_seconds + idle_broker,
        worker_bytes=memory["worker"] + memory["pages"] + memory["models"] + cores * memory["pool"],
        network_bytes_per_second=mean * PEAK * (costs.network_bytes + (COPIES - 1) * costs.disk_bytes),
        disk_bytes=per_day * costs.disk_bytes * COPIES * RETENTION_DAYS,
        core_hours_per_day=(per_day * (article_seconds + broker_seconds) + idle * DAY_SECONDS) / 3600,
    )


def table(plans: list[Plan], price: float | None, currency: str) -> list[str]:
    """All of them, in Markdown; with `price` of a core hour, what the cores that are kept cost a day."""
    cores = plans[0].worker_cores
    rows: dict[str, Callable[[Plan], str]] = {
        "articles a day": lambda plan: f"{plan.per_day:,.0f}",
        "articles may wait at the peak": lambda plan: "up to an hour" if plan.may_wait else "no",
        "articles a second: mean, peak": lambda plan: f"{plan.mean:.1f}, {plan.mean * PEAK:.1f}",
        f"workers with {cores} cores": lambda plan: str(plan.workers),
        "cores of the workers": lambda plan: str(plan.workers * cores),
        "partitions of each topic": lambda plan: str(plan.partitions),
        "simulated at the peak: p50, p95, p99, s": _latency,
        "simulated at the peak: use of the cores, most messages waiting": _use,
        "longest wait on the day, minutes": lambda plan: f"{plan.wait_seconds / 60:.0f}",
        f"cores of {COPIES} brokers together, at the peak": lambda plan: f"{plan.broker_cores:.1f}",
        "memory of a worker, GB": lambda plan: f"{plan.worker_bytes / 1e9:.2f}",
        "memory of all workers, GB": lambda plan: f"{plan.workers * plan.worker_bytes / 1e9:.0f}",
        "network of the brokers at the peak, MB/s": lambda plan: f"{plan.network_bytes_per_second / 1e6:.1f}",
        f"disk for {COPIES} copies over {RETENTION_DAYS} days, GB": lambda plan: f"{plan.disk_bytes / 1e9:,.0f}",
        "core hours a day that are used, at most": lambda plan: f"{plan.core_hours_per_day:,.0f}",
    }
    if price is not None:
        rows[f"cost of all cores a day, at {price:g} {currency} a core hour"] = lambda plan: (
            f"{24 * price * (plan.workers * cores + max(COPIES, math.ceil(plan.broker_cores))):,.0f}"
        )
    first, *rest = [f"| {name} | {' | '.join(map(of, plans))} |" for name, of in rows.items()]
    return [first, "|---" * (len(plans) + 1) + "|", *rest]


def _latency(plan: Plan) -> str:
    if plan.peak is None:
        return "they wait"
    return ", ".join(f"{plan.peak.latency(share, SETTLE_SECONDS):.2f}" for share in (0.5, 0.95, 0.99))


def _use(plan: Plan) -> str:
    return "all" if plan.peak is None else f"{plan.peak.machine:.2f}, {plan.peak.most_waiting()}"
