"""Files of quotes: what is in them, and how they are sent, which is while their rows are read."""

import asyncio
import csv
import io
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import orjson
import pytest
from aiohttp import ClientPayloadError
from aiohttp.test_utils import TestClient
from pyarrow import parquet

from agents.settings import Settings
from agents.web import exports
from agents.web.site import SITE
from agents.web.store import exported_rows
from agents.web.store.exported_rows import Row, Rows
from agents.web.store.location import store_path
from agents.web.store.quote_query import QuoteQuery
from agents.web.store.reader import StoreReader
from agents.web.store.writer import StoreWriter, TopicMessage
from pipeline.quotes import quote_records
from pipeline.statements.speaker import SpeakerStatements
from schemas.codec import encode
from tests.web.articles import message, quote_article

Client = TestClient[Any, Any]
JSONL = "/api/quotes?format=jsonl"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("Der Rat;=1+cmd|' /C calc'!A0;", "Der Rat;'=1+cmd|' /C calc'!A0;"),
        ("Eins\n=1+1", "Eins\n'=1+1"),
        ("Eins\t@SUMME(A1)", "Eins\t'@SUMME(A1)"),
        ('Der Rat;"=1+1&";', """Der Rat;'""=1+1&"";"""),
        ('Rat\n""@SUMME(A1)', """Rat\n'\"""\"@SUMME(A1)"""),
        ("＝1+1", "'＝1+1"),
        ('Er sagte: "-5 Grad"; "+1"', 'Er sagte: ""-5 Grad""; ""+1'),
        ("Rot-Grün = 3; plus - minus", "Rot-Grün = 3; plus - minus"),
    ],
)
def test_no_cell_begins_as_a_formula_does(text: str, written: str) -> None:
    body = b"".join(exports._csv([[{"text": text}]], {"text": str}))
    row = body.decode("utf-8-sig").removeprefix("text\r\n").removesuffix("\r\n")
    assert row.strip('"') == written


def test_a_parquet_file_is_compressed_in_groups_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(exports, "GROUP_ROWS", 4)
    parts: list[list[Row]] = [[{"n": number}, {"n": number + 1}] for number in range(0, 10, 2)]
    file = parquet.ParquetFile(io.BytesIO(b"".join(exports._parquet(parts, {"n": int}))))
    assert file.read().column("n").to_pylist() == list(range(10))
    assert [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)] == [4, 4, 2]


class MadeRows:
    """Instead of the store's: parts of a row each, as `parts` gives them; `closed` when nobody reads on."""

    def __init__(self, count: int, make: Callable[[int], Row]) -> None:
        self.count, self._make = count, make
        self.read = 0
        self.closed = threading.Event()

    @contextmanager
    def __call__(self, *_: Any) -> Iterator[Rows]:
        try:
            yield Rows(self.count, self._parts())
        except sqlite3.Error as error:
            raise exports.StoreUnavailable(str(error)) from None
        finally:
            self.closed.set()

    def _parts(self) -> Iterator[list[Row]]:
        for number in range(self.count):
            self.read = number + 1
            yield [self._make(number)]


@pytest.fixture
def made(client: Client, monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[int], Row]], MadeRows]:
    """Let the store have these rows."""

    def make(count: int, row: Callable[[int], Row]) -> MadeRows:
        rows = MadeRows(count, row)
        monkeypatch.setattr(client.app[SITE].reader, "quote_rows", rows)
        return rows

    return make


async def ask(client: Client, version: str = "1.1") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(f"GET {JSONL} HTTP/{version}\r\nHost: {client.host}\r\n\r\n".encode())
    return reader, writer


async def test_its_beginning_is_sent_before_its_end_is_read(client: Client, made: Any) -> None:
    """And other pages are answered meanwhile."""
    go_on = threading.Event()

    def row(number: int) -> Row:
        if number:
            assert go_on.wait(30)
        return {"n": number}

    made(2, row)
    try:
        async with client.get(JSONL) as response:
            assert response.headers["X-Rows"] == "2"
            assert (response.headers["Cache-Control"], response.headers["X-Content-Type-Options"]) == (
                "no-store",
                "nosniff",
            )
            assert await response.content.readline() == b'{"n":0}\n'
            for path in ("/", "/api/quotes", "/health/live"):
                async with client.get(path) as other:
                    assert other.status == 200
            go_on.set()
            assert await response.read() == b'{"n":1}\n'
    finally:
        go_on.set()


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk I/O error"), ValueError("kaputt")])
async def test_what_fails_in_the_middle_is_no_whole_file(
    client: Client, made: Any, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def row(number: int) -> Row:
        if number == 2:
            raise error
        return {"n": number}

    rows = made(3, row)
    async with client.get(JSONL) as response:
        assert await response.content.readline() == b'{"n":0}\n'
        with pytest.raises(ClientPayloadError):
            await response.read()
    assert rows.closed.wait(5)
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert str(error) in caplog.text
    assert (record.exc_info is None) == isinstance(error, sqlite3.Error), "a traceback of what nobody expects alone"
    async with client.get("/api/quotes") as response:
        assert response.status == 200


async def test_a_proxy_that_speaks_http_1_0_notices_it_too(client: Client, made: Any) -> None:
    """There the end of the connection is that of the file."""
    failing = threading.Event()

    def row(number: int) -> Row:
        if number:
            assert failing.wait(30)
            raise sqlite3.OperationalError("disk I/O error")
        return {"n": number}

    made(2, row)
    reader, writer = await ask(client, "1.0")
    await reader.readuntil(b'{"n":0}\n')
    failing.set()
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(), 10)
    writer.close()


