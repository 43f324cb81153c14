"""The simulation beside what was measured: the cases of a journal of `benchmarks.scale`, each simulated as it ran.

How fast the machine was in a run is known by a clock that is independent of the stream (`benchmarks.machine_speed`).
All costs are taken for that speed; nothing else of a run is put into its simulation, but how it was set up.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import fmean

from benchmarks.cases import Case, Measured
from benchmarks.loads import Use
from benchmarks.machine_speed import SpeedClock
from benchmarks.simulation.arrivals import backlog, steady
from benchmarks.simulation.costs import Costs
from benchmarks.simulation.stream import Layout, Simulated, Stream

THROUGHPUT = "articles a second"
GOAL = 0.1
"""An error up to this is a good one."""
MOST_OF_OTHERS = 0.05
"""Share of the cores' time that other programs may have used in a run that is compared."""
ROLES = {"pool": ("pool",), "worker": ("worker", "models", "other"), "pages": ("pages",), "broker": ("broker",)}
"""Whose processor time is compared, and the roles of the processes that it is that of."""


@dataclass(frozen=True)
class Comparison:
    """A figure of a case: as measured, and as simulated.

    Attributes:
        kind: "throughput", "latency" or "processor time".
        speed: of the machine in that run, as a multiple of that at which the parameters are given.
    """

    case: Case
    kind: str
    figure: str
    real: float
    simulated: float
    speed: float

    @property
    def error(self) -> float:
        """How far the simulation is from what was measured, as a share of that."""
        return self.simulated / self.real - 1


def layout_of(got: Measured, cores: int) -> Layout:
    """All on one machine, as it was measured."""
    case, quota = got.case, math.inf if got.case.share is None else got.case.share
    return Layout(case.workers, case.processes, case.partitions, cores, quota, assignment=got.assignment)


def comparable(got: Measured, cores: int) -> bool:
    """Whether it is simulated: neither a sink nor other programs took part, and no worker was bound to a core."""
    uses = [(got.use, got.piece_seconds)]
    if got.steady is not None:
        uses.append((got.steady.use, got.steady_piece_seconds))
    quiet = all(use.of_others - SpeedClock.cores(seconds) <= MOST_OF_OTHERS * cores for use, seconds in uses)
    return quiet and not got.case.sink and got.limited_by != "taskset"


def compare(found: Iterable[Measured], costs: Costs) -> Iterator[Comparison]:
    """Throughput, latency and processor time of cases that are comparable."""
    for got in found:
        layout, count = layout_of(got, costs.measured["cores"]), got.case.articles
        speed = costs.piece_seconds / got.piece_seconds
        flood = _stream(costs, layout, got.piece_seconds).run(backlog(count))
        real = got.flood.articles_per_second
        yield Comparison(got.case, "throughput", THROUGHPUT, real, flood.articles_per_second, speed)
        yield from _processor_time(got.case, "backlog", got.use, flood, count, speed)
        if got.steady is not None:
            rate, count = got.steady.per_second, len(got.steady.latencies)
            speed = costs.piece_seconds / got.steady_piece_seconds
            simulated = _stream(costs, layout, got.steady_piece_seconds).run(steady(count, rate))
            for name, share in (("p50", 0.5), ("p95", 0.95)):
                real, ours = got.steady.latency(share), simulated.latency(share)
                yield Comparison(got.case, "latency", f"{name} at half load, s", real, ours, speed)
            yield from _processor_time(got.case, "half load", got.steady.use, simulated, count, speed)


def _stream(costs: Costs, layout: Layout, piece_seconds: float) -> Stream:
    at_speed = costs.scaled(piece_seconds / costs.piece_seconds)
    return Stream(at_speed, layout, background=SpeedClock.cores(piece_seconds))


def _processor_time(
    case: Case, load: str, use: Use, simulated: Simulated, articles: int, speed: float
) -> Iterator[Comparison]:
    for name, roles in ROLES.items():
        figure = f"{name}, {load}, ms an article"
        real, ours = 1000 * use.of(*roles) / articles, 1000 * simulated.used[name] / articles
        if real:
            yield Comparison(case, "processor time", figure, real, ours, speed)


def table(comparisons: list[Comparison], left_out: int) -> list[str]:
    """All of them, in Markdown, and how far they are off."""
    lines = [
        "| workers | cores each | pool processes each | partitions | backlog | figure | measured | simulated | error "
        "| speed |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in comparisons:
        case = one.case
        share = "all" if case.share is None else f"{case.share:.2f}"
        lines.append(
            f"| {case.workers} | {share} | {case.processes} | {case.partitions} | {case.articles:,} | {one.figure} "
            f"| {one.real:.3g} | {one.simulated:.3g} | {100 * one.error:+.0f} % | {one.speed:.2f} |"
        )
    for kind in ("throughput", "latency", "processor time"):
        errors = [abs(one.error) for one in comparisons if one.kind == kind]
        if errors:
            within = sum(error <= GOAL for error in errors)
            lines += [
                "",
                f"Of {len(errors)} figures of {kind}, {within} are within {GOAL:.0%}; the mean error is "
                f"{fmean(errors):.1%}, the largest {max(errors):.0%}.",
            ]
    if left_out:
        lines += ["", f"{left_out} cases are left out: with a sink, bound to cores, or disturbed by other programs."]
    return lines
