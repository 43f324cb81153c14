"""Articles that were processed already, recognised by id and content.

What is known stands on the compacted topic `articles.seen`, partitioned by
article id like the stream itself, with a copy of the needed partitions in a
local store. Faust's own tables are not used for it: they fail when the number
of partitions of the source topic is raised, and lose what a partition's former
owner had not committed. An article is remembered only after what it became is
confirmed, so that a crash can repeat but never swallow one.
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from agents import headers
from agents.pool.protocol import Done
from agents.publisher import Publisher
from agents.settings import Settings
from agents.topics import SEEN_TOPIC

if TYPE_CHECKING:
    from agents.runner import Incoming


@dataclass(frozen=True)
class Verdict:
    """Whether a message repeats one already processed, and the how-manieth content of its id it is (from 1)."""

    duplicate: bool
    revision: int = 1


@dataclass(frozen=True)
class Mark:
    """What is known of an id: its latest content, when it was processed (seconds since 1970), the count of contents."""

    content_hash: str
    at: float
    revision: int
    failed: bool = False

    def encode(self) -> bytes:
        """The mark as JSON."""
        return orjson.dumps(vars(self))

    @classmethod
    def decode(cls, data: bytes) -> "Mark":
        """The mark from its JSON."""
        fields: dict[str, Any] = orjson.loads(data)
        return cls(**fields)


class Marks(Protocol):
    """The marks of the partitions that a worker reads."""

    async def get(self, key: bytes) -> Mark | None:
        """The mark of an id, once the store is as far as the topic was at assignment."""

    def put(self, key: bytes, mark: Mark) -> None:
        """Set the mark of an id in the local store."""


class Duplicates:
    """Judges and remembers articles for one stage.

    Args:
        settings: how long a processed article counts.
        marks: what is known.
        publisher: how what is learned gets to the topic.
    """

    def __init__(self, settings: Settings, marks: Marks, publisher: Publisher) -> None:
        self._window_seconds = settings.duplicate_hours * 3600
        self._topic = settings.topic(SEEN_TOPIC)
        self._marks = marks
        self._publisher = publisher

    async def judge(self, message: "Incoming") -> Verdict:
        """Look a message up by its key and its header `content_hash`; a replayed dead letter is never a duplicate."""
        content_hash = headers.text_of(message.headers, "content_hash")
        if message.key is None or content_hash is None:
            return Verdict(duplicate=False)
        mark = await self._marks.get(message.key)
        if mark is None:
            return Verdict(duplicate=False)
        if mark.content_hash != content_hash:
            return Verdict(duplicate=False, revision=mark.revision + 1)
        expired = time.time() - mark.at > self._window_seconds
        replayed = headers.text_of(message.headers, headers.REPLAYED_FROM) is not None
        return Verdict(duplicate=not (mark.failed or replayed or expired), revision=mark.revision)

    def remember(self, done: Done, revision: int) -> None:
        """An article's result is confirmed: the same content is a duplicate from now on."""
        mark = Mark(done.content_hash, time.time(), revision)
        self._marks.put(done.key, mark)
        self._publisher.send_in_background(self._topic, done.key, mark.encode())

    @staticmethod
    def forget(publisher: Publisher, settings: Settings, message: "Incoming") -> None:
        """A later stage gave the article up: the same content may come again."""
        content_hash = headers.text_of(message.headers, "content_hash")
        if message.key is None or content_hash is None:
            return
        revision = headers.text_of(message.headers, "revision") or "1"
        mark = Mark(content_hash, time.time(), int(revision) if revision.isdecimal() else 1, failed=True)
        publisher.send_in_background(settings.topic(SEEN_TOPIC), message.key, mark.encode())
