"""What happens to an article in a stage: work in the pool, a confirmed publish, or a confirmed dead letter."""

import logging
import time
from dataclasses import replace
from functools import partial
from typing import Unpack

from agents import headers
from agents.duplicates import DuplicateCheck, DuplicateFilter
from agents.head_start import HeadStart
from agents.incoming import Incoming
from agents.membership import OwnershipLost
from agents.outgoing import TooLarge
from agents.pool.protocol import Done, Job, Refused
from agents.pool.scheduler import JobFailed
from agents.publisher import BeforeSend
from agents.runner import Runner, RunnerOptions, Send
from pipeline.identity import key_text
from pipeline.stages import FINISHED_TOPIC, Stage

log = logging.getLogger("redefluss.runner")


class StageRunner(Runner):
    """Carries articles through one stage, one after the other.

    Args:
        stage: the stage.
        head_start: does the work, and may begin with that of the next stage.
        duplicates: recognises articles that were processed already; None: this stage does not look.
        options: as of any runner.
    """

    def __init__(
        self,
        stage: Stage,
        *,
        head_start: HeadStart,
        duplicates: DuplicateFilter | None = None,
        **options: Unpack[RunnerOptions],
    ) -> None:
        super().__init__(stage, **options)
        self._head_start = head_start
        self._duplicates = duplicates

    async def handle(self, *messages: Incoming, before_publish: BeforeSend | None = None) -> None:
        """Bring each to its end before the next is begun."""
        send = partial(self._publisher.send, before=before_publish)
        for message in messages:
            with self._handling(message):
                try:
                    await self._handle(message, send)
                except OwnershipLost:
                    raise
                except Exception as error:
                    await self._give_up(message, send, error)

    async def job_of(self, message: Incoming) -> Job | None:
        """The job for a message that is still to come; None: it will be refused, withdraws an article, or repeats one.

        Raises:
            LocalStoreError: it cannot be told whether it repeats one.
        """
        if message.value is None or self._refusal(message) is not None:
            return None
        if self._duplicates is not None:
            check = await self._duplicates.check(message)
            if check.duplicate or check.withdrawn:
                return None
        return self._job(message)

    def _job(self, message: Incoming) -> Job:
        affinity = message.key if self.stage.affinity else None
        return Job(self.stage.name, message.key, message.value, self.stage.time_limit_seconds, affinity)

    async def _handle(self, message: Incoming, send: Send) -> None:
        if (refusal := self._refusal(message)) is not None:
            await self._dead_letter(message, send, *refusal)
            return
        if message.value is None and message.key:
            await self._withdraw(message, send)
            return
        check, duplicates = None, self._duplicates
        if duplicates is not None:
            check = await self._once_store_answers(message, lambda: duplicates.check(message))
            if check.withdrawn:
                log.info("%s: %s was withdrawn before it came here", self.stage.name, message)
                return
            if check.duplicate:
                log.info("%s: %s is a duplicate of an article already processed", self.stage.name, message)
                self.status.metrics.increment("redefluss_duplicates", self.stage.name)
                return
            message = _with_revision(message, check.revision)
        try:
            outcome, attempts = await self._head_start.run(self._job(message))
        except JobFailed as error:
            await self._dead_letter(message, send, error.reason, error.detail, error.attempts)
            return
        if isinstance(outcome, Refused):
            await self._dead_letter(message, send, outcome.reason, outcome.detail, attempts, outcome.took_seconds)
            return
        await self._publish(message, send, outcome, attempts, check)

    async def _publish(
        self, message: Incoming, send: Send, done: Done, attempts: int, check: DuplicateCheck | None
    ) -> None:
        limit_bytes = self._settings.max_raw_bytes
        for topic, _, value, _ in done.messages:
            if len(value or b"") > limit_bytes:
                detail = f"its {topic} record has {len(value or b'')} bytes; {limit_bytes} are allowed"
                await self._dead_letter(message, send, "too-large", detail, attempts)
                return
        revision = self._revision(message)
        version = {"content_hash": done.content_hash, "version_hash": done.version_hash, "revision": revision}
        extra = {name: value for name, value in version.items() if value is not None}
        out_headers = self._headers_after(message, done.took_seconds, attempt=attempts, extra=extra)
        messages = self._to_topics(done.messages, out_headers)
        if revision is not None and message.key is not None:
            # What the former version scattered is taken back, but for what comes from this one: it may be a repeat.
            scattered = [output for output in self.stage.outputs if output.scattered]
            messages[:0] = await self._tombstones(message.key, scattered, out_headers)
        self._head_start.expect(messages[-1])
        try:
            await send(*messages)
        except TooLarge as error:
            await self._dead_letter(message, send, "too-large", str(error), attempts)
            return
        if self._duplicates is not None and check is not None:
            self._duplicates.remember(done, check)
        log.debug("%s: %s is published", self.stage.name, message)
        self.status.metrics.published(self.stage.name, done.took_seconds)
        self.status.metrics.add(done.counts)
        arrived = headers.arrival_of(out_headers) if self.stage.target == FINISHED_TOPIC else None
        if arrived is not None:
            self.status.metrics.finished(time.time() - arrived)

    async def _withdraw(self, message: Incoming, send: Send) -> None:
        """Pass on that an article is taken back: its id without a value, on every topic that the stage writes."""
        article = key_text(message.key)
        assert article is not None
        out_headers = self._headers_after(message, 0.0)
        await send(*await self._tombstones(article.encode(), self.stage.outputs, out_headers))
        await self._note_withdrawal(message)
        log.info("%s: %s withdraws an article", self.stage.name, message)


def _with_revision(message: Incoming, revision: int) -> Incoming:
    """The message with the number of its article's version in its headers: from 2 on, as what comes of it has it."""
    others = [(name, value) for name, value in message.headers if name != "revision"]
    return replace(message, headers=[*others, ("revision", str(revision).encode())] if revision > 1 else others)