async def test_what_fails_at_its_beginning_is_an_answer(
    client: Client, made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def row(_: int) -> Row:
        raise sqlite3.OperationalError("disk I/O error")

    made(1, row)
    async with client.get(JSONL) as response:
        assert (response.status, await response.json()) == (503, {"error": "disk I/O error"})
    monkeypatch.setattr(exports, "MOST", 0)
    async with client.get(JSONL) as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "10")


async def test_no_more_is_read_than_is_taken_and_nothing_once_the_client_is_gone(client: Client, made: Any) -> None:
    rows = made(10_000, lambda number: {"n": number, "text": "x" * 1_000_000})
    reader, writer = await ask(client)
    await reader.readuntil(b"\r\n\r\n")
    read = -1
    while read != rows.read:
        read = rows.read
        await asyncio.sleep(0.1)
    assert read < 100, "what the connection holds"
    assert not rows.closed.is_set()
    writer.close()
    assert await asyncio.to_thread(rows.closed.wait, 5)
    assert client.app[SITE].files == 0


async def test_it_breaks_off_when_the_worker_ends(client: Client, made: Any) -> None:
    site = client.app[SITE]
    made(1_000_000, lambda number: {"n": number})
    async with client.get(JSONL) as response:
        await response.content.readline()
        site.closing.set()
        with pytest.raises(ClientPayloadError):
            await response.read()


async def test_who_only_asks_what_there_is_gets_no_rows(client: Client, made: Any) -> None:
    rows = made(3, lambda number: {"n": number})
    async with client.head(JSONL) as response:
        assert (response.status, response.headers["X-Rows"]) == (200, "3")
    assert rows.read < 3


async def test_ids_of_a_statement_can_be_told_apart_whatever_signs_they_have(
    client: Client, writer: StoreWriter
) -> None:
    """They were joined by blanks, which ids can have."""
    ids = ["s", 's 1, "zwei"', "s;=1"]
    writer.add(message(quote_article(id_), offset=n, at=time.time()) for n, id_ in enumerate(ids))
    quote = {"text": "„Wir“", "type": "Direct", "seen_at": "2026-03-09T09:00:00Z"}
    statement = {
        "schema": "statement/1", "id": "s", "text": "„Wir“", "type": "Direct", "verbatim": True,
        "first": {"article": "s"}, "articles": [{"id": id_, "quote": f"{id_}#0"} | quote for id_ in ids], "count": 3,
        "sources": 1, "updated_at": "2026-03-09T09:00:00Z",
    }  # fmt: skip
    writer.add([TopicMessage("statements", 0, 0, time.time(), orjson.dumps(statement), {}, b"s")])
    assert writer.unreadable == 0
    found = []
    for kind, rows_of in {
        "csv": lambda body: csv.DictReader(io.StringIO(body.decode("utf-8-sig"))),
        "jsonl": lambda body: map(orjson.loads, body.splitlines()),
        "parquet": lambda body: parquet.read_table(io.BytesIO(body)).to_pylist(),
    }.items():
        async with client.get(f"/api/statements?format={kind}") as response:
            (row,) = [row for row in rows_of(await response.read()) if row["statement_id"] == "s"]
        lists = [row["article_ids"], row["quote_ids"]]
        found.append([*map(orjson.loads, lists)] if kind == "csv" else lists)
    without_formula = ["s", 's 1, "zwei"', "s;'=1"]
    assert found[0] == [without_formula, [f"{id_}#0" for id_ in without_formula]]
    assert found[1] == found[2] == [ids, [f"{id_}#0" for id_ in ids]]


