"""Whether the stream is healthy: judgements on what the broker and the workers say.

Nothing here asks anyone; all of it can be tried with made-up facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from agents.backlog import Trend
from agents.worker_life import SILENT_SECONDS, WorkerReport, lives
from pipeline.stages import STAGES, Stage

LOOP_SECONDS = 10.0
"""The loop is asked to turn every second; after so long it hangs."""

FACTS_SECONDS = 12.0
"""The broker is asked every two seconds; facts that are older than this prove nothing."""

MANY_WAITING = 1000
"""From so many waiting messages on, there is a warning, even if the stage makes progress."""
GROWING_WAITING = 100
"""The same if their number grows."""
MANY_LETTERS, LETTERS_SECONDS = 20, 900.0
"""With more dead letters of a stage within this time, there is a warning until they are replayed; the alert is for as
many of one reason."""
OLD_SECONDS = 300.0
"""What comes out of a stage is old news if its oldest message has waited for so long."""
HELD_SECONDS = 180.0
"""A transaction that holds messages back for longer is worth a word; producers that write exactly once, such as Flink,
often end theirs once a minute."""

PARTITION_PATIENCE = 3.0
"""A single partition may stand still this many times as long as a whole stage."""


@dataclass(frozen=True)
class ClusterFacts:
    """What is known at one moment.

    Attributes:
        broker_age_seconds: since the broker was last asked; None if never.
        broker_detail: what it said if it did not answer well.
        progress: by stage, for every partition `partition`, `lag`, `still_seconds`, and `held` and `held_seconds` (of
            the lag, what cannot be read before a producer ends its transaction, and since when); where messages wait
            `oldest_at`, when the oldest was written, in seconds since 1970 UTC.
        own: this worker.
        others: the others, and how long ago each spoke.
        stuck_seconds: a stage that makes no progress for longer, though messages wait, is stuck.
        trends: by stage, how what waits develops.
        letters: by stage, the dead letters of the last `LETTERS_SECONDS` that were not replayed.
        now: in seconds since 1970 UTC.
        store_trouble: why the store of the pages, which facts come from, could not be written.
    """

    broker_age_seconds: float | None
    broker_detail: str | None
    progress: Mapping[str, Sequence[Mapping[str, Any]]]
    own: WorkerReport
    others: Sequence[WorkerReport] = ()
    stuck_seconds: float = 20.0
    trends: Mapping[str, Trend] = field(default_factory=dict)
    letters: Mapping[str, int] = field(default_factory=dict)
    now: float = 0.0
    store_trouble: str | None = None

    @property
    def workers(self) -> list[WorkerReport]:
        return [self.own, *self.others]

    def oldest_seconds(self, stage: Stage) -> float:
        """How long the oldest message has waited that the stage has not done; 0 if none waits, or nothing is known."""
        written = [at for place in self.progress.get(stage.name, ()) if (at := place.get("oldest_at")) is not None]
        return max(0.0, self.now - min(written)) if written else 0.0

    @property
    def broker_answers(self) -> bool:
        return self.broker_detail is None and self.facts_are_fresh

    @property
    def store_stands_still(self) -> bool:
        """Whether nothing is known for want of a store, and not of a broker."""
        return not self.facts_are_fresh and self.broker_detail is None and self.store_trouble is not None

    @property
    def facts_are_fresh(self) -> bool:
        return self.broker_age_seconds is not None and self.broker_age_seconds < FACTS_SECONDS


@dataclass(frozen=True)
class StageHealth:
    """A stage's health and the reasons, as codes with their values."""

    health: Literal["ok", "warning", "starting", "stuck", "unknown"]
    why: list[dict[str, Any]] = field(default_factory=list)


def assess_stage(stage: Stage, facts: ClusterFacts) -> StageHealth:
    """Whether a stage gets on anywhere in the cluster."""
    running = [worker for worker in facts.workers if worker.alive and worker.runs(stage)]
    progress = facts.progress.get(stage.name, ()) if facts.broker_answers else ()
    why = _stalled_partitions(progress, facts.stuck_seconds)
    stopped = [pid for worker in running for pid in worker.stopped_processes()]
    if stopped and not stage.stateful and all(worker.stopped_processes() for worker in running):
        why.append({"code": "processes-stopped", "pids": stopped})
    elif why:  # else it is worth a warning
        why.extend(_some_processes_stopped(stage, running))
    why.extend(
        {"code": "models-failed", "worker": worker.name, "detail": worker.models.get("detail")}
        for worker in running
        if worker.models.get("state") == "failed"
    )
    if not running and facts.broker_answers:  # else the others could not be heard
        why.append({"code": "no-worker"})
        life = lives(facts.workers)
        codes = {"lost": "silent-worker", "stopped": "stopped-worker"}
        gone = [worker for worker in facts.workers if worker.runs(stage) and life[worker.name] in codes]
        latest = min((worker.age_seconds for worker in gone), default=0.0)
        why.extend(
            {"code": codes[life[worker.name]], "worker": worker.name, "seconds": round(worker.age_seconds)}
            for worker in gone
            if worker.age_seconds < latest + SILENT_SECONDS  # those before were no longer needed
        )
    if why:
        return StageHealth("stuck", why)
    if not facts.broker_answers:
        return StageHealth(
            "unknown", [{"code": "store-still"} if facts.store_stands_still else {"code": "broker-away"}]
        )
    if not any(worker.models.get("state") == "ready" for worker in running):
        return StageHealth("starting", [{"code": "models-loading"}])
    if not facts.progress.get(stage.name):
        return StageHealth("starting", [{"code": "no-topic", "topic": stage.source}])
    assigned = {partition for worker in running for partition in worker.partitions(stage)}
    missing = {place["partition"] for place in facts.progress.get(stage.name, ())} - assigned
    if missing or not assigned:
        return StageHealth("starting", [{"code": "unassigned", "partitions": sorted(missing)}])
    warnings = _warnings(stage, facts, running)
    return StageHealth("warning" if warnings else "ok", warnings)


