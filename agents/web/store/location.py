"""Where the store lies."""

from hashlib import blake2b
from pathlib import Path

from agents.settings import Settings


def store_path(settings: Settings) -> Path:
    """The store's file: another one for each cluster and prefix, the same for all workers of a host on them."""
    stream = f"{sorted(settings.bootstrap_servers)} {settings.topic_prefix}".encode()
    return settings.data_dir / "web" / f"{blake2b(stream, digest_size=6).hexdigest()}.sqlite"
