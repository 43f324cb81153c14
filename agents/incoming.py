"""A message that was read, as the stages get it."""

from dataclasses import dataclass

from agents.headers import RawHeaders


@dataclass(frozen=True)
class Incoming:
    """A message as it stands on the broker; `timestamp_ms` in milliseconds since 1970 UTC, -1 if it has none."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: RawHeaders

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"
