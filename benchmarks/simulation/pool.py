"""The pool of a simulated worker: its processes, and the stream's own scheduler, by the clock of the simulation."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any, cast

import simpy

from agents.pool.protocol import Job
from agents.pool.scheduler import PendingJob, PoolProcess, Scheduler
from benchmarks.simulation.costs import ArticleCosts, Costs
from benchmarks.simulation.processor import Group, Steps
from pipeline.reader.model import KEPT, SIDE_BY_SIDE
from pipeline.stages import Stage


class Outcome(simpy.Event):
    """Happens when a job is done."""

    def done(self) -> bool:
        """As a future has it."""
        return self.triggered


@dataclass(eq=False)
class SimulatedProcess:
    """A pool process: its jobs, of which the first is in work, and the articles that it need not read again."""

    process: PoolProcess
    jobs: deque[PendingJob] = field(default_factory=deque)
    readings: OrderedDict[bytes, None] = field(default_factory=OrderedDict)
    worked: deque[tuple[float, float]] = field(default_factory=deque)
    """When it began and ended its last jobs."""

    def idle_share(self, now: float, seconds: float) -> float:
        """The share of the last `seconds` in which it had nothing to do."""
        while self.worked and self.worked[0][1] <= now - seconds:
            self.worked.popleft()
        return 1 - sum(end - max(begin, now - seconds) for begin, end in self.worked) / seconds

    def remembers(self, article: bytes) -> bool:
        """Whether it has read this article lately; from now on it has."""
        known = article in self.readings
        self.readings[article] = None
        self.readings.move_to_end(article)
        if len(self.readings) > KEPT:
            self.readings.popitem(last=False)
        return known


class SimulatedPool:
    """Hands out jobs as `agents.pool.pool.Pool` does; nothing fails and nothing takes too long.

    Args:
        group: where the processes run.
        processes: how many.
        costs: what jobs take.
    """

    def __init__(self, group: Group, processes: int, costs: Costs) -> None:
        self._env = group.machine.env
        self._group = group
        self._costs = costs
        self._processes = [SimulatedProcess(PoolProcess(slot)) for slot in range(processes)]
        self._scheduler = Scheduler(clock=lambda: self._env.now)
        self._articles: dict[bytes, ArticleCosts] = {}
        self.busy_seconds = 0.0
        """Time for which processes had a job, summed over the processes."""
        self.read_again = 0
        """Articles that a process had to read although another one had."""

    @property
    def busy(self) -> bool:
        """Whether no process will run dry in the next moment: there is more to hand out."""
        return len(self._scheduler) >= len(self._processes)

    @property
    def idle(self) -> bool:
        """Whether a process has nothing to do, and no job waits."""
        return not len(self._scheduler) and not all(process.jobs for process in self._processes)

    def run(self, stage: Stage, key: bytes, article: ArticleCosts) -> Outcome:
        """Do an article's job in a stage; the event happens when it is done."""
        outcome = Outcome(self._env)
        self._articles[key] = article
        job = Job(stage.name, key, None, affinity=key if stage.affinity else None)
        self._scheduler.add(PendingJob(job, cast(Any, outcome), since=self._env.now))
        self._dispatch()
        return outcome

    def _dispatch(self) -> None:
        for depth, steal in ((0, False), (0, True), (1, False)):
            for process in self._processes:
                if len(process.jobs) > depth:
                    continue
                pending = self._scheduler.next(process.process, steal=steal)
                if pending is None:
                    continue
                process.jobs.append(pending)
                if len(process.jobs) == 1:
                    self._start_head(process)

    def _start_head(self, process: SimulatedProcess) -> None:
        started = self._env.now
        seconds, side_by_side = self._seconds(process, process.jobs[0].job)
        done = self._env.process(self._work(seconds - side_by_side, side_by_side))

        def end(_: simpy.Event) -> None:
            pending = process.jobs.popleft()
            process.worked.append((started, self._env.now))
            self.busy_seconds += self._env.now - started
            self._scheduler.record_duration(pending.job.stage, self._env.now - started)
            if process.jobs:
                self._start_head(process)
            cast(Any, pending.future).succeed()
            self._dispatch()

        assert done.callbacks is not None
        done.callbacks.append(end)

    def _work(self, seconds: float, side_by_side: float) -> Steps:
        """Do so much on one core, and then so much on as many as there are."""
        yield self._group.work(seconds, "pool")
        threads = max(1, min(int(self._group.machine.cores), SIDE_BY_SIDE))
        if side_by_side:
            yield self._env.all_of([self._group.work(side_by_side / threads, "pool") for _ in range(threads)])

    def _seconds(self, process: SimulatedProcess, job: Job) -> tuple[float, float]:
        """What a job takes: the more, the less its process had to do lately. And what of it is done side by side."""
        assert job.key is not None
        article, costs = self._articles.pop(job.key), self._costs
        if job.stage == "quotes":
            known = process.remembers(job.key)
            self.read_again += not known
            seconds, beside = (article.quotes, 0.0) if known else (article.quotes_elsewhere, article.side_by_side)
        elif job.stage == "entities":
            process.remembers(job.key)
            seconds, beside = article.entities, article.side_by_side
        else:
            seconds, beside = article.clean, 0.0
        longer = 1 + (costs.cold - 1) * process.idle_share(self._env.now, costs.cold_seconds)
        return longer * seconds, longer * beside
