"""A simulated worker: its event loop, its pool, its pages, and the partitions that it works off."""

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any

import simpy

from agents import batching
from benchmarks.simulation.costs import ArticleCosts, Costs
from benchmarks.simulation.pool import SimulatedPool
from benchmarks.simulation.processor import Group, Thread
from pipeline.stages import Stage

Steps = Generator[simpy.Event, Any, None]
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

    def wait(self) -> simpy.Event:
        """Happens at the next release, which comes within the batch's time; its value is how many leave together."""
        self._waiting += 1
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
    """Messages of a partition in a stage: the next is begun when the one before is finished.

    Args:
        env: of the simulation.
        handle: carries a message through the stage.
    """

    def __init__(self, env: simpy.Environment, handle: Callable[[Message], Steps]) -> None:
        self._env = env
        self._handle = handle
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
            yield from self._handle(self._messages.popleft())
        self._running = False


class SimulatedWorker:
    """A worker, with all that belongs to it.

    Args:
        group: where its processes run.
        broker: where the broker's run.
        processes: of its pool.
        costs: what everything takes.
    """

    def __init__(self, group: Group, broker: Group, processes: int, costs: Costs) -> None:
        self._env = group.machine.env
        self._broker = broker
        self._costs = costs
        self.pool = SimulatedPool(group, processes, costs)
        self.loop = Thread(group)
        self._pages = Thread(group)
        self._together = SendBatch(self._env, batching.MAX_WAIT_SECONDS)
        self._soon = SendBatch(self._env, batching.SHORT_WAIT_SECONDS)
        self._finished: list[float] = []
        self._env.process(self._fill_pages())

    def article(self, stage: Stage, message: Message, after: Callable[[Message], None]) -> Steps:
        """Carry an article through a stage; `after` is called when the next one has it."""
        yield self.pool.run(stage, message.key, message.costs)
        quotes = message.costs.quote_count if stage.also else 0
        yield from self._publish(2 + quotes, 1 + quotes, message, after)

    def quote(self, message: Message) -> Steps:
        """Take a quote in, and publish the statement that it belongs to."""
        yield self.loop.work(message.costs.statements / message.costs.quote_count)
        yield from self._publish(2, 1, message, lambda _: None, soon=True)

    def received(self, finished: float) -> None:
        """An article is finished: the pages are to have it."""
        self._finished.append(finished)

    def passage(self, handled: int, written: int, together: float) -> tuple[float, float]:
        """What messages take of the worker and of the broker: seconds of processor time.

        What is the same for one request and for many is shared by those that leave `together`.
        """
        costs = self._costs
        message, write = costs.of_message(costs.together), costs.of_write(costs.together)
        alone_message, alone_write = costs.of_message(costs.alone), costs.of_write(costs.alone)
        return (
            handled * (message + (alone_message - message) / together),
            written * (write + (alone_write - write) / together),
        )

    def _publish(
        self, handled: int, written: int, message: Message, after: Callable[[Message], None], *, soon: bool = False
    ) -> Steps:
        """Publish what came of a message, until the broker has confirmed it.

        What an article waited for in an idle stream is known, and so is what the processes needed; what they did beyond
        that, they did after they had passed it on.
        """
        if self.pool.busy:
            together = yield (self._soon if soon else self._together).wait()
        else:
            together = self._together.release(also=1)
        own, broker = self.passage(handled, written, together)
        confirm = self._costs.confirm_seconds
        rest = max(0.0, self._costs.hop_seconds - confirm)
        yield self.loop.work(min(own, rest))
        yield from until_confirmed(self._broker, broker, confirm)
        if own > rest:
            self.loop.work(own - rest)
            after(message)
        else:
            later(self._env, rest - own, partial(after, message))

    def _fill_pages(self) -> Steps:
        while True:
            yield self._env.timeout(PAGES_SECONDS)
            if self._finished:
                count, self._finished = len(self._finished), []
                overheads = self._costs.together if self.pool.busy else self._costs.alone
                yield self._pages.work(count * overheads.pages)


def until_confirmed(broker: Group, seconds: float, confirm_seconds: float) -> Steps:
    """Let the broker take something in, which needs `seconds` of its processor time; until it has confirmed."""
    env = broker.machine.env
    before = min(seconds, confirm_seconds)
    yield broker.work(before)
    if seconds > before:
        broker.work(seconds - before)
    if confirm_seconds > before:
        yield env.timeout(confirm_seconds - before)


def later(env: simpy.Environment, seconds: float, call: Callable[[], None]) -> None:
    """Call something after so many seconds."""
    timer = env.timeout(seconds)
    assert timer.callbacks is not None
    timer.callbacks.append(lambda _: call())
