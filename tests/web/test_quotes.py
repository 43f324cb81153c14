"""Quotes on the pages, in the API, as files and as a feed."""

import csv
import io
import json
import re
import time
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from aiohttp.test_utils import TestClient

from agents.web.store.query_parser import parse_query
from agents.web.store.writer import StoreWriter, TopicMessage
from pipeline.statements.speaker import SpeakerStatements
from schemas.codec import encode
from tests.web.articles import TEXT, message, quote_article
from tests.web.conftest import all_is_well

Client = TestClient[Any, Any]
SAID = "„Wir fangen im Frühjahr an“"


@pytest.fixture
def filled(writer: StoreWriter) -> StoreWriter:
    """Seven papers with the same article, the statement that it gives, and a paper with another."""
    from datetime import timedelta

    from pipeline.quotes import quote_records

    now = time.time()
    articles = [
        quote_article(f"p-{number}", source=f"Bote {number}", published_at=f"2026-03-0{number + 1}T09:00:00Z")
        for number in range(7)
    ]
    writer.add(
        TopicMessage("articles.quotes", 1, number, now, encode(article), {"version": "0.2.0"})
        for number, article in enumerate(articles)
    )
    state = SpeakerStatements("per/karla-brinkmeier", window=timedelta(days=14), most=100)
    for article in articles:
        for record in quote_records(article):
            if record.speaker is not None and record.speaker.id == "per/karla-brinkmeier":
                state.add(record, "2026-03-09T09:00:00.000Z")
    writer.add(
        TopicMessage("statements", 0, number, now, encode(statement), {}, name.encode())
        for number, (name, statement) in enumerate(state.statements.items())
    )
    all_is_well(writer)
    assert writer.unreadable == 0
    return writer


async def got(client: Client, path: str) -> Any:
    async with client.get(path) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def test_a_search_finds_quotes_by_word_speaker_time_and_source(client: Client, filled: StoreWriter) -> None:
    found = await got(
        client, "/api/quotes?q=fruehjahr&speaker=Brinkmeier&source=Bote%203&verbatim=true&since=2026-03-01"
    )
    (hit,) = found["items"]
    assert (found["total"], hit["article_id"], hit["source"]) == (1, "p-3", "Bote 3")
    (mark,) = hit["marks"]
    assert hit["quote"]["text"][mark["begin"] : mark["end"]] == "Frühjahr"
    assert hit["statement"]["count"] == 7
    assert (await got(client, "/api/quotes?q=fruehjahr&until=2026-02-01"))["total"] == 0


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("Brinkmeier", 9),
        ('"im Frühjahr an"', 9),
        ('"Frühjahr im"', 0),
        ("Brinkmeier -Frühjahr", 0),
        ("-Frühjahr Ahlgrimm", 9),
        ("Frühj", 9),
        ("per", 0),
        ("Brinkmeier -per", 9),
        ('"', 0),
        ("-", 0),
        ("*:^(", 0),
        ("🎉 §", 0),
        (" ", 28),
    ],
)
async def test_words_phrases_and_minus(client: Client, filled: StoreWriter, query: str, total: int) -> None:
    found = await got(client, f"/api/quotes?limit=200&q={quote(query)}")
    speakers = {hit["quote"]["speaker"] for hit in found["items"]}
    assert found["total"] == total, (query, speakers)


@pytest.mark.parametrize(("speaker", "total"), [("Brinkm", 9), ("-", 0), ("🎉", 0), ("-Brinkmeier", 0)])
async def test_a_speaker_without_a_word_is_nobody(
    client: Client, filled: StoreWriter, speaker: str, total: int
) -> None:
    assert (await got(client, f"/api/quotes?speaker={quote(speaker)}"))["total"] == total


async def test_words_that_must_not_be_there_are_a_search_of_their_own(client: Client, filled: StoreWriter) -> None:
    total, having = [(await got(client, f"/api/quotes?{query}"))["total"] for query in ("", "q=Fr%C3%BChjahr")]
    assert 0 < having < total
    assert (await got(client, "/api/quotes?q=-Fr%C3%BChjahr"))["total"] == total - having


