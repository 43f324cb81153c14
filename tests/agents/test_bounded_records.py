"""Compressed batches are read message by message, whatever they inflate to, and come out as aiokafka reads them."""

import gzip
import struct
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import cramjam
import lz4.frame
import pytest
import zstandard
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import encode_varint

from agents import bounded_records
from agents.bounded_records import CORRUPT, OVERSIZE, SMALL_BYTES, BoundedRecords, StreamedBatch, install

LIMIT = 1_000_000
CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
PACK: dict[int, Callable[[bytes], bytes]] = {
    0: bytes,
    1: gzip.compress,
    2: lambda data: bytes(cramjam.snappy.compress_raw(data)),
    3: lz4.frame.compress,
    4: zstandard.compress,
}
MESSAGES: list[tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]] = [
    (b"a", b"eins", []),
    (None, b"ohne Schl\xc3\xbcssel", [("trail", b"[]"), ("leer", None), ("trail", b"\xff")]),
    (b"zur\xc3\xbcck", None, [("x", b"")]),
    (b"", b"", []),
    (b"viel", bytes(range(256)) * 3000, [("nach", b"dem Wert")]),
]


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MemoryRecords", "FetchResult"):
        monkeypatch.setattr(fetcher, name, getattr(fetcher, name))
    monkeypatch.setattr(BoundedRecords, "limit", LIMIT)


def batch(messages: list[Any], codec: int = 0, base: int = 7) -> bytearray:
    builder = DefaultRecordBatchBuilder(2, codec, 0, -1, -1, 0, 10**9)
    for number, (key, value, headers) in enumerate(messages):
        builder.append(number, 1_000 + number, key, value, headers)
    data = bytearray(builder.build())
    struct.pack_into(">q", data, 0, base)
    return data


def with_payload(payload: bytes, codec: int, count: int) -> bytes:
    """A batch as a stranger may write it: any payload, and its number of messages."""
    data = batch([(b"k", b"v", [])] * count)[:61]
    struct.pack_into(">h", data, 21, codec)
    struct.pack_into(">i", data, 8, 61 - 12 + len(payload))
    return bytes(data) + payload


def records_of(data: bytes | bytearray) -> list[Any]:
    records = BoundedRecords(bytes(data))
    found = []
    while records.has_next():
        found += list(records.next_batch())
    return found


def plain(record: Any) -> tuple[Any, ...]:
    return record.offset, record.timestamp, record.timestamp_type, record.key, record.value, list(record.headers)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_what_comes_out_is_what_aiokafka_reads(codec: int) -> None:
    data = bytes(batch(MESSAGES, codec) + batch(MESSAGES[:2], codec, base=40))
    theirs = MemoryRecords(data)
    expected = []
    while theirs.has_next():
        expected += [plain(record) for record in theirs.next_batch()]
    assert [plain(record) for record in records_of(data)] == expected
    assert [record.offset for record in records_of(data)] == [7, 8, 9, 10, 11, 40, 41]


