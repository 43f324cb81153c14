"""What goes over the sockets between the worker, the nursery and the pool's processes."""

import pickle
import socket
import struct
from dataclasses import dataclass, field
from typing import Any

LENGTH = struct.Struct("!I")
OUT_OF_MEMORY_EXIT = 77
"""Exit code of a process that reached its memory limit."""


@dataclass(frozen=True, slots=True)
class Job:
    """One message for one stage; bytes as they stand on the topic."""

    stage: str
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Done:
    """A processed article.

    Attributes:
        key: the article's id, key of everything it becomes.
        value: the record for the target topic.
        content_hash: of the cleaned text.
        records: key and value of each record for the topic `quotes`.
        entities: number of entities by type.
        took_seconds: time in the stage's function, decoding and encoding included.
    """

    key: bytes
    value: bytes
    content_hash: str
    records: tuple[tuple[bytes, bytes], ...] = ()
    entities: dict[str, int] = field(default_factory=dict)
    took_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """An article that the stage will not process, with the dead letters' reason."""

    reason: Any
    detail: str
    took_seconds: float = 0.0


Outcome = Done | Refused


def pack(item: object) -> bytes:
    """One frame: length and pickle. Both ends are ours, forked from one another."""
    body = pickle.dumps(item, protocol=5)
    return LENGTH.pack(len(body)) + body


def receive(connection: socket.socket) -> Any:
    """The next frame, blocking.

    Raises:
        EOFError: the other end is gone.
    """
    (length,) = LENGTH.unpack(_exactly(connection, LENGTH.size))
    return pickle.loads(_exactly(connection, length))


def _exactly(connection: socket.socket, size: int) -> bytearray:
    buffer = bytearray(size)
    view = memoryview(buffer)
    got = 0
    while got < size:
        count = connection.recv_into(view[got:])
        if not count:
            raise EOFError
        got += count
    return buffer
