"""The records that a stateful stage has published, by owner, on this machine's disk: a copy of its compacted topic."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from agents.local_store import PREFIX_BYTES, LocalStore

FORMAT = 5
"""Of what is stored of a record; a copy in another one is read from the topic anew."""


class StateStore(LocalStore):
    """Records and their outlines by owner and id, and which of them are made of an article.

    Args:
        folder: holds one folder a worker.
        keep_seconds: what has not changed for so long is dropped.
    """

    def __init__(self, folder: Path, keep_seconds: float) -> None:
        super().__init__(folder, "state", keep_seconds)

    def checkpoint(self, partition: int) -> dict[str, Any] | None:
        """As for any copy; what a version wrote that stored other things does not count as read."""
        known = super().checkpoint(partition)
        return known if known is not None and known.get("format") == FORMAT else None

    def update(self, partition: int, changes: Mapping[bytes, bytes | None], checkpoint: dict[str, Any]) -> None:
        """As for any copy."""
        super().update(partition, changes, checkpoint | {"format": FORMAT})

    def outlines(self, owner: str) -> dict[bytes, bytes]:
        """The outlines of an owner's records by their ids."""
        return {key[PREFIX_BYTES:]: outline for key, outline in self.scan_prefix(b"w" + _digest(owner))}

    def outline(self, owner: str, identifier: bytes) -> bytes | None:
        """The outline of one of an owner's records; None: it is not here."""
        return self.read(b"w" + _digest(owner) + identifier)

    def records(self, owner: str, identifiers: Sequence[bytes]) -> list[bytes | None]:
        """Some records of an owner; None: it is not here."""
        return self.read_all([b"r" + _digest(owner) + identifier for identifier in identifiers])

    def owners(self, article: str) -> set[str]:
        """Whose records are, or were, made of an article."""
        found = {owner.decode() for _, owner in self.scan_prefix(b"a" + _digest(article))}
        return {owner for owner in found if self.in_article(owner, article)}

    def in_article(self, owner: str, article: str) -> dict[bytes, bytes]:
        """The outlines of those of an owner's records that are, or were, made of an article, by their ids."""
        prefix = b"b" + _digest(f"{owner}\n{article}")
        identifiers = [key[len(prefix) :] for key, _ in self.scan_prefix(prefix)]
        digest = _digest(owner)
        outlines = self.read_all([b"w" + digest + identifier for identifier in identifiers])
        found = zip(identifiers, outlines, strict=True)
        return {identifier: outline for identifier, outline in found if outline is not None}

    def changes(self, identifier: bytes, given: "GivenOut | None") -> dict[bytes, bytes | None]:
        """What to write of a record (None: it is gone) so that it is found by owner and articles."""
        if given is None:
            known = self.read(b"o" + identifier)
            return {} if known is None else self.removal(identifier, known)
        digest = _digest(given.owner)
        return {
            b"r" + digest + identifier: given.value,
            b"w" + digest + identifier: given.outline,
            b"o" + identifier: given.owner.encode(),
            **{b"a" + _digest(article) + digest: given.owner.encode() for article in given.articles},
            **{b"b" + _digest(f"{given.owner}\n{article}") + identifier: b"" for article in given.articles},
        }

    def removal(self, identifier: bytes, owner: bytes) -> dict[bytes, bytes | None]:
        """What to write of an owner's record that is gone."""
        digest = _digest(owner.decode())
        return dict.fromkeys((b"r" + digest + identifier, b"w" + digest + identifier, b"o" + identifier))


class GivenOut(NamedTuple):
    """A record as this worker gave it out last: whose it is, the articles it is made of, its bytes (None: gone).

    `outline` is what a state goes on from before it reads the record.
    """

    owner: str
    articles: Sequence[str]
    value: bytes | None
    outline: bytes | None


def _digest(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest()
