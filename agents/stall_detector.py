"""Notices messages that no stage reads although nothing is in the way, and lets the worker connect anew.

Clients have wedged after a rebalance or a broken connection: they stay in their
group, raise nothing and read nothing. Whoever leaves a stream running is not
there to start it again, so the worker does.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack

from aiokafka.errors import KafkaError

from agents.permissions import MissingPermission
from agents.progress import PartitionProgress, ProgressReader, places_of, progress_reader
from agents.settings import Settings
from agents.stall_timer import StallTimer
from pipeline.stages import Stage, stage_named

log = logging.getLogger("redefluss.stall_detector")

CHECK_SECONDS = 30.0
"""Between two looks at how far the stages are."""
LEAST_SECONDS = 30.0
"""Patience at least, however short the time limit of an article is."""
READ_SECONDS, CLOSE_SECONDS = 60.0, 5.0
"""Its own clients may wedge as well: after so long they are replaced, and no longer waited for."""
TIME_LIMITS = 3.0
"""Patience, in time limits of an article: it may be begun twice before it is given up."""

Assignment = Mapping[str, Sequence[int]]
"""By stage, the partitions of its source topic that are this worker's."""


class StallDetector:
    """Remembers since when each partition has had messages to do and committed none.

    It asks over clients of its own, which stay open until one of them fails, or `watch` ends.

    Args:
        settings: the broker, and how long an article may take.
        longest_seconds: the longest time limit of any stage.
    """

    def __init__(self, settings: Settings, longest_seconds: float = 0.0) -> None:
        self._settings = settings
        self._still = StallTimer()
        self._reader: ProgressReader | None = None
        self._clients = AsyncExitStack()
        limit_seconds = max(settings.time_limit_seconds, longest_seconds)
        # A send that the broker leaves waiting is known as one only after its timeout.
        told_seconds = settings.publish_timeout_seconds + limit_seconds + CHECK_SECONDS
        self.patience_seconds = max(LEAST_SECONDS, TIME_LIMITS * limit_seconds, told_seconds)

    async def watch(self, assignment: Callable[[], Assignment], last_failure_at: Callable[[], float]) -> str:
        """Return with the place (topic/partition/offset) of a message that is not taken up, once there is one.

        Args:
            assignment: gives what is this worker's now.
            last_failure_at: gives when the broker last refused or delayed a send, on the monotonic clock: then it is
                right to read no further.
        """
        try:
            while True:
                await asyncio.sleep(CHECK_SECONDS)
                try:
                    if time.monotonic() - last_failure_at() < self.patience_seconds:
                        self._still.clear()
                    elif place := await self.find(assignment(), time.monotonic()):
                        return place
                except (KafkaError, OSError, MissingPermission) as error:
                    log.debug("the progress of the stages cannot be read: %r", error)
                    self._still.clear()
                    await self.close()
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the clients; the next look opens others."""
        clients, self._clients, self._reader = self._clients, AsyncExitStack(), None
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await clients.aclose()
        except (KafkaError, OSError) as error:
            log.debug("the clients that read the progress of the stages cannot be closed: %r", error)

    async def find(self, assignment: Assignment, now: float) -> str | None:
        """The place of a message that has waited for too long at `now` (seconds, monotonic); None if there is none.

        Raises:
            KafkaError, OSError: the broker does not answer.
            MissingPermission: it does not answer about a topic or group that may not be seen.
        """
        stages = [stage_named(name) for name in assignment]
        progress = await self._read(stages) if stages else []
        mine = [place for place in progress if place.partition in assignment[place.stage]]
        self._still.keep([(place.stage, place.partition) for place in mine])
        for place in mine:
            key = place.stage, place.partition
            seconds = self._still.see(key, place.next_offset, waits=place.unread > 0, now=now)
            if seconds >= self.patience_seconds:
                return f"{place.topic}/{place.partition}/{place.next_offset}"
        return None

    async def _read(self, stages: Sequence[Stage]) -> list[PartitionProgress]:
        async with asyncio.timeout(READ_SECONDS):
            if self._reader is None:
                self._reader = await self._clients.enter_async_context(progress_reader(self._settings))
            return await places_of(self._reader, stages)
