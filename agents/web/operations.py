"""The state of the stream, put together from the store and from this worker."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from agents import health
from agents.backlog import TREND_SECONDS, BacklogSample, Trend, trend
from agents.metrics import Metrics, percentiles
from agents.settings import Settings
from agents.web.gauges import loop_age, set_gauges
from agents.web.models import (
    Check,
    HealthReport,
    Latency,
    Operations,
    PartitionLag,
    StageState,
    StageTrend,
    WorkerState,
)
from agents.web.rates import COURSE_SECONDS, course, lag_course, rate
from agents.web.store.access import StoreUnavailable
from agents.web.store.reader import StoreReader
from agents.worker_life import WorkerLife, WorkerReport, lives
from agents.worker_report import WorkerReporter
from pipeline.stages import STAGES, Stage

RATE_SECONDS = 60.0
FRESH_LETTERS_SECONDS = 3600.0
LAG_TO_TELL = 1000
"""So many messages are not in the store yet where the pages say that something is missing."""


@dataclass(frozen=True)
class Outage:
    """Why what the pages show may be old.

    Attributes:
        of: the broker cannot be reached, the store cannot be written, or it lags far behind, as when it is made anew.
        detail: the error; "" if none is known.
    """

    of: Literal["broker", "store", "lag"]
    detail: str


class StreamMonitor:
    """Looks at everything there is to see. Its methods block for milliseconds: call them in a thread."""

    def __init__(
        self,
        settings: Settings,
        reader: StoreReader,
        reporter: WorkerReporter,
        metrics: Metrics,
        store_trouble: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._reader = reader
        self._reporter = reporter
        self._store_trouble = store_trouble
        self._metrics = metrics

    def readiness(self, *, whole_stream: bool = True) -> HealthReport:
        """What `/health/ready` answers."""
        facts = self._facts()
        return _report(health.ready(facts, loop_age(facts.own.status), whole_stream=whole_stream))

    def liveness(self) -> HealthReport:
        """What `/health/live` answers."""
        return _report(health.live(loop_age(self._reporter.report())))

    def operations(self) -> Operations:
        """What the operations page shows."""
        facts = self._facts()
        now = facts.now
        samples = self._read(lambda: self._reader.samples(now - COURSE_SECONDS), {})
        letters = self._read(self._reader.dead_letter_counts, {})
        fresh = self._read(lambda: self._reader.dead_letter_counts(now - FRESH_LETTERS_SECONDS), {})
        _, store = self._state("store", {})
        ready = health.ready(facts, loop_age(facts.own.status), whole_stream=True)
        life_of = lives(facts.workers)
        with_metrics = [worker.name for worker in facts.workers if worker.alive and worker.status.get("web")]
        stages = [
            _stage(stage, facts, samples.get(stage.name, []), letters.get(stage.name, 0), fresh.get(stage.name, 0))
            for stage in STAGES
        ]
        return Operations(
            at=now,
            broker=facts.broker_answers,
            broker_detail=facts.broker_detail,
            store_trouble=facts.store_trouble,
            stages=stages,
            workers=[_worker(worker, life_of[worker.name]) for worker in facts.workers],
            store_articles=self._read(self._reader.article_count, 0),
            store_lag=store.get("lag", 0),
            ready=all(ok for _, ok, _ in ready),
            speaks_for_cluster=facts.own.name == min(with_metrics, default=None),
        )

    def outage(self) -> Outage | None:
        """Why what the pages show may be old. At the start, when nobody has asked the broker yet, all is well."""
        asked, broker = self._state("broker", {"detail": None})
        detail: str | None = broker["detail"]
        if detail is not None:
            return Outage("broker", detail)
        if (trouble := self._store_trouble()) is not None:
            return Outage("store", trouble)
        fresh = asked is None or time.time() - asked < health.FACTS_SECONDS
        if not fresh:
            return Outage("broker", "")
        lag = self._state("store", {"lag": 0})[1]["lag"]
        return Outage("lag", "") if lag > LAG_TO_TELL else None

    def exposition(self) -> bytes:
        """All metrics in Prometheus's text format."""
        set_gauges(self._metrics, self.operations(), self._reporter.report(), self._settings.data_dir)
        return self._metrics.expose()

    def _facts(self) -> health.ClusterFacts:
        now = time.time()
        own = WorkerReport(self._reporter.report(), 0.0)
        asked, broker = self._state("broker", {"detail": None})
        _, progress = self._state("places", {})
        others = [
            WorkerReport(said.model_dump() | {"spoke_at": at}, max(0.0, now - at))
            for at, said in self._read(self._reader.workers, [])
            if said.worker != own.name
        ]
        return health.ClusterFacts(
            broker_age_seconds=None if asked is None else max(0.0, now - asked),
            broker_detail=broker["detail"],
            progress=progress,
            own=own,
            others=others,
            stuck_seconds=self._settings.stuck_seconds,
            trends={
                stage: trend(samples, now)
                for stage, samples in self._read(lambda: self._reader.samples(now - TREND_SECONDS), {}).items()
            },
            letters=self._read(
                lambda: self._reader.dead_letter_counts(now - health.LETTERS_SECONDS, unanswered=True), {}
            ),
            now=now,
            store_trouble=self._store_trouble(),
        )

    def _state(self, name: str, default: dict[str, Any]) -> tuple[float | None, dict[str, Any]]:
        state = self._read(lambda: self._reader.state(name), None)
        return (None, default) if state is None else state

    @staticmethod
    def _read(read: Any, default: Any) -> Any:
        """Without a store there are no facts, and that is what the judgement is about."""
        try:
            return read()
        except StoreUnavailable:
            return default