def _warnings(stage: Stage, facts: ClusterFacts, running: Sequence[WorkerReport]) -> list[dict[str, Any]]:
    """What is not as it should be though the stage gets on."""
    why = _some_processes_stopped(stage, running)
    trend = facts.trends.get(stage.name, Trend())
    lag = sum(place["lag"] for place in facts.progress.get(stage.name, ()))
    if lag >= GROWING_WAITING and trend.growth > lag / 10:
        why.append({"code": "backlog-grows", "lag": lag, "growth": trend.growth, "seconds": round(trend.seconds)})
    elif lag >= MANY_WAITING:
        why.append({"code": "backlog", "lag": lag, "seconds": _whole(trend.until_done_seconds)})
    letters = facts.letters.get(stage.name, 0)
    if letters > MANY_LETTERS:
        why.append({"code": "dead-letters", "count": letters, "seconds": round(LETTERS_SECONDS)})
    why.extend(_open_transactions(facts.progress.get(stage.name, ())))
    oldest = facts.oldest_seconds(stage)
    if oldest >= OLD_SECONDS:
        why.append({"code": "old-news", "seconds": round(oldest)})
    return why


def _some_processes_stopped(stage: Stage, running: Sequence[WorkerReport]) -> list[dict[str, Any]]:
    """By worker, the pool's processes that the system has stopped; a stateful stage does its work without them."""
    halted = {worker.name: pids for worker in running if (pids := worker.stopped_processes(some=True))}
    return [
        {"code": "some-processes-stopped", "worker": name, "pids": pids}
        for name, pids in halted.items()
        if not stage.stateful
    ]


def _open_transactions(progress: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a producer holds back by a transaction that it does not end: the stage cannot help it."""
    waiting = [place for place in progress if place.get("held_seconds", 0) > HELD_SECONDS]
    if not waiting:
        return []
    return [
        {
            "code": "open-transaction",
            "partitions": [place["partition"] for place in waiting],
            "held": sum(map(_held, waiting)),
            "seconds": round(max(place["held_seconds"] for place in waiting)),
        }
    ]


def _held(place: Mapping[str, Any]) -> int:
    """Messages that nobody can read yet; a release before this one did not look."""
    return int(place.get("held", 0))


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


def _stalled_partitions(progress: Sequence[Mapping[str, Any]], patience_seconds: float) -> list[dict[str, Any]]:
    behind = [place for place in progress if place["lag"] > _held(place)]
    if not behind:
        return []
    least = min(place["still_seconds"] for place in behind)
    if least > patience_seconds:
        return [{"code": "no-progress", "seconds": round(least), "lag": sum(place["lag"] for place in behind)}]
    still = [place for place in behind if place["still_seconds"] > PARTITION_PATIENCE * patience_seconds]
    if not still:
        return []
    return [
        {
            "code": "partitions-still",
            "partitions": [place["partition"] for place in still],
            "seconds": round(min(place["still_seconds"] for place in still)),
        }
    ]


def live(loop_age_seconds: float) -> list[tuple[str, bool, str]]:
    """Name, outcome and detail of what must hold for a worker not to need a restart."""
    return [("loop", loop_age_seconds < LOOP_SECONDS, f"ran {loop_age_seconds:.1f} s ago")]


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
        why = facts.store_trouble or "the web view's collector does not run, or cannot write"
        checks.append(("broker", False, f"has not been asked lately: {why}"))
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
            checks.append((f"stage {stage.name}", judgement.health in {"ok", "warning"}, reasons or "works"))
    return checks


def _in_words(reason: Mapping[str, Any]) -> str:
    values = ", ".join(f"{key} {value}" for key, value in reason.items() if key != "code" and value is not None)
    return f"{reason['code']} ({values})" if values else str(reason["code"])
