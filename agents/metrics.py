"""Every metric of a worker, declared once.

`METRICS` is the list that the documentation, the dashboard and the alert rules
are checked against; `Metrics` holds the values of one worker. Counters count
what this worker did since it started and only confirmed publishes, so that over
all workers they add up to what stands on the topics.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import generate_latest

from pipeline.stages import STAGES
from schemas.records import FAILURE_REASONS, EntityType

MetricKind = Literal["counter", "gauge", "histogram"]

LATENCY_BUCKETS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


END_TO_END_BUCKETS_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0)

disable_created_metrics()  # type: ignore[no-untyped-call] # one more series for each counter, which nobody asks for


@dataclass(frozen=True)
class Metric:
    """One metric as Prometheus sees it; a counter's samples carry `_total` after `name`."""

    name: str
    kind: MetricKind
    unit: str
    meaning: str
    labels: tuple[str, ...] = ()

    @property
    def sample(self) -> str:
        """The name that queries use."""
        return f"{self.name}_total" if self.kind == "counter" else self.name


METRICS: tuple[Metric, ...] = (
    Metric("redefluss_articles", "counter", "articles", "Articles confirmed on the stage's target topic", ("stage",)),
    Metric("redefluss_quotes", "counter", "quotes", "Quotes confirmed on the topic quotes"),
    Metric(
        "redefluss_entities", "counter", "entities", "Entities in the articles confirmed on articles.quotes", ("type",)
    ),
    Metric(
        "redefluss_dead_letters", "counter", "messages", "Dead letters confirmed on their topic", ("stage", "reason")
    ),
    Metric(
        "redefluss_duplicates", "counter", "articles", "Articles not processed again: id and version known", ("stage",)
    ),
    Metric(
        "redefluss_misplaced_keys",
        "counter",
        "messages",
        "Messages read from another partition than Kafka's default partitioner gives their key",
        ("stage",),
    ),
    Metric("redefluss_retries", "counter", "attempts", "Second and later attempts at an article", ("stage",)),
    Metric("redefluss_pool_restarts", "counter", "processes", "Pool processes replaced, by cause", ("cause",)),
    Metric(
        "redefluss_stage_seconds", "histogram", "seconds", "Time a stage's function took for one article", ("stage",)
    ),
    Metric(
        "redefluss_end_to_end_seconds",
        "histogram",
        "seconds",
        "From an article's arrival on articles.raw to its confirmation on articles.quotes",
    ),
    Metric("redefluss_publish_retries", "counter", "attempts", "Second and later attempts to publish a message"),
    Metric("redefluss_rebalances", "counter", "rebalances", "Times that partitions were dealt out anew", ("stage",)),
    Metric("redefluss_commit_failures", "counter", "commits", "Commits of offsets that were not confirmed", ("stage",)),
    Metric("redefluss_unconfirmed", "gauge", "messages", "Messages sent and not confirmed yet"),
    Metric("redefluss_pool_processes", "gauge", "processes", "Pool processes of this worker", ("state",)),
    Metric("redefluss_pool_waiting", "gauge", "articles", "Articles waiting for a free pool process"),
    Metric("redefluss_in_flight", "gauge", "articles", "Articles read and not yet confirmed", ("stage",)),
    Metric("redefluss_model_load_seconds", "gauge", "seconds", "Time the models took to load; 0 until they have"),
    Metric("redefluss_models_ready", "gauge", "boolean", "1 when the models of every stage are loaded"),
    Metric("redefluss_assigned_partitions", "gauge", "partitions", "Partitions assigned to this worker", ("topic",)),
    Metric(
        "redefluss_consumer_lag",
        "gauge",
        "messages",
        "End offset minus committed offset, for the whole consumer group; from one worker of the cluster",
        ("stage", "topic", "partition"),
    ),
    Metric(
        "redefluss_lag_seconds",
        "gauge",
        "seconds",
        "Time to do what waits at the rate of the last minutes; +Inf where nothing is done; from one worker",
        ("stage",),
    ),
    Metric(
        "redefluss_oldest_unread_seconds",
        "gauge",
        "seconds",
        "Age of the oldest message that a stage has not done; from one worker",
        ("stage",),
    ),
    Metric("redefluss_workers", "gauge", "workers", "Workers of the cluster, as this one knows them", ("state",)),
    Metric(
        "redefluss_stage_stuck", "gauge", "boolean", "1 when a stage has no worker or makes no progress", ("stage",)
    ),
    Metric("redefluss_memory_bytes", "gauge", "bytes", "Resident memory of the worker's processes", ("process",)),
    Metric(
        "redefluss_disk_free_bytes", "gauge", "bytes", "Room on the file system of REDEFLUSS_DATA_DIR; `NaN` without it"
    ),
    Metric("redefluss_disk_bytes", "gauge", "bytes", "Size of the file system of REDEFLUSS_DATA_DIR"),
    Metric("redefluss_loop_age_seconds", "gauge", "seconds", "Time since the worker's event loop last turned"),
    Metric("redefluss_store_articles", "gauge", "articles", "Articles kept for the pages"),
    Metric("redefluss_store_lag", "gauge", "messages", "Messages on the topics that the pages do not show yet"),
    Metric("redefluss_ready", "gauge", "boolean", "1 when /health/ready answers 200"),
    Metric("redefluss_build", "gauge", "info", "Always 1; version and models are in the labels", ("version", "model")),
)