@pytest.mark.parametrize("kind", ["quote_rows", "statement_rows"])
def test_it_has_what_there_was_at_its_beginning(
    writer: StoreWriter, settings: Settings, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Of an article that got a new version meanwhile, neither its former quotes nor its new ones were in it."""
    monkeypatch.setattr(exported_rows, "AT_ONCE", 1)
    first = quote_article("s-1", title="Vorher", published_at="2026-01-01T08:00:00Z")
    writer.add([message(first, at=time.time())])
    quote = {"quote": "s-1#0", "text": "„Wir“", "type": "Direct", "seen_at": "2026-03-09T09:00:00Z"}
    statement = {
        "schema": "statement/1", "id": "s", "text": "„Wir“", "type": "Direct", "verbatim": True,
        "first": {"article": "s-1"}, "articles": [{"id": "s-1"} | quote], "count": 1, "sources": 1,
        "updated_at": "2026-03-09T09:00:00Z",
    }  # fmt: skip
    writer.add([TopicMessage("statements", 0, 0, time.time(), orjson.dumps(statement), {}, b"s")])
    assert writer.unreadable == 0
    reader = StoreReader(store_path(settings))
    with getattr(reader, kind)(QuoteQuery(parts=True)) as rows:
        found = next(rows.parts) if rows.count > 1 else []
        writer.add([message(first.model_copy(update={"title": "Nachher"}), offset=1, at=time.time())])
        writer.add([TopicMessage("articles.quotes", 0, 2, time.time(), None, {}, b"a-1")])
        writer.add([TopicMessage("statements", 0, 1, time.time(), None, {}, b"s")])
        found += [row for part in rows.parts for row in part]
    assert len(found) == rows.count > 0
    ids = [row["quote_id"] if kind == "quote_rows" else row["statement_id"] for row in found]
    assert len(set(ids)) == len(ids)
    assert {"s-1#0", "a-1#0", "s"} & set(ids)
    assert "Nachher" not in {row.get("title") for row in found}
    with getattr(reader, kind)(QuoteQuery(parts=True)) as rows:
        assert "Vorher" not in {row.get("title") for part in rows.parts for row in part}


@pytest.mark.usefixtures("writer")
def test_the_pieces_of_a_quote_are_in_one_cell(settings: Settings) -> None:
    quote = quote_article("a-1").quotes[0]
    with StoreReader(store_path(settings)).quote_rows(QuoteQuery(parts=True)) as rows:
        cells = {row["quote_id"]: row["spans"] for part in rows.parts for row in part}
    pieces = [tuple(map(int, piece.split("-"))) for piece in cells["a-1#0"].split(" ")]
    assert len(pieces) == 2
    assert pieces == [(span.begin, span.end) for span in quote.spans]


async def test_a_file_tells_by_what_shares_and_filters_count(client: Client, writer: StoreWriter) -> None:
    """Speakers who are no persons had no gender, as persons of whom it is not known."""
    article = quote_article("g", source="Zählblatt")
    minister, town, critic = article.entities
    minister = minister.model_copy(update={"gender": "f", "gender_from": "role", "affiliations": ["SPD"]})
    quotes = [
        quote.model_copy(update={"speaker": quote.speaker.model_copy(update={"kind": kind})})
        for quote, kind in zip(article.quotes, ("person", "person", "organisation"), strict=True)
        if quote.speaker is not None
    ]
    article = article.model_copy(update={"entities": [minister, town, critic], "quotes": quotes})
    writer.add([message(article, offset=9, at=time.time())])
    async with client.get(f"{JSONL}&source=Zählblatt") as response:
        rows = sorted(map(orjson.loads, (await response.text()).splitlines()), key=lambda row: row["quote_id"])
    names = ("speaker_kind", "gender", "gender_from", "party", "role")
    assert [[row[name] for name in names] for row in rows] == [
        ["person", "f", "role", "SPD", "Verkehrsministerin"],
        ["person", None, None, None, None],
        ["organisation", None, None, None, None],
    ]
    for gender, expected in (("f", 1), ("unknown", 1), ("none", 1)):
        async with client.get(f"/api/quotes?source=Zählblatt&gender={gender}") as response:
            assert (await response.json())["total"] == expected


@pytest.mark.parametrize("trail", ["null", "{", "[null]", '[{"stage": "quotes", "model": ["x"]}]'])
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
async def test_a_trail_that_is_none_breaks_no_file_off(
    client: Client, writer: StoreWriter, trail: str, kind: str
) -> None:
    writer.add([message(quote_article("t"), offset=9, at=time.time(), trail=trail)])
    async with client.get(f"/api/quotes?format={kind}") as response:
        assert response.status == 200
        assert await response.read()


async def test_a_file_of_statements_names_the_papers_that_have_them(client: Client, writer: StoreWriter) -> None:
    """It told only how many there are, and the ids of articles."""
    papers = ["Bote", "Kurier", "Bote", None]
    articles = [quote_article(f"p-{n}", source=paper) for n, paper in enumerate(papers)]
    writer.add(message(article, offset=n + 9, at=time.time()) for n, article in enumerate(articles))
    state = SpeakerStatements("per/karla-brinkmeier", window=timedelta(days=14), most=100)
    for article in articles:
        state.add(quote_records(article)[0], "2026-03-09T09:00:00.000Z")
    ((name, said),) = state.statements.items()
    writer.add([TopicMessage("statements", 0, 1, time.time(), encode(said), {}, name.encode())])
    async with client.get("/api/statements?format=jsonl&speaker=per/karla-brinkmeier&source=Bote") as response:
        (row,) = map(orjson.loads, (await response.text()).splitlines())
    assert row["source_names"] == ["Bote", "Kurier"]
    assert (row["count"], row["first_source"]) == (4, "Bote")
