"""Sends that count only when the broker has confirmed them, repeated until it does."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidMessageError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_never, wait_exponential_jitter

from agents import kafka, topics
from agents.batching import SendBatch
from agents.headers import RawHeaders
from agents.permissions import MissingPermission
from agents.settings import Settings

log = logging.getLogger("redefluss.publisher")

WARN_AGAIN_SECONDS = 10.0
STOP_SECONDS = 5.0
"""So long the end waits for background sends, and so long for a producer to flush."""
TRANSIENT_ERRORS = (KafkaError, OSError)
TOPIC_ERRORS = (TopicAuthorizationFailedError, InvalidTopicError, PolicyViolationError)
SIZE_ERRORS = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidMessageError)


BeforeSend = Callable[[], Awaitable[None]]
"""Awaited right before each attempt; what it raises ends the send."""


class TooLarge(Exception):
    """The broker will never take this message: it is larger than the topic allows. One line."""


class Outgoing(NamedTuple):
    """A message on its way to `topic` (named with prefix); `partition` None is the one that the key belongs to."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: RawHeaders = ()
    partition: int | None = None


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
        self._batch = SendBatch()
        self._producer: AIOKafkaProducer | None = None
        self._reconnecting = asyncio.Lock()
        self._stopped = False
        self._background: set[asyncio.Task[None]] = set()
        self._warned_at = 0.0
        self.unconfirmed = 0
        """Sends under way."""
        self.last_failure_at = -math.inf
        """When the broker last left a send waiting or refused it, on the monotonic clock."""

    async def start(self) -> None:
        """Connect.

        Raises:
            KafkaError: the broker does not answer.
        """
        self._producer = await self._connect()

    async def stop(self) -> None:
        """Send what background sends are left, briefly, and disconnect; who sends after that waits to be cancelled."""
        if self._background:
            await asyncio.wait(self._background, timeout=STOP_SECONDS)
        self._stopped = True
        for task in self._background:
            task.cancel()
        producer, self._producer = self._producer, None
        if producer is not None:
            await _close(producer)

    async def send(self, *messages: Outgoing, at_once: bool = False, before: BeforeSend | None = None) -> None:
        """Send messages and wait until all in-sync copies have them.

        Args:
            messages: in the order of sending.
            at_once: not even under load they wait for company.
            before: awaited right before each attempt.

        Raises:
            TooLarge: one is larger than its topic allows; the others are confirmed.
            Exception: what `before` raised; what was not confirmed until then is not sent again.
        """
        if self._busy() and not at_once:
            await self._batch.wait()
        else:
            self._batch.release()  # those that wait can go along
        await self._send(messages, before)

    async def _send(self, messages: Sequence[Outgoing], before: BeforeSend | None = None) -> None:
        self.unconfirmed += len(messages)
        # With the broker away the client goes on trying by itself, without a word.
        warning_timer = asyncio.get_running_loop().call_later(
            self._settings.publish_timeout_seconds, self._warn_unconfirmed, messages[-1].topic, time.monotonic()
        )
        try:
            outcomes = await self._attempt(messages, before)
            again = [
                self._send_again(error, message, before)
                for error, message in zip(outcomes, messages, strict=True)
                if isinstance(error, TRANSIENT_ERRORS)
            ]
            permanent = [error for error in outcomes if not isinstance(error, TRANSIENT_ERRORS)]
            if again:
                permanent += await asyncio.gather(*again, return_exceptions=True)
            for failure in permanent:
                if failure is not None:
                    raise failure
        finally:
            warning_timer.cancel()
            self.unconfirmed -= len(messages)

    async def partitions(self, topic: str) -> list[int]:
        """The partitions of a topic (named with prefix), ascending; asks until the broker tells."""
        async for attempt in self._attempts(topic):
            with attempt:
                producer = self._producer or await self._reconnect(None)
                return sorted(await producer.partitions_for(topic))
        raise AssertionError("attempts do not end")

    def send_in_background(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        """Send what may be lost with the worker; `stop` waits for it briefly."""
        task = asyncio.create_task(self._send_later(topic, key, value))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _send_later(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        await self._batch.wait()
        await self._send([Outgoing(topic, key, value)])

    async def _send_again(self, error: Exception, message: Outgoing, before: BeforeSend | None) -> None:
        """After a first attempt that failed with `error`; by itself, for setting up retries costs as much as a send."""
        outcome: BaseException | None = error
        async for attempt in self._attempts(message.topic):
            with attempt:
                if outcome is None:
                    (outcome,) = await self._attempt([message], before)
                if outcome is not None:
                    failure, outcome = outcome, None
                    raise failure

    def _attempts(self, topic: str) -> AsyncRetrying:
        return AsyncRetrying(
            retry=retry_if_exception_type(TRANSIENT_ERRORS),
            wait=wait_exponential_jitter(
                multiplier=self._settings.retry_initial_seconds,
                max=self._settings.retry_max_seconds,
                jitter=self._settings.retry_initial_seconds,
            ),
            stop=stop_never,
            before_sleep=self._before_retry(topic),
            reraise=True,
        )

    def _warn_unconfirmed(self, topic: str, since: float) -> None:
        self.last_failure_at = now = time.monotonic()
        if now - self._warned_at >= WARN_AGAIN_SECONDS:
            self._warned_at = now
            log.warning("%s has not confirmed for %.0f s; nothing more is read meanwhile", topic, now - since)

    def _before_retry(self, topic: str) -> Callable[[RetryCallState], Awaitable[None]]:
        async def before_retry(state: RetryCallState) -> None:
            self.last_failure_at = time.monotonic()
            error = state.outcome.exception() if state.outcome else None
            pause = state.next_action.sleep if state.next_action else 0.0
            if state.attempt_number in (1, 2, 4, 8) or state.attempt_number % 10 == 0:
                log.warning(
                    "%s does not confirm (%s); nothing more is read meanwhile, next try in %.1f s",
                    *(topic, _description(error), pause),
                )
            await self._recover(topic, error)

        return before_retry

    async def _attempt(self, messages: Sequence[Outgoing], before: BeforeSend | None) -> list[BaseException | None]:
        """Try to send messages once; for each, what went wrong."""
        try:
            producer = self._producer or await self._reconnect(None)
        except TRANSIENT_ERRORS as error:
            return [error] * len(messages)
        if before is not None:
            await before()
        begun = [await _enqueue(producer, message) for message in messages]
        outcomes = await asyncio.gather(*begun, return_exceptions=True)
        return [_failure(outcome, message) for outcome, message in zip(outcomes, messages, strict=True)]

    async def _recover(self, topic: str, error: BaseException | None) -> None:
        """After a failed send: a new producer unless the old one can go on; a deleted topic made again.

        What is wrong with one topic alone is no reason for a new one, by which sends to all others would fail as well.
        """
        missing = isinstance(error, UnknownTopicOrPartitionError)
        if isinstance(error, KafkaError) and not missing and (error.retriable or isinstance(error, TOPIC_ERRORS)):
            return
        producer = self._producer
        try:
            await self._ensure_topic(topic)
            await self._reconnect(producer)
        except (KafkaError, OSError, topics.TopicError, MissingPermission) as problem:
            log.debug("recovery failed: %r", problem)

    async def _ensure_topic(self, topic: str) -> None:
        for name in topics.all_names():
            if self._settings.topic(name) == topic:
                for report in await topics.ensure(self._settings, [name]):
                    if report.created:
                        log.warning("topic %s was missing; created again", topic)

    async def _reconnect(self, failed: AIOKafkaProducer | None) -> AIOKafkaProducer:
        async with self._reconnecting:
            if self._producer is not None and self._producer is not failed:
                return self._producer  # another send did it meanwhile
            if self._stopped:
                await asyncio.Event().wait()
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


async def _enqueue(producer: AIOKafkaProducer, message: Outgoing) -> asyncio.Future[object]:
    """Hand a message to the producer; the future of its confirmation, or of what prevented even that."""
    topic, key, value, headers, partition = message
    try:
        confirmed: asyncio.Future[object] = await producer.send(
            topic, value, key, partition=partition, headers=list(headers)
        )
    except Exception as error:
        confirmed = asyncio.get_running_loop().create_future()
        confirmed.set_exception(error)
    return confirmed


def _failure(outcome: object, message: Outgoing) -> BaseException | None:
    if isinstance(outcome, SIZE_ERRORS):
        size = len(message.value or b"")
        return TooLarge(f"{size} bytes are more than {message.topic} allows ({type(outcome).__name__})")
    return outcome if isinstance(outcome, BaseException) else None


def _description(error: BaseException | None) -> str:
    if isinstance(error, TopicAuthorizationFailedError):
        return "the log-in lacks the permission WRITE on this topic"
    return type(error).__name__


async def _close(producer: AIOKafkaProducer) -> None:
    """Stop a producer that may not be able to flush."""
    try:
        await asyncio.wait_for(producer.stop(), STOP_SECONDS)
    except (TimeoutError, KafkaError, OSError) as error:
        log.debug("a producer did not close: %r", error)
