"""Jobs on their way through the pool, the processes that have them, and whose turn it is."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from agents.pool.protocol import Job, Outcome

FIRST_SECONDS = 0.01
"""What a stage's job is taken to need before one was done."""
LEAST_SECONDS = 0.001


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


@dataclass(eq=False)
class PoolProcess:
    """One process of the pool as the worker sees it."""

    slot: int
    pid: int | None = None
    writer: asyncio.StreamWriter | None = None
    jobs: deque[PendingJob] = field(default_factory=deque)
    head_since: float = 0.0
    overdue: PendingJob | None = None
    generation: int = 0
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
    """

    def __init__(self) -> None:
        self._queues: dict[str, deque[PendingJob]] = {}
        self._used: dict[str, float] = {}
        self._usual: dict[str, float] = {}
        self._now = 0.0  # what the stage whose turn it was last had used before it

    def __len__(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    def add(self, pending: PendingJob, *, first: bool = False) -> None:
        """Put a job at the end of its stage's queue, or at its head."""
        stage = pending.job.stage
        queue = self._queues.setdefault(stage, deque())
        if not queue:
            # Time that it did not want is not owed to it.
            self._used[stage] = max(self._used.get(stage, 0.0), self._now)
        if first:
            queue.appendleft(pending)
        else:
            queue.append(pending)

    def next(self) -> PendingJob | None:
        """The job whose turn it is, passing over those that nobody waits for; None if there is none."""
        while waiting := [stage for stage, queue in self._queues.items() if queue]:
            stage = min(waiting, key=self._used.__getitem__)
            pending = self._queues[stage].popleft()
            if not pending.future.done():
                self._now = max(self._now, self._used[stage])
                self._used[stage] += self._usual.get(stage, FIRST_SECONDS)
                return pending
        return None

    def took(self, stage: str, seconds: float) -> None:
        """What a job of a stage took: so long its next ones are taken to be."""
        usual = self._usual.get(stage, seconds)
        self._usual[stage] = max(LEAST_SECONDS, usual + (seconds - usual) / 10)

    def cancel(self) -> None:
        """Cancel all of them."""
        for queue in self._queues.values():
            for pending in queue:
                pending.future.cancel()
