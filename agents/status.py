"""What a worker knows about itself, for its pages, health checks and metrics."""

import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from agents.headers import installed_version, worker_name
from agents.metrics import Metrics
from agents.pool.pool import Pool
from pipeline.stages import stage_named

ERRORS_KEPT = 20


class WorkerStatus:
    """The state of one worker process; `snapshot` may be called from any thread."""

    def __init__(self, stages: Sequence[str], model: str) -> None:
        self.stages = tuple(stages)
        self.model = model
        self.metrics = Metrics()
        self.pool: Pool | None = None
        self.worker = worker_name(os.getpid())
        self.loop_beat = time.monotonic()
        self.assignment: Callable[[], Mapping[str, Sequence[int]]] = dict
        """By stage, the partitions of its source topic that are this worker's."""
        self.unconfirmed: Callable[[], int] = int
        """Messages sent and not confirmed yet."""
        self._model_detail: str | None = None
        self._lock = threading.Lock()
        self._in_flight: list[tuple[str, int]] = []
        """Stage and partition of each message that is read and not yet confirmed."""
        self._errors: deque[dict[str, Any]] = deque(maxlen=ERRORS_KEPT)
        self._started_at = time.time()

    @contextmanager
    def handling(self, stage: str, partition: int) -> Iterator[None]:
        """Count a message as in flight for the length of a `with` block."""
        with self._lock:
            self._in_flight.append((stage, partition))
        try:
            yield
        finally:
            with self._lock:
                self._in_flight.remove((stage, partition))

    @property
    def in_flight(self) -> int:
        """Messages read and not yet confirmed."""
        return len(self._in_flight)

    def partitions_in_flight(self) -> set[tuple[str, int]]:
        """Stage and partition of each message in flight."""
        with self._lock:
            return set(self._in_flight)

    def error(self, stage: str, text: str) -> None:
        """Remember an error for the pages."""
        with self._lock:
            self._errors.append({"at": time.time(), "stage": stage, "text": text})

    def models_failed(self, detail: str) -> None:
        """The models cannot be loaded."""
        self._model_detail = detail

    def snapshot(self) -> dict[str, Any]:
        """Everything as plain JSON values; times in seconds."""
        with self._lock:
            in_flight, errors = list(self._in_flight), list(self._errors)
        return {
            "worker": self.worker,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "version": installed_version(),
            "started_at": self._started_at,
            "stages": list(self.stages),
            "assignment": self._partitions_by_topic(),
            "loop_beat": self.loop_beat,
            "models": self._models(),
            "pool": self._pool(),
            "in_flight": [{"stage": stage} for stage, _ in in_flight],
            "unconfirmed": self.unconfirmed(),
            "errors": errors,
        }

    def _partitions_by_topic(self) -> dict[str, list[int]]:
        """By source topic (without prefix), what is assigned to this worker; stages that share a topic together."""
        topics: dict[str, set[int]] = {}
        for stage, partitions in self.assignment().items():
            topics.setdefault(stage_named(stage).source, set()).update(partitions)
        return {topic: sorted(partitions) for topic, partitions in topics.items()}

    def _models(self) -> dict[str, Any]:
        pool = self.pool
        state: Literal["loading", "ready", "failed"] = "loading"
        if self._model_detail is not None:
            state = "failed"
        elif pool is not None and pool.ready:
            state = "ready"
        return {
            "state": state,
            "name": self.model,
            "detail": self._model_detail,
            "load_seconds": 0.0 if pool is None else pool.load_seconds,
        }

    def _pool(self) -> dict[str, Any]:
        if self.pool is None:
            return {"size": 0, "busy": 0, "waiting": 0, "restarts": 0, "fork_server_pid": None, "processes": []}
        processes = []
        for process in list(self.pool.processes):
            head = next(iter(list(process.jobs)), None)  # the loop's thread may take it out meanwhile
            processes.append(
                {
                    "pid": process.pid,
                    "state": process.state,
                    "busy_seconds": time.monotonic() - process.head_started_at if head else 0.0,
                    "stage": head.job.stage if head else None,
                }
            )
        return {
            "size": len(processes),
            "busy": sum(process["state"] == "busy" for process in processes),
            "waiting": self.pool.waiting,
            "restarts": self.pool.restarts,
            "fork_server_pid": self.pool.fork_server_pid,
            "processes": processes,
        }
