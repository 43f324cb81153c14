"""The table of metrics in the handbook has exactly the metrics that workers, feeds and sinks declare."""

import re
from collections import Counter
from pathlib import Path

from prometheus_client import CollectorRegistry

from agents.feed.harvest import PageLayout
from agents.feed.metrics import FeedMetrics
from agents.metrics import METRICS
from agents.sinks.metrics import registry_of
from agents.sinks.progress import Progress

PAGE = Path(__file__).parents[2] / "docs" / "operations" / "observing.md"
Described = dict[str, tuple[str, set[str]]]
"""By the name that queries use: kind and labels."""


def described() -> Described:
    section = PAGE.read_text(encoding="utf-8").partition("\n## Metrics\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(redefluss_\w+)` \| (\w+) \| ([^|]*) \| [^|]+ \|$", section, re.MULTILINE)
    assert len({name for name, _, _ in rows}) == len(rows)
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def exposed(registry: CollectorRegistry) -> Described:
    return {
        family.name + ("_total" if family.type == "counter" else ""): (family.type, set(family.samples[0].labels))
        for family in registry.collect()
        if not family.name.startswith("process_")
    }


def feed() -> Described:
    metrics = FeedMetrics()
    metrics.polled("a", "read")
    metrics.page("a", "new")
    metrics.cleaned("a", kept=2, removed=1)
    metrics.layout("a", PageLayout(usual=0.5, recent=0.5))
    return exposed(metrics.registry)


def sink() -> Described:
    return exposed(registry_of("parquet", Progress(rows=Counter(quotes=1))))


def test_the_table_has_exactly_the_metrics_that_are_declared() -> None:
    worker = {metric.sample: (metric.kind, set(metric.labels)) for metric in METRICS}
    assert described() == worker | feed() | sink()
