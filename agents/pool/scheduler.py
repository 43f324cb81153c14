"""Jobs on their way through the pool, the processes that have them, and which job a process is given next."""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from agents.pool.protocol import Job, Outcome

FIRST_SECONDS = 0.01
"""What a stage's job is taken to need before one was done."""
LEAST_SECONDS = 0.001
"""What a job is taken to need at least, so that each turn of a stage counts."""
PATIENCE_SECONDS = 2.0
"""How long a job waits for the process that has worked on its article, while the others have something else to do."""
REMEMBERED_ARTICLES = 512
"""Of so many articles, those begun last, it is known which process has worked on them."""


class JobFailed(Exception):
    """A job that got no outcome.

    Attributes:
        reason: "timeout" or "worker-crash".
        detail: one line.
        attempts: how often it was begun.
    """

    def __init__(self, reason: Literal["timeout", "worker-crash"], detail: str, attempts: int) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Literal["timeout", "worker-crash"] = reason
        self.detail = detail
        self.attempts = attempts


@dataclass(eq=False)
class PendingJob:
    """A job on its way through the pool."""

    job: Job
    future: asyncio.Future[Outcome]
    crashes: int = 0
    begun: int = 0
    since: float = field(default_factory=time.monotonic)


@dataclass(eq=False)
class PoolProcess:
    """One process of the pool as the worker sees it."""

    slot: int
    pid: int | None = None
    writer: asyncio.StreamWriter | None = None
    jobs: deque[PendingJob] = field(default_factory=deque)
    head_started_at: float = 0.0
    overdue: PendingJob | None = None
    generation: int = 0
    refusal: OSError | None = None
    reader_task: asyncio.Task[None] | None = None

    @property
    def state(self) -> str:
        """For people: starting, busy or idle."""
        if self.writer is None:
            return "starting"
        return "busy" if self.jobs else "idle"


class Scheduler:
    """Jobs not yet given to a process: in order within a stage, the stages by turns, so that each gets as much time.

    By time and not by number: a stage whose articles take long has no more of the processes than one that is quick, and
    at the end of a backlog no process waits for what another one's article becomes.

    Jobs with an affinity prefer the process that had the last job of the same one (delay scheduling, as of Zaharia et
    al., 2010): a process takes its own before others, and leaves those of another process alone for
    `PATIENCE_SECONDS`.

    Args:
        clock: the time in seconds, on the clock of `PendingJob.since`.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._queues: dict[str, deque[PendingJob]] = {}
        self._used_seconds: dict[str, float] = {}
        self._mean_seconds: dict[str, float] = {}
        self._now = 0.0  # what the stage whose turn it was last had used before it
        self._owners: OrderedDict[bytes, PoolProcess] = OrderedDict()  # by affinity

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def add(self, pending: PendingJob) -> None:
        """Put a job at the end of its stage's queue."""
        self._queue_of(pending).append(pending)

    def put_back(self, jobs: Sequence[PendingJob]) -> None:
        """Put jobs at the heads of their stages' queues, in their order."""
        for pending in reversed(jobs):
            self._queue_of(pending).appendleft(pending)

    def _queue_of(self, pending: PendingJob) -> deque[PendingJob]:
        stage = pending.job.stage
        queue = self._queues.setdefault(stage, deque())
        if not queue:
            # Time that it did not want is not owed to it.
            self._used_seconds[stage] = max(self._used_seconds.get(stage, 0.0), self._now)
        return queue

    def next(self, process: PoolProcess, *, steal: bool = False) -> PendingJob | None:
        """The job for a process with room, or None; those that nobody waits for any more are dropped.

        Args:
            process: which.
            steal: if there is none for it, give it one that should wait for another process.
        """
        for queue in self._queues.values():
            for abandoned in [pending for pending in queue if pending.future.done()]:
                queue.remove(abandoned)
        turns = sorted((stage for stage, queue in self._queues.items() if queue), key=self._used_seconds.__getitem__)
        now, chosen = self._clock(), None
        for stage in turns:
            distance, best = self._nearest(self._queues[stage], process, now)
            if distance < 2:
                chosen = best
                break
            if steal and chosen is None:
                chosen = best
        if chosen is None:
            return None
        self._now = max(self._now, self._used_seconds[turns[0]])
        self._used_seconds[chosen.job.stage] += self._mean_seconds.get(chosen.job.stage, FIRST_SECONDS)
        self._queues[chosen.job.stage].remove(chosen)
        self._set_owner(process, chosen.job.affinity)
        return chosen

    def _nearest(self, queue: deque[PendingJob], process: PoolProcess, now: float) -> tuple[int, PendingJob]:
        """The job that this process should rather take than the others, the first of several; and how far from it.

        0: it is this process's, or has waited for another one long enough; 1: nobody's; 2: it can wait for another one.
        """
        nearest, best = 3, queue[0]
        for pending in queue:
            owner = self._owners.get(pending.job.affinity or b"")
            if owner is process or now - pending.since >= PATIENCE_SECONDS:
                return 0, pending
            distance = 1 if owner is None else 2
            if distance < nearest:
                nearest, best = distance, pending
        return nearest, best

    def _set_owner(self, process: PoolProcess, affinity: bytes | None) -> None:
        if affinity:
            self._owners[affinity] = process
            self._owners.move_to_end(affinity)
            if len(self._owners) > REMEMBERED_ARTICLES:
                self._owners.popitem(last=False)

    def forget(self, process: PoolProcess) -> None:
        """A process ended or gets no more jobs: none need wait for it."""
        for affinity in [affinity for affinity, owner in self._owners.items() if owner is process]:
            del self._owners[affinity]

    def record_duration(self, stage: str, seconds: float) -> None:
        """What a job of a stage took: so long its next ones are taken to be."""
        mean = self._mean_seconds.get(stage, seconds)
        self._mean_seconds[stage] = max(LEAST_SECONDS, mean + (seconds - mean) / 10)

    def cancel(self) -> None:
        """Cancel all of them."""
        for queue in self._queues.values():
            for pending in queue:
                pending.future.cancel()
