"""Sends that count only when the broker has confirmed them, repeated until it does."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidMessageError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    UnknownTopicOrPartitionError,
)
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_never, wait_exponential_jitter

from agents import kafka, topics
from agents.headers import RawHeaders
from agents.settings import Settings
from pipeline.stages import TOPICS

log = logging.getLogger("redefluss.publisher")

SAY_AGAIN_SECONDS = 10.0
TOGETHER_SECONDS = 0.5
CAN_PASS = (KafkaError, OSError)
TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidMessageError)


class TooLarge(Exception):
    """The broker will never take this message: it is larger than the topic allows. One line."""


class Round:
    """Those who wait to send, until they do so together."""

    def __init__(self) -> None:
        self._event: asyncio.Event | None = None

    async def wait(self) -> None:
        """Wait for the next release, which comes within `TOGETHER_SECONDS`."""
        if self._event is None:
            self._event = asyncio.Event()
            asyncio.get_running_loop().call_later(TOGETHER_SECONDS, self._event.set)
        event = self._event
        await event.wait()
        if self._event is event:
            self._event = None

    def release(self) -> None:
        """Let them send now."""
        if self._event is not None:
            self._event.set()
            self._event = None


class Publisher:
    """One producer for the whole worker.

    What can pass (broker away, too few replicas, a topic deleted, a disk full)
    is retried with growing, jittered pauses for as long as it takes, so that
    whoever waits for the confirmation reads no further meanwhile.

    Under load messages wait for each other, briefly: requests, not messages, are
    what costs the worker, the broker and all who read the topics.

    Args:
        settings: where, and how patiently.
        embedded: whether the broker is the embedded one.
        busy: whether there is more to do than is being done, so that nobody loses by a message that waits.
    """

    def __init__(self, settings: Settings, *, embedded: bool, busy: Callable[[], bool] = lambda: False) -> None:
        self._settings = settings
        self._embedded = embedded
        self._busy = busy
        self._round = Round()
        self._producer: AIOKafkaProducer | None = None
        self._renewing = asyncio.Lock()
        self._background: set[asyncio.Task[None]] = set()
        self._said = 0.0
        self.unconfirmed = 0
        """Sends under way."""
        self.troubled_at = -math.inf
        """When the broker last left a send waiting or refused it, on the monotonic clock."""

    async def start(self) -> None:
        """Connect.

        Raises:
            KafkaError: the broker does not answer.
        """
        self._producer = await self._connect()

    async def stop(self) -> None:
        """Send what background sends are left, briefly, and disconnect."""
        if self._background:
            await asyncio.wait(self._background, timeout=5)
        for task in self._background:
            task.cancel()
        producer, self._producer = self._producer, None
        if producer is not None:
            await _close(producer)

    async def send(self, topic: str, key: bytes | None, value: bytes | None, headers: RawHeaders = ()) -> None:
        """Send to `topic` (named with prefix) and wait until all in-sync copies have it.

        Raises:
            TooLarge: it is larger than the topic allows.
        """
        if self._busy():
            await self._round.wait()
        await self._send(topic, key, value, headers)

    def release(self) -> None:
        """Let go what waits for company: there is no more to do than is being done."""
        self._round.release()

    async def _send(self, topic: str, key: bytes | None, value: bytes | None, headers: RawHeaders = ()) -> None:
        self.unconfirmed += 1
        # With the broker away the client goes on trying by itself, without a word.
        saying = asyncio.get_running_loop().call_later(
            self._settings.publish_timeout_seconds, self._say_waiting, topic, time.monotonic()
        )
        try:
            try:
                await self._send_once(topic, key, value, headers)
            except CAN_PASS as error:
                await self._send_again(error, topic, key, value, headers)
        finally:
            saying.cancel()
            self.unconfirmed -= 1

    def send_in_background(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        """Send what may be lost with the worker; `stop` waits for it briefly."""
        task = asyncio.create_task(self._send_later(topic, key, value))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _send_later(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        await self._round.wait()
        await self._send(topic, key, value)

    async def _send_again(
        self, error: Exception, topic: str, key: bytes | None, value: bytes | None, headers: RawHeaders
    ) -> None:
        """After a first attempt that failed with `error`; by itself, for setting up retries costs as much as a send."""
        failed: Exception | None = error
        async for attempt in self._attempts(topic):
            with attempt:
                if failed is not None:
                    first, failed = failed, None
                    raise first
                await self._send_once(topic, key, value, headers)

    def _attempts(self, topic: str) -> AsyncRetrying:
        return AsyncRetrying(
            retry=retry_if_exception_type(CAN_PASS),
            wait=wait_exponential_jitter(
                multiplier=self._settings.retry_initial_seconds,
                max=self._settings.retry_max_seconds,
                jitter=self._settings.retry_initial_seconds,
            ),
            stop=stop_never,
            before_sleep=self._say(topic),
            reraise=True,
        )

    def _say_waiting(self, topic: str, since: float) -> None:
        self.troubled_at = now = time.monotonic()
        if now - self._said >= SAY_AGAIN_SECONDS:
            self._said = now
            log.warning("%s has not confirmed for %.0f s; nothing more is read meanwhile", topic, now - since)

    def _say(self, topic: str) -> Callable[[RetryCallState], Awaitable[None]]:
        async def say(state: RetryCallState) -> None:
            self.troubled_at = time.monotonic()
            error = state.outcome.exception() if state.outcome else None
            pause = state.next_action.sleep if state.next_action else 0.0
            if state.attempt_number in (1, 2, 4, 8) or state.attempt_number % 10 == 0:
                log.warning(
                    "%s does not confirm (%s); nothing more is read meanwhile, next try in %.1f s",
                    *(topic, type(error).__name__, pause),
                )
            await self._mend(topic, error)

        return say

    async def _send_once(self, topic: str, key: bytes | None, value: bytes | None, headers: RawHeaders) -> None:
        producer = self._producer
        if producer is None:
            producer = await self._renew(None)
        try:
            await producer.send_and_wait(topic, value, key, headers=list(headers))
        except TOO_LARGE as error:
            raise TooLarge(f"{len(value or b'')} bytes are more than {topic} allows ({type(error).__name__})") from None

    async def _mend(self, topic: str, error: BaseException | None) -> None:
        """After a failed send: a new producer unless the old one can go on; a deleted topic made again."""
        if isinstance(error, KafkaError) and error.retriable and not isinstance(error, UnknownTopicOrPartitionError):
            return
        producer = self._producer
        try:
            await self._ensure_topic(topic)
            await self._renew(producer)
        except (KafkaError, OSError, topics.TopicError) as problem:
            log.debug("mending failed: %r", problem)

    async def _ensure_topic(self, topic: str) -> None:
        names = (*TOPICS, *topics.INTERNAL_TOPICS)
        for name in names:
            if self._settings.topic(name) == topic:
                for report in await topics.ensure(self._settings, [name]):
                    if report.created:
                        log.warning("topic %s was gone; created again", topic)

    async def _renew(self, failed: AIOKafkaProducer | None) -> AIOKafkaProducer:
        async with self._renewing:
            if self._producer is not None and self._producer is not failed:
                return self._producer  # another send did it meanwhile
            old, self._producer = self._producer, None
            if old is not None:
                await _close(old)
            self._producer = await self._connect()
            return self._producer

    async def _connect(self) -> AIOKafkaProducer:
        producer = kafka.producer(self._settings, embedded=self._embedded)
        try:
            await kafka.connect(producer)
        except BaseException:
            await _close(producer)
            raise
        return producer


async def _close(producer: AIOKafkaProducer) -> None:
    """Stop a producer that may not be able to flush."""
    try:
        await asyncio.wait_for(producer.stop(), 5)
    except (TimeoutError, KafkaError, OSError) as error:
        log.debug("a producer did not close: %r", error)
