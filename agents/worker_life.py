"""Whether each worker is alive, stopped, replaced or lost, by its last report and the age of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.stages import Stage

SILENT_SECONDS = 10.0
"""A worker reports every three seconds; after so long without one it counts as gone."""

WorkerLife = Literal["alive", "stopped", "replaced", "lost"]
"""It reports; it has ended by itself; it has ended otherwise, and another was started in its place; and none was."""


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
        return not self.left and self.age_seconds < SILENT_SECONDS

    @property
    def left(self) -> bool:
        """Whether it has ended by itself, as at SIGTERM, and has said so."""
        return bool(self.status.get("left"))

    @property
    def models(self) -> Mapping[str, Any]:
        models: Mapping[str, Any] = self.status.get("models") or {}
        return models

    def runs(self, stage: Stage) -> bool:
        return stage.name in self.status.get("stages", ())

    def partitions(self, stage: Stage) -> list[int]:
        return list((self.status.get("assignment") or {}).get(stage.source, ()))

    def stopped_processes(self, *, some: bool = False) -> list[int]:
        """The pool's processes, if the system has stopped all of them; those that it has, if `some` are enough."""
        processes = (self.status.get("pool") or {}).get("processes", ())
        stopped = [int(process["pid"]) for process in processes if process.get("state") == "stopped"]
        return stopped if some or len(stopped) == len(processes) else []

    def came_after(self, other: "WorkerReport") -> bool:
        """Whether it began when the other had spoken for the last time, or about then, to run the same."""
        began = self.status.get("started_at")
        last = other.status.get("spoke_at")
        same = set(other.status.get("stages", ())) <= set(self.status.get("stages", ()))
        return began is not None and last is not None and same and began > last


def lives(workers: Sequence[WorkerReport]) -> dict[str, WorkerLife]:
    """What has become of each worker, by name. One that is new stands for one that was lost before it came."""
    found: dict[str, WorkerLife] = {}
    lost = []
    for worker in workers:
        if worker.alive:
            found[worker.name] = "alive"
        elif worker.left:
            found[worker.name] = "stopped"
        else:
            lost.append(worker)
    came = [worker for worker in workers if worker.alive]
    for worker in sorted(lost, key=lambda worker: worker.age_seconds):
        successors = [other for other in came if other.came_after(worker)]
        # Those of the same host first.
        successors.sort(key=lambda other: other.status.get("host") != worker.status.get("host"))
        if successors:
            came.remove(successors[0])
        found[worker.name] = "replaced" if successors else "lost"
    return found
