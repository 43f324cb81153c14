"""Runs a stateful stage: messages change its states, and the records that differ are published together.

It is many small messages, a quote each. So those of a partition that wait are taken together: one request publishes
what came of them.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import NamedTuple, Unpack

from agents import kafka
from agents.incoming import Incoming
from agents.membership import OwnershipLost
from agents.outgoing import Outgoing, TooLarge
from agents.pool.protocol import Refused
from agents.publisher import BeforeSend
from agents.runner import Runner, RunnerOptions, Send
from agents.stateful_processor import StatefulProcessor
from pipeline.stages import Stage

log = logging.getLogger("redefluss.stateful_runner")


class _Taken(NamedTuple):
    """A message that has changed the states, how long that took, and what is to be published of it."""

    message: Incoming
    took_seconds: float
    made: Sequence[Outgoing]

    @property
    def size(self) -> int:
        """Bytes that are to be published."""
        return sum(len(outgoing.value or b"") for outgoing in self.made)


class StatefulRunner(Runner):
    """Carries messages through a stage that remembers, many at a time.

    Args:
        stage: the stage.
        state: does the work.
        options: as of any runner.
    """

    def __init__(self, stage: Stage, *, state: StatefulProcessor, **options: Unpack[RunnerOptions]) -> None:
        super().__init__(stage, **options)
        self._state = state

    async def handle(self, *messages: Incoming, before_publish: BeforeSend | None = None) -> None:
        """Take all in, in their order, and publish what changed, in the same order.

        What is much is published before more is taken in, so that no more of it is in memory.
        """
        send = partial(self._publisher.send, soon=True, before=before_publish)
        taken: list[_Taken] = []
        size = 0
        with ExitStack() as handling:
            for message in messages:
                handling.enter_context(self._handling(message))
                if (one := await self._take_in(message, send, before_publish)) is not None:
                    taken.append(one)
                    size += one.size
                if size >= kafka.FETCH_BYTES:
                    await self._publish(taken, send)
                    taken, size = [], 0
                await asyncio.sleep(0)  # the other stages need not wait until all are taken in
            await self._publish(taken, send)

    async def _take_in(self, message: Incoming, send: Send, before_change: BeforeSend | None) -> _Taken | None:
        """Let a message change the states; None if it became a dead letter instead."""
        try:
            if (refusal := self._refusal(message)) is not None:
                await self._dead_letter(message, send, *refusal)
                return None
            outcome = await self._once_store_answers(message, partial(self._state.process, message, before_change))
            if isinstance(outcome, Refused):
                await self._dead_letter(message, send, outcome.reason, outcome.detail, 1, outcome.took_seconds)
                return None
            out_headers = self._headers_after(message, outcome.took_seconds)
            return _Taken(message, outcome.took_seconds, self._to_topics(outcome.messages, out_headers))
        except OwnershipLost:
            raise
        except Exception as error:
            await self._give_up(message, send, error)
            return None

    async def _publish(self, taken: Sequence[_Taken], send: Send) -> None:
        """Publish what came of messages, together; if something is wrong with that, each by itself."""
        together = [outgoing for each in taken for outgoing in each.made]
        try:
            if together:
                await send(*together)
        except OwnershipLost:
            raise
        except Exception as error:
            log.debug("%s: one of %d messages cannot be published: %r", self.stage.name, len(together), error)
            for each in taken:
                with self._handling(each.message):
                    if await self._publish_alone(each, send):
                        self.status.metrics.published(self.stage.name, each.took_seconds)
            return
        for each in taken:
            self.status.metrics.published(self.stage.name, each.took_seconds)

    async def _publish_alone(self, taken: _Taken, send: Send) -> bool:
        """Publish what came of a message, one after the other; if something cannot be, a dead letter of the message.

        Whether all could be.
        """
        failures: list[Exception] = []
        for outgoing in taken.made:
            try:
                await send(outgoing)
            except OwnershipLost:
                raise
            except Exception as error:
                failures.append(error)
        if not failures:
            return True
        if isinstance(failures[0], TooLarge):
            await self._dead_letter(taken.message, send, "too-large", str(failures[0]))
        else:
            await self._give_up(taken.message, send, failures[0])
        return False