def test_what_is_typed_is_taken_apart() -> None:
    query = parse_query('Klöckner „zwei Worte“ -ohne -"auch nicht" Anf')
    assert query.wanted == (("klockner",), ("zwei", "worte"), ("anf",))
    assert query.unwanted == (("ohne",), ("auch", "nicht"))
    assert query.open
    assert parse_query("Kloeckner").wanted == parse_query("Klöckner").wanted
    assert parse_query("E-Auto").unwanted == ()


@pytest.mark.parametrize(
    "copied", ["Früh\u00adjahr", "\ufeffFru\u0308hjahr", "Früh\u200bjahr", "-Tante Früh\u00adjahr"]
)
async def test_what_is_copied_from_a_page_is_found(client: Client, filled: StoreWriter, copied: str) -> None:
    """With soft hyphens, as papers set them, or with letters and their dots as two characters, as out of a PDF."""
    total = (await got(client, "/api/quotes?q=Frühjahr"))["total"]
    assert total > 0
    assert (await got(client, f"/api/quotes?q={quote(copied)}"))["total"] == total
    assert (await got(client, f"/api/people?q={quote('Brink' + chr(0xAD) + 'meier')}"))["total"] == 1


def test_a_word_that_is_typed_twice_is_looked_up_once() -> None:
    assert parse_query("Haus Hafen Haus ").expression() == parse_query("Haus Hafen ").expression()
    assert parse_query("Haushalt Haus").expression() == parse_query("Haushalt ").expression()
    assert parse_query("Haus Haushalt").expression() == '"haus" AND "haushalt"*'
    assert parse_query("Haus Haus-Bau").expression() == '"haus" AND "haus bau"*'


