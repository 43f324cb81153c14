"""Each store, by the command: what comes out of it is what is on the topics, each article once."""

import asyncio
import re
import signal
import time

import aiohttp
import pytest

from tests.sinks.records import RELEASE_0_1, SAID, article, statement
from tests.support.ports import free_port
from tests.support.waiting import until

LONG = "".join(chr(0x4E00 + 7919 * n % 20_000) for n in range(1900))
"""The longest id there is, of characters that do not compress."""
QUOTES = "SELECT id, article_id, speaker_id, speaker_name, text, type FROM quotes ORDER BY id"
ARTICLES = "SELECT id, revision FROM articles ORDER BY id"

pytestmark = pytest.mark.timeout(600)


def quote(identifier, number=0, text=SAID):
    return (f"{identifier}#{number}", identifier, "per/hanna-tolke", "Hanna Tölke", text, "Direct")


async def test_revisions_repeats_and_tombstones(stream, archive):
    await stream.send(*((f"a-{n}".encode(), article(f"a-{n}")) for n in range(5)), (b"alt-1", RELEASE_0_1))
    await stream.send((b"s-1", statement("s-1")), (b"s-2", statement("s-2")), topic="statements")
    rows, _ = stream.catch_up(*archive.arguments)
    assert rows == {"articles": 6, "entities": 6, "mentions": 6, "quotes": 6, "statements": 2}
    assert archive.ask(QUOTES)[:5] == [quote(f"a-{n}") for n in range(5)]
    assert archive.ask("SELECT speaker_name FROM quotes WHERE article_id = 'alt-1'") == [("Tölke",)]
    assert archive.ask("SELECT id, count FROM statements ORDER BY id") == [("s-1", 2), ("s-2", 2)]

    await stream.send((b"a-1", article("a-1")))  # a repeat
    rows, said = stream.catch_up(*archive.arguments)
    assert rows == {}
    assert "1 message stored, 1 of them changed nothing" in said

    await stream.send((b"a-2", article("a-2", said=("Nein", "Doch"))), revision=2)
    await stream.send((b"a-3", article("a-3", published="2026-06-01T10:00:00Z")), revision=2)  # on another day
    await stream.send((b"a-4", None))
    await stream.send((b"s-1", None), (b"s-2", statement("s-2", articles=3)), topic="statements")
    stream.catch_up(*archive.arguments)
    assert archive.ask(ARTICLES) == [("a-0", 1), ("a-1", 1), ("a-2", 2), ("a-3", 2), ("alt-1", 1)]
    expected = [quote("a-0"), quote("a-1"), quote("a-2", 0, "Nein"), quote("a-2", 1, "Doch"), quote("a-3")]
    assert archive.ask(QUOTES)[:5] == expected
    assert archive.ask("SELECT id, count FROM statements") == [("s-2", 3)]
    assert archive.ask("SELECT count(*) FROM entities") == [(5,)]


async def test_killed_in_the_middle_each_article_is_there_once(stream, archive):
    names = [f"a-{n}" for n in range(400)]
    big = "Waldau " * 10_000
    await stream.send(*((name.encode(), article(name, title=big)) for name in names))
    for seconds in (0.0, 0.3, 1.0):  # into its work; the first writes nothing
        sink = stream.start(*archive.arguments)
        assert "consumer group" in sink.stderr.readline()
        time.sleep(seconds)
        sink.kill()
        sink.wait()
    stream.catch_up(*archive.arguments)
    assert [row[0] for row in archive.ask(ARTICLES)] == sorted(names)
    assert archive.ask("SELECT count(*), count(DISTINCT id) FROM quotes") == [(400, 400)]
    assert archive.ask("SELECT count(*) FROM mentions") == [(400,)]


async def is_reading(port: int) -> bool:
    """Whether a sink with this port for metrics has its partitions, which it then reads twice a second."""
    try:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
            told = await answer.text()
    except aiohttp.ClientError:  # not yet
        return False
    return bool(re.search(r"^redefluss_sink_(lag_messages|messages_total)\{.*\} [1-9]", told, re.MULTILINE))


async def test_ctrl_c_stores_what_was_read_and_goes_on_from_there(stream, archive):
    await stream.send(*((f"a-{n}".encode(), article(f"a-{n}")) for n in range(3)))
    port = free_port()
    sink = stream.start(*archive.arguments, REDEFLUSS_SINK_METRICS_PORT=str(port))
    assert sink.stderr
    assert "consumer group" in sink.stderr.readline()
    await until(lambda: is_reading(port))
    await asyncio.sleep(2)  # enough to read them; from ten seconds on DuckDB would store them by itself
    sink.send_signal(signal.SIGINT)
    _, err = sink.communicate(timeout=60)
    assert sink.returncode == 0, err
    assert "Traceback" not in err
    assert "3 messages stored" in err
    assert "0 behind" in err
    rows, _ = stream.catch_up(*archive.arguments)
    assert rows == {}
    assert len(archive.ask(ARTICLES)) == 3


async def test_what_is_no_record_is_told_and_passed_by(stream, archive):
    hostile = article("a-1", title="<b>\x00'\";--", meta={"x": "\x00\\u0000"})
    await stream.send((b"k", b"kaputt"), (b"a-1", hostile), (LONG.encode(), article(LONG)))
    rows, said = stream.catch_up(*archive.arguments, code=1)
    assert rows["articles"] == 2
    assert "malformed-json" in said
    assert archive.ask(ARTICLES) == [("a-1", 1), (LONG, 1)]
