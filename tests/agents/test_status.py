"""What a worker says of itself, while it goes on working."""

import asyncio
from collections import deque

from agents.pool.pool import Pool
from agents.pool.protocol import Job
from agents.pool.scheduler import PendingJob
from agents.status import WorkerStatus


class AnsweredMeanwhile(deque[PendingJob]):
    """The jobs of a process that answers just after somebody has looked whether there are any."""

    def __bool__(self) -> bool:
        there = len(self) > 0
        self.clear()
        return there


async def test_a_process_may_answer_while_another_thread_asks_what_it_does() -> None:
    """As the threads of the pages and health checks do."""
    status = WorkerStatus(("clean",), "rules")
    status.pool = Pool(loader="", argument=None, processes=1, time_limit_seconds=1.0, memory_bytes=1)
    (process,) = status.pool.processes
    pending = PendingJob(Job("clean", b"a", b"{}"), asyncio.get_running_loop().create_future())
    process.jobs = AnsweredMeanwhile([pending])
    (said,) = status.snapshot()["pool"]["processes"]
    assert said["stage"] == "clean"
    process.jobs.clear()
    (said,) = status.snapshot()["pool"]["processes"]
    assert (said["stage"], said["busy_seconds"]) == (None, 0.0)
