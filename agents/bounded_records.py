"""Compressed messages, one after the other: however far a batch inflates, it takes no more memory than one message may.

aiokafka inflates a batch as a whole: a megabyte on the broker can be gigabytes then, and for a broker that takes
messages of 30 MB one of 400 MB behind zstd is a few kilobytes. Here a batch is inflated while it is read, but for one
that is small even then. A message that is too large comes without its value, with a header that says so (`OVERSIZE`),
and a batch that cannot be read as messages that say that (`CORRUPT`): the stages make dead letters of them, and go
on behind them. Time is bounded as well: what is far too large is not inflated to its end, and what stands behind it in
its batch counts as what cannot be read.

The layout: https://kafka.apache.org/documentation/#recordbatch. What is replaced in aiokafka is not offered publicly;
`tests/agents/test_bounded_records.py` fails when it is renamed or works otherwise.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.legacy_records import LegacyRecordBatch
from aiokafka.record.memory_records import _MemoryRecordsPy
from aiokafka.record.util import decode_varint
from zstandard import ZstdError

from agents.decompression import CHUNK_BYTES, Stream, inflated, inflated_at_once

OVERSIZE, CORRUPT = "redefluss-oversize", "redefluss-corrupt"
"""Headers of a message whose value was left out; their values say why."""
POLL_BYTES = 4_194_304
"""Of one partition given out at once; a larger message comes alone."""
HEAD_BYTES = 262_144
"""Of a message that is too large: what is read of it for its key, and what its headers may have."""
SKIPPED_LIMITS = 4
"""What is passed over of a batch, in sizes of the largest message."""

SMALL_BYTES = 262_144
"""Of a batch that is inflated at once, which takes a third of the time."""

RECORD_COUNT = struct.Struct(">i")
RECORD_COUNT_AT = 57
RECORDS_AT = 61
MAGIC_AT = 16
LENGTH = struct.Struct(">i")
LENGTH_AT, COUNTED_FROM = 8, 12
ATTRIBUTES_AT, CODEC = 22, 0b111

ERRORS = (
    CorruptRecordException,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    IndexError,
    zlib.error,
    ZstdError,
)


class Record(NamedTuple):
    """One message, as aiokafka's fetcher wants it; `timestamp` in milliseconds since 1970 UTC."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    checksum: None = None


class StreamedBatch:
    """A compressed batch whose messages are inflated as they are asked for.

    Args:
        data: the whole batch.
        limit: of a message, in bytes.
    """

    def __init__(self, data: memoryview, limit: int) -> None:
        self._batch: Any = DefaultRecordBatch(data)
        self._data = data
        self._limit = limit
        self._offsets = range(self._batch.base_offset, self._batch.next_offset)
        (self._count,) = RECORD_COUNT.unpack_from(data, RECORD_COUNT_AT)
        self._unread = 0
        """Bytes of the last message that were not read, since nobody wants them."""
        self._patience = SKIPPED_LIMITS * limit
        """Bytes that may yet be passed over: inflating them takes time in which nothing else is read."""

    def __getattr__(self, name: str) -> Any:
        """What the header says."""
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Record]:
        next_offset = self._offsets.start
        try:
            stream = inflated(self._batch.compression_type, self._data[RECORDS_AT:], self._limit)
            for _ in range(self._count):
                self._pass_over(stream, self._unread)
                self._unread = 0
                record = self._read(stream)
                next_offset = record.offset + 1
                yield record
        except ERRORS as error:
            told = f"its batch cannot be read ({type(error).__name__}: {error})"[:200].encode()
            for offset in range(next_offset, self._offsets.stop):
                yield self._record(offset, 0, None, b"", [(CORRUPT, told)])

    def _read(self, stream: Stream) -> Record:
        length = _varint(stream)
        if length < 0:
            raise CorruptRecordException(f"a message of {length} bytes")
        if length > self._limit:
            return self._read_without_value(stream, length)
        body = _exactly(stream, length)
        timestamp, offset, at = _place(body)
        key, at = _field(body, at)
        value, at = _field(body, at)
        return self._record(self._batch.base_offset + offset, timestamp, key, value, _headers(body, at))

    def _read_without_value(self, stream: Stream, length: int) -> Record:
        """A message that is too large: its place, its key and headers unless they are what is large."""
        head = _exactly(stream, min(length, HEAD_BYTES))
        timestamp, offset, at = _place(head)
        headers: list[tuple[str, bytes | None]] = []
        key: bytes | None = None
        self._unread = length - len(head)
        key_length, key_at = decode_varint(head, at)
        if key_at + max(key_length, 0) < len(head) - 10:
            key, at = _field(head, at)
            value_length, at = decode_varint(head, at)
            end = at + max(value_length, 0)
            if len(head) < end <= len(head) + self._patience and length - end <= HEAD_BYTES:
                self._pass_over(stream, end - len(head))
                headers, self._unread = _headers(_exactly(stream, length - end), 0), 0
        told = f"the message has {length} bytes; {self._limit} are allowed".encode()
        return self._record(self._batch.base_offset + offset, timestamp, key, b"", [*headers, (OVERSIZE, told)])

    def _pass_over(self, stream: Stream, size: int) -> None:
        self._patience -= size
        if self._patience < 0:
            raise CorruptRecordException("what stands before it is too large")
        while size > 0:
            size -= len(_exactly(stream, min(size, CHUNK_BYTES)))

    def _record(
        self,
        offset: int,
        timestamp_delta: int,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]],
    ) -> Record:
        if offset not in self._offsets:
            raise CorruptRecordException(f"a message that says it is at {offset}")
        by_broker = self._batch.timestamp_type == 1
        timestamp = self._batch.max_timestamp if by_broker else self._batch.first_timestamp + timestamp_delta
        return Record(offset, timestamp, self._batch.timestamp_type, key, value, headers)


