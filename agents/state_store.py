"""What a stateful stage gave out, by whose it is: a copy of its compacted topic, on this machine's disk.

Faust's tables are not used: they write their changelog when offsets are committed, so that a crash between the two
loses or doubles, they fail when the number of partitions is raised, and the changelog would be a second copy of what
stands on the topic anyway. Here the topic itself is what is restored from: a state follows from the records that it
gave out, and there is nothing else to keep.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from agents.local_store import LocalStore
from agents.settings import Settings
from agents.topic_replica import TopicReplica
from pipeline.stages import Stage
from schemas.codec import RecordError, decode


class StatefulStage(Protocol):
    """What a stateful stage's row loads: says whose a record is, and makes states."""

    def owner(self, record: Any) -> str:
        """The key of the state that a record on the source topic belongs to."""

    def owner_of(self, record: Any) -> str:
        """The key of the state that gave a record out."""

    def stream_key(self, owner: str) -> str:
        """The message key of an owner's records on the source topic."""

    def articles(self, record: Any) -> Sequence[str]:
        """The ids of the articles that a record that was given out is made of."""

    def state(self, owner: str) -> Any:
        """The state of an owner of whom nothing is known."""


class StateStore(LocalStore):
    """Records by owner and id, and which of them are made of an article.

    Args:
        folder: holds one folder a worker.
        keep_seconds: what has not changed for so long is dropped.
    """

    def __init__(self, folder: Path, keep_seconds: float) -> None:
        super().__init__(folder, "state", keep_seconds)

    def records(self, owner: str) -> dict[bytes, bytes]:
        """The records of an owner by their ids."""
        prefix = b"r" + _digest(owner)
        return {key[len(prefix) :]: value for key, value in self.scan_prefix(prefix)}

    def owners(self, article: str) -> set[str]:
        """Whose records are, or were, made of an article."""
        prefix = b"a" + _digest(article)
        found = (self.read(b"o" + key[len(prefix) :]) for key, _ in self.scan_prefix(prefix))
        return {owner.decode() for owner in found if owner is not None}

    def changes(
        self, identifier: bytes, owner: str | None, articles: Sequence[str], value: bytes | None
    ) -> dict[bytes, bytes | None]:
        """What to write of a record (None: a tombstone) so that it is found by owner and articles."""
        if owner is None:
            known = self.read(b"o" + identifier)
            return {} if known is None else {b"r" + _digest(known.decode()) + identifier: None, b"o" + identifier: None}
        indexed: dict[bytes, bytes | None] = {b"a" + _digest(article) + identifier: b"" for article in articles}
        return {b"r" + _digest(owner) + identifier: value, b"o" + identifier: owner.encode(), **indexed}


class GivenOut(NamedTuple):
    """A record as this worker gave it out last: whose it is, the articles it is made of, its bytes (None: gone)."""

    owner: str
    articles: Sequence[str]
    value: bytes | None


class StateReplica(TopicReplica):
    """What a stateful stage has given out in the assigned partitions, its latest from this worker included.

    Args:
        settings: where the topic is.
        stage: the stage.
        states: says whose a record is.
        store: the local copy.
    """

    def __init__(self, settings: Settings, stage: Stage, states: StatefulStage, store: StateStore) -> None:
        keep_seconds = 2 * store.keep_seconds  # what is late is not lost
        super().__init__(settings, stage.target, stage.source, store, keep_seconds=keep_seconds)
        self._record = stage.output.record
        self._states = states
        self._local = store
        self._own: dict[bytes, GivenOut] = {}
        self._own_of: dict[str, set[bytes]] = {}

    def assign(self, partitions: Iterable[int]) -> None:
        """As for any copy. What this worker gave out is read again: of that which was not confirmed, others know
        nothing."""
        self._own.clear()
        self._own_of.clear()
        super().assign(partitions)

    def records(self, owner: str) -> Iterator[Any]:
        """An owner's records as they were last given out; those that cannot be read any more are left out."""
        found: dict[bytes, bytes | None] = dict(self._local.records(owner))
        found |= {identifier: self._own[identifier].value for identifier in self._own_of.get(owner, ())}
        for value in found.values():
            if value is not None:
                try:
                    yield decode(value, self._record)
                except RecordError:
                    continue

    def owners(self, article: str) -> set[str]:
        """Whose records may be made of an article."""
        recent = {own.owner for own in self._own.values() if own.value is not None and article in own.articles}
        return self._local.owners(article) | recent

    def put(self, identifier: bytes, own: GivenOut) -> None:
        """Know what this worker gives out until it comes back from the topic.

        Whoever never gets it confirmed is no owner any more, and forgets it at the next assignment.
        """
        self._own[identifier] = own
        self._own_of.setdefault(own.owner, set()).add(identifier)

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
        owner: str | None = None
        articles: Sequence[str] = ()
        own = self._own.get(identifier)
        if own is not None and value is not None and own.value == value:
            owner, articles = own.owner, own.articles
        elif value is not None:
            try:
                record = decode(value, self._record)
            except RecordError:  # of a later version: not this worker's to go on from
                return {}
            owner, articles = self._states.owner_of(record), self._states.articles(record)
        else:
            known = before.get(b"o" + identifier)
            if known is not None:  # given out and gone within one lot
                return {b"r" + _digest(known.decode()) + identifier: None, b"o" + identifier: None}
        return self._local.changes(identifier, owner, articles, value)

    def _drop_own(self, identifier: bytes, value: bytes | None) -> None:
        own = self._own.get(identifier)
        if own is not None and own.value == value:
            del self._own[identifier]
            self._own_of[own.owner].discard(identifier)
            if not self._own_of[own.owner]:
                del self._own_of[own.owner]


def _digest(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest()
