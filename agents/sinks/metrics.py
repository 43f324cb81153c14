"""A sink's metrics, for Prometheus."""

from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from agents.sinks.progress import Progress


class SinkCollector(Collector):
    """Reads what a sink has done, whenever it is asked.

    Args:
        kind: of the store.
        progress: what it has done since it began.
    """

    def __init__(self, kind: str, progress: Progress) -> None:
        self._kind = kind
        self._progress = progress

    def collect(self) -> Iterator[Any]:
        """The metrics as they are now."""
        done = self._progress
        messages = CounterMetricFamily(
            "redefluss_sink_messages", "Messages read from the topics, by outcome", labels=("store", "outcome")
        )
        for outcome, count in (
            ("stored", done.read - done.unchanged),
            ("unchanged", done.unchanged),
            ("refused", done.refused),
        ):
            messages.add_metric((self._kind, outcome), count)
        yield messages
        rows = CounterMetricFamily("redefluss_sink_rows", "Rows written, by table", labels=("store", "table"))
        for table, count in done.rows.items():
            rows.add_metric((self._kind, table), count)
        yield rows
        for family, name, text, value in (
            (CounterMetricFamily, "batches", "Batches stored", done.batches),
            (
                CounterMetricFamily,
                "failures",
                "Attempts to store a batch that failed and were made again",
                done.failures,
            ),
            (GaugeMetricFamily, "lag_messages", "Messages on the topics that are not stored yet", done.lag),
            (GaugeMetricFamily, "last_batch_timestamp_seconds", "When a batch was stored last", done.stored_at),
        ):
            metric = family(f"redefluss_sink_{name}", text, labels=("store",))
            metric.add_metric((self._kind,), value)
            yield metric


def registry_of(kind: str, progress: Progress) -> CollectorRegistry:
    """A registry with a sink's metrics alone."""
    registry = CollectorRegistry()
    registry.register(SinkCollector(kind, progress))
    return registry


def report_of(kind: str, target: str, progress: Progress) -> dict[str, Any]:
    """How a sink is, for its reports to the pages of workers."""
    return {
        "kind": kind,
        "target": target,
        "read": progress.read,
        "unchanged": progress.unchanged,
        "refused": progress.refused,
        "batches": progress.batches,
        "failures": progress.failures,
        "rows": dict(progress.rows),
        "lag": progress.lag,
        "stored_at": progress.stored_at or None,
        "problem": progress.problem,
    }