@pytest.mark.parametrize("codec", [1, 2, 3, 4], ids=["gzip", "snappy", "lz4", "zstd"])
@pytest.mark.parametrize("size", [SMALL_BYTES // 2, SMALL_BYTES * 2])
def test_aiokafka_itself_reads_batches_that_are_small_without_compression(
    codec: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    read_one = StreamedBatch._read
    monkeypatch.setattr(StreamedBatch, "_read", lambda self, stream: read.append(1) or read_one(self, stream))
    messages = [(b"a", b"eins", [("x", b"y")]), (b"b", bytes(size), []), (b"c", b"drei", [])]
    found = records_of(batch(messages, codec))
    assert [(record.key, record.value, list(record.headers)) for record in found] == messages
    assert len(read) == (0 if size < SMALL_BYTES else 3)


@pytest.mark.parametrize("codec", [1, 2, 3, 4], ids=["gzip", "snappy", "lz4", "zstd"])
def test_a_batch_whose_end_is_damaged_gives_out_what_stands_before(codec: int) -> None:
    whole = bytes(batch([(b"a", b"eins", []), (b"b", b"zwei", []), (b"c", b"drei", [])]))[61:]
    first, second, damaged = records_of(with_payload(PACK[codec](whole[:-3]), codec, 3))
    assert (first.value, second.value) == (b"eins", b"zwei")
    assert (damaged.value, damaged.offset, damaged.headers[0][0]) == (b"", second.offset + 1, CORRUPT)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_a_header_name_that_is_no_utf_8_concerns_its_message_alone(codec: int) -> None:
    messages: list[Any] = [(b"a", b"eins", []), (b"b", b"zwei", [("PrXf", b"x")]), (b"c", b"drei", [("gut", b"y")])]
    payload = PACK[codec](bytes(batch(messages)[61:]).replace(b"PrXf", b"Pr\xfcf"))
    found = records_of(with_payload(payload, codec, len(messages)))
    assert [(record.key, record.value, list(record.headers)) for record in found] == [
        (b"a", b"eins", []),
        (b"b", b"zwei", [("Pr\\xfcf", b"x")]),
        (b"c", b"drei", [("gut", b"y")]),
    ]


def test_time_stamps_of_the_broker() -> None:
    data = batch(MESSAGES, 3)
    struct.pack_into(">h", data, 21, 3 | 8)
    struct.pack_into(">q", data, 35, 5_000)
    assert {(record.timestamp, record.timestamp_type) for record in records_of(data)} == {(5_000, 1)}


def test_checksums_are_still_checked() -> None:
    data = batch(MESSAGES, 4)
    assert BoundedRecords(bytes(data)).next_batch().validate_crc()
    data[-1] ^= 1
    assert not BoundedRecords(bytes(data)).next_batch().validate_crc()


COMPRESS = {
    1: gzip.compress,
    2: lambda data: bytes(cramjam.snappy.compress_raw(data)),
    3: lz4.frame.compress,
    4: zstandard.compress,
}


def framed(*parts: tuple[bytes, int, list[tuple[bytes, bytes]]], offsets: Sequence[int] = range(100)) -> bytes:
    """Messages as they stand in a batch; a value is so many zeros."""

    def number(value: int) -> bytes:
        out = bytearray()
        encode_varint(value, out.append)
        return bytes(out)

    messages = b""
    for offset, (key, zeros, headers) in zip(offsets, parts, strict=False):
        body = b"\0" + number(offset) + number(offset) + number(len(key)) + key + number(zeros) + bytes(zeros)
        body += number(len(headers)) + b"".join(number(len(x)) + x for pair in headers for x in pair)
        messages += number(len(body)) + body
    return messages


@pytest.mark.parametrize("codec", [1, 3, 4], ids=["gzip", "lz4", "zstd"])
def test_a_message_that_is_too_large_keeps_its_place_and_takes_no_memory(codec: int) -> None:
    size = 3 * LIMIT
    messages = framed((b"vorher", 5, []), ("groß".encode(), size, [(b"trail", b"[]")]), (b"nachher", 6, []))
    data = with_payload(COMPRESS[codec](messages), codec, 3)
    del messages
    tracemalloc.start()
    before, large, after = records_of(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (before.key, before.value, after.key, after.value) == (b"vorher", bytes(5), b"nachher", bytes(6))
    assert (large.offset, large.key, large.value) == (before.offset + 1, "groß".encode(), b"")
    assert dict(large.headers)["trail"] == b"[]"
    assert dict(large.headers)[OVERSIZE].startswith(b"the message has 3000")
    assert peak < 4 * LIMIT


@pytest.mark.parametrize("codec", [1, 3, 4], ids=["gzip", "lz4", "zstd"])
def test_what_is_far_too_large_is_not_inflated_to_its_end(codec: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the time it takes would end the session of whoever reads it, again and again."""
    read: list[int] = []
    inflated = bounded_records.inflated

    class Counting:
        def __init__(self, *arguments: Any) -> None:
            self._stream = inflated(*arguments)

        def read(self, size: int) -> bytes:
            data = self._stream.read(size)
            read.append(len(data))
            return data

    monkeypatch.setattr(bounded_records, "inflated", Counting)
    alone = with_payload(COMPRESS[codec](framed((b"k", 40 * LIMIT, [(b"h", b"x")]))), codec, 1)
    (large,) = records_of(alone)
    assert (large.key, list(large.headers)) == (b"k", [(OVERSIZE, large.headers[-1][1])])
    assert sum(read) < LIMIT
    messages = framed((b"a", 3 * LIMIT, []), (b"b", 3 * LIMIT, []), (b"c", 1, []), (b"d", 1, []))
    first, second, third, fourth = records_of(with_payload(COMPRESS[codec](messages), codec, 4))
    assert [record.key for record in (first, second)] == [b"a", b"b"]
    assert all(OVERSIZE in dict(record.headers) for record in (first, second))
    assert all(CORRUPT in dict(record.headers) and record.key is None for record in (third, fourth))
    assert sum(read) < 5 * LIMIT


@pytest.mark.parametrize("codec", [1, 3, 4], ids=["gzip", "lz4", "zstd"])
def test_of_many_messages_one_is_in_memory(codec: int) -> None:
    payload = COMPRESS[codec](framed(*[(b"k", LIMIT // 2, [])] * 60))
    (records,) = [BoundedRecords(with_payload(payload, codec, 60)).next_batch()]
    tracemalloc.start()
    assert sum(len(record.value) for record in records) == 30 * LIMIT
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * LIMIT


@pytest.mark.parametrize(
    "messages",
    [
        [(b"k" * (2 * LIMIT), 1, [])],
        [(b"k", 1, [(b"h", b"x" * 2 * LIMIT)])],
        [(b"k", 2 * LIMIT, [(b"h", b"x" * 2 * LIMIT)])],
    ],
    ids=["key", "header", "both"],
)
def test_keys_and_headers_can_be_what_is_too_large(messages: list[Any]) -> None:
    large, after = records_of(with_payload(zstandard.compress(framed(*messages, (b"nachher", 1, []))), 4, 2))
    assert OVERSIZE in dict(large.headers)
    assert large.value == b""
    assert (after.key, after.value) == (b"nachher", b"\0")


@pytest.mark.parametrize(
    ("codec", "payload"),
    [
        (1, b"no gzip"),
        (2, b"\xff\xff\xff\xff\x7f"),
        (3, b"no lz4"),
        (4, b"no zstd"),
        (4, zstandard.compress(framed((b"a", 3, []))[:-2])),
        (4, zstandard.compress(b"\xff" * 40)),
        (4, zstandard.compress(framed((b"a", 3, [(b"h", b"x")]))[:-2] + b"\x64x")),
        (2, bytes(cramjam.snappy.compress_raw(framed(*[(b"k", 2**20, [])] * 2, (b"k", 2**20 - 168, []))))),
        (5, b"no codec"),
        (0, b"no messages"),
        (0, framed((b"a", 3, []))[:-2]),
    ],
)
def test_what_cannot_be_inflated_is_told_message_by_message(codec: int, payload: bytes) -> None:
    found = records_of(with_payload(payload, codec, 3))
    assert [record.offset for record in found] == [7, 8, 9]
    assert all(CORRUPT in dict(record.headers) and record.value == b"" for record in found)


@pytest.mark.parametrize("offsets", [(0, -(2**40), 2), (0, 3, 2), (0, 2**40, 2)])
@pytest.mark.parametrize("size", [3, SMALL_BYTES])
@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_a_message_that_says_it_is_elsewhere_than_in_its_batch_is_told_by_its_place(
    codec: int, size: int, offsets: Sequence[int]
) -> None:
    """Whoever commits it would leave out what stands before that place; and from far below there is no end to tell."""
    messages = framed((b"a", size, []), (b"b", 3, []), (b"c", 3, []), offsets=offsets)
    (records,) = [BoundedRecords(with_payload(PACK[codec](messages), codec, 3)).next_batch()]
    first, *others = islice(records, 10)
    assert (first.offset, first.key) == (7, b"a")
    assert [(record.offset, CORRUPT in dict(record.headers)) for record in others] == [(8, True), (9, True)]


def test_messages_are_given_out_by_size_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_records, "POLL_BYTES", 1_000)

    class Result(bounded_records.BoundedFetchResult):
        def __init__(self, sizes: list[int]) -> None:
            self._left: Iterator[int] = iter(sizes)
            self._ended = False

        def has_more(self) -> bool:
            return not self._ended

        def getone(self) -> Any:
            size = next(self._left, None)
            self._ended = size is None
            return None if size is None else bounded_records.Record(0, 0, 0, None, bytes(size), ())

    result = Result([400, 400, 400, 5_000, 10, 10, 10])
    lots = [[len(record.value) for record in result.getall(limit)] for limit in (None, None, 2, None)]
    assert lots == [[400, 400, 400], [5_000], [10, 10], [10]]


def test_aiokafka_reads_through_it() -> None:
    """Its fetcher makes both by these names, and asks for nothing else."""
    install(10)
    assert BoundedRecords.limit == LIMIT
    assert (fetcher.MemoryRecords, fetcher.FetchResult) == (BoundedRecords, bounded_records.BoundedFetchResult)
    assert {"MemoryRecords", "FetchResult"} <= set(fetcher.Fetcher._proc_fetch_request.__globals__)
    assert isinstance(DefaultRecordBatch(bytes(batch(MESSAGES))).compression_type, int)


def test_what_comes_behind_the_mark_of_a_transaction_is_read() -> None:
    mark = batch(MESSAGES[:1], base=8)
    struct.pack_into(">h", mark, 21, 0x30)
    records = BoundedRecords(bytes(batch(MESSAGES[:1], base=7) + mark + batch(MESSAGES[1:2], base=9)))
    batches = [records.next_batch() for _ in range(3)]
    assert [each.is_control_batch for each in batches] == [False, True, False]
    assert [record.offset for each in batches[::2] for record in each] == [7, 9]
