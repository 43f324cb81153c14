"""The API tells what the pages show, and fills the fields that it describes."""

import csv
import io
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp.test_utils import TestClient

from agents.settings import Settings
from agents.web import exports
from agents.web.openapi import document
from agents.web.store.location import store_path
from agents.web.store.quote_query import QuoteQuery
from agents.web.store.reader import StoreReader
from agents.web.store.writer import StoreWriter, TopicMessage
from agents.web.views.api import ROUTES
from pipeline.quotes import quote_records, record_key
from pipeline.statements.speaker import SpeakerStatements
from schemas.codec import encode
from tests.web.articles import message, quote_article

Client = TestClient[Any, Any]
PRINT = "0123456789abcdef"
EMPTY = "q=kommtnichtvor&format="
SEEN_AT = "2026-03-09T09:00:00.000Z"


@pytest.fixture(autouse=True)
def copies(writer: StoreWriter) -> None:
    """Two papers with the same text, and the statements of all quotes of both."""
    now = time.time()
    articles = [
        quote_article(f"c-{n}", source=f"Blatt {n}", simhash=PRINT, published_at=f"2026-03-0{n + 3}T09:00:00Z")
        for n in (0, 1)
    ]
    writer.add(message(article, offset=n + 10, at=now) for n, article in enumerate(articles))
    states: dict[str, SpeakerStatements] = {}
    for article in articles:
        for record in quote_records(article):
            key = record_key(record)
            state = states.setdefault(key, SpeakerStatements(key, window=timedelta(days=14), most=100))
            state.add(record, SEEN_AT)
    said = {name: statement for state in states.values() for name, statement in state.statements.items()}
    assert len(said) == 4, "the office without a name is known in one article only"
    writer.add(
        TopicMessage("statements", 0, n, now, encode(statement), {}, name.encode())
        for n, (name, statement) in enumerate(said.items())
    )


async def got(client: Client, path: str) -> Any:
    async with client.get(path) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def test_articles_and_quotes_have_their_copies_and_their_place(client: Client) -> None:
    listed = {line["id"]: line for line in await got(client, "/api/articles")}
    found = {hit["article"]["id"]: hit["article"] for hit in await got(client, "/api/search?source=Blatt")}
    assert found == {id_: listed[id_] for id_ in ("c-0", "c-1")}
    assert [copy["id"] for copy in found["c-0"]["copies"]] == ["c-1"]
    assert found["c-0"]["same"] == found["c-1"]["same"] > 0
    assert found["c-1"]["at"] == 1772614800.0
    quotes = (await got(client, "/api/quotes?source=Blatt%200&source=Blatt%201"))["items"]
    assert {(hit["article_id"], *(copy["id"] for copy in hit["copies"])) for hit in quotes} == {
        ("c-0", "c-1"),
        ("c-1", "c-0"),
    }


async def test_statements_of_speakers_without_an_entity_are_in_the_list_too(client: Client) -> None:
    query = "source=Blatt%200&source=Blatt%201"
    found = await got(client, f"/api/statements?{query}")
    async with client.get(f"/search?{query}", headers={"Accept-Language": "de"}) as response:
        assert f">{found['total']} Äußerungen<" in await response.text()
    assert [item["said_by"] for item in found["items"]].count("die Behörde") == 1
    assert (found["total"], len(found["items"])) == (3, 3)
    async with client.get(f"/api/statements?{query}&format=csv") as response:
        rows = list(csv.DictReader(io.StringIO((await response.read()).decode("utf-8-sig"))))
    assert [row["statement_id"] for row in rows] == [item["id"] for item in found["items"]]


