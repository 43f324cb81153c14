"""The simulated stream: articles that arrive, workers, a broker, and who receives; and what came of it."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from random import Random

import simpy

from benchmarks.percentile import percentile
from benchmarks.simulation.costs import Costs
from benchmarks.simulation.processor import Group, Machine, Steps, Thread
from benchmarks.simulation.worker import Message, Partition, SimulatedWorker, later, until_confirmed
from pipeline.stages import article_stages

LOOK_SECONDS = 0.25
"""How often it is looked how many messages wait."""
QUOTES_AT_ONCE = 16
"""How many quotes that wait in a partition the stage `statements` takes at once, at most."""
IDLE_SECONDS = 0.1
"""In portions of this length, the processes need what they need without any work."""


@dataclass(frozen=True)
class Layout:
    """Where what runs.

    Attributes:
        workers: how many.
        processes: in the pool of each.
        partitions: of each topic.
        cores: of the one machine that all share, or of each worker's.
        quota: cores that a worker may use at most.
        broker_cores: of the broker's own machine. None: workers, broker, and who sends and receives share one machine.
        random_partitions: articles fall on partitions at random, and not in turn.
        assignment: the number of the worker that has a partition, by stage and partition; for stages that are not in
            it, the partitions go round the workers.
    """

    workers: int = 1
    processes: int = 2
    partitions: int = 8
    cores: float = 2
    quota: float = math.inf
    broker_cores: float | None = None
    random_partitions: bool = False
    assignment: tuple[tuple[int, ...], ...] = ()


@dataclass
class Simulated:
    """What came of it; times in seconds.

    Attributes:
        sent: when each article that was received had been sent, in the order of receiving.
        received: when it was received.
        waiting: by stage, how many messages waited, at equal distances of time.
        machine: share of the cores' time that was used, of the machine that the first worker runs on.
        pool: share of the time for which pool processes had a job.
        loop: share of the time for which the first worker's event loop had something to do.
        broker_cores: cores that the broker used.
        used: processor time in seconds, by "pool", "worker", "pages", "broker" and "client".
        requests: for each message that was read or written.
        read_again: articles that a pool process had to read although another one had.
    """

    sent: list[float] = field(default_factory=list)
    received: list[float] = field(default_factory=list)
    waiting: dict[str, list[int]] = field(default_factory=dict)
    machine: float = 0.0
    pool: float = 0.0
    loop: float = 0.0
    broker_cores: float = 0.0
    used: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    requests: float = 0.0
    read_again: int = 0

    @property
    def articles_per_second(self) -> float:
        """From the first sent until the last received."""
        return len(self.received) / (self.received[-1] - min(self.sent))

    def latency(self, share: float, after: float = 0.0) -> float:
        """What `share` of the articles that were sent from `after` on did not exceed, from sending to receiving."""
        took = [end - begin for begin, end in zip(self.sent, self.received, strict=True) if begin >= after]
        return percentile(took, share)

    def most_waiting(self) -> int:
        """The most messages that waited at a time, in all stages together."""
        return max((sum(counts) for counts in zip(*self.waiting.values(), strict=True)), default=0)


class Stream:
    """One run of the simulation.

    Args:
        costs: what everything takes.
        layout: where what runs.
        seed: of what is random.
        background: cores that other programs keep busy, on the machine that all share.
    """

    def __init__(self, costs: Costs, layout: Layout, seed: int = 1, background: float = 0.0) -> None:
        self._costs = costs
        self._layout = layout
        self._random = Random(seed)
        self._env = simpy.Environment()
        shared = Machine(self._env, layout.cores, costs.slowdown)
        alone = layout.broker_cores is None
        self._broker = shared.group() if alone else Machine(self._env, layout.broker_cores or 0).group()
        machines = [shared if alone or not number else Machine(self._env, layout.cores, costs.slowdown)
                    for number in range(layout.workers)]  # fmt: skip
        groups = [machine.group(layout.quota) for machine in machines]
        partitions = layout.partitions / layout.workers
        self._workers = [SimulatedWorker(group, self._broker, layout.processes, partitions, costs) for group in groups]
        self._machine = shared
        self._client_group = shared.group()
        self._client = Thread(self._client_group, "client") if alone else None
        idle = costs.at(partitions).idle
        for group in groups:
            self._env.process(self._idle(group, idle.worker, "worker"))
        for worker in dict.fromkeys(map(self._collector, self._workers)):
            self._env.process(self._idle(worker.group, idle.pages, "pages"))
        by_worker = max(0.0, idle.broker - costs.idle_broker)
        self._env.process(self._idle(self._broker, costs.idle_broker + layout.workers * by_worker, "broker"))
        if alone:
            self._env.process(self._idle(self._client_group, idle.client + background, "client"))
        self._stages = article_stages()
        self._partitions = [[self._partition(stage, number) for number in range(layout.partitions)]
                            for stage in range(len(self._stages))]  # fmt: skip
        last = len(self._stages)
        self._statements = [Partition(self._env, self._worker(last, number).quotes, QUOTES_AT_ONCE)
                            for number in range(layout.partitions)]  # fmt: skip
        self._result = Simulated()
        self._sent = 0
        self._all_sent = False
        self._done = self._env.event()

    def run(self, arrivals: Iterable[float]) -> Simulated:
        """Send an article at each of these times, ascending, until the last has been received."""
        self._env.process(self._send(arrivals))
        self._env.process(self._look())
        self._env.run(self._done)
        self._result.machine = self._machine.utilisation()
        now, layout = self._env.now, self._layout
        self._result.pool = sum(w.pool.busy_seconds for w in self._workers) / now / layout.workers / layout.processes
        self._result.loop = self._workers[0].loop.busy_seconds / now
        for group in (*(worker.group for worker in self._workers), self._broker, self._client_group):
            for role, seconds in group.used.items():
                self._result.used[role] += seconds
        self._result.broker_cores = self._broker.used["broker"] / now
        handled = sum(worker.handled for worker in self._workers)
        self._result.requests = sum(worker.requests for worker in self._workers) / max(1, handled)
        self._result.read_again = sum(worker.pool.read_again for worker in self._workers)
        return self._result

    def _worker(self, stage: int, partition: int) -> SimulatedWorker:
        assignment = self._layout.assignment
        number = assignment[stage][partition] if stage < len(assignment) else partition % self._layout.workers
        return self._workers[number]

    def _collector(self, worker: SimulatedWorker) -> SimulatedWorker:
        """Who collects for the pages: workers on one machine share a folder of data, and one of them does it."""
        return self._workers[0] if self._client is not None else worker

    def _partition(self, stage: int, number: int) -> Partition:
        worker, last = self._worker(stage, number), stage == len(self._stages) - 1

        def handle(messages: list[Message]) -> Steps:
            (message,) = messages

            def after(together: float) -> None:
                if last:
                    self._finish(message, together)
                else:
                    self._partitions[stage + 1][number].put(message)

            ahead = not last and self._worker(stage + 1, number) is worker
            yield from worker.article(self._stages[stage], message, after, ahead=ahead)

        return Partition(self._env, handle)

    def _send(self, arrivals: Iterable[float]) -> Steps:
        for at in arrivals:
            if at > self._env.now:
                yield self._env.timeout(at - self._env.now)
            number, self._sent = self._sent, self._sent + 1
            count = self._layout.partitions
            partition = self._random.randrange(count) if self._layout.random_partitions else number % count
            article = self._costs.articles[number % len(self._costs.articles)]
            self._env.process(self._arrive(Message(str(number).encode(), article, partition, at)))
        self._all_sent = True
        if len(self._result.received) == self._sent:
            self._done.succeed()

    def _arrive(self, message: Message) -> Steps:
        worker = self._worker(0, message.partition)
        _, broker = worker.passage(0, 1, math.inf if worker.pool.busy else 1)
        yield from until_confirmed(self._broker, broker, self._costs.confirm_seconds)
        rest = max(0.0, self._costs.hop_seconds - self._costs.confirm_seconds)
        later(self._env, rest, partial(self._partitions[0][message.partition].put, message))

    def _finish(self, message: Message, together: float) -> None:
        self._result.sent.append(message.sent)
        self._result.received.append(self._env.now)
        worker = self._worker(len(self._stages) - 1, message.partition)
        shares = worker.shares(together)
        self._collector(worker).collect(shares.pages)
        if self._client is not None:
            self._client.work(shares.client)
        for _ in range(message.costs.quote_count):
            self._random.choice(self._statements).put(message)
        if self._all_sent and len(self._result.received) == self._sent:
            self._done.succeed()

    def _look(self) -> Steps:
        names = [stage.name for stage in self._stages]
        while True:
            for name, partitions in zip((*names, "statements"), (*self._partitions, self._statements), strict=True):
                self._result.waiting.setdefault(name, []).append(sum(map(len, partitions)))
            yield self._env.timeout(LOOK_SECONDS)

    def _idle(self, group: Group, cores: float, role: str) -> Steps:
        while True:
            group.work(cores * IDLE_SECONDS, role)
            yield self._env.timeout(IDLE_SECONDS)
