"""Articles that were processed already, recognised by id and version.

What is known stands on the compacted topic `articles.seen`, partitioned by
article id like the stream itself, with a copy of the needed partitions in a
local store. Faust's own tables are not used for it: they fail when the number
of partitions of the source topic is raised, and lose what a partition's former
owner had not committed. An article is remembered only after what it became is
confirmed, so that a crash can repeat but never swallow one.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Protocol

import orjson
from pydantic import Field, FiniteFloat, TypeAdapter

from agents import headers
from agents.incoming import Incoming
from agents.pool.protocol import Done
from agents.publisher import Publisher
from agents.settings import Settings
from agents.topics import SEEN_TOPIC

REMEMBERED_VERSIONS = 32
"""Of one article: a crash, which repeats a few seconds, seldom repeats more of them."""
WholeNumber = Annotated[int, Field(ge=0, lt=2**62)]
"""One that can be counted on and still be written as JSON."""


@dataclass(frozen=True)
class DuplicateCheck:
    """Whether a message repeats one already processed, or was withdrawn before it came; the number of its version (from
    1).

    `versions` is what is known of the id's versions (as in `SeenArticle`), this one included; `at` is when the version
    before it was processed, in seconds since 1970; `withdrawn_ms` is as in `SeenArticle`.
    """

    duplicate: bool
    withdrawn: bool = False
    revision: int = 1
    versions: Mapping[str, int] = field(default_factory=dict)
    at: float = 0.0
    withdrawn_ms: int = 0


@dataclass(frozen=True)
class SeenArticle:
    """What is known of an id: its latest version, when it was processed (seconds since 1970), the count of versions.

    `at` grows with each version, also where a clock was set back: what is known last is what has the latest.
    `content_hash` is the version's `version_hash`; in entries of release 0.1.0, its text's alone. `versions` has the
    revision of each version, by where it stood on the first topic and its hash: a crash repeats several versions of an
    article in a row, which are no new ones. `withdrawn_ms` is when its last withdrawal was written to the first topic,
    in milliseconds since 1970; 0 if there was none.
    """

    content_hash: str
    at: FiniteFloat
    revision: WholeNumber
    failed: bool = False
    versions: Mapping[str, WholeNumber] = field(default_factory=dict)
    withdrawn_ms: WholeNumber = 0

    def encode(self) -> bytes:
        """As JSON."""
        return orjson.dumps(vars(self))

    @classmethod
    def decode(cls, data: bytes) -> "SeenArticle":
        """From its JSON.

        Raises:
            ValueError: the topic is open to other writers, and this is none of ours.
        """
        return _SEEN_ARTICLE.validate_python(orjson.loads(data))

    def over(self, known: "SeenArticle | None") -> "SeenArticle":
        """What is known after this. That a version failed says the worker of a later stage, by its own clock: of the
        newest version it is true whenever it was said, and of an older one it changes nothing."""
        if known is None:
            return self
        if self.failed:
            return replace(known, failed=True) if self.content_hash == known.content_hash else known
        return known if (known.at, known.failed) > (self.at, self.failed) else self


_SEEN_ARTICLE = TypeAdapter(SeenArticle)


class SeenArticles(Protocol):
    """What is known of the articles in the partitions that a worker reads."""

    async def get(self, key: bytes) -> SeenArticle | None:
        """What is known of an id, once the store is as far as the topic was at assignment."""

    def put(self, key: bytes, seen: SeenArticle) -> None:
        """Note in the local store what is now known of an id."""


class DuplicateFilter:
    """Recognises and remembers articles for one stage.

    Args:
        settings: how long a processed article counts.
        known: what was processed.
        publisher: how what is learned gets to the topic.
    """

    def __init__(self, settings: Settings, known: SeenArticles, publisher: Publisher) -> None:
        self._window_seconds = settings.duplicate_hours * 3600
        self._topic = settings.topic(SEEN_TOPIC)
        self._known = known
        self._publisher = publisher

    async def check(self, message: Incoming) -> DuplicateCheck:
        """Look a message up by its key and its version; a replayed dead letter is never a duplicate."""
        version_hash = headers.version_hash_of(message.headers)
        if message.key is None or version_hash is None:
            return DuplicateCheck(duplicate=False)
        version = _version(message, version_hash)
        seen = await self._known.get(message.key)
        if seen is None:
            return DuplicateCheck(duplicate=False, versions={version: 1} if version else {})
        written_ms = headers.written_in(headers.trail_of(message.headers))
        if written_ms is not None and written_ms < seen.withdrawn_ms:
            return DuplicateCheck(duplicate=False, withdrawn=True)
        revision = seen.versions.get(version)
        if revision is None:
            same = seen.content_hash in (version_hash, headers.text_of(message.headers, "content_hash"))
            revision = seen.revision if same else seen.revision + 1
        remembered = seen.versions if revision <= seen.revision else _without_later(seen.versions, message)
        known = revision <= seen.revision
        failed = seen.failed and revision == seen.revision
        expired = time.time() - seen.at > self._window_seconds
        replayed = headers.text_of(message.headers, headers.REPLAYED_FROM) is not None
        versions = _latest({**remembered, **({version: revision} if version else {})})
        return DuplicateCheck(
            duplicate=known and not (failed or replayed or expired),
            revision=revision,
            versions=versions,
            at=seen.at,
            withdrawn_ms=seen.withdrawn_ms,
        )

    def remember(self, done: Done, check: DuplicateCheck) -> None:
        """An article's result is confirmed: the same version is a duplicate from now on."""
        if done.version_hash is None:
            return
        key = done.messages[-1].key
        seen = SeenArticle(
            done.version_hash,
            _later_than(check.at),
            check.revision,
            versions=check.versions,
            withdrawn_ms=check.withdrawn_ms,
        )
        self._known.put(key, seen)
        self._publisher.send_in_background(self._topic, key, seen.encode())

    async def withdrawn(self, message: Incoming) -> None:
        """A message took the article of its key back: whatever comes under this id is another version.

        That goes for versions behind the message, too, which were processed before if a crash repeats it. If it is a
        withdrawal, what was written to the first topic before it stays withdrawn, though it may come later: it can have
        waited in another partition, or as a dead letter.
        """
        if message.key is None:
            return
        known = await self._known.get(message.key)
        written_ms = 0 if message.value is not None else headers.written_in(headers.trail_of(message.headers)) or 0
        if known is None and not written_ms:
            return
        seen = known or SeenArticle("", 0.0, revision=0)
        gone = replace(
            seen,
            content_hash="",
            at=_later_than(seen.at),
            failed=False,
            versions=_without_later(seen.versions, message),
            withdrawn_ms=max(seen.withdrawn_ms, written_ms),
        )
        self._known.put(message.key, gone)
        self._publisher.send_in_background(self._topic, message.key, gone.encode())

    @staticmethod
    def forget(publisher: Publisher, settings: Settings, message: Incoming) -> None:
        """A later stage gave the article up: the same version may come again."""
        version_hash = headers.version_hash_of(message.headers)
        if message.key is None or version_hash is None:
            return
        seen = SeenArticle(version_hash, time.time(), headers.revision_of(message.headers), failed=True)
        publisher.send_in_background(settings.topic(SEEN_TOPIC), message.key, seen.encode())


def _version(message: Incoming, version_hash: str) -> str:
    """What tells a version of an article from all others; empty where the message does not say where it comes from."""
    origin = headers.origin_of(message.headers)
    return "" if origin is None else f"{origin[0]}/{origin[1]}/{version_hash[:12]}"


def _without_later(versions: Mapping[str, int], message: Incoming) -> Mapping[str, int]:
    """What is remembered, without what stood behind the message on the first topic.

    The message is repeated by a crash, and changes the article once more: what came after it has to do so, too, or the
    article would stay as the message left it.
    """
    origin = headers.origin_of(message.headers)
    if origin is None:
        return versions
    return {version: number for version, number in versions.items() if not _is_later(version, *origin)}


def _is_later(version: str, partition: int, offset: int) -> bool:
    version_partition, _, rest = version.partition("/")
    number = rest.partition("/")[0]
    return version_partition == str(partition) and number.isdecimal() and len(number) < 20 and int(number) > offset


def _later_than(at: float) -> float:
    """Now, unless a clock was set back meanwhile, or that of another worker is ahead."""
    return max(time.time(), at + 0.001)


def _latest(versions: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(versions.items(), key=lambda item: item[1])[-REMEMBERED_VERSIONS:])
