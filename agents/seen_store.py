"""Which articles were processed, on this machine's disk: a copy of the topic `articles.seen`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agents.duplicates import SeenArticle
from agents.local_store import LocalStore


class SeenStore(LocalStore):
    """Seen articles by id.

    Args:
        folder: holds one folder a worker: `0`, `1`, ….
        keep_seconds: what is older than this is dropped.
    """

    def __init__(self, folder: Path, keep_seconds: float) -> None:
        super().__init__(folder, "seen", keep_seconds)

    def get(self, key: bytes) -> SeenArticle | None:
        """What is known of an article id."""
        data = self.read(b"m" + key)
        return None if data is None else SeenArticle.decode(data)

    def write(self, partition: int, seen: Mapping[bytes, bytes], checkpoint: dict[str, Any]) -> None:
        """Write encoded seen articles by id and how far their partition is now read, both or neither."""
        self.update(partition, {b"m" + key: data for key, data in seen.items()}, checkpoint)