def _report(checks: Sequence[tuple[str, bool, str]]) -> HealthReport:
    return HealthReport(
        ok=all(ok for _, ok, _ in checks),
        checks=[Check(name=name, ok=ok, detail=detail) for name, ok, detail in checks],
    )


def _stage(
    stage: Stage, facts: health.ClusterFacts, samples: list[BacklogSample], letters: int, fresh: int
) -> StageState:
    now = facts.now
    done = [(sample.at, sample.committed) for sample in samples]
    judgement = health.assess_stage(stage, facts)
    alive = [worker for worker in facts.workers if worker.alive]
    assigned = {partition: worker.name for worker in alive for partition in worker.partitions(stage)}
    partitions = [
        PartitionLag(
            partition=place["partition"],
            committed=place["committed"],
            end=place["end"],
            lag=place["lag"],
            worker=assigned.get(place["partition"]),
            still_seconds=round(place["still_seconds"], 1),
        )
        for place in facts.progress.get(stage.name, ())
    ]
    buckets: dict[float, float] = {}
    for worker in alive:
        for bound, count in (worker.status.get("latency") or {}).get(stage.name, {}).items():
            buckets[float(bound)] = buckets.get(float(bound), 0.0) + count
    p50, p95, p99 = percentiles(buckets, (0.5, 0.95, 0.99))
    return StageState(
        name=stage.name,
        source=stage.source,
        target=stage.target,
        health=judgement.health,
        why=judgement.why,
        lag=sum(place.lag for place in partitions),
        rate=rate(done, now - RATE_SECONDS, now),
        course=course(done, now),
        lag_course=lag_course(samples, now),
        trend=StageTrend.model_validate(facts.trends.get(stage.name, Trend()), from_attributes=True),
        oldest_seconds=round(facts.oldest_seconds(stage), 1),
        latency=Latency(p50=p50, p95=p95, p99=p99, count=int(max(buckets.values(), default=0))),
        dead_letters=letters,
        dead_letters_fresh=fresh,
        retries=sum((worker.status.get("retries") or {}).get(stage.name, 0) for worker in facts.workers),
        in_flight=sum(entry["stage"] == stage.name for worker in alive for entry in worker.status.get("in_flight", ())),
        partitions=partitions,
    )


def _worker(worker: WorkerReport, life: WorkerLife) -> WorkerState:
    said = worker.status
    return WorkerState(
        worker=worker.name,
        host=said["host"],
        pid=said["pid"],
        version=said["version"],
        model=worker.models.get("name"),
        model_state=str(worker.models.get("state")),
        model_detail=worker.models.get("detail"),
        model_load_seconds=worker.models.get("load_seconds"),
        started_at=said["started_at"],
        seen_seconds=round(worker.age_seconds, 1),
        alive=worker.alive,
        life=life,
        stages=list(said.get("stages", ())),
        assignment=dict(said.get("assignment") or {}),
        pool=dict(said.get("pool") or {}),
        memory_bytes=sum((said.get("memory") or {}).values()),
        errors=list(said.get("errors", ())),
        web=said.get("web"),
    )
