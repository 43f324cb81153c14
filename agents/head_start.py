"""Begins with an article's next stage while what came of this one is still on its way there.

From one stage to the next, an article takes some milliseconds through the broker. Where a worker runs both stages, has
the article's partition in both, and has a process with nothing to do, that process begins with the next stage's job in
the meantime (speculative execution). When the message comes, its runner gets the outcome of that job, or waits for it.

A stage is a pure function of its record, so the outcome is the one that the job would have had later. Only the runner
publishes it, once the message is there; the outcome of a job whose message never comes is dropped.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Container
from dataclasses import dataclass
from typing import Protocol

from agents.incoming import Incoming
from agents.outgoing import Outgoing
from agents.partitioner import default_partition
from agents.pool.protocol import Job, Outcome

log = logging.getLogger("redefluss.head_start")

MOST_BEGUN = 16
"""So many jobs are kept for their messages at most; of more, the oldest is dropped. No more articles wait for it to be
known whether they were processed before: while the local copy of that is built, each of them would be in memory."""
UNKNOWN = -1
"""In place of an offset and a time stamp that the broker has not given yet."""

RunJob = Callable[[Job], Awaitable[tuple[Outcome, int]]]
"""Does a job; its outcome, and how often it was begun. Raises `JobFailed`."""


class JobSource(Protocol):
    """What makes jobs of a stage's messages: its runner."""

    async def job_of(self, message: Incoming) -> Job | None:
        """The job for a message; None: there is nothing to do for it."""


@dataclass(frozen=True)
class NextStage:
    """A stage that this worker runs, too.

    Attributes:
        runner: of the stage.
        partitions: the numbers of all partitions of its source topic.
        assigned: of these, the ones that are this worker's.
    """

    runner: JobSource
    partitions: Callable[[], Awaitable[list[int]]]
    assigned: Callable[[], Container[int]]


class HeadStart:
    """Jobs that were begun before their messages came.

    Args:
        run: does a job, such as `Pool.run`.
        idle: whether a process has nothing to do.
    """

    def __init__(self, run: RunJob, idle: Callable[[], bool]) -> None:
        self._run = run
        self._idle = idle
        self._stages: dict[str, NextStage] = {}
        self._begun: OrderedDict[Job, asyncio.Future[tuple[Outcome, int]]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, topic: str, stage: NextStage) -> None:
        """Begin with what is published to a topic (named with its prefix) for this stage."""
        self._stages[topic] = stage

    def expect(self, message: Outgoing) -> None:
        """An article is about to be published: begin with what comes next for it, if a process has nothing to do."""
        stage = self._stages.get(message.topic)
        if stage is not None and message.key and len(self._tasks) < MOST_BEGUN and self._idle():
            task = asyncio.create_task(self._begin(stage, message, message.key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def run(self, job: Job) -> tuple[Outcome, int]:
        """Do a job, or wait for it if it was begun.

        Raises:
            JobFailed: as `Pool.run`.
        """
        begun = self._begun.pop(job, None) if self._begun else None  # to be looked for, a whole record is hashed
        return await (self._run(job) if begun is None else begun)

    def stop(self) -> None:
        """Drop what was begun, and follow no stage."""
        self._stages = {}
        for task in self._tasks:
            task.cancel()
        for begun in self._begun.values():
            begun.cancel()
        self._begun.clear()

    async def _begin(self, stage: NextStage, message: Outgoing, key: bytes) -> None:
        """Give the pool the job that the message will make, if its partition is assigned to this worker."""
        try:
            partition = default_partition(key, len(await stage.partitions()))
            if partition not in stage.assigned():
                return
            coming = Incoming(message.topic, partition, UNKNOWN, UNKNOWN, key, message.value, message.headers)
            job = await stage.runner.job_of(coming)
        except Exception as error:  # whoever gets the message meets it again, and deals with it
            log.debug("%s: not begun ahead: %r", message.topic, error)
            return
        if job is None or job in self._begun or not self._idle():
            return
        self._begun[job] = asyncio.ensure_future(self._run(job))
        if len(self._begun) > MOST_BEGUN:
            _, oldest = self._begun.popitem(last=False)
            oldest.cancel()
