"""The simulation beside what was measured: the cases of a journal of `benchmarks.scale`, each simulated as it ran."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import fmean

from benchmarks.cases import Case, Measured
from benchmarks.simulation.arrivals import backlog, steady
from benchmarks.simulation.costs import Costs
from benchmarks.simulation.stream import Layout, Stream

THROUGHPUT = "articles a second"
GOAL = 0.1
"""An error up to this is a good one."""


@dataclass(frozen=True)
class Comparison:
    """A figure of a case: as measured (the mean of all turns), and as simulated."""

    case: Case
    figure: str
    real: float
    simulated: float

    @property
    def error(self) -> float:
        """How far the simulation is from what was measured, as a share of that."""
        return self.simulated / self.real - 1


def layout_of(case: Case, cores: int) -> Layout:
    """All on one machine, as it was measured."""
    quota = math.inf if case.share is None else case.share
    return Layout(case.workers, case.processes, case.partitions, cores, quota)


def compare(found: Iterable[Measured], costs: Costs) -> Iterator[Comparison]:
    """Throughput and latency of each case, except those with a sink or bound to cores, which are not simulated."""
    by_case: dict[Case, list[Measured]] = {}
    for got in found:
        if not got.case.sink and got.limited_by != "taskset":
            by_case.setdefault(got.case, []).append(got)
    for case, turns in by_case.items():
        layout = layout_of(case, costs.measured["cores"])
        flood = Stream(costs, layout).run(backlog(case.articles))
        real = fmean(got.flood.articles_per_second for got in turns)
        yield Comparison(case, THROUGHPUT, real, flood.articles_per_second)
        paced = [got.steady for got in turns if got.steady is not None]
        if paced:
            rate, count = fmean(one.per_second for one in paced), len(paced[0].latencies)
            simulated = Stream(costs, layout).run(steady(count, rate))
            for name, share in (("p50", 0.5), ("p95", 0.95)):
                measured = fmean(one.latency(share) for one in paced)
                yield Comparison(case, f"{name} at half load, s", measured, simulated.latency(share))


def table(comparisons: list[Comparison]) -> list[str]:
    """All of them, in Markdown, and how far they are off."""
    lines = [
        "| workers | cores each | pool processes each | partitions | backlog | figure | measured | simulated | error |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in comparisons:
        case = one.case
        share = "all" if case.share is None else f"{case.share:.2f}"
        lines.append(
            f"| {case.workers} | {share} | {case.processes} | {case.partitions} | {case.articles:,} | {one.figure} "
            f"| {one.real:.3g} | {one.simulated:.3g} | {100 * one.error:+.0f} % |"
        )
    for name in ("throughput", "latency"):
        errors = [abs(one.error) for one in comparisons if (one.figure == THROUGHPUT) == (name == "throughput")]
        if errors:
            within = sum(error <= GOAL for error in errors)
            lines += [
                "",
                f"Of {len(errors)} figures of {name}, {within} are within {GOAL:.0%}; the mean error is "
                f"{fmean(errors):.1%}, the largest {max(errors):.0%}.",
            ]
    return lines
