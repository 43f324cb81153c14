"""Jobs on their way through the pool, the processes that have them, and whose turn it is."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from agents.pool.protocol import Job, Outcome


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
class Ticket:
    """A job on its way through the pool."""

    job: Job
    future: asyncio.Future[Outcome]
    crashes: int = 0
    begun: int = 0


@dataclass(eq=False)
class Process:
    """One process of the pool as the worker sees it."""

    slot: int
    pid: int | None = None
    writer: asyncio.StreamWriter | None = None
    tickets: deque[Ticket] = field(default_factory=deque)
    head_since: float = 0.0
    overdue: Ticket | None = None
    generation: int = 0
    reader_task: asyncio.Task[None] | None = None

    @property
    def state(self) -> str:
        """For people: starting, busy or idle."""
        if self.writer is None:
            return "starting"
        return "busy" if self.tickets else "idle"


class Turns:
    """Jobs not yet given to a process: in order within a stage, the stages in turn."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Ticket]] = {}
        self._order: deque[str] = deque()

    def __len__(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    def add(self, ticket: Ticket, *, first: bool = False) -> None:
        """Put a job at the end of its stage's queue, or at its head."""
        queue = self._queues.get(ticket.job.stage)
        if queue is None:
            queue = self._queues[ticket.job.stage] = deque()
            self._order.append(ticket.job.stage)
        if first:
            queue.appendleft(ticket)
        else:
            queue.append(ticket)

    def next(self) -> Ticket | None:
        """The job whose turn it is, passing over those that nobody waits for; None if there is none."""
        for _ in range(len(self._order)):
            queue = self._queues[self._order[0]]
            self._order.rotate(-1)
            while queue:
                ticket = queue.popleft()
                if not ticket.future.done():
                    return ticket
        return None

    def cancel(self) -> None:
        """Cancel all of them."""
        for queue in self._queues.values():
            for ticket in queue:
                ticket.future.cancel()