_LABEL_VALUES: dict[str, tuple[str, ...]] = {
    "stage": tuple(stage.name for stage in STAGES),
    "reason": FAILURE_REASONS,
    "type": get_args(EntityType),
    "cause": ("crash", "timeout"),
}
"""Counters stand at 0 from the start under all of these: what first appears as 20 would not count as an increase."""


class Metrics:
    """The metrics of one worker. All methods are thread-safe."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        self._setting = threading.Lock()
        """Held where the series of a gauge are not all there."""
        for metric in METRICS:
            if metric.kind == "counter":
                counter = Counter(metric.name, metric.meaning, metric.labels, registry=self.registry)
                if metric.labels:
                    for values in product(*(_LABEL_VALUES[label] for label in metric.labels)):
                        counter.labels(*values)
                self._counters[metric.name] = counter
            elif metric.kind == "gauge":
                self._gauges[metric.name] = Gauge(metric.name, metric.meaning, metric.labels, registry=self.registry)
            else:
                self._histograms[metric.name] = Histogram(
                    metric.name,
                    metric.meaning,
                    metric.labels,
                    registry=self.registry,
                    buckets=END_TO_END_BUCKETS_SECONDS if not metric.labels else LATENCY_BUCKETS_SECONDS,
                )
        ProcessCollector(registry=self.registry)  # process_*: of the worker's own process

    def published(self, stage: str, took_seconds: float) -> None:
        """An article is confirmed on the stage's target topic; its function took `took_seconds`."""
        self.increment("redefluss_articles", stage)
        self._histograms["redefluss_stage_seconds"].labels(stage).observe(took_seconds)

    def finished(self, seconds: float) -> None:
        """An article is through, so long after its arrival; clocks may differ, so that it can seem to be before."""
        self._histograms["redefluss_end_to_end_seconds"].observe(max(0.0, seconds))

    def increment(self, name: str, *labels: str, by: int = 1) -> None:
        """Raise the counter `name` with these label values."""
        counter = self._counters[name]
        (counter.labels(*labels) if labels else counter).inc(by)

    def add(self, counts: Mapping[tuple[str, ...], int]) -> None:
        """What a stage counted in a result is confirmed: by the counter's name without `redefluss_`, and its labels."""
        for (name, *labels), count in counts.items():
            self.increment(f"redefluss_{name}", *labels, by=count)

    def latency(self, stage: str) -> dict[float, float]:
        """Cumulative counts of the stage's latency histogram by upper bound in seconds."""
        counts: dict[float, float] = {}
        for family in self._histograms["redefluss_stage_seconds"].collect():
            for sample in family.samples:
                if sample.name.endswith("_bucket") and sample.labels["stage"] == stage:
                    counts[float(sample.labels["le"])] = sample.value
        return counts

    def count(self, name: str) -> dict[tuple[str, ...], float]:
        """The values of the counter `name` by its label values."""
        labels = next(metric.labels for metric in METRICS if metric.name == name)
        return {
            tuple(sample.labels[label] for label in labels): sample.value
            for family in self._counters[name].collect()
            for sample in family.samples
            if sample.name.endswith("_total")
        }

    def set(self, name: str, values: Mapping[tuple[str, ...], float]) -> None:
        """Set the gauge `name` to `values` by label values; what is not among them is no longer shown."""
        gauge = self._gauges[name]
        if () in values:
            gauge.set(values[()])
            return
        with self._setting:
            gauge.clear()
            for labels, value in values.items():
                gauge.labels(*labels).set(value)

    def expose(self) -> bytes:
        """All values in Prometheus's text format."""
        with self._setting:
            return generate_latest(self.registry)


def percentiles(buckets: Mapping[float, float], wanted: Iterable[float]) -> list[float | None]:
    """Estimate percentiles (0 … 1) in seconds from a cumulative histogram, linear within a bucket.

    None where the histogram is empty; what lies above the last finite bound counts as that bound.
    """
    bounds = sorted(buckets)
    total = buckets[bounds[-1]] if bounds else 0.0
    if not total:
        return [None for _ in wanted]
    return [_percentile(buckets, bounds, total * share) for share in wanted]


def _percentile(buckets: Mapping[float, float], bounds: list[float], rank: float) -> float:
    lower, below = 0.0, 0.0
    for bound in bounds:
        count = buckets[bound]
        if count >= rank:
            if bound == float("inf"):
                return lower
            return lower + (bound - lower) * ((rank - below) / (count - below) if count > below else 0.0)
        lower, below = bound, count
    return lower
