"""A simulated worker: its event loop, its pool, its pages, and the partitions that it works off."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import simpy

from agents import batching
from benchmarks.simulation.costs import ArticleCosts, Costs, Shares
from benchmarks.simulation.pool import SimulatedPool
from benchmarks.simulation.processor import Group, Steps, Thread
from pipeline.stages import Stage

PAGES_SECONDS = 1.0
"""How often the collector of the pages takes what has come."""


@dataclass(eq=False)
class Message:
    """An article on its way; `sent` in seconds, on the clock of the simulation."""

    key: bytes
    costs: ArticleCosts
    partition: int
    sent: float


class SendBatch:
    """Those who wait to send, until they do so together; `agents.batching.SendBatch` by the simulation's clock."""

    def __init__(self, env: simpy.Environment, seconds: float) -> None:
        self._env = env
        self._seconds = seconds
        self._release: simpy.Event | None = None
        self._waiting = 0

    def wait(self, count: int = 1) -> simpy.Event:
        """Happens at the next release, which comes within the batch's time; its value is how many leave together.

        Args:
            count: of what waits, as one.
        """
        self._waiting += count
        if self._release is None:
            self._release = self._env.event()
            timer = self._env.timeout(self._seconds)
            assert timer.callbacks is not None
            timer.callbacks.append(partial(self._let_go, self._release))
        return self._release

    def release(self, also: int = 0) -> int:
        """Let them send now, and others with them; how many leave together."""
        together = self._waiting + also
        if self._release is not None:
            self._waiting = 0
            self._release.succeed(together)
            self._release = None
        return together

    def _let_go(self, release: simpy.Event, _: simpy.Event) -> None:
        if self._release is release:
            self.release()


class Partition:
    """Messages of a partition in a stage: the next are begun when those before are finished.

    Args:
        env: of the simulation.
        handle: carries messages through the stage.
        at_once: how many it carries at once at most.
    """

    def __init__(self, env: simpy.Environment, handle: Callable[[list[Message]], Steps], at_once: int = 1) -> None:
        self._env = env
        self._handle = handle
        self._at_once = at_once
        self._messages: deque[Message] = deque()
        self._running = False

    def __len__(self) -> int:
        """Messages that were not begun."""
        return len(self._messages)

    def put(self, message: Message) -> None:
        """A message has come."""
        self._messages.append(message)
        if not self._running:
            self._running = True
            self._env.process(self._work_off())

    def _work_off(self) -> Steps:
        while self._messages:
            count = min(self._at_once, len(self._messages))
            yield from self._handle([self._messages.popleft() for _ in range(count)])
        self._running = False


class SimulatedWorker:
    """A worker, with all that belongs to it.

    Args:
        group: where its processes run.
        broker: where the broker's run.
        processes: of its pool.
        partitions: of each topic, that it reads.
        costs: what everything takes.
    """

    def __init__(self, group: Group, broker: Group, processes: int, partitions: float, costs: Costs) -> None:
        self._env = group.machine.env
        self._broker = broker
        self._costs = costs
        self._overheads = costs.at(partitions)
        self.group = group
        self.pool = SimulatedPool(group, processes, costs)
        self.loop = Thread(group, "worker")
        self._pages = Thread(group, "pages")
        self._together = SendBatch(self._env, batching.MAX_WAIT_SECONDS)
        self._soon = SendBatch(self._env, batching.SHORT_WAIT_SECONDS)
        self._to_collect = 0.0
        self.handled = 0
        """Messages that it has read or written."""
        self.requests = 0.0
        """In so many requests, if each of those that left together has its part of one."""
        self._env.process(self._fill_pages())

    def article(self, stage: Stage, message: Message, after: Callable[[float], None], *, ahead: bool = False) -> Steps:
        """Carry an article through a stage.

        Args:
            stage: which.
            message: the article.
            after: called when the next stage has it, with how many messages left together.
            ahead: the next stage is this worker's, too: it begins at once if a process has nothing to do.
        """
        yield self.pool.run(stage, message.key, message.costs)
        if ahead and self.pool.idle:
            after(1)
            after = _nothing
        quotes = message.costs.quote_count if stage.also else 0
        yield from self._publish(2 + quotes, 1 + quotes, after)

    def quotes(self, messages: list[Message]) -> Steps:
        """Take quotes in, and publish the statements that they belong to."""
        count = len(messages)
        yield self.loop.work(sum(message.costs.statements / message.costs.quote_count for message in messages))
        yield from self._publish(2 * count, count, _nothing, soon=count)

    def collect(self, seconds: float) -> None:
        """An article is finished: the pages are to have it, which takes them so long."""
        self._to_collect += seconds

    def shares(self, together: float) -> Shares:
        """What an article whose messages leave with so many together costs beside the pool."""
        return self._overheads.shares(together)

    def passage(self, handled: int, written: int, together: float) -> tuple[float, float]:
        """What messages take of the worker and of the broker, if so many leave together: seconds of processor time."""
        shares = self.shares(together)
        return handled * self._costs.of_message(shares), written * self._costs.of_write(shares)

    def _publish(self, handled: int, written: int, after: Callable[[float], None], *, soon: int = 0) -> Steps:
        """Publish what came of messages, until the broker has confirmed it.

        What an article waited for in an idle stream is known, and so is what the processes needed; what they did beyond
        that, they did after they had passed it on.

        Args:
            handled: messages that the worker read or writes.
            written: messages that it writes.
            after: called when the next stage has them, with how many left together.
            soon: how many there are of those that wait only for a moment; 0: it is an article.
        """
        count = soon or 1
        if self.pool.busy:
            together = yield (self._soon if soon else self._together).wait(count)
        else:
            together = self._together.release(also=count)
        self.handled += handled
        self.requests += handled / together
        own, broker = self.passage(handled, written, together)
        confirm = self._costs.confirm_seconds
        rest = max(0.0, self._costs.hop_seconds - confirm)
        yield self.loop.work(min(own, rest))
        yield from until_confirmed(self._broker, broker, confirm)
        if own > rest:
            self.loop.work(own - rest)
            after(together)
        else:
            later(self._env, rest - own, partial(after, together))

    def _fill_pages(self) -> Steps:
        while True:
            yield self._env.timeout(PAGES_SECONDS)
            seconds, self._to_collect = self._to_collect, 0.0
            yield self._pages.work(seconds)


def _nothing(_: float) -> None:
    """Nobody waits for it."""


def until_confirmed(broker: Group, seconds: float, confirm_seconds: float) -> Steps:
    """Let the broker take something in, which needs `seconds` of its processor time; until it has confirmed."""
    env = broker.machine.env
    before = min(seconds, confirm_seconds)
    yield broker.work(before, "broker")
    if seconds > before:
        broker.work(seconds - before, "broker")
    if confirm_seconds > before:
        yield env.timeout(confirm_seconds - before)


def later(env: simpy.Environment, seconds: float, call: Callable[[], None]) -> None:
    """Call something after so many seconds."""
    timer = env.timeout(seconds)
    assert timer.callbacks is not None
    timer.callbacks.append(lambda _: call())
