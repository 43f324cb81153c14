"""Sends that count only when the broker has confirmed them, repeated until it does."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from aiokafka.errors import KafkaError, KafkaTimeoutError, TopicAuthorizationFailedError

from agents import batching
from agents.batching import SendBatch
from agents.membership import CERTAIN_SHARE
from agents.outgoing import Outgoing, TooLarge, enqueue, failure_of, outcome_of
from agents.producer_connection import ProducerConnection
from agents.revocable_producer import RevocableProducer
from agents.settings import Settings

if TYPE_CHECKING:
    from tenacity import AsyncRetrying, RetryCallState

log = logging.getLogger("redefluss.publisher")

WARN_AGAIN_SECONDS = 10.0
"""Between two warnings that the broker does not confirm: every send that waits would give one."""
STOP_SECONDS = 5.0
"""So long the end waits for background sends."""
TRANSIENT_ERRORS = (KafkaError, OSError)
"""What may pass: the message is sent again, without end."""

Result = TypeVar("Result")
BeforeSend = Callable[[], Awaitable[None]]
"""Awaited right before each attempt; what it raises ends the send."""


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
        on_retry: told of each second or later attempt.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        embedded: bool,
        busy: Callable[[], bool] = lambda: False,
        on_retry: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._busy = busy
        self._on_retry = on_retry
        self._batch = SendBatch(batching.MAX_WAIT_SECONDS)
        self._short_batch = SendBatch(batching.SHORT_WAIT_SECONDS)
        self._connection = ProducerConnection(settings, embedded=embedded)
        self._background: set[asyncio.Task[None]] = set()
        self._background_sends: set[asyncio.Task[None]] = set()
        """Those of them that send something."""
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
        await self._connection.open()

    async def stop(self) -> None:
        """Send what background sends are left, briefly, and disconnect; who sends after that waits to be cancelled."""
        if self._background:
            await asyncio.wait(self._background, timeout=STOP_SECONDS)
        for task in self._background:
            task.cancel()
        await self._connection.close()

    async def send(self, *messages: Outgoing, soon: bool = False, before: BeforeSend | None = None) -> None:
        """Send messages and wait until all in-sync copies have them.

        Args:
            messages: in the order of sending.
            soon: even under load they wait only for a moment, and for others that are to be sent soon.
            before: awaited right before each attempt.

        Raises:
            TooLarge: one is larger than its topic allows; the others are confirmed.
            Exception: what `before` raised; what was not confirmed until then is not sent again.
        """
        if self._busy():
            await (self._short_batch if soon else self._batch).wait()
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
            failed = [
                (error, message)
                for error, message in zip(outcomes, messages, strict=True)
                if isinstance(error, TRANSIENT_ERRORS)
            ]
            permanent = [error for error in outcomes if not isinstance(error, TRANSIENT_ERRORS)]
            if failed:
                permanent += await self._send_again(failed, before)
            for failure in permanent:
                if failure is not None:
                    raise failure
        finally:
            warning_timer.cancel()
            self.unconfirmed -= len(messages)

    async def partitions(self, topic: str) -> list[int]:
        """The partitions of a topic (named with prefix), ascending; asks until the broker tells."""

        async def ask() -> list[int]:
            producer = self._connection.producer or await self._connection.renew(None)
            return sorted(await producer.partitions_for(topic))

        try:
            return await ask()
        except TRANSIENT_ERRORS as error:
            return await self._again(topic, error, ask)

    def send_in_background(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        """Send what nobody need wait for yet; `background_sent` and, briefly, `stop` do."""
        task = self._in_background(self._send_later(topic, key, value))
        self._background_sends.add(task)
        task.add_done_callback(self._background_sends.discard)

    async def background_sent(self) -> None:
        """Return once all that was sent in the background until now is confirmed, or never will be."""
        if sends := set(self._background_sends):
            self._batch.release()
            await asyncio.wait(sends)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def _send_later(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        await self._batch.wait()
        try:
            await self._send([Outgoing(topic, key, value)])
        except TooLarge as error:  # what came of the message itself is confirmed; this nobody waits for
            log.warning("not sent: %s", error)

    async def _send_again(
        self, failed: Sequence[tuple[Exception, Outgoing]], before: BeforeSend | None
    ) -> list[BaseException | None]:
        """After a first attempt; by itself, for setting up retries costs as much as a send. What went wrong for good.

        One after the other, so that they keep their order. Once the first is confirmed, the others need not wait.
        """
        outcomes: list[BaseException | None] = []
        error: Exception | None = failed[0][0]
        for _, message in failed:
            try:
                await self._until_sent(message, error, before)
            except TooLarge as too_large:
                outcomes.append(too_large)
            error = None
        return outcomes

    async def _until_sent(self, message: Outgoing, failure: Exception | None, before: BeforeSend | None) -> None:
        """Send a message however often it takes; `failure` is what went wrong just now, if it was tried."""

        async def send() -> None:
            (error,) = await self._attempt([message], before)
            if error is not None:
                raise error

        await self._again(message.topic, failure, send)

    async def _again(self, topic: str, failure: Exception | None, work: Callable[[], Awaitable[Result]]) -> Result:
        """Do some work until it is done; `failure` is what went wrong just now, if it was tried."""
        async for attempt in self._attempts(topic):
            with attempt:
                if failure is not None:
                    error, failure = failure, None
                    raise error
                return await work()
        raise AssertionError("attempts do not end")

    def _attempts(self, topic: str) -> "AsyncRetrying":
        # Imported when something has failed: it takes a megabyte, and most workers never need it.
        from tenacity import AsyncRetrying, retry_if_exception_type, stop_never, wait_exponential_jitter

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

    def _before_retry(self, topic: str) -> "Callable[[RetryCallState], Awaitable[None]]":
        async def before_retry(state: "RetryCallState") -> None:
            self.last_failure_at = time.monotonic()
            self._on_retry()
            error = state.outcome.exception() if state.outcome else None
            pause = state.next_action.sleep if state.next_action else 0.0
            if state.attempt_number in (1, 2, 4, 8) or state.attempt_number % 10 == 0:
                log.warning(
                    "%s does not confirm (%s); nothing more is read meanwhile, next try in %.1f s",
                    *(topic, _description(error), pause),
                )
            await self._connection.recover(topic, error)

        return before_retry

    async def _attempt(self, messages: Sequence[Outgoing], before: BeforeSend | None) -> list[BaseException | None]:
        """Try to send messages once; for each, what went wrong."""
        try:
            producer = self._connection.producer or await self._connection.renew(None)
        except TRANSIENT_ERRORS as error:
            return [error] * len(messages)
        if before is None:
            begun = [await enqueue(producer, message) for message in messages]
            outcomes = await asyncio.gather(*begun, return_exceptions=True)
        else:
            await before()
            producer = self._connection.producer or producer  # it may have been given up while that was not certain
            outcomes = await self._attempt_while_owner(producer, messages, before)
        return [failure_of(outcome, message) for outcome, message in zip(outcomes, messages, strict=True)]

    async def _attempt_while_owner(
        self, producer: RevocableProducer, messages: Sequence[Outgoing], before: BeforeSend
    ) -> list[object]:
        """The same, but asks `before` now and then, and takes back what is unconfirmed if that does not agree at once.

        Idempotent producers repeat a message by themselves without end: long after a broken connection it would stand
        behind what another worker has published meanwhile.
        """
        seconds = self._settings.session_timeout_seconds * (1 - CERTAIN_SHARE)
        begun: list[asyncio.Future[object]] = []

        async def confirmed() -> None:
            for message in messages:
                begun.append(await enqueue(producer, message))
            await asyncio.wait(begun)

        confirming = asyncio.ensure_future(confirmed())
        try:
            while not (await asyncio.wait({confirming}, timeout=seconds))[0]:
                async with asyncio.timeout(0):
                    await before()
        except TimeoutError:
            log.debug("it is not certain who has the partition; %d messages are taken back", len(messages))
        finally:
            if not confirming.done():
                confirming.cancel()
                self._connection.give_up(producer)
                self._in_background(producer.wait_closed())
            outcomes = [outcome_of(future) for future in begun]  # of all, or the event loop complains of failures
        return outcomes + [KafkaTimeoutError() for _ in messages[len(begun) :]]


def _description(error: BaseException | None) -> str:
    if isinstance(error, TopicAuthorizationFailedError):
        return "the log-in lacks the permission WRITE on this topic"
    return type(error).__name__
