"""Producers compress at lz4's quick level: what aiokafka reads again, in little more bytes than at its own level."""

import sys
from typing import Any

import lz4.frame
import pytest
from aiokafka.codec import lz4_encode
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from agents import kafka
from agents.settings import Settings

LZ4 = 3
RECORDS_AT = 61
BUILDERS: Any = sys.modules[DefaultRecordBatchBuilder.__module__]


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BUILDERS, "lz4_encode", lz4_encode)


def batch() -> bytes:
    builder = DefaultRecordBatchBuilder(2, LZ4, 0, -1, -1, 0, 10**6)
    for number in range(40):
        value = b'{"id": "artikel-%d", "text": "Der Stadtrat hat am Montag %d Stunden beraten."}' % (number, number**2)
        builder.append(number, number, b"artikel-%d" % number, value, [("stage", b"quotes")])
    return bytes(builder.build())


async def test_a_producer_compresses_quickly() -> None:
    thorough = batch()
    await kafka.producer(Settings(), embedded=False).stop()
    quick = batch()
    records = quick[RECORDS_AT:]
    assert quick != thorough
    assert len(quick) < 1.25 * len(thorough)
    assert len(lz4.frame.decompress(records)) == len(lz4.frame.decompress(thorough[RECORDS_AT:]))
    # The broker takes only blocks that do not refer to the ones before.
    assert not lz4.frame.get_frame_info(records)["block_linked"]
    keys = [record.key for record in DefaultRecordBatch(bytearray(quick))]
    assert keys == [b"artikel-%d" % number for number in range(40)]
