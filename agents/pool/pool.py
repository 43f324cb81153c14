"""The worker's side of the pool: hands out jobs, watches the clock, replaces what died.

Each process runs one job and has at most one more waiting in its socket, so
that it never idles between two; the stages take turns that give each as much
time, so that a flood at one leaves the others their share. One that takes long
is set aside: it goes on, at a lower priority, with another process in its place.
"""

import asyncio
import logging
import math
import os
import pickle
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from agents.pool.fork_server import ForkServerSetup
from agents.pool.fork_server_supervisor import ForkServerSupervisor
from agents.pool.protocol import LENGTH, Job, Outcome, pack
from agents.pool.scheduler import JobFailed, PendingJob, PoolProcess, Scheduler
from agents.processes import lower_priority

log = logging.getLogger("redefluss.pool")

MAX_CRASHES = 2
"""A job that ended this many processes is given up."""
LONG_SHARE = 0.1
"""A job that has run for this share of the time limit is set aside."""
UNKNOWN_CAUSE = "an unknown cause"


class Pool:
    """Runs jobs in processes forked from a fork server.

    Args:
        loader: `module:function` that the fork server calls for what performs jobs.
        argument: what the loader is called with; pickled.
        processes: how many; as many again can be set aside.
        time_limit_seconds: longest time for a job that has no limit of its own.
        memory_bytes: what one process may allocate beyond the loaded models.
        on_restart: called with "crash" or "timeout" when a process is replaced.
        on_retry: called with the stage when a job is begun again.
    """

    def __init__(
        self,
        *,
        loader: str,
        argument: Any,
        processes: int,
        time_limit_seconds: float,
        memory_bytes: int,
        on_restart: Callable[[str], None] = lambda _: None,
        on_retry: Callable[[str], None] = lambda _: None,
    ) -> None:
        setup = ForkServerSetup(loader, argument, memory_bytes, os.getpid())
        self._supervisor = ForkServerSupervisor(setup, self._fork_all, self._on_report)
        self._fork_server = self._supervisor.client
        self._time_limit_seconds = time_limit_seconds
        self._on_restart = on_restart
        self._on_retry = on_retry
        self._processes = [PoolProcess(slot) for slot in range(processes)]
        self._aside: list[PoolProcess] = []
        self._scheduler = Scheduler()
        self._exit_causes: dict[int, str] = {}
        self._watch_task: asyncio.Task[None] | None = None
        self.restarts = 0
        self.last_progress_at = -math.inf
        """When a process last answered or was replaced, on the monotonic clock."""

    @property
    def processes(self) -> Iterable[PoolProcess]:
        """The processes, for status pages."""
        return [*self._processes, *self._aside]

    @property
    def waiting(self) -> int:
        """Jobs not yet given to a process."""
        return len(self._scheduler)

    @property
    def busy(self) -> bool:
        """Whether no process will run dry in the next moment: there is more to hand out."""
        return self.waiting >= len(self._processes)

    @property
    def idle(self) -> bool:
        """Whether a process has nothing to do, and no job waits."""
        return not self.waiting and any(process.state == "idle" for process in self._processes)

    @property
    def fork_server_pid(self) -> int | None:
        """The process that holds the models."""
        return self._fork_server.pid

    @property
    def ready(self) -> bool:
        """Whether the models are loaded."""
        return self._supervisor.ready

    @property
    def load_seconds(self) -> float:
        """How long the models took to load; 0 until they have."""
        return self._supervisor.load_seconds

    @property
    def broken(self) -> str | None:
        """A line that says why the pool can no longer work; None: it can, as far as is known."""
        return self._supervisor.broken

    async def start(self) -> None:
        """Start the fork server; models load in the background (`ready`), jobs may be submitted meanwhile."""
        self._supervisor.start()
        self._watch_task = asyncio.get_running_loop().create_task(self._watch_clock())

    async def run(self, job: Job) -> tuple[Outcome, int]:
        """Do a job in some process; a process that dies of it is replaced and the job begun again, once.

        Gives the outcome and how often the job was begun.

        Raises:
            JobFailed: it ran past the time limit, or ended its process twice.
        """
        pending = PendingJob(job, asyncio.get_running_loop().create_future())
        self._scheduler.add(pending)
        self._dispatch()
        return await pending.future, pending.begun

    async def stop(self) -> None:
        """End all processes at once; jobs under way are cancelled."""
        self._supervisor.stopping = True
        if self._watch_task:
            self._watch_task.cancel()
        for process in self.processes:
            for pending in process.jobs:
                pending.future.cancel()
            if process.pid is not None:
                self._fork_server.send("kill", process.pid)
        self._scheduler.cancel()
        tasks = [process.reader_task for process in self.processes if process.reader_task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._supervisor.stop()

    def _dispatch(self) -> None:
        # An idle process rather does what should wait for another one than nothing, but not before an idle other one.
        for depth, steal in ((0, False), (0, True), (1, False)):
            for process in self._processes:
                writer = process.writer
                if writer is None or writer.is_closing() or len(process.jobs) > depth or process.overdue:
                    continue
                pending = self._scheduler.next(process, steal=steal)
                if pending is None:
                    continue
                process.jobs.append(pending)
                if len(process.jobs) == 1:
                    self._start_head(process)
                writer.write(pack(pending.job))

    def _start_head(self, process: PoolProcess) -> None:
        pending = process.jobs[0]
        process.head_started_at = time.monotonic()
        pending.begun += 1
        if pending.begun > 1:
            self._on_retry(pending.job.stage)

    def _on_report(self, kind: str, *values: Any) -> None:
        if kind == "forked":
            process = self._processes[values[0]]
            process.pid = values[1]
            process.head_started_at = time.monotonic()  # what waited for its birth has only begun now
        elif kind == "refused":
            self._processes[values[0]].refusal = values[1]
        elif kind == "exited" and any(process.pid == values[0] for process in self.processes):
            self._exit_causes[values[0]] = values[1]

    def _fork_all(self) -> None:
        for process in self._processes:
            self._fork(process)

    def _fork(self, process: PoolProcess) -> None:
        if self._supervisor.stopping or process.reader_task is not None or not self._supervisor.loaded:
            return  # another try has come before this one, or is to come
        self._scheduler.forget(process)
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:
            self._supervisor.start_later(partial(self._fork, process), error)
            return
        self._fork_server.send("fork", process.slot, (theirs.fileno(),))
        theirs.close()
        process.pid = process.overdue = process.refusal = None
        process.generation = self._fork_server.generation
        process.reader_task = asyncio.get_running_loop().create_task(self._exchange_jobs(process, ours))

    async def _exchange_jobs(self, process: PoolProcess, connection: socket.socket) -> None:
        reader, process.writer = await asyncio.open_connection(sock=connection)
        self._dispatch()
        try:
            while True:
                (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
                outcome = pickle.loads(await reader.readexactly(length))
                self.last_progress_at = time.monotonic()
                pending = process.jobs.popleft()
                self._scheduler.record_duration(pending.job.stage, self.last_progress_at - process.head_started_at)
                if process.jobs:
                    self._start_head(process)
                if not pending.future.done():
                    pending.future.set_result(outcome)
                if process in self._aside:
                    self._aside.remove(process)
                    self._fork_server.send("kill", process.pid or 0)
                    return
                self._dispatch()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer, process.writer = process.writer, None
            if writer is not None:
                writer.close()
        if process.refusal is not None:
            self._fork_later(process, process.refusal)
        elif not self._supervisor.stopping:
            await self._replace(process)

    def _fork_later(self, process: PoolProcess, error: OSError) -> None:
        """The system has no room for the process; others may do the jobs that waited for its birth."""
        jobs = list(process.jobs)
        process.jobs.clear()
        self._scheduler.put_back(jobs)
        if jobs:
            jobs[0].begun -= 1
        process.reader_task = None
        self._supervisor.start_later(partial(self._fork, process), error)
        self._dispatch()

    async def _replace(self, process: PoolProcess) -> None:
        cause = await self._exit_cause(process.pid)
        jobs = list(process.jobs)
        process.jobs.clear()
        timed_out = process.overdue is not None and cause in {"SIGKILL", UNKNOWN_CAUSE}  # else it died before that
        # Not at fault: those it had not begun, and one that began after the overdue one came back just in time.
        at_fault = jobs[0] if jobs and process.overdue in (None, jobs[0]) else None
        fork_server_died = process.generation != self._fork_server.generation or not self._fork_server.open
        if fork_server_died and not timed_out:
            at_fault = None
        self._scheduler.put_back([pending for pending in jobs if pending is not at_fault])
        if at_fault is not None:
            self._retry_or_fail(at_fault, cause, timed_out=timed_out)
        self.restarts += 1
        self.last_progress_at = time.monotonic()
        self._on_restart("timeout" if timed_out else "crash")
        if not timed_out:
            log.warning("a pool process ended (%s); another was started in its place", cause)
        process.reader_task = None
        if process in self._aside:
            self._aside.remove(process)
            self._dispatch()
        else:  # or it is forked when the fork server is ready
            self._fork(process)

    def _retry_or_fail(self, pending: PendingJob, cause: str, *, timed_out: bool) -> None:
        if pending.future.done():
            return
        if timed_out:
            detail = f"stopped after {self._limit_seconds(pending):g} s, the time limit for one article in one stage"
            pending.future.set_exception(JobFailed("timeout", detail, pending.begun))
            return
        pending.crashes += 1
        if pending.crashes < MAX_CRASHES:
            self._scheduler.put_back([pending])
            return
        detail = f"ended the process that worked on it {pending.crashes} times, last by {cause}"
        pending.future.set_exception(JobFailed("worker-crash", detail, pending.begun))

    def _limit_seconds(self, pending: PendingJob) -> float:
        return pending.job.time_limit_seconds or self._time_limit_seconds

    async def _exit_cause(self, pid: int | None) -> str:
        """Its socket closes a moment before the fork server has reaped it."""
        for _ in range(50):
            if pid is None:
                break
            if pid in self._exit_causes:
                return self._exit_causes.pop(pid)
            await asyncio.sleep(0.01)
        return UNKNOWN_CAUSE

    async def _watch_clock(self) -> None:
        pause_seconds = min(0.5, self._time_limit_seconds * LONG_SHARE / 2)
        while True:
            looked_at = time.monotonic()
            await asyncio.sleep(pause_seconds)
            now = time.monotonic()
            late_seconds = now - looked_at - pause_seconds
            for process in list(self.processes):
                if late_seconds > pause_seconds:  # the machine or container was paused: nobody worked meanwhile
                    process.head_started_at = min(now, process.head_started_at + late_seconds)
                if process.writer is None or process.pid is None or process.overdue or not process.jobs:
                    continue
                running_seconds = now - process.head_started_at
                limit_seconds = self._limit_seconds(process.jobs[0])
                if running_seconds > limit_seconds:
                    process.overdue = process.jobs[0]
                    self._fork_server.send("kill", process.pid)
                elif running_seconds > limit_seconds * LONG_SHARE and process not in self._aside:
                    self._set_aside(process)

    def _set_aside(self, process: PoolProcess) -> None:
        """Put another process in the place of one that takes long, so that articles that don't need not wait."""
        if not self._supervisor.loaded or len(self._aside) >= len(self._processes):
            return
        head, *waiting = process.jobs
        process.jobs = deque([head])
        self._scheduler.put_back(waiting)
        self._aside.append(process)
        self._scheduler.forget(process)
        if process.pid is not None:
            lower_priority(process.pid)
        self._processes[process.slot] = PoolProcess(process.slot)
        self._fork(self._processes[process.slot])
        self._dispatch()