async def test_no_statement_is_in_the_list_twice(client: Client, writer: StoreWriter, settings: Settings) -> None:
    """One of a speaker without an entity, who is quoted with it in two wordings."""
    before = StoreReader(store_path(settings))
    office = QuoteQuery(speaker="Behörde", sources=("Blatt 1", "Tagblatt"))
    (item,) = before.statements(office, limit=9).items
    (other,) = [hit.quote for hit in before.quotes(office, limit=9).items if hit.statement is None]
    item["articles"][0]["also"] = [{"quote": other.id, "text": other.text, "type": other.type, "seen_at": SEEN_AT}]
    writer.add([TopicMessage("statements", 0, 9, time.time(), orjson.dumps(item), {}, item["id"].encode())])
    found = await got(client, "/api/statements?speaker=Beh%C3%B6rde&source=Blatt%201&source=Tagblatt")
    assert (found["total"], [one["id"] for one in found["items"]]) == (1, [item["id"]])


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": None},
        {"articles": [{"quote": "c-0#0"}]},
        {"speaker": "jemand"},
        {"updated_at": "gestern"},
        {"sources": "viele"},
        {"text": [1]},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_what_is_no_statement_breaks_no_list(
    client: Client, writer: StoreWriter, settings: Settings, wrong: dict[str, Any]
) -> None:
    """It is another program's; one such message would keep all statements from being shown."""
    (item,) = StoreReader(store_path(settings)).statements(QuoteQuery(speaker="Behörde"), limit=1).items
    value = orjson.dumps(item | wrong)
    writer.add([TopicMessage("statements", 0, 9, time.time(), value, {}, item["id"].encode())])
    assert writer.unreadable == 1
    for path in (
        "/statements/" + item["id"],
        "/api/statements?format=csv",
        "/api/statements",
        "/search.atom",
        "/search",
    ):
        async with client.get(path, headers={"Accept": "text/html"}) as response:
            assert response.status == 200, path


async def test_a_statement_has_the_fields_that_its_writer_left_out(
    client: Client, writer: StoreWriter, settings: Settings
) -> None:
    (item,) = StoreReader(store_path(settings)).statements(QuoteQuery(speaker="Behörde"), limit=1).items
    lean = item | {"first": {"article": item["first"]["article"]}, "neu": [[]]}
    value = orjson.dumps(lean).replace(b"[[]]", b"[" * 300 + b"]" * 300)
    writer.add([TopicMessage("statements", 0, 9, time.time(), value, {}, item["id"].encode())])
    assert (await got(client, f"/api/statements/{item['id']}"))["first"]["source"] is None
    async with client.get("/api/statements?format=csv") as response:
        assert response.status == 200


async def test_an_article_that_is_nested_more_deeply_than_it_can_be_written_is_told(
    client: Client, writer: StoreWriter
) -> None:
    value = encode(quote_article("tief"))[:-1] + b', "neu": %s%s}' % (b"[" * 300, b"]" * 300)
    writer.add([TopicMessage("articles.quotes", 0, 99, time.time(), value, {})])
    async with client.get("/api/articles/tief") as response:
        assert (response.status, await response.json()) == (
            404,
            {"error": "the article's record is nested too deeply to be written here"},
        )


async def test_integers_of_any_size_are_shown_as_they_came(client: Client, writer: StoreWriter) -> None:
    number = 123456789012345678901234567890
    value = encode(quote_article("groß"))[:-1] + b', "large": %d}' % number
    writer.add([TopicMessage("articles.quotes", 0, 99, time.time(), value, {})])
    async with client.get("/api/articles/gro%C3%9F") as response:
        assert (await response.json())["record"]["large"] == number


def test_the_description_names_records_and_limits_that_there_are() -> None:
    paths = orjson.loads(document(ROUTES))["paths"]
    (stage, _) = paths["/api/records/{stage}/{id}"]["get"]["parameters"]
    assert stage["schema"]["enum"] == ["raw", "clean", "entities", "quotes"]
    parameters = {one["name"]: one["schema"] for one in paths["/api/dead-letters"]["get"]["parameters"]}
    assert parameters["limit"]["maximum"] == 1000


@pytest.mark.parametrize(
    ("what", "columns"), [("quotes", exports.QUOTE_COLUMNS), ("statements", exports.STATEMENT_COLUMNS)]
)
async def test_a_file_has_its_columns_also_where_nothing_is_found(
    client: Client, tmp_path: Path, what: str, columns: dict[str, type]
) -> None:
    async with client.get(f"/api/{what}?{EMPTY}csv") as response:
        assert (await response.read()).decode("utf-8-sig").strip().split(",") == list(columns)
    async with client.get(f"/api/{what}?format=jsonl") as response:
        assert all(list(orjson.loads(line)) == list(columns) for line in (await response.text()).splitlines())
    parquet = pytest.importorskip("pyarrow.parquet")
    schemas = []
    for query in (EMPTY, "format="):
        async with client.get(f"/api/{what}?{query}parquet") as response:
            (tmp_path / "file").write_bytes(await response.read())
        schemas.append(parquet.read_schema(tmp_path / "file"))
    assert schemas[0].names == list(columns)
    assert schemas[0].equals(schemas[1])
