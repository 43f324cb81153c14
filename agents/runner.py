"""What happens to a message in any stage: its results or a dead letter are published, unless it is a duplicate.

`Runner.handle` returns only when that is confirmed, so that the offset may be committed. It raises when it is
cancelled, when the message is another worker's by now, and when not even a dead letter can be published; then the
message counts as not read.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NotRequired, TypedDict, TypeVar, Unpack

from agents import headers, logs
from agents.bounded_records import CORRUPT, OVERSIZE
from agents.duplicates import DuplicateFilter
from agents.headers import RawHeaders, TrailStep
from agents.incoming import Incoming
from agents.local_store import STORE_RETRY_SECONDS, LocalStoreError
from agents.outgoing import Outgoing, TooLarge
from agents.pool.protocol import OutputMessage
from agents.publisher import BeforeSend, Publisher
from agents.settings import Settings
from agents.status import WorkerStatus
from agents.tracing import NoTracing, Tracing, current_span
from pipeline.stages import DEAD_LETTER_TOPIC, RAW_TOPIC, Output, Stage, follows_deduplication
from schemas.codec import encode, one_line
from schemas.records import DeadLetter, FailureReason

log = logging.getLogger("redefluss.runner")

SHORT_KEY_BYTES = 1_000
"""A longer key is left out of a dead letter that has no room for the message."""

Send = Callable[..., Awaitable[None]]
Result = TypeVar("Result")


class RunnerOptions(TypedDict):
    """What a runner of any stage is given.

    Attributes:
        settings: limits, and the names of topics.
        publisher: sends, and waits until the broker has confirmed.
        status: counts messages in flight, keeps errors and metrics.
        tracing: gets a span of each message; by default there are none.
    """

    settings: Settings
    publisher: Publisher
    status: WorkerStatus
    tracing: NotRequired[Tracing]


class Runner(ABC):
    """Carries messages through one stage; what all stages have in common."""

    def __init__(self, stage: Stage, **options: Unpack[RunnerOptions]) -> None:
        self.stage = stage
        self._settings = settings = options["settings"]
        self._publisher = options["publisher"]
        self.status = options["status"]
        self._tracing = options.get("tracing") or NoTracing()
        self._model = stage.model(settings.pipeline)
        self._max_bytes = stage.max_bytes(settings.pipeline)
        self._reports_failures = follows_deduplication(stage)
        self._duplicates: DuplicateFilter | None = None

    @abstractmethod
    async def handle(self, *messages: Incoming, before_publish: BeforeSend | None = None) -> None:
        """Bring messages to their end: published or dead-lettered, and confirmed.

        Args:
            messages: from one partition of the stage's topic, in its order.
            before_publish: awaited right before each attempt to publish something, and before a stage that remembers
                changes its states; may raise `OwnershipLost`.

        Raises:
            OwnershipLost: as `before_publish` said; nothing was published since.
        """

    @contextmanager
    def _handling(self, message: Incoming) -> Iterator[None]:
        """Count a message as in flight; what is logged and published in the `with` block names it, or its trace."""
        article = None if message.key is None else message.key.decode("utf-8", "replace")
        with (
            self.status.handling(self.stage.name, message.partition),
            self._tracing.stage(self.stage.name, message) as span,
            logs.about(
                stage=self.stage.name,
                topic=message.topic,
                partition=message.partition,
                offset=message.offset,
                article_id=article,
                trace_id=span.trace_id,
            ),
        ):
            yield

    async def _once_store_answers(self, message: Incoming, work: Callable[[], Awaitable[Result]]) -> Result:
        """The result of work that needs the local copy of a topic, which is tried until that can be read.

        The work must not have published anything when it raises `LocalStoreError`: it is done again.
        """
        while True:
            try:
                return await work()
            except LocalStoreError as error:
                log.warning("%s: %s waits: %s", self.stage.name, message, error)
                await asyncio.sleep(STORE_RETRY_SECONDS)

    async def _give_up(self, message: Incoming, send: Send, error: Exception) -> None:
        """Make a dead letter of a message at which an error was raised that nobody has foreseen."""
        log.exception("%s: unexpected error at %s", self.stage.name, message, exc_info=error)
        detail = one_line(f"unexpected {type(error).__name__}: {error}")
        await self._dead_letter(message, send, "processing-error", detail)

    def _refusal(self, message: Incoming) -> tuple[FailureReason, str] | None:
        """Reason and detail, if a message is refused without being decoded."""
        if message.value == b"":  # with any other value, a producer has written such a header
            if (problem := headers.text_of(message.headers, OVERSIZE)) is not None:
                return "too-large", f"{problem}; its bytes are at {message} alone"
            if (problem := headers.text_of(message.headers, CORRUPT)) is not None:
                return "processing-error", f"{problem}; its bytes are at {message} alone"
        size = len(message.value or b"")
        if self._max_bytes is not None and size > self._max_bytes:
            return "too-large", f"the message has {size} bytes; {self._max_bytes} are allowed"
        return None

    def _revision(self, message: Incoming) -> str | None:
        """The number of its article's version, from 2 on. On the first topic, any producer writes headers."""
        return None if self.stage.source == RAW_TOPIC else headers.text_of(message.headers, "revision")

    def _to_topics(self, messages: Iterable[OutputMessage], out_headers: RawHeaders) -> list[Outgoing]:
        """What the stage's function made, as messages to the topics as the broker calls them."""
        return [
            Outgoing(self._settings.topic(topic), key, value, out_headers, partition)
            for topic, key, value, partition in messages
        ]

    async def _tombstones(self, key: bytes, outputs: Sequence[Output], out_headers: RawHeaders) -> list[Outgoing]:
        """The messages that take an article back on the topics of `outputs`."""
        messages = []
        for output in outputs:
            topic = self._settings.topic(output.topic)
            partitions = await self._publisher.partitions(topic) if output.scattered else [None]
            messages += [Outgoing(topic, key, None, out_headers, partition) for partition in partitions]
        return messages

    async def _note_withdrawal(self, message: Incoming) -> None:
        """Let the next article under the message's key be a new version."""
        duplicates = self._duplicates
        if duplicates is not None:
            await self._once_store_answers(message, lambda: duplicates.withdrawn(message))

    async def _dead_letter(
        self,
        message: Incoming,
        send: Send,
        reason: FailureReason,
        detail: str,
        attempts: int = 1,
        took_seconds: float = 0.0,
    ) -> None:
        """Publish the dead letter of a message, and take back what a former version of its article has published.

        Args:
            message: what cannot be processed.
            send: as `Publisher.send`.
            reason: for machines.
            detail: for people; made one line.
            attempts: how often it was tried.
            took_seconds: how long the last attempt took.
        """
        content_hash = headers.text_of(message.headers, "content_hash")
        extra = {"reason": reason} | ({} if content_hash is None else {"content_hash": content_hash})
        topic = self._settings.topic(DEAD_LETTER_TOPIC)

        async def send_letter(original: Incoming, full_detail: str) -> None:
            letter = DeadLetter.of(
                stage=self.stage.name,
                reason=reason,
                detail=one_line(full_detail),
                topic=original.topic,
                partition=original.partition,
                offset=original.offset,
                timestamp=original.timestamp_ms,
                key=original.key,
                value=original.value,
                headers=original.headers,
                attempts=max(1, attempts),
            )
            out_headers = self._headers_after(original, took_seconds, attempt=attempts, extra=extra)
            await send(Outgoing(topic, original.key, encode(letter), out_headers))

        try:
            await send_letter(message, detail)
        except TooLarge:
            # Its key is twice in there, and the topic may allow less than the settings say: its place must do.
            problem = f"too large for {topic}: its bytes are at {message}"
            await send_letter(_without_bytes(message, problem), f"{detail} ({problem})")
        if message.key is not None and self._revision(message) is not None:
            # The version before it is no longer what the paper says.
            withdrawal = self._headers_after(message, took_seconds, attempt=attempts)
            await send(*await self._tombstones(message.key, self.stage.outputs, withdrawal))
            await self._note_withdrawal(message)
        if self._reports_failures:
            DuplicateFilter.forget(self._publisher, self._settings, message)
        log.warning("%s: %s became a dead letter: %s: %s", self.stage.name, message, reason, one_line(detail))
        current_span().failed(reason, one_line(detail))
        self.status.metrics.increment("redefluss_dead_letters", self.stage.name, reason)
        self.status.error(self.stage.name, f"{reason}: {detail}")

    def _headers_after(
        self, message: Incoming, took_seconds: float, *, attempt: int = 1, extra: Mapping[str, str] | None = None
    ) -> RawHeaders:
        """The headers of what comes of the message, with `extra` ones by name."""
        step = self._trail_step(message, took_seconds)
        return current_span().on(headers.outgoing(message.headers, step, attempt=attempt, extra=extra))

    def _trail_step(self, message: Incoming, took_seconds: float) -> TrailStep:
        return TrailStep(
            stage=self.stage.name,
            topic=self.stage.source,
            partition=message.partition,
            offset=message.offset,
            took_ms=round(took_seconds * 1000, 1),
            produced_at=headers.now_rfc3339(),
            worker=self.status.worker,
            model=self._model,
            timestamp=message.timestamp_ms,
        )


def _without_bytes(message: Incoming, problem: str) -> Incoming:
    """A message without what can be large in it, as one that could not be read because of `problem`."""
    short_key = message.key is not None and len(message.key) <= SHORT_KEY_BYTES
    return replace(
        message,
        key=message.key if short_key else None,
        value=None if message.value is None else b"",
        headers=[(OVERSIZE, problem.encode())],
    )
