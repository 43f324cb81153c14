"""The offsets of a stage: finished messages are marked here, and their offsets are committed here and nowhere else."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from aiokafka.errors import KafkaError
from faust.types import TP

log = logging.getLogger("redefluss.offsets")

LOOK_SECONDS = 1.0
"""How often it is checked whether a commit is due."""
REMEMBER_SECONDS = 5.0
"""For what has to be on the broker before a commit."""


class ConsumerGroup(Protocol):
    """The membership in a consumer group that offsets are committed by."""

    @property
    def generation(self) -> int:
        """Of the group: another after each rebalance."""
        ...

    @property
    def topic_ids(self) -> Mapping[str, str]:
        """The ids of the topics that are read, by name with prefix."""
        ...

    def owned(self) -> set[TP] | None:
        """The partitions that are ours now; None while in no group."""
        ...

    async def commit_offsets(self, offsets: Mapping[TP, int], topic_ids: Mapping[str, str]) -> None:
        """Commit just these, as of topics with these ids; raises KafkaError, OSError or TimeoutError."""
        ...


class Offsets:
    """Which messages of one stage have reached their end, and how far that is committed.

    The messages of a partition are handled one after the other, so that the end
    of one means that all before it have reached theirs.

    Args:
        group: whose offsets.
        name: of the group, for the log.
        interval_seconds: longest time between commits while there always is something in flight.
        on_failure: told of each commit that was not confirmed.
        remembered: awaited before each commit; returns once all that was to be remembered of what has reached its end
            is on the broker. A crash after the commit would lose it: nobody reads those messages again.
    """

    def __init__(
        self,
        group: ConsumerGroup,
        *,
        name: str,
        interval_seconds: float,
        on_failure: Callable[[], None] = lambda: None,
        remembered: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._group = group
        self._name = name
        self._interval_seconds = interval_seconds
        self._on_failure = on_failure
        self._remembered = remembered
        self._finished: dict[TP, int] = {}
        self._committed: dict[TP, int] = {}
        self._topic_ids: dict[str, str] = {}
        """As they were at the first mark since partitions were assigned."""
        self._committed_at = 0.0
        self._lock = asyncio.Lock()
        self._in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Count a message as begun and not at its end, for the length of a `with` block."""
        self._in_flight += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.set()

    def mark_finished(self, tp: TP, offset: int, *, generation: int) -> None:
        """A message has reached its end.

        A message that was read in a former generation is not marked: its partition was revoked since then, and its
        present owner has begun where this worker had committed.

        The topic's id is kept with the mark. When a rebalance begins, Faust seeks before the last commit, so that the
        group may know another topic of the same name by then: one that was created meanwhile, or is on a new cluster.
        """
        if generation == self._group.generation:
            self._finished[tp] = offset + 1
            self._topic_ids.setdefault(tp.topic, self._group.topic_ids.get(tp.topic, ""))

    async def wait_idle(self, seconds: float) -> bool:
        """Wait until nothing is in flight; whether that was so in time."""
        if not self._in_flight:
            return True
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True

    @property
    def due(self) -> bool:
        """Whether it is time to commit: when nothing is in flight, and now and then while there always is something."""
        return not self._in_flight or time.monotonic() - self._committed_at >= self._interval_seconds

    async def commit(self) -> bool:
        """Commit what is finished in the partitions that are still ours. What fails is tried again next time.

        False if the broker gave no answer in time.
        """
        async with self._lock:
            self._committed_at = time.monotonic()
            owned = self._group.owned()
            if owned is None:
                return True
            pending = {tp: at for tp, at in self._finished.items() if tp in owned and self._committed.get(tp) != at}
            if not pending:
                return True
            generation, topic_ids = self._group.generation, dict(self._topic_ids)
            try:
                if self._remembered is not None:
                    await asyncio.wait_for(self._remembered(), REMEMBER_SECONDS)
                    if generation != self._group.generation:
                        return True
                await self._group.commit_offsets(pending, topic_ids)
            except (KafkaError, OSError, TimeoutError) as error:
                self._on_failure()
                log.warning("%s: offsets not committed (%s); will be tried again", self._name, type(error).__name__)
                return not isinstance(error, TimeoutError)
            self._committed |= pending
            return True

    async def commit_regularly(self) -> None:
        """Commit whenever it is due, until cancelled."""
        while True:
            await asyncio.sleep(min(LOOK_SECONDS, self._interval_seconds))
            if self.due:
                await self.commit_or_log()

    async def commit_or_log(self) -> bool:
        """Commit, whatever a client raises: what is not committed now is committed later, or repeated."""
        try:
            return await self.commit()
        except Exception as error:
            self._on_failure()
            log.warning("%s: offsets not committed (%r)", self._name, error)
            return True

    def clear(self) -> None:
        """Forget all marks, since partitions are revoked or assigned: another worker has them next, or had them."""
        self._finished.clear()
        self._committed.clear()
        self._topic_ids.clear()
