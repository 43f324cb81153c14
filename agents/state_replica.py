"""The records that a stateful stage has published, by owner: a copy of its compacted topic, kept up to date.

Faust's tables are not used: they write their changelog when offsets are committed, so that a crash between the two
loses or doubles, they fail when the number of partitions is raised, and the changelog would be a second copy of what
stands on the topic anyway. Here the topic itself is what is restored from: a state follows from the records that it
gave out, and there is nothing else to keep.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from agents.settings import Settings
from agents.state_store import GivenOut, StateStore
from agents.stateful_stage import StatefulStage
from agents.topic_replica import TopicReplica
from pipeline.stages import Stage
from schemas.codec import RecordError, decode


class OwnersGivenOut:
    """What an owner's state goes on from: all outlines, and records as they are needed.

    Args:
        replica: what was given out.
        owner: whose.
    """

    def __init__(self, replica: "StateReplica", owner: str) -> None:
        self._replica = replica
        self._owner = owner

    def outlines(self) -> Iterator[tuple[str, bytes]]:
        """The ids of all records that the owner has given out, with their outlines."""
        for identifier, outline in self._replica.outlines(self._owner).items():
            yield identifier.decode(), outline

    def in_article(self, article: str) -> Iterator[tuple[str, bytes]]:
        """The ids and outlines of the owner's records that are, or were, made of an article."""
        for identifier, outline in self._replica.in_article(self._owner, article).items():
            yield identifier.decode(), outline

    def outline(self, name: str) -> bytes | None:
        """The outline of the owner's record with this id; None: there is none."""
        return self._replica.outline(self._owner, name.encode())

    def records(self, names: Iterable[str]) -> Iterator[Any]:
        """Those of the records that have these ids; those that cannot be read any more are left out."""
        return self._replica.records(self._owner, [name.encode() for name in names])


class StateReplica(TopicReplica):
    """What a stateful stage has given out in the assigned partitions, its latest from this worker included.

    Args:
        settings: where the topic is.
        stage: the stage.
        states: says whose a record is.
        store: the local copy.
    """

    def __init__(self, settings: Settings, stage: Stage, states: StatefulStage, store: StateStore) -> None:
        super().__init__(settings, stage.target, stage.source, store, keep_seconds=store.keep_seconds)
        self._record = stage.output.record
        self._states = states
        self._local = store
        self._own: dict[bytes, GivenOut] = {}
        self._own_of: dict[str, set[bytes]] = {}
        self._own_in: dict[tuple[str, str], set[bytes]] = {}
        self._coming: dict[bytes, list[bytes]] = {}
        """Digests of the values that this worker gave out and that have not come back from the topic yet, in order."""

    def assign(self, partitions: Iterable[int]) -> None:
        """As for any copy. What this worker gave out is read again: of that which was not confirmed, others know
        nothing."""
        self._own.clear()
        self._own_of.clear()
        self._own_in.clear()
        self._coming.clear()
        super().assign(partitions)

    def outlines(self, owner: str) -> dict[bytes, bytes]:
        """The outlines of an owner's records as they were last given out, by id."""
        return self._with_own(self._local.outlines(owner), self._own_of.get(owner, ()))

    def records(self, owner: str, identifiers: Sequence[bytes]) -> Iterator[Any]:
        """Some of an owner's records as they were last given out; those that cannot be read any more are left out."""
        stored = [identifier for identifier in identifiers if identifier not in self._own]
        found = [self._own[identifier].value for identifier in identifiers if identifier in self._own]
        for value in (*found, *self._local.records(owner, stored)):
            if value is not None:
                try:
                    yield decode(value, self._record)
                except RecordError:
                    continue

    def owners(self, article: str) -> set[str]:
        """Whose records may be made of an article."""
        recent = {own.owner for own in self._own.values() if own.value is not None and article in own.articles}
        return self._local.owners(article) | recent

    def in_article(self, owner: str, article: str) -> dict[bytes, bytes]:
        """The outlines of an owner's records that may be made of an article, by their ids."""
        found = self._local.in_article(owner, article)
        return self._with_own(found, {*found, *self._own_in.get((owner, article), ())} & self._own.keys())

    def _with_own(self, outlines: dict[bytes, bytes], own: Iterable[bytes]) -> dict[bytes, bytes]:
        """Outlines by id, with those that this worker gave out itself under these ids."""
        for identifier in own:
            outline = self._own[identifier].outline
            if outline is None:
                outlines.pop(identifier, None)
            else:
                outlines[identifier] = outline
        return outlines

    def outline(self, owner: str, identifier: bytes) -> bytes | None:
        """The outline of one of an owner's records as it was last given out; None: there is none."""
        own = self._own.get(identifier)
        return own.outline if own is not None else self._local.outline(owner, identifier)

    def put(self, identifier: bytes, own: GivenOut) -> None:
        """Know what this worker gives out until it comes back from the topic.

        Whoever never gets it confirmed is no owner any more, and forgets it at the next assignment.
        """
        self._forget_own(identifier)
        self._own[identifier] = own
        self._own_of.setdefault(own.owner, set()).add(identifier)
        for article in set(own.articles):
            self._own_in.setdefault((own.owner, article), set()).add(identifier)
        self._coming.setdefault(identifier, []).append(_digest_of_value(own.value))

    def apply(self, partition: int, messages: Sequence[Any], checkpoint: dict[str, Any]) -> None:
        """Write what the topic says."""
        changes: dict[bytes, bytes | None] = {}
        for message in messages:
            if message.key is not None:
                changes |= self._changes(message.key, message.value, changes)
                self._drop_own(message.key, message.value)
        self._local.update(partition, changes, checkpoint)

    def _changes(
        self, identifier: bytes, value: bytes | None, before: Mapping[bytes, bytes | None]
    ) -> dict[bytes, bytes | None]:
        own = self._own.get(identifier)
        if value is None:
            known = before.get(b"o" + identifier)  # it may have been given out and be gone within one batch
            return self._local.changes(identifier, None) if known is None else self._local.removal(identifier, known)
        if own is not None and own.value == value:
            return self._local.changes(identifier, own)
        try:
            record = decode(value, self._record)
        except RecordError:  # of a later version: not this worker's to go on from
            return {}
        if self._states.name(record).encode() != identifier:  # another writer's: no state gives it out so
            return {}
        owner, articles = self._states.owner_of(record), self._states.articles(record)
        return self._local.changes(identifier, GivenOut(owner, articles, value, self._states.outline(record)))

    def _drop_own(self, identifier: bytes, value: bytes | None) -> None:
        """A value is on the topic, and so is what this worker gave out before it.

        When no more of a record is to come, its latest is in the local copy.
        """
        coming, digest = self._coming.get(identifier, []), _digest_of_value(value)
        if digest in coming:
            del coming[: coming.index(digest) + 1]
            if not coming:
                del self._coming[identifier]
                self._forget_own(identifier)

    def _forget_own(self, identifier: bytes) -> None:
        own = self._own.pop(identifier, None)
        if own is not None:
            _discard(self._own_of, own.owner, identifier)
            for article in set(own.articles):
                _discard(self._own_in, (own.owner, article), identifier)


def _discard(index: dict[Any, set[bytes]], key: Any, identifier: bytes) -> None:
    index[key].discard(identifier)
    if not index[key]:
        del index[key]


def _digest_of_value(value: bytes | None) -> bytes:
    return b"" if value is None else hashlib.blake2b(value, digest_size=16).digest()