async def test_pages_of_quotes_follow_each_other_without_gap_or_repeat(client: Client, filled: StoreWriter) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = await got(client, f"/api/quotes?limit=4{cursor}")
        seen += [hit["quote"]["id"] for hit in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={quote(page['next'])}"
    assert len(seen) == len(set(seen)) == page["total"]


async def test_a_quote_is_in_its_context_however_long_its_paragraph_is(client: Client, writer: StoreWriter) -> None:
    """As where a text comes without line breaks."""
    told = TEXT.replace("\n\n", " ")
    for id_, text in (("lang", "Es kam anders. " * 400 + told), ("kurz", f"Vorweg.\n\n{told}")):
        writer.add([message(quote_article(id_, source=id_, text=text), offset=30, at=time.time())])
        hits = (await got(client, f"/api/quotes?source={id_}"))["items"]
        assert len(hits) == 3
        for hit in hits:
            assert hit["quote"]["text"].split(" … ")[0] in hit["context"]
            assert hit["context"] == (text[-2000:] if id_ == "lang" else told)


async def test_a_statement_in_seven_papers_is_one_with_seven(client: Client, filled: StoreWriter) -> None:
    found = await got(client, "/api/statements?q=fruehjahr")
    (statement,) = found["items"]
    assert (found["total"], statement["count"], statement["sources"]) == (1, 7, 7)
    assert (await got(client, f"/api/statements/{statement['id']}"))["id"] == statement["id"]
    async with client.get(f"/statements/{statement['id']}") as response:
        page = await response.text()
    assert all(f"Bote {number}" in page for number in range(7))
    async with client.get("/search?q=Frühjahr+Bote&each=") as response:
        assert response.status == 200


async def test_the_page_shows_the_speakers_quotes_with_the_match_marked(client: Client, filled: StoreWriter) -> None:
    async with client.get("/search?q=Frühjahr", headers={"Accept-Language": "de"}) as response:
        page = await response.text()
    assert "<mark>Frühjahr</mark>" in page
    assert page.count('class="card quote-hit"') == 3, "one for seven papers, and two whose statement is not known"
    assert "in 7 Blättern" in page
    async with client.get("/search?q=Frühjahr&each=paper", headers={"Accept-Language": "de"}) as response:
        assert (await response.text()).count('class="card quote-hit"') == 9


@pytest.mark.parametrize(
    "query", ["gender=x", "type=Spoken", "verbatim=maybe", "since=gestern", "cursor=x", "format=xls"]
)
async def test_what_means_nothing_is_refused_in_one_line(client: Client, query: str) -> None:
    async with client.get(f"/api/quotes?{query}") as response:
        assert response.status == 400
        assert query.partition("=")[0] in (await response.json())["error"]


async def test_exports_hold_the_same_rows(client: Client, filled: StoreWriter) -> None:
    async with client.get("/api/quotes?speaker=per/karla-brinkmeier&format=csv") as response:
        rows = list(csv.DictReader(io.StringIO((await response.read()).decode("utf-8-sig"))))
    async with client.get("/api/quotes?speaker=per/karla-brinkmeier&format=jsonl") as response:
        lines = [json.loads(line) for line in (await response.text()).splitlines()]
    assert [row["quote_id"] for row in rows] == [line["quote_id"] for line in lines]
    assert {row["version"] for row in rows if row["article_id"].startswith("p-")} == {"0.2.0"}
    assert "text" in rows[0]
    assert not any("Kreistag" in json.dumps(line) for line in lines), "no article's text"


async def test_statements_are_exported_a_row_for_each(client: Client, filled: StoreWriter) -> None:
    (statement,) = (await got(client, "/api/statements?q=fruehjahr"))["items"]
    async with client.get("/api/statements?q=fruehjahr&format=csv") as response:
        assert 'filename="statements.csv"' in response.headers["Content-Disposition"]
        (row,) = csv.DictReader(io.StringIO((await response.read()).decode("utf-8-sig")))
    async with client.get("/api/statements?q=fruehjahr&format=jsonl") as response:
        (line,) = [json.loads(line) for line in (await response.text()).splitlines()]
    assert (line["statement_id"], line["text"]) == (statement["id"], statement["text"])
    assert (line["count"], line["sources"], line["verbatim"]) == (7, 7, True)
    lists = {"article_ids": "id", "quote_ids": "quote", "source_names": "source"}
    for column, key in lists.items():
        assert line[column] == json.loads(row[column]) == [article[key] for article in statement["articles"]]
    assert {key: value for key, value in row.items() if key not in lists} == {
        key: "" if value is None else str(value) for key, value in line.items() if key not in lists
    }


async def test_a_search_offers_what_it_shows_and_all_quotes_of_it(client: Client, filled: StoreWriter) -> None:
    query = "q=Fr%C3%BChjahr&speaker=per%2Fkarla-brinkmeier"
    async with client.get(f"/search?{query}&each=paper") as response:
        offered = re.findall(r'href="(/api/[^"]*)" download', await response.text())
    kinds = ("csv", "jsonl", "parquet")
    assert [unescape(path) for path in offered] == [
        f"/api/{what}?{query}&format={kind}" for what in ("statements", "quotes") for kind in kinds
    ]


@pytest.mark.parametrize(
    ("kind", "read"), [("csv", "read_csv_auto"), ("jsonl", "read_json_auto"), ("parquet", "read_parquet")]
)
@pytest.mark.parametrize("reader", ["duckdb", "pandas"])
async def test_exports_are_read_back(
    client: Client, filled: StoreWriter, tmp_path: Path, kind: str, read: str, reader: str
) -> None:
    path, query = tmp_path / f"quotes.{kind}", "/api/quotes?speaker=per/karla-brinkmeier"
    async with client.get(f"{query}&format={kind}") as response:
        path.write_bytes(await response.read())
    module = pytest.importorskip(reader)
    if reader == "duckdb":
        rows = module.sql(f"SELECT quote_id, speaker_id, text FROM {read}('{path}')").fetchall()
    else:
        frame = {
            "csv": lambda: module.read_csv(path),
            "jsonl": lambda: module.read_json(path, lines=True),
            "parquet": lambda: module.read_parquet(path),
        }[kind]()
        rows = [*frame[["quote_id", "speaker_id", "text"]].itertuples(index=False, name=None)]
    items = (await got(client, f"{query}&limit=200"))["items"]
    assert rows == [(item["quote"]["id"], item["quote"]["entity"], item["quote"]["text"]) for item in items]
    assert len(rows) == 9


async def test_a_withdrawn_article_is_gone_from_everything(client: Client, filled: StoreWriter) -> None:
    filled.add([TopicMessage("articles.quotes", 1, 9, time.time(), None, {}, b"p-3")])
    assert (await got(client, "/api/quotes?source=Bote%203"))["total"] == 0
    async with client.get("/articles/p-3") as response:
        assert response.status == 404


async def test_a_corrected_article_keeps_the_statements_that_it_still_has(client: Client, writer: StoreWriter) -> None:
    from datetime import timedelta

    from pipeline.quotes import quote_records

    article, now = quote_article("k-1"), time.time()
    state = SpeakerStatements("per/karla-brinkmeier", window=timedelta(days=14), most=100)
    (said,) = [one for one in quote_records(article) if one.speaker and one.speaker.id == "per/karla-brinkmeier"]
    state.add(said, "2026-03-09T09:00:00.000Z")
    ((name, statement),) = state.statements.items()
    writer.add([TopicMessage("articles.quotes", 1, 1, now, encode(article), {})])
    writer.add([TopicMessage("statements", 0, 1, now, encode(statement), {}, name.encode())])
    corrected = article.model_copy(update={"kicker": "Verkehr"})
    writer.add([TopicMessage("articles.quotes", 1, 2, now, encode(corrected), {})])
    assert [found["id"] for found in (await got(client, "/api/statements"))["items"]] == [name]
    (quote, *_) = (await got(client, "/api/quotes?speaker=per/karla-brinkmeier"))["items"]
    assert quote["statement"]["id"] == name
    emptied = corrected.model_copy(update={"quotes": []})
    writer.add([TopicMessage("articles.quotes", 1, 3, now, encode(emptied), {})])
    assert (await got(client, "/api/statements"))["total"] == 0
    async with client.get(f"/api/statements/{name}") as response:
        assert response.status == 404


async def test_a_quote_is_in_the_statement_that_has_it_last(client: Client, filled: StoreWriter) -> None:
    (statement, *_) = (await got(client, "/api/statements?q=fruehjahr"))["items"]
    record = await got(client, f"/api/statements/{statement['id']}")
    (moved, *others) = record["articles"]

    def say(name: str, articles: list[dict[str, Any]]) -> None:
        said = record | {"id": name, "articles": articles, "count": len(articles)}
        value = orjson.dumps(said) if articles else None
        filled.add([TopicMessage("statements", 0, 9, time.time(), value, {}, name.encode())])

    async def statement_of(article: dict[str, Any]) -> str | None:
        quotes = (await got(client, "/api/quotes?q=fruehjahr&each=&limit=50"))["items"]
        (found,) = [hit for hit in quotes if hit["quote"]["id"] == article["quote"]]
        return found["statement"] and found["statement"]["id"]

    say("s-new", [moved])
    say(statement["id"], others)
    assert await statement_of(moved) == "s-new"
    assert {await statement_of(other) for other in others} == {statement["id"]}
    say("s-new", [])
    assert await statement_of(moved) is None
    say(statement["id"], [moved, *others])
    assert {await statement_of(article) for article in record["articles"]} == {statement["id"]}


async def test_a_statement_that_is_no_more_is_forgotten(client: Client, filled: StoreWriter) -> None:
    (statement, *_) = (await got(client, "/api/statements?q=fruehjahr"))["items"]
    filled.add([TopicMessage("statements", 0, 9, time.time(), None, {}, statement["id"].encode())])
    assert (await got(client, "/api/statements?q=fruehjahr"))["total"] == 0
    assert (await got(client, "/api/quotes?q=fruehjahr&source=Bote%203"))["items"][0]["statement"] is None