class PlainBatch(StreamedBatch):
    """A batch that is not compressed, as aiokafka reads it; slower from a message on that it cannot read."""

    def __iter__(self) -> Iterator[Record]:
        given = 0
        try:
            for record in self._plain() or ():
                if record.offset not in self._offsets:
                    break
                given += 1
                yield record
        except ERRORS:
            pass  # such as a header whose name is no UTF-8; what can be read by its bytes alone is given out below
        if given < self._count:
            yield from islice(super().__iter__(), given, None)

    def _plain(self) -> Any | None:
        """The batch without compression; None if it is large then."""
        return self._batch


class CompressedBatch(PlainBatch):
    """A compressed batch; a small one is inflated as a whole, and read by aiokafka as one that is not compressed."""

    def _plain(self) -> Any | None:
        limit = min(self._limit, SMALL_BYTES)
        records = inflated_at_once(self._batch.compression_type, self._data[RECORDS_AT:], limit)
        if records is None:
            return None
        data = bytearray(self._data[:RECORDS_AT]) + records
        data[ATTRIBUTES_AT] &= ~CODEC
        LENGTH.pack_into(data, LENGTH_AT, len(data) - COUNTED_FROM)
        return DefaultRecordBatch(data)


class BoundedRecords(_MemoryRecordsPy):  # type: ignore[misc]
    """What was fetched of a partition, batch by batch; takes the place of aiokafka's `MemoryRecords`."""

    limit = 0
    """Of a message, in bytes: the largest that any consumer of this process has asked for."""

    def next_batch(self) -> Any:
        """The next batch; None: there is no further one."""
        data = self._next_slice
        if data is None:
            return None
        if len(data) < self.MIN_SLICE:
            raise CorruptRecordException(f"a batch of {len(data)} bytes")
        self._cache_next()
        magic = data[MAGIC_AT]
        if magic < 2:
            return LegacyRecordBatch(data, magic)
        batch = DefaultRecordBatch(data)
        if batch.is_control_batch:  # marks of transactions
            return batch
        return (CompressedBatch if batch.compression_type else PlainBatch)(data, self.limit)


class BoundedFetchResult(fetcher.FetchResult):  # type: ignore[misc]
    """Gives out messages by number and by size; takes the place of aiokafka's, which goes by number alone."""

    def getall(self, max_records: int | None = None) -> list[Any]:
        """The next messages: at most so many, and of at most `POLL_BYTES` unless the first alone has more."""
        records: list[Any] = []
        size = 0
        while self.has_more() and size < POLL_BYTES and (max_records is None or len(records) < max_records):
            record = self.getone()
            if record is None:
                break
            records.append(record)
            size += len(record.key or b"") + len(record.value or b"")
        return records


def install(limit: int) -> None:
    """Let all consumers of this process read so; no message of theirs is larger than `limit` bytes."""
    BoundedRecords.limit = max(BoundedRecords.limit, limit)
    fetcher.MemoryRecords = BoundedRecords
    fetcher.FetchResult = BoundedFetchResult


def _varint(stream: Stream) -> int:
    result = shift = 0
    while byte := stream.read(1):
        result |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return (result >> 1) ^ -(result & 1)
        shift += 7
        if shift > 63:
            raise CorruptRecordException("a number without end")
    raise EOFError("it ends too soon")


def _exactly(stream: Stream, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("it ends too soon")
    return data


def _place(body: bytes) -> tuple[int, int, int]:
    """Differences of time stamp and offset from the batch's, and where the key begins."""
    timestamp, at = decode_varint(body, 1)
    offset, at = decode_varint(body, at)
    return timestamp, offset, at


def _field(body: bytes, at: int) -> tuple[bytes | None, int]:
    length, at = decode_varint(body, at)
    if length < 0:
        return None, at
    if at + length > len(body):
        raise CorruptRecordException("a field beyond its message")
    return body[at : at + length], at + length


def _headers(body: bytes, at: int) -> list[tuple[str, bytes | None]]:
    count, at = decode_varint(body, at)
    found = []
    for _ in range(count):
        name, at = _field(body, at)
        value, at = _field(body, at)
        found.append(((name or b"").decode("utf-8", "backslashreplace"), value))
    return found
