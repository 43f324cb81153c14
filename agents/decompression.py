"""The records of a compressed batch, inflated as they are read."""

import gzip
import io
import struct
from collections.abc import Iterator
from typing import Any, Protocol

import cramjam
import lz4.frame
from zstandard import ZstdDecompressor

CHUNK_BYTES = 65_536
WINDOW_BYTES = 33_554_432
"""What zstd may look back over, for which it takes memory; by its usual levels it is 8 MB at most."""

XERIAL = b"\x82SNAPPY\x00"
XERIAL_HEADER_BYTES = 16
XERIAL_LENGTH = struct.Struct(">i")


class Stream(Protocol):
    """Whatever can be read."""

    def read(self, size: int, /) -> bytes: ...


def inflated(codec: int, payload: memoryview, limit: int) -> Stream:
    """The records of a batch, inflated as they are read; codec 0 is none.

    Raises:
        ValueError: an unknown codec.
    """
    stream: Any
    match codec:
        case 0:
            return io.BytesIO(payload)
        case 1:
            stream = gzip.GzipFile(fileobj=io.BytesIO(payload))
        case 2:
            return _Blocks(_snappy_blocks(payload, limit))
        case 3:
            stream = lz4.frame.LZ4FrameFile(io.BytesIO(payload))
        case 4:
            inflater = ZstdDecompressor(max_window_size=WINDOW_BYTES)
            stream = inflater.stream_reader(io.BytesIO(payload), read_across_frames=True)
        case _:
            raise ValueError(f"codec {codec} is not known")
    return io.BufferedReader(stream, CHUNK_BYTES)


def inflated_at_once(codec: int, payload: memoryview, limit: int) -> bytes | None:
    """The records of a batch, inflated in one go; None if they have more than `limit` bytes, or cannot be told whole.

    Raises:
        ValueError, RuntimeError, OSError, EOFError, ZstdError: as reading what `inflated` gives.
    """
    if codec == 3:
        inflater = lz4.frame.LZ4FrameDecompressor()
        found = bytes(inflater.decompress(payload, max_length=limit))
        return found if inflater.eof and not inflater.unused_data else None
    found = inflated(codec, payload, limit).read(limit + 1)
    return found if len(found) <= limit else None


class _Blocks:
    """Blocks as a stream."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._block, self._at = b"", 0

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes; fewer at the end alone."""
        parts = []
        while size > 0:
            if self._at == len(self._block):
                self._block, self._at = next(self._blocks, b""), 0
                if not self._block:
                    break
            part = self._block[self._at : self._at + size]
            parts.append(part)
            self._at += len(part)
            size -= len(part)
        return b"".join(parts)


def _snappy_blocks(payload: memoryview, limit: int) -> Iterator[bytes]:
    """Blocks as Java's clients write them, or the one block of others; each says first how large it will be."""
    if bytes(payload[: len(XERIAL)]) != XERIAL:
        yield _snappy_block(payload, limit)
        return
    at = XERIAL_HEADER_BYTES
    while at < len(payload):
        (length,) = XERIAL_LENGTH.unpack_from(payload, at)
        yield _snappy_block(payload[at + 4 : at + 4 + length], limit)
        at += 4 + length


def _snappy_block(block: memoryview, limit: int) -> bytes:
    size = shift = 0
    for byte in block[:5]:
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if size > 2 * limit:
        raise ValueError(f"a block of {size} bytes")
    return bytes(cramjam.snappy.decompress_raw(bytes(block)))
