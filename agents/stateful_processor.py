"""The processing of a stateful stage: its states by owner, restored from the records that were published of them.

Messages change states, what differs is published, and only then are the messages' offsets committed. So whatever a
crash leaves half done is done again: the state is restored from what was published, the messages come once more, and
change nothing that was there already.
"""

import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

from agents import headers
from agents.incoming import Incoming
from agents.local_store import LocalStoreError
from agents.partitioner import default_partition
from agents.pool.protocol import Done, Outcome, OutputMessage, Refused
from agents.publisher import BeforeSend
from agents.recent_states import RecentStates
from agents.state_replica import OwnersGivenOut, StateReplica
from agents.state_store import GivenOut
from agents.stateful_stage import StatefulStage
from pipeline.errors import StaleState
from pipeline.stages import Stage
from schemas.codec import RecordError, decode, one_line, written_at
from schemas.times import rfc3339

SMALL_STATE = 20
"""Quotes in memory of a state that is soon read again. Most have one or two, and are not needed again for long."""
MAX_IN_SMALL_STATES = 200
"""What the small states that were worked on last have in memory together, as they count it."""
MAX_IN_LARGE_STATES = 2_400
"""The same of larger states, such as of speakers whose words are in many papers; one alone may have more."""
MAX_NUMBERS = 250_000
"""In the outlines of the states whose quotes are not in memory together: some 10,000 statements of a short quote."""
NUMBERS_LIKE_A_QUOTE = 1_250
"""In outlines, what takes as much memory as a quote that is held."""
FEW_QUOTES = 8
"""A state with so many in open statements is as soon read again as kept in outline."""


class StatefulProcessor:
    """Does a stateful stage's work, in the worker itself.

    Args:
        stage: which.
        states: what the stage's row loads.
        replica: what was given out.
    """

    def __init__(self, stage: Stage, states: StatefulStage, replica: StateReplica) -> None:
        self._stage = stage
        self._states = states
        self._replica = replica
        self._small = RecentStates(MAX_IN_SMALL_STATES)
        self._large = RecentStates(MAX_IN_LARGE_STATES)
        self._outlined = RecentStates(MAX_NUMBERS)

    def assign(self, partitions: Iterable[int]) -> None:
        """The partitions of the source topic that are this worker's now: what others did meanwhile has to be read."""
        self._forget_states()
        self._replica.assign(partitions)

    async def process(self, message: Incoming, before_change: BeforeSend | None = None) -> Outcome:
        """Take a message in; what is to be published of it, in this order, before its offset is committed.

        Several may be taken in before what came of the first is published: each goes on from those before it.

        One without a value takes back what the article that its key names has given, but for what comes from the
        version of the article that its header `version_hash` names.

        Args:
            message: which.
            before_change: awaited right before the states are changed; may raise `OwnershipLost`. A message of a former
                assignment comes again, and must find the states as they were read since, without what it has changed.

        Raises:
            LocalStoreError: what was given out cannot be read at present.
            OwnershipLost: as `before_change` said; nothing was changed.
        """
        await self._replica.caught_up()
        if before_change is not None:
            await before_change()
        started = time.perf_counter()
        try:
            seen_at = rfc3339(written_at(message.timestamp_ms))
            given = list(self._changes(message, seen_at))
        except RecordError as error:
            return Refused(error.reason, one_line(error.detail), time.perf_counter() - started)
        except LocalStoreError:
            self._forget_states()  # one of them may be changed by half
            raise
        except Exception as error:
            self._forget_states()
            detail = one_line(f"{self._stage.name}: {type(error).__name__}: {error}")
            return Refused("processing-error", detail, time.perf_counter() - started)
        for key, own in given:
            self._replica.put(key, own)
        messages = tuple(
            OutputMessage(self._stage.target, key, own.value, self._target_partition(message.partition, own.owner))
            for key, own in given
        )
        return Done(messages, took_seconds=time.perf_counter() - started)

    def _changes(self, message: Incoming, seen_at: str) -> Iterator[tuple[bytes, GivenOut]]:
        """Key and message of all that changes."""
        if message.value is not None:
            record = decode(message.value, self._stage.reads)
            owner = self._states.owner(record)
            yield from self._changed(message.partition, owner, lambda state: state.add(record, seen_at))
        elif message.key is None:
            raise RecordError("empty", "the message has neither key nor value")
        else:
            article, but = message.key.decode("utf-8", "replace"), headers.version_hash_of(message.headers)
            for owner in sorted(self._replica.owners(article)):
                if self._partition(owner) == message.partition:
                    yield from self._changed(
                        message.partition, owner, lambda state: state.withdraw(article, seen_at, but=but)
                    )

    def _changed(
        self, partition: int, owner: str, change: Callable[[Any], dict[str, Any]]
    ) -> Iterator[tuple[bytes, GivenOut]]:
        """What an owner's state gives out by a change, behind what it had still to give out from before a crash."""
        state, given = self._take((partition, owner)), list[tuple[bytes, GivenOut]]()
        if state is None:
            state, given = self._resumed(owner)
        try:
            changes = change(state)
        except StaleState:  # what it was to give out came of what it could not know; nothing of it was given out
            state, given = self._resumed(owner, all_of_it=True)
            changes = change(state)
        yield from given
        yield from self._given_out(owner, state, changes)
        recent = self._small if state.quotes_in_memory <= SMALL_STATE else self._large
        size = 1 + state.quotes_in_memory + state.numbers_in_outlines // NUMBERS_LIKE_A_QUOTE
        for key, former in recent.put((partition, owner), state, size):
            if len(former) > FEW_QUOTES:
                former.release()
                self._outlined.put(key, former, former.numbers_in_outlines)

    def _resumed(self, owner: str, *, all_of_it: bool = False) -> tuple[Any, list[tuple[bytes, GivenOut]]]:
        """A state that goes on from what was given out, and what it has still to give out from before a crash."""
        state = self._states.state(owner)
        return state, self._given_out(
            owner, state, state.resume(OwnersGivenOut(self._replica, owner), all_of_it=all_of_it)
        )

    def _take(self, key: Hashable) -> Any | None:
        """The state that is in memory, to be kept again; None: there is none."""
        for states in (self._small, self._large, self._outlined):
            if (state := states.take(key)) is not None:
                return state
        return None

    def _given_out(self, owner: str, state: Any, changes: dict[str, Any]) -> list[tuple[bytes, GivenOut]]:
        return [
            (
                name.encode(),
                GivenOut(owner, (), None, None)
                if record is None
                else GivenOut(owner, self._states.articles(record), state.encoded(name), state.outline(name)),
            )
            for name, record in changes.items()
        ]

    def _forget_states(self) -> None:
        for states in (self._small, self._large, self._outlined):
            states.clear()

    def _partition(self, owner: str) -> int:
        """The partition of the source topic that an owner's records are in."""
        return default_partition(self._states.stream_key(owner).encode(), max(1, self._replica.source_partitions))

    def _target_partition(self, partition: int, owner: str) -> int:
        """Where what an owner gives out belongs: where it was before the source topic got more partitions, too."""
        source, target = self._replica.source_partitions, max(1, self._replica.partitions)
        if source % target == 0:
            return partition % target
        return default_partition(self._states.stream_key(owner).encode(), target)
