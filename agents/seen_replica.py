"""What is known of the articles that this worker is assigned, after the topic `articles.seen`."""

from collections.abc import Sequence
from typing import Any

from agents.duplicates import SeenArticle
from agents.seen_store import SeenStore
from agents.settings import Settings
from agents.topic_replica import TopicReplica
from agents.topics import SEEN_TOPIC


class SeenReplica(TopicReplica):
    """What is known of the articles in the assigned partitions, kept up to date from the topic.

    Args:
        settings: where the topic is.
        source: the topic (without prefix) of the articles; partitions are assigned of it.
        store: the local copy.
    """

    def __init__(self, settings: Settings, source: str, store: SeenStore) -> None:
        super().__init__(settings, SEEN_TOPIC, source, store)
        self._seen = store
        self._own: dict[bytes, SeenArticle] = {}

    async def get(self, key: bytes) -> SeenArticle | None:
        """What is known of an article id, once the copy is as far as the topic was at the assignment."""
        await self.caught_up()
        known = [seen for seen in (self._own.get(key), self._seen.get(key)) if seen is not None]
        return max(known, key=lambda seen: seen.at, default=None)

    def put(self, key: bytes, seen: SeenArticle) -> None:
        """Know this until it comes back from the topic; its way there is the caller's."""
        self._own[key] = seen

    def apply(self, partition: int, messages: Sequence[Any], checkpoint: dict[str, Any]) -> None:
        """Write what is newer than what is known."""
        seen: dict[bytes, bytes] = {}
        for message in messages:
            if message.key is not None and message.value is not None:
                self._apply(message.key, message.value, seen)
        self._seen.write(partition, seen, checkpoint)

    def _apply(self, key: bytes, value: bytes, seen: dict[bytes, bytes]) -> None:
        """Add what the topic says to `seen`, unless something newer is known."""
        try:
            from_topic = SeenArticle.decode(value)
        except ValueError:
            return
        before = seen.get(key)
        known = self._seen.get(key) if before is None else SeenArticle.decode(before)
        own = self._own.get(key)
        if own is not None and from_topic.over(own) is not own:
            if from_topic.failed:  # it may be there before what failed
                known = own
            del self._own[key]
        newest = from_topic.over(known)
        if newest is not known:
            seen[key] = newest.encode()
