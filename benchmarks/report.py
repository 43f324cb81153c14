"""Figures from a journal to docs/performance.json, docs/performance-figures.md and its plot."""

from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from benchmarks import alternatives, backlog_report, latency_report
from benchmarks.comparison import LIMIT, against
from benchmarks.flood import Flood
from benchmarks.journal import Journal, flood_of
from benchmarks.systems import REDEFLUSS
from benchmarks.usage import cores

DOCS = Path(__file__).parents[1] / "docs"
MEGABYTE = 1_000_000
MEANINGS = {
    "articles_per_second": "throughput, articles a second",
    "last_tenth_against_first": "throughput of the last tenth of the backlog, as a multiple of that of the first tenth",
    "share_of_limit": "throughput as a share of the limit",
    "limit_articles_per_second": "the limit: throughput of the stage functions alone, articles a second",
    "broker_cpu_share": "the broker's share of all processor time",
    "pool_idle_share": "share of the time in which a pool process is idle, at least",
    "ready_seconds": "seconds until a worker is ready",
    "parent_own_mb": "memory of the worker's own process, MB",
    "pages_own_mb": "memory of the process that collects for the pages, MB",
    "largest_pool_process_own_mb": "memory of the largest pool process beside the models, MB",
    "models_mb": "memory of the models, MB",
    "embedded_share_of_limit": "throughput with the embedded broker as a share of the limit",
    "idle_latency_ratio": "time of a single article, as a multiple of the time of its stages",
    "idle_latency_seconds": "seconds from sending a single article to receiving it",
    "p50_seconds_at_half_load": "the same at half of the throughput, median",
    "p95_seconds_at_half_load": "the same at half of the throughput, 95th percentile",
    "p99_seconds_at_half_load": "the same at half of the throughput, 99th percentile",
}
"""What the figures that are single numbers say, for the page."""
SCALING = {
    "processes": "pool processes of one worker",
    "partitions": "partitions, one worker",
    "workers": "workers of one pool process each",
    "cores": "workers of one core each",
    "stage": "one worker, without and with another for the stage `quotes`",
}


def figures(journal: Journal) -> dict[str, Any]:
    """The figures as plain JSON values; ratios unless a unit stands in the name."""
    ours = [flood_of(line) for line in journal.of("throughput") if _is_ours(line)]
    models = next(iter(journal.of("throughput")), {})
    result: dict[str, Any] = {
        "release": version("redefluss"),
        "model_de": models.get("model_de"),
        "quote_model": models.get("quote_model"),
        "cores": len(cores()),
    }
    if ours:
        result |= _throughput(against(journal), ours)
        result |= _usage(ours)
        result["systems"] = alternatives.by_system(journal)
    result["failed"] = [
        {"system": line["system"], "why": line["failed"]} for line in journal.lines if line.get("failed")
    ]
    if embedded := journal.of("embedded"):
        limits = {line["turn"]: line["articles_per_second"] for line in journal.of("limit")}
        shares = [flood_of(line).articles_per_second / limits[line["turn"]] for line in embedded]
        result["embedded_share_of_limit"] = median(shares)
    result |= latency_report.figures(journal)
    for part in SCALING:
        if lines := [line for line in journal.of(part) if "flood" in line]:
            result[f"by_{part}"] = _scaling(lines)
    if backlogs := journal.of("backlog"):
        result["backlogs"] = [backlog_report.figures(line) for line in backlogs]
    return result


def _is_ours(line: dict[str, Any]) -> bool:
    return line["system"] == REDEFLUSS.name and "flood" in line


def _throughput(ratios: dict[str, list[float]], ours: list[Flood]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "articles": sorted({got.articles for got in ours}),
        "articles_per_second": median(got.articles_per_second for got in ours),
        "last_tenth_against_first": median(got.tenths[-1] / got.tenths[0] for got in ours),
        "repeated": sum(got.repeated for got in ours),
        "against": {name: median(values) for name, values in ratios.items() if name != LIMIT},
        "ratios_by_turn": {name: [round(value, 3) for value in values] for name, values in ratios.items()},
    }
    if LIMIT in ratios:
        share = median(ratios[LIMIT])
        result["share_of_limit"] = share
        result["limit_articles_per_second"] = result["articles_per_second"] / share
        others = {name: share / ratio for name, ratio in result["against"].items()}
        result["shares_of_limit"] = {REDEFLUSS.name: share} | others
    return result


