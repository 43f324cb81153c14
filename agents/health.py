"""Whether the stream is healthy: judgements on what the broker and the workers say.

Nothing here asks anyone; all of it can be tried with made-up facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pipeline.stages import STAGES, Stage

SILENT_SECONDS = 10.0
"""A worker speaks every three seconds; after so long it counts as gone."""

LOOP_SECONDS = 10.0
"""The loop is asked to turn every second; after so long it hangs."""

FACTS_SECONDS = 12.0
"""Facts about the broker are fetched every two seconds; older ones prove nothing."""

PARTITION_PATIENCE = 3.0
"""A single partition may stand still this many times as long as a whole stage."""


@dataclass(frozen=True)
class WorkerReport:
    """What a worker said of itself last.

    Attributes:
        status: the status that it gave of itself.
        age_seconds: how old that is.
    """

    status: Mapping[str, Any]
    age_seconds: float

    @property
    def name(self) -> str:
        return str(self.status["worker"])

    @property
    def alive(self) -> bool:
        return self.age_seconds < SILENT_SECONDS

    @property
    def models(self) -> Mapping[str, Any]:
        models: Mapping[str, Any] = self.status.get("models") or {}
        return models

    def runs(self, stage: Stage) -> bool:
        return stage.name in self.status.get("stages", ())

    def partitions(self, stage: Stage) -> list[int]:
        return list((self.status.get("assignment") or {}).get(stage.source, ()))

    def stopped_processes(self) -> list[int]:
        """The pool's processes, if the system has stopped all of them."""
        processes = (self.status.get("pool") or {}).get("processes", ())
        stopped = [int(process["pid"]) for process in processes if process.get("state") == "stopped"]
        return stopped if len(stopped) == len(processes) else []


@dataclass(frozen=True)
class ClusterFacts:
    """What is known at one moment.

    Attributes:
        broker_age_seconds: since the broker was last asked; None if never.
        broker_detail: what it said if it did not answer well.
        places: by stage, for every partition `partition`, `lag` and `still_seconds`.
        own: this worker.
        others: the others, and how long ago each spoke.
    """

    broker_age_seconds: float | None
    broker_detail: str | None
    progress: Mapping[str, Sequence[Mapping[str, Any]]]
    own: WorkerReport
    others: Sequence[WorkerReport] = ()
    stuck_seconds: float = 20.0

    @property
    def workers(self) -> list[WorkerReport]:
        return [self.own, *self.others]

    @property
    def broker_answers(self) -> bool:
        return self.broker_detail is None and self.facts_are_fresh

    @property
    def facts_are_fresh(self) -> bool:
        return self.broker_age_seconds is not None and self.broker_age_seconds < FACTS_SECONDS


@dataclass(frozen=True)
class StageHealth:
    """A stage's health and the reasons, as codes with their values."""

    health: Literal["ok", "starting", "stuck"]
    why: list[dict[str, Any]] = field(default_factory=list)


def assess_stage(stage: Stage, facts: ClusterFacts) -> StageHealth:
    """Whether a stage gets on anywhere in the cluster."""
    running = [worker for worker in facts.workers if worker.alive and worker.runs(stage)]
    why = _stalled_partitions(facts.progress.get(stage.name, ()), facts.stuck_seconds)
    stopped = [pid for worker in running for pid in worker.stopped_processes()]
    if stopped and all(worker.stopped_processes() for worker in running):
        why.append({"code": "processes-stopped", "pids": stopped})
    why.extend(
        {"code": "models-failed", "worker": worker.name, "detail": worker.models.get("detail")}
        for worker in running
        if worker.models.get("state") == "failed"
    )
    if not running:
        why.append({"code": "no-worker"})
        why.extend(
            {"code": "silent-worker", "worker": worker.name, "seconds": round(worker.age_seconds)}
            for worker in facts.workers
            if not worker.alive and worker.runs(stage)
        )
    if why:
        return StageHealth("stuck", why)
    if not any(worker.models.get("state") == "ready" for worker in running):
        return StageHealth("starting", [{"code": "models-loading"}])
    if not facts.progress.get(stage.name):
        return StageHealth("starting", [{"code": "no-topic", "topic": stage.source}])
    assigned = {partition for worker in running for partition in worker.partitions(stage)}
    missing = {partition_progress["partition"] for partition_progress in facts.progress.get(stage.name, ())} - assigned
    if missing or not assigned:
        return StageHealth("starting", [{"code": "unassigned", "partitions": sorted(missing)}])
    return StageHealth("ok")


def _stalled_partitions(progress: Sequence[Mapping[str, Any]], patience_seconds: float) -> list[dict[str, Any]]:
    behind = [partition_progress for partition_progress in progress if partition_progress["lag"]]
    if not behind:
        return []
    least = min(partition_progress["still_seconds"] for partition_progress in behind)
    if least > patience_seconds:
        return [
            {
                "code": "no-progress",
                "seconds": round(least),
                "lag": sum(partition_progress["lag"] for partition_progress in behind),
            }
        ]
    still = [
        partition_progress
        for partition_progress in behind
        if partition_progress["still_seconds"] > PARTITION_PATIENCE * patience_seconds
    ]
    if still:
        return [
            {
                "code": "partitions-still",
                "partitions": [partition_progress["partition"] for partition_progress in still],
                "seconds": round(min(partition_progress["still_seconds"] for partition_progress in still)),
            }
        ]
    return []


def live(loop_age_seconds: float) -> list[tuple[str, bool, str]]:
    """Name, outcome and detail of what must hold for a worker not to need a restart."""
    return [("loop", loop_age_seconds < LOOP_SECONDS, f"turned {loop_age_seconds:.1f} s ago")]


def ready(facts: ClusterFacts, loop_age_seconds: float, *, whole_stream: bool) -> list[tuple[str, bool, str]]:
    """Name, outcome and detail of what must hold for the stream to be working.

    Args:
        whole_stream: judge all stages, wherever they run, not only this worker's.
    """
    own = facts.own
    checks = live(loop_age_seconds)
    if facts.facts_are_fresh:
        checks.append(("broker", facts.broker_detail is None, facts.broker_detail or "answers"))
    else:
        checks.append(("broker", False, "has not been asked lately: the web view's collector is not running"))
    assignment = own.status.get("assignment") or {}
    outside = [stage.name for stage in STAGES if own.runs(stage) and stage.source not in assignment]
    count = sum(len(partitions) for partitions in assignment.values())  # 0 where there are more workers than partitions
    detail = f"not in the consumer group of {', '.join(outside)}" if outside else f"{count} partitions"
    checks.append(("assigned", not outside, detail))
    state, problem = str(own.models.get("state")), own.models.get("detail")
    checks.append(("models", state == "ready", f"{state}: {problem}" if problem else state))
    for stage in STAGES:
        if whole_stream or own.runs(stage):
            judgement = assess_stage(stage, facts)
            reasons = "; ".join(_in_words(reason) for reason in judgement.why)
            checks.append((f"stage {stage.name}", judgement.health == "ok", reasons or "gets on"))
    return checks


def _in_words(reason: Mapping[str, Any]) -> str:
    values = ", ".join(f"{key} {value}" for key, value in reason.items() if key != "code" and value is not None)
    return f"{reason['code']} ({values})" if values else str(reason["code"])
