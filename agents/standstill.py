"""Notices a message that nobody comes to, for no reason that passes by itself.

Clients have wedged after a rebalance or a broken connection: they stay in their
group, raise nothing and read nothing. Whoever leaves a stream running is not
there to start it again, so the worker does.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from agents import kafka, topics
from agents.settings import Settings

log = logging.getLogger("redefluss.standstill")

CHECK_SECONDS = 30.0
LEAST_SECONDS = 30.0
TIME_LIMITS = 3.0
"""Patience, in time limits of an article: it may be begun twice before it is given up."""
LOOK_MILLISECONDS = 3000

Assignment = Mapping[str, Sequence[int]]
"""By source topic (without prefix), the partitions that are this worker's."""


class Standstill:
    """Remembers since when each partition has had messages to do and committed none.

    Args:
        settings: the broker, and how long an article may take.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._since: dict[TopicPartition, tuple[int, float]] = {}
        # A send that the broker leaves waiting is known as one only after its timeout.
        told_seconds = settings.publish_timeout_seconds + settings.time_limit_seconds + CHECK_SECONDS
        self.patience_seconds = max(LEAST_SECONDS, TIME_LIMITS * settings.time_limit_seconds, told_seconds)

    async def watch(self, assignment: Callable[[], Assignment], troubled_at: Callable[[], float]) -> str:
        """Return with the place (topic/partition/offset) of a message that nobody comes to, once there is one.

        Args:
            assignment: gives what is this worker's now.
            troubled_at: gives when the broker last refused or delayed a send, on the monotonic clock: then it is right
                to read no further.
        """
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                if time.monotonic() - troubled_at() < self.patience_seconds:
                    self._since.clear()
                elif place := await self.find(assignment(), time.monotonic()):
                    return place
            except (KafkaError, OSError) as error:
                log.debug("cannot ask how far the stages are: %r", error)
                self._since.clear()

    async def find(self, assignment: Assignment, now: float) -> str | None:
        """The place of a message that has waited for too long at `now` (seconds, monotonic); None if there is none.

        Raises:
            KafkaError, OSError: the broker does not answer.
        """
        mine = {
            TopicPartition(self._settings.topic(topic), number)
            for topic, numbers in assignment.items()
            for number in numbers
        }
        since = {}
        for lag in await topics.lag(self._settings):
            tp = TopicPartition(lag.topic, lag.partition)
            if tp in mine and lag.lag:
                offset = lag.end - lag.lag
                known = self._since.get(tp)
                since[tp] = known if known is not None and known[0] == offset else (offset, now)
        self._since = since
        for tp, (offset, begun) in list(since.items()):
            if now - begun >= self.patience_seconds:
                if await self._is_there(tp, offset):
                    return f"{tp.topic}/{tp.partition}/{offset}"
                self._since[tp] = offset, now
        return None

    async def _is_there(self, partition: TopicPartition, offset: int) -> bool:
        """Whether there is a message at `offset` or later: the end of a transaction takes an offset, and is none."""
        consumer = kafka.consumer(self._settings)
        try:
            await kafka.connect(consumer)
            consumer.assign([partition])
            consumer.seek(partition, offset)
            return bool(await consumer.getmany(partition, timeout_ms=LOOK_MILLISECONDS, max_records=1))
        finally:
            await consumer.stop()
