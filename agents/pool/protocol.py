"""What goes over the sockets between the worker, the fork server and the pool's processes."""

import pickle
import socket
import struct
from dataclasses import dataclass, field
from typing import Any, NamedTuple

LENGTH = struct.Struct("!I")
OUT_OF_MEMORY_EXIT = 77
"""Exit code of a process that reached its memory limit."""


@dataclass(frozen=True, slots=True)
class Job:
    """One message for one stage.

    Attributes:
        stage: its name.
        key: bytes as they stand on the topic.
        value: likewise.
        time_limit_seconds: longest time for it; None: the pool's.
        affinity: jobs of the same one are done by the same process where that costs no time; None: by any.
    """

    stage: str
    key: bytes | None
    value: bytes | None
    time_limit_seconds: float | None = None
    affinity: bytes | None = None


class OutputMessage(NamedTuple):
    """A message that a job makes, for a topic named without its prefix.

    `value` None is a tombstone, `partition` None the one that the key belongs to.
    """

    topic: str
    key: bytes
    value: bytes | None
    partition: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A processed message.

    Attributes:
        messages: what is to be published, in order; an article's own record is the last.
        content_hash: of the cleaned text, where an article is what came out.
        counts: what is added to metrics once all is published, by name and label values.
        took_seconds: time in the stage's function, decoding and encoding included.
        version_hash: of what tells this version of the article from others, where an article is what came out.
    """

    messages: tuple[OutputMessage, ...]
    content_hash: str | None = None
    counts: dict[tuple[str, ...], int] = field(default_factory=dict)
    took_seconds: float = 0.0
    version_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An article that the stage will not process, with the dead letters' reason."""

    reason: Any
    detail: str
    took_seconds: float = 0.0


Outcome = Done | Refused


def pack(item: object) -> bytes:
    """One frame: length and pickle. Both ends are processes of one worker, and nobody else writes to the socket."""
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
