"""Processor cores that are shared: by what is ready to run, by groups with a quota, and by threads that queue."""

import heapq
import math
from collections import defaultdict, deque
from collections.abc import Generator
from itertools import count
from typing import Any

import simpy

Steps = Generator[simpy.Event, Any, None]
"""What a process of the simulation waits for, one thing after the other."""
NEGLIGIBLE = 1e-9
"""Seconds of work that are taken for none, since sums of floating-point numbers are not exact."""


class Machine:
    """Cores that all work which is ready shares equally, as the Linux scheduler does: processor sharing.

    Args:
        env: whose clock counts, in seconds.
        cores: how many.
        slowdown: how much longer work takes on a core while all others are busy, too. In between, it is in proportion.
    """

    def __init__(self, env: simpy.Environment, cores: float, slowdown: float = 1.0) -> None:
        self.env = env
        self.cores = cores
        self.busy_seconds = 0.0
        """Time for which cores were busy, summed over the cores."""
        self._slowdown = slowdown
        self._groups: list[Group] = []
        self._at = 0.0
        self._version = 0

    def group(self, quota: float = math.inf) -> "Group":
        """Processes that together use at most `quota` cores."""
        self._groups.append(Group(self, quota))
        return self._groups[-1]

    def utilisation(self) -> float:
        """Share of the cores' time that was used, since the beginning."""
        self.settle()
        return self.busy_seconds / (self.cores * self.env.now) if self.env.now else 0.0

    def settle(self) -> None:
        """Give every piece of work what it has received since the last change."""
        elapsed, self._at = self.env.now - self._at, self.env.now
        for group in self._groups:
            self.busy_seconds += elapsed * group.share * len(group)
            group.received += elapsed * group.share * group.speed
            group.occupied += elapsed * group.share

    def share_out(self) -> None:
        """Divide the cores anew, and wake when the next piece of work is done."""
        wanted = sum(min(len(group), group.quota) for group in self._groups)
        used = min(wanted, self.cores)
        others_busy = max(0.0, used - 1) / (self.cores - 1) if self.cores > 1 else 0.0
        speed = 1 / (1 + (self._slowdown - 1) * others_busy)
        soonest = math.inf
        for group in self._groups:
            if len(group):
                group.share = min(1.0, group.quota / len(group)) * used / wanted
                group.speed = speed
                soonest = min(soonest, group.next_end())
        self._version += 1
        if soonest < math.inf:
            wake = self.env.timeout(max(0.0, soonest), self._version)
            wake.callbacks.append(self._wake)

    def _wake(self, wake: simpy.Event) -> None:
        if wake.value != self._version:
            return  # the cores were divided anew since
        self.settle()
        for group in self._groups:
            group.end_work()
        self.share_out()


class Group:
    """Processes on a machine, and what they have to do. Made by `Machine.group`."""

    def __init__(self, machine: Machine, quota: float) -> None:
        self.machine = machine
        self.quota = quota
        self.share = 0.0
        """Of a core, that each piece of work has now."""
        self.speed = 1.0
        self.received = 0.0
        """Seconds of work that a piece which has been there from the beginning would have received."""
        self.occupied = 0.0
        """Seconds for which it would have had a core."""
        self.used: defaultdict[str, float] = defaultdict(float)
        """Processor time of what was done, in seconds, by whom: as the kernel counts it, the slowdown included."""
        self._work: list[tuple[float, int, simpy.Event, str, float]] = []
        self._order = count()

    def __len__(self) -> int:
        return len(self._work)

    def work(self, seconds: float, role: str = "") -> simpy.Event:
        """Work that takes so long on a core of its own, for `role`; the event happens when it is done."""
        done = self.machine.env.event()
        if seconds <= NEGLIGIBLE:
            return done.succeed()
        self.machine.settle()
        heapq.heappush(self._work, (self.received + seconds, next(self._order), done, role, self.occupied))
        self.machine.share_out()
        return done

    def next_end(self) -> float:
        """Seconds until the next piece of work is done, if nothing changes."""
        return (self._work[0][0] - self.received) / (self.share * self.speed)

    def end_work(self) -> None:
        """Tell those who wait for work that is done by now."""
        while self._work and self._work[0][0] <= self.received + NEGLIGIBLE:
            _, _, done, role, since = heapq.heappop(self._work)
            self.used[role] += self.occupied - since
            done.succeed()


class Thread:
    """Does one piece of work after the other, in the order in which they came; its processor time is that of `role`."""

    def __init__(self, group: Group, role: str = "") -> None:
        self._group = group
        self._role = role
        self._waiting: deque[tuple[float, simpy.Event]] = deque()
        self._running = False
        self.busy_seconds = 0.0
        """Time for which it had something to do."""
        self._since = 0.0

    def work(self, seconds: float) -> simpy.Event:
        """Work that takes so long on a core of its own; the event happens when it is done."""
        done = self._group.machine.env.event()
        self._waiting.append((seconds, done))
        if not self._running:
            self._since = self._group.machine.env.now
            self._next()
        return done

    def _next(self) -> None:
        self._running = bool(self._waiting)
        if not self._running:
            self.busy_seconds += self._group.machine.env.now - self._since
            return
        seconds, done = self._waiting.popleft()
        ended = self._group.work(seconds, self._role)

        def end(_: simpy.Event) -> None:
            done.succeed()
            self._next()

        assert ended.callbacks is not None
        ended.callbacks.append(end)
