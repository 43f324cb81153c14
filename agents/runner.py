"""What happens to a message: work in the pool, a confirmed publish, or a confirmed dead letter.

Every way out of `StageRunner.handle` is one of these, so that the offset may be
committed when it returns. It never raises, except when it is cancelled, and
then the message counts as not read.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from agents import headers
from agents.duplicates import DuplicateCheck, DuplicateFilter
from agents.headers import RawHeaders, TrailStep
from agents.pool.protocol import Done, Job, Outcome, Refused
from agents.pool.scheduler import JobFailed
from agents.publisher import Outgoing, Publisher, TooLarge
from agents.settings import Settings
from agents.status import WorkerStatus
from pipeline.stages import DEAD_LETTER_TOPIC, Stage, follows_deduplication
from schemas.codec import encode, one_line
from schemas.records import DeadLetter, FailureReason

log = logging.getLogger("redefluss.runner")

Perform = Callable[[Job], Awaitable[tuple[Outcome, int]]]
"""Does a job; its outcome, and how often it was begun. Raises `JobFailed`."""


@dataclass(frozen=True)
class Incoming:
    """A message as it stands on the broker; `timestamp_ms` in milliseconds since 1970 UTC."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: RawHeaders

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


class StageRunner:
    """Carries messages through one stage.

    Args:
        stage: which.
        settings: limits and names.
        perform: does the work, such as `Pool.run`.
        publisher: what confirms.
        status: what is told of it.
        duplicates: recognises articles that were processed already; None: this stage does not look.
    """

    def __init__(
        self,
        stage: Stage,
        *,
        settings: Settings,
        perform: Perform,
        publisher: Publisher,
        status: WorkerStatus,
        duplicates: DuplicateFilter | None = None,
    ) -> None:
        self.stage = stage
        self._settings = settings
        self._perform = perform
        self._publisher = publisher
        self._status = status
        self._duplicates = duplicates
        self._model = stage.model(settings.pipeline)
        self._max_bytes = stage.max_bytes(settings.pipeline)
        self._gives_articles_up = follows_deduplication(stage)

    async def handle(self, message: Incoming) -> None:
        """Bring `message` to its end: published or dead-lettered, and confirmed."""
        with self._status.handling(self.stage.name, self.stage.source, message.partition, message.offset):
            try:
                await self._handle(message)
            except Exception as error:
                log.exception("%s: unexpected error at %s", self.stage.name, message)
                detail = one_line(f"unexpected {type(error).__name__}: {error}")
                await self._dead_letter(message, "processing-error", detail)

    async def _handle(self, message: Incoming) -> None:
        size = len(message.value or b"")
        if self._max_bytes is not None and size > self._max_bytes:
            detail = f"the message has {size} bytes; {self._max_bytes} are allowed"
            await self._dead_letter(message, "too-large", detail)
            return
        check = None
        if self._duplicates is not None:
            check = await self._duplicates.check(message)
            if check.duplicate:
                log.info("%s: %s repeats an article already processed", self.stage.name, message)
                self._status.metrics.duplicate(self.stage.name)
                return
        job = Job(self.stage.name, message.key, message.value, self.stage.time_limit_seconds)
        try:
            outcome, attempts = await self._perform(job)
        except JobFailed as error:
            await self._dead_letter(message, error.reason, error.detail, error.attempts)
            return
        if isinstance(outcome, Refused):
            await self._dead_letter(message, outcome.reason, outcome.detail, attempts, outcome.took_seconds)
            return
        await self._publish(message, outcome, attempts, check)

    async def _publish(self, message: Incoming, done: Done, attempts: int, check: DuplicateCheck | None) -> None:
        limit = self._settings.max_raw_bytes
        for topic, _, value in done.messages:
            if len(value or b"") > limit:
                detail = f"its {topic} record has {len(value or b'')} bytes; {limit} are allowed"
                await self._dead_letter(message, "too-large", detail, attempts)
                return
        revision = headers.text_of(message.headers, "revision")
        if check is not None:
            revision = str(check.revision) if check.revision > 1 else None
        own = {"content_hash": done.content_hash, "revision": revision}
        more = {name: value for name, value in own.items() if value is not None}
        out = headers.after(message.headers, self._step(message, done.took_seconds), attempt=attempts, more=more)
        messages = [Outgoing(self._settings.topic(topic), key, value, out) for topic, key, value in done.messages]
        try:
            await self._publisher.send(*messages)
        except TooLarge as error:
            await self._dead_letter(message, "too-large", str(error), attempts)
            return
        if self._duplicates is not None and check is not None:
            self._duplicates.remember(done, check.revision)
        self._status.metrics.published(self.stage.name, done.took_seconds)
        self._status.metrics.add(done.counts)

    async def _dead_letter(
        self, message: Incoming, reason: FailureReason, detail: str, attempts: int = 1, took_seconds: float = 0.0
    ) -> None:
        letter = DeadLetter.of(
            stage=self.stage.name,
            reason=reason,
            detail=one_line(detail),
            topic=message.topic,
            partition=message.partition,
            offset=message.offset,
            timestamp=message.timestamp_ms,
            key=message.key,
            value=message.value,
            headers=message.headers,
            attempts=max(1, attempts),
        )
        content_hash = headers.text_of(message.headers, "content_hash")
        more = {"reason": reason} | ({} if content_hash is None else {"content_hash": content_hash})
        out = headers.after(message.headers, self._step(message, took_seconds), attempt=attempts, more=more)
        topic = self._settings.topic(DEAD_LETTER_TOPIC)
        try:
            await self._publisher.send(Outgoing(topic, message.key, encode(letter), out))
        except TooLarge:
            # Only where the topic allows less than the settings say: its place on the source topic must do.
            bare = replace(message, value=b"", headers=())
            note = one_line(f"{detail} (too large for {topic}: its bytes are at {message})")
            bare_letter = encode(
                letter.model_copy(update={"value": "", "headers": {}, "headers_base64": None, "detail": note})
            )
            bare_out = headers.after(bare.headers, self._step(message, took_seconds), attempt=attempts, more=more)
            await self._publisher.send(Outgoing(topic, message.key, bare_letter, bare_out))
        if self._gives_articles_up:
            DuplicateFilter.forget(self._publisher, self._settings, message)
        self._status.metrics.dead_letter(self.stage.name, reason)
        self._status.error(self.stage.name, f"{reason}: {detail}")

    def _step(self, message: Incoming, took_seconds: float) -> TrailStep:
        return TrailStep(
            stage=self.stage.name,
            topic=self.stage.source,
            partition=message.partition,
            offset=message.offset,
            took_ms=round(took_seconds * 1000, 1),
            produced_at=headers.now_rfc3339(),
            worker=self._status.worker,
            model=self._model,
        )