def _usage(ours: list[Flood]) -> dict[str, Any]:
    return {
        "cpu_milliseconds_per_article": {
            role: median(1000 * _cpu(got, [role]) / got.articles for got in ours)
            for role in ("worker", "pool", "pages", "broker")
        },
        "broker_cpu_share": median(_cpu(got, ["broker"]) / _cpu(got) for got in ours),
        "pool_idle_share": median(
            sum(usage.idle_seconds for usage in _of(got, "pool")) / (got.seconds * len(_of(got, "pool")))
            for got in ours
        ),
        "ready_seconds": median(got.ready_seconds for got in ours),
        "parent_own_mb": median(_megabytes(got, "worker", sum) for got in ours),
        "pages_own_mb": median(_megabytes(got, "pages", sum) for got in ours),
        "largest_pool_process_own_mb": median(_megabytes(got, "pool", max) for got in ours),
        "models_mb": median(
            sum(usage.proportional_bytes for usage in got.processes if usage.role in ("models", "pool"))
            - sum(usage.own_bytes for usage in _of(got, "pool"))
            for got in ours
        )
        / MEGABYTE,
    }


def _of(got: Flood, role: str) -> list[Any]:
    return [usage for usage in got.processes if usage.role == role]


def _cpu(got: Flood, roles: Iterable[str] | None = None) -> float:
    return sum(usage.cpu_seconds for usage in got.processes if roles is None or usage.role in roles)


def _megabytes(got: Flood, role: str, of: Callable[[list[int]], int]) -> float:
    return of([usage.own_bytes for usage in _of(got, role)] or [0]) / MEGABYTE


def _scaling(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Throughput against that of the first case of the same turn, medians; and with which models."""
    firsts: dict[str, float] = {}
    ratios: dict[str, list[float]] = {}
    for line in lines:
        rate = flood_of(line).articles_per_second
        firsts.setdefault(line["turn"], rate)
        ratios.setdefault(str(line["case"]), []).append(rate / firsts[line["turn"]])
    models = {f"{line['model_de']}, {line['quote_model']}" for line in lines}
    return {"models": sorted(models)} | {case: median(values) for case, values in ratios.items()}


def write(journal: Journal) -> None:
    """Write the three files."""
    found = figures(journal)
    (DOCS / "performance.json").write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")
    if "shares_of_limit" in found:
        _plot(found["shares_of_limit"], DOCS / "performance.svg")
    latency_report.plot(journal, DOCS / "latency.svg")
    (DOCS / "performance-figures.md").write_text(_page(found), encoding="utf-8")


def _page(found: dict[str, Any]) -> str:
    lines = [
        "# Figures",
        "",
        f"These figures are medians, measured by `make benchmark` with release {found['release']} on {found['cores']} "
        f"cores that Apache Kafka ran on as well. The entity model was `{found['model_de']}`, the quote model "
        f"`{found['quote_model']}`. [Performance](performance.md) explains the figures. In brackets is the name in "
        "[performance.json](performance.json).",
        "",
    ]
    if "shares_of_limit" in found:
        lines += alternatives.table(found)
        lines += ["", "![Throughput as a share of the limit](performance.svg)", ""]
    lines += ["| figure | value |", "|---|---|"]
    lines += [f"| {meaning} (`{name}`) | {found[name]:.3g} |" for name, meaning in MEANINGS.items() if name in found]
    if "cpu_milliseconds_per_article" in found:
        parts = ", ".join(f"{role} {value:.1f}" for role, value in found["cpu_milliseconds_per_article"].items())
        lines.append(f"| milliseconds of processor time for an article (`cpu_milliseconds_per_article`) | {parts} |")
    for part, meaning in SCALING.items():
        if by := found.get(f"by_{part}"):
            ratios = ", ".join(f"{case}: {value:.2f}" for case, value in by.items() if case != "models")
            lines.append(f"| throughput as a multiple of the first: {meaning} ({'; '.join(by['models'])}) | {ratios} |")
    lines += [f"| {failure['system']} | did not finish: {failure['why']} |" for failure in found["failed"]]
    lines += latency_report.tables(found)
    for backlog in found.get("backlogs", ()):
        lines += ["", *backlog_report.table(backlog)]
    return "\n".join(lines) + "\n"


def _plot(shares: dict[str, float], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "redefluss"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 0.5 * len(shares) + 1), layout="constrained")
    axes.barh(list(shares), list(shares.values()), color="#2f6f8f")
    axes.axvline(1.0, color="#888888", linestyle="--")
    axes.invert_yaxis()
    axes.set_xlabel("share of what the stage functions alone do on the same cores")
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
