"""What happens to a message: work in the pool, a confirmed publish, or a confirmed dead letter.

Every way out of `StageRunner.handle` is one of these, so that the offset may be
committed when it returns. It never raises, except when it is cancelled, and
then the message counts as not read.
"""

import logging
from dataclasses import dataclass, replace

from agents import headers
from agents.duplicates import Duplicates, Verdict
from agents.headers import RawHeaders, Step
from agents.pool.pool import Pool
from agents.pool.protocol import Done, Job, Refused
from agents.pool.tickets import JobFailed
from agents.publisher import Outgoing, Publisher, TooLarge
from agents.settings import Settings
from agents.status import WorkerStatus
from pipeline.stages import DEAD_LETTER_TOPIC, QUOTES_TOPIC, Stage
from schemas.codec import encode, one_line
from schemas.records import DeadLetter, EntityArticle, FailureReason, RawArticle

log = logging.getLogger("redefluss.runner")


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
        pool: where the work is done.
        publisher: what confirms.
        status: what is told of it.
        duplicates: recognises articles that were processed already; None: this stage does not look.
    """

    def __init__(
        self,
        stage: Stage,
        *,
        settings: Settings,
        pool: Pool,
        publisher: Publisher,
        status: WorkerStatus,
        duplicates: Duplicates | None = None,
    ) -> None:
        self.stage = stage
        self._settings = settings
        self._pool = pool
        self._publisher = publisher
        self._status = status
        self._duplicates = duplicates
        self._model = {"entities": settings.model_de, "quotes": settings.quote_model}.get(stage.name, "")

    @property
    def deduplicates(self) -> bool:
        """Whether this stage looks for duplicates."""
        return self._duplicates is not None

    async def handle(self, message: Incoming) -> None:
        """Bring `message` to its end: published or dead-lettered, and confirmed."""
        with self._status.handling(self.stage.name, self.stage.source, message.partition, message.offset):
            try:
                await self._handle(message)
            except Exception as error:
                log.exception("%s: unexpected error at %s", self.stage.name, message)
                detail = one_line(f"unexpected {type(error).__name__}: {error}")
                await self._bury(message, "processing-error", detail)

    async def _handle(self, message: Incoming) -> None:
        size = len(message.value or b"")
        if self.stage.reads is RawArticle and size > self._settings.max_article_bytes:
            limit = self._settings.max_article_bytes
            await self._bury(message, "too-large", f"the message has {size} bytes; {limit} are allowed")
            return
        verdict = None
        if self._duplicates is not None:
            verdict = await self._duplicates.judge(message)
            if verdict.duplicate:
                log.info("%s: %s repeats an article already processed", self.stage.name, message)
                self._status.metrics.duplicate(self.stage.name)
                return
        try:
            outcome, attempts = await self._pool.run(Job(self.stage.name, message.key, message.value))
        except JobFailed as error:
            await self._bury(message, error.reason, error.detail, error.attempts)
            return
        if isinstance(outcome, Refused):
            await self._bury(message, outcome.reason, outcome.detail, attempts, outcome.took_seconds)
            return
        await self._publish(message, outcome, attempts, verdict)

    async def _publish(self, message: Incoming, done: Done, attempts: int, verdict: Verdict | None) -> None:
        revision = headers.text_of(message.headers, "revision")
        if verdict is not None:
            revision = str(verdict.revision) if verdict.revision > 1 else None
        more = {"content_hash": done.content_hash} | ({} if revision is None else {"revision": revision})
        step = self._step(message, done.took_seconds)
        out = headers.after(message.headers, step, attempt=attempts, more=more)
        limit = self._settings.max_raw_bytes
        if len(done.value) > limit:
            detail = f"its {self.stage.target} record has {len(done.value)} bytes; {limit} are allowed"
            await self._bury(message, "too-large", detail, attempts)
            return
        quotes = self._settings.topic(QUOTES_TOPIC)
        records = [Outgoing(quotes, key, value, out) for key, value in done.records]
        try:
            await self._publisher.send(
                *records, Outgoing(self._settings.topic(self.stage.target), done.key, done.value, out)
            )
        except TooLarge as error:
            await self._bury(message, "too-large", str(error), attempts)
            return
        if self._duplicates is not None and verdict is not None:
            self._duplicates.remember(done, verdict.revision)
        self._status.metrics.published(self.stage.name, done.took_seconds)
        if self.stage.name == "quotes":
            self._status.metrics.extracted(entities=done.entities, quotes=len(done.records))

    async def _bury(
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
            headers=headers.as_text(message.headers),
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
            bare_letter = encode(letter.model_copy(update={"value": "", "headers": {}, "detail": note}))
            bare_out = headers.after(bare.headers, self._step(message, took_seconds), attempt=attempts, more=more)
            await self._publisher.send(Outgoing(topic, message.key, bare_letter, bare_out))
        if self.stage.reads is EntityArticle:
            Duplicates.forget(self._publisher, self._settings, message)
        self._status.metrics.dead_letter(self.stage.name, reason)
        self._status.error(self.stage.name, f"{reason}: {detail}")

    def _step(self, message: Incoming, took_seconds: float) -> Step:
        return Step(
            stage=self.stage.name,
            topic=self.stage.source,
            partition=message.partition,
            offset=message.offset,
            took_ms=round(took_seconds * 1000, 1),
            produced_at=headers.now_rfc3339(),
            worker=self._status.worker,
            model=self._model,
        )
