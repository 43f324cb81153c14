"""Figures to docs/performance.json, docs/performance.md and its plot."""

import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from agents.settings import Settings, available_cores
from benchmarks.flood import Flood, Usage
from benchmarks.latency import Latency
from benchmarks.systems import REDEFLUSS

DOCS = Path(__file__).parents[1] / "docs"
MEGABYTE = 1_000_000


@dataclass
class Results:
    """What one run of the suite measured; throughputs in articles per second."""

    articles: int
    distinct: int
    repeats: int
    limits: list[float] = field(default_factory=list)
    floods: dict[str, list[Flood]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    embedded: Flood | None = None
    latency: Latency | None = None
    by_processes: dict[int, Flood] = field(default_factory=dict)
    by_partitions: dict[int, Flood] = field(default_factory=dict)

    def throughput(self, name: str) -> float:
        """Median of a system's backlogs."""
        return statistics.median(got.articles_per_second for got in self.floods[name])

    def share_of_limit(self, name: str) -> float:
        """Median over the turns of throughput by the limit measured in the same turn."""
        return statistics.median(got.articles_per_second / got.limit for got in self.floods[name])

    def figures(self) -> dict[str, Any]:
        """The figures as plain JSON values; ratios unless a unit stands in the name."""
        ours = self.floods[REDEFLUSS.name]
        settings = Settings()
        figures: dict[str, Any] = {
            "model_de": settings.model_de,
            "quote_model": settings.quote_model,
            "cores": available_cores(),
            "articles": self.articles,
            "repeats": self.repeats,
            "limit_articles_per_second": statistics.median(self.limits),
            "share_of_limit": self.share_of_limit(REDEFLUSS.name),
            "against": {
                name: self.throughput(REDEFLUSS.name) / self.throughput(name)
                for name in self.floods
                if name != REDEFLUSS.name
            },
            "failed": self.failures,
            "broker_cpu_share": statistics.median(_broker_share(got) for got in ours),
            "last_tenth_against_first": statistics.median(got.tenths[-1] / got.tenths[0] for got in ours),
            "ready_seconds": statistics.median(got.ready_seconds for got in ours),
            "parent_own_mb": statistics.median(got.processes[0].own_bytes for got in ours) / MEGABYTE,
            "largest_child_own_mb": statistics.median(max(_children(got)) for got in ours) / MEGABYTE,
            "repeated": sum(got.repeated for got in ours),
        }
        if self.embedded is not None:
            limit = figures["limit_articles_per_second"]
            figures["embedded_share_of_limit"] = self.embedded.articles_per_second / limit
        if self.latency is not None:
            figures["idle_latency_ratio"] = self.latency.idle_ratio
            figures["idle_latency_seconds"] = self.latency.idle
            figures["p50_seconds_at_half_load"] = self.latency.percentile(0.5)
            figures["p99_seconds_at_half_load"] = self.latency.percentile(0.99)
        for name, floods in (("by_processes", self.by_processes), ("by_partitions", self.by_partitions)):
            if floods:
                first = next(iter(floods.values())).articles_per_second
                figures[name] = {str(size): got.articles_per_second / first for size, got in floods.items()}
        return figures


def write(results: Results) -> None:
    """Write the three files."""
    figures = results.figures()
    (DOCS / "performance.json").write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2) + b"\n")
    _plot(results, DOCS / "performance.svg")
    (DOCS / "performance-figures.md").write_text(_table(results, figures), encoding="utf-8")


def _table(results: Results, figures: dict[str, Any]) -> str:
    lines = [
        "# Figures",
        "",
        f"By `make benchmark`: {figures['articles']} articles a backlog, medians of {figures['repeats']} turns, "
        f"{figures['cores']} cores, entity model {figures['model_de']}, quote model {figures['quote_model']}, "
        "Apache Kafka on the same cores. What they mean stands in [performance.md](performance.md).",
        "",
        "| system | share of the limit | Redefluss against it |",
        "|---|---|---|",
    ]
    for name in results.floods:
        against = figures["against"].get(name)
        ratio = "" if against is None else f"{against:.2f} ×"
        lines.append(f"| {name} | {results.share_of_limit(name):.2f} | {ratio} |")
    lines += [f"| {name} | did not finish: {why} | |" for name, why in results.failures.items()]
    lines += ["", "![Throughput as a share of the limit](performance.svg)", "", "| figure | value |", "|---|---|"]
    for name, value in figures.items():
        if isinstance(value, float):
            lines.append(f"| `{name}` | {value:.3g} |")
    for name in ("by_processes", "by_partitions"):
        if name in figures:
            ratios = ", ".join(f"{size}: {ratio:.2f}" for size, ratio in figures[name].items())
            lines.append(f"| `{name}` (throughput against the first) | {ratios} |")
    return "\n".join(lines) + "\n"


def _plot(results: Results, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "redefluss"
    from matplotlib import pyplot

    names = list(results.floods)
    figure, axes = pyplot.subplots(figsize=(7, 0.5 * len(names) + 1), layout="constrained")
    axes.barh(names, [results.share_of_limit(name) for name in names], color="#2f6f8f")
    axes.axvline(1.0, color="#888888", linestyle="--")
    axes.invert_yaxis()
    axes.set_xlabel("share of what the stage functions alone do on the same cores")
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _children(got: Flood) -> list[int]:
    return [usage.own_bytes for usage in got.processes[1:]] or [0]


def _broker_share(got: Flood) -> float:
    used: list[Usage] = [*got.processes, *([got.broker] if got.broker else [])]
    total = sum(usage.cpu_seconds for usage in used)
    return got.broker.cpu_seconds / total if got.broker and total else 0.0
