"""The connection by which a worker sends: one producer at a time, and another one where it cannot go on."""

import asyncio
import logging

from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    PolicyViolationError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from agents import kafka, topics
from agents.permissions import MissingPermission
from agents.revocable_producer import RevocableProducer
from agents.settings import Settings

log = logging.getLogger("redefluss.publisher")

FLUSH_SECONDS = 5.0
"""So long a producer may take to send what it holds, before it is given up."""
TOPIC_ERRORS = (TopicAuthorizationFailedError, InvalidTopicError, PolicyViolationError)
"""What is wrong with one topic alone, so that another producer would not help."""


class ProducerConnection:
    """The producer of a worker, made again when needed.

    Args:
        settings: how the broker is reached.
        embedded: whether the broker is the embedded one.
    """

    def __init__(self, settings: Settings, *, embedded: bool) -> None:
        self._settings = settings
        self._embedded = embedded
        self._renewing = asyncio.Lock()
        self._closed = False
        self.producer: RevocableProducer | None = None
        """None: there is none now, `renew` makes one."""

    async def open(self) -> None:
        """Connect.

        Raises:
            KafkaError: the broker does not answer.
        """
        self.producer = await self._connect()

    async def close(self) -> None:
        """Flush, briefly, and disconnect; who asks for a producer after that waits to be cancelled."""
        self._closed = True
        producer, self.producer = self.producer, None
        if producer is not None:
            await close_producer(producer)

    async def renew(self, failed: RevocableProducer | None) -> RevocableProducer:
        """A producer other than the one that failed, or a first one.

        Raises:
            KafkaError, OSError: the broker does not answer.
        """
        async with self._renewing:
            if self.producer is not None and self.producer is not failed:
                return self.producer  # another send did it meanwhile
            if self._closed:
                await asyncio.Event().wait()
            old, self.producer = self.producer, None
            if old is not None:
                await close_producer(old)
            self.producer = await self._connect()
            return self.producer

    def give_up(self, producer: RevocableProducer) -> None:
        """Take back what a producer holds, and use it no more; it closes in its own time (`wait_closed`)."""
        if self.producer is producer:
            self.producer = None
        producer.revoke()

    async def recover(self, topic: str, error: BaseException | None) -> None:
        """After a failed send: a new producer unless the old one can go on; a deleted topic made again.

        What is wrong with one topic alone is no reason for a new one, by which sends to all others would fail as well.

        Args:
            topic: where to, with prefix.
            error: how it failed.
        """
        missing = isinstance(error, UnknownTopicOrPartitionError)
        if isinstance(error, KafkaError) and not missing and (error.retriable or isinstance(error, TOPIC_ERRORS)):
            return
        producer = self.producer
        try:
            await self._ensure_topic(topic)
            await self.renew(producer)
        except (KafkaError, OSError, topics.TopicError, MissingPermission) as problem:
            log.debug("recovery failed: %r", problem)

    async def _ensure_topic(self, topic: str) -> None:
        for name in topics.all_names():
            if self._settings.topic(name) == topic:
                for report in await topics.ensure(self._settings, [name]):
                    if report.created:
                        log.warning("topic %s was missing; created again", topic)

    async def _connect(self) -> RevocableProducer:
        producer = kafka.producer(self._settings, embedded=self._embedded)
        try:
            await kafka.connect(producer)
        except BaseException:
            await close_producer(producer)
            raise
        return producer


async def close_producer(producer: RevocableProducer) -> None:
    """Stop a producer that may not be able to flush."""
    try:
        await asyncio.wait_for(producer.stop(), FLUSH_SECONDS)
    except (TimeoutError, KafkaError, OSError) as error:
        log.debug("a producer did not close: %r", error)
        producer.revoke()
        await producer.wait_closed()
