"""A quote as long as a book, as somebody may send it, makes no page of megabytes that everybody waits for."""

import csv
import io
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from agents.settings import Settings
from agents.web.models import QuotePage
from agents.web.models.quotes import MOST_CHARACTERS
from agents.web.store.location import store_path
from agents.web.store.quote_query import QuoteQuery
from agents.web.store.reader import StoreReader
from agents.web.store.writer import StoreWriter, TopicMessage
from pipeline.quotes import quote_records
from pipeline.statements.speaker import SpeakerStatements
from schemas.codec import encode
from schemas.records import QuoteArticle
from schemas.spans import Span
from tests.web.articles import TEXT, message, quote_article

Client = TestClient[Any, Any]
WORDS = "Leuchtfeuer und Seezeichen, "


def long_article(characters: int) -> QuoteArticle:
    """One whose last speaker says so much more."""
    text = TEXT[:-1] + " " + WORDS * (characters // len(WORDS)) + "“"
    article = quote_article("lang-1", text=text)
    said = Span(begin=text.index("„Mir schrieb"), end=len(text))
    quote = article.quotes[1].model_copy(update={"spans": [said], "text": text[said.begin :]})
    return article.model_copy(update={"quotes": [article.quotes[0], quote]})


@pytest.fixture
def article(writer: StoreWriter) -> QuoteArticle:
    article = long_article(100_000)
    writer.add([message(article, offset=50)])
    return article


async def test_lists_have_the_beginning_of_a_long_quote_and_files_the_whole(
    client: Client, article: QuoteArticle
) -> None:
    said = article.quotes[1].text
    async with client.get("/api/quotes?q=Leuchtfeuer") as answer:
        (hit,) = QuotePage.model_validate_json(await answer.text()).items
    assert hit.quote.text == said[: MOST_CHARACTERS - 1] + "…"
    assert hit.marks
    assert hit.marks[-1].end <= MOST_CHARACTERS
    async with client.get("/search.atom?q=Leuchtfeuer") as answer:
        assert len(await answer.read()) < 3 * MOST_CHARACTERS
    async with client.get("/api/articles") as answer:
        assert len(await answer.read()) < 3 * MOST_CHARACTERS
    async with client.get("/api/quotes?q=Leuchtfeuer&format=csv") as answer:
        (row,) = csv.DictReader(io.StringIO(await answer.text()))
    assert row["text"] == said


async def test_a_long_quote_in_a_list_leads_to_the_whole(client: Client, article: QuoteArticle) -> None:
    async with client.get("/search?q=Leuchtfeuer") as answer:
        page = await answer.text()
    assert len(page) < 8 * MOST_CHARACTERS
    (anchor,) = set(re.findall(r'href="/articles/lang-1#(words-[0-9a-f]+)"', page))
    async with client.get("/articles/lang-1") as answer:
        assert f'id="{anchor}"' in await answer.text()


def test_a_long_quote_that_stands_in_the_new_version_is_not_taken_back(
    writer: StoreWriter, settings: Settings, article: QuoteArticle
) -> None:
    reader = StoreReader(store_path(settings))
    hits = reader.quotes(QuoteQuery(words="Leuchtfeuer"), limit=5, each="statement").items
    writer.add([message(article.model_copy(update={"title": "Neu"}), offset=51)])
    assert (len(hits), reader.taken_back(hits)) == (1, set())
    writer.add([message(quote_article("lang-1"), offset=52)])
    assert len(reader.taken_back(hits)) == 1


async def test_lists_of_statements_have_the_beginning_and_its_page_the_whole(
    client: Client, writer: StoreWriter, article: QuoteArticle
) -> None:
    state = SpeakerStatements("per/tobias-ahlgrimm", window=timedelta(days=14), most=1000)
    for record in quote_records(article):
        if record.speaker is not None and record.speaker.id == "per/tobias-ahlgrimm":
            state.add(record, "2026-03-09T09:00:00.000Z")
    ((name, statement),) = state.statements.items()
    writer.add([TopicMessage("statements", 0, 0, time.time(), encode(statement), {}, name.encode())])
    assert writer.unreadable == 0
    said = article.quotes[1].text
    async with client.get("/api/statements?q=Leuchtfeuer") as answer:
        (found,) = (await answer.json())["items"]
    shown = said[: MOST_CHARACTERS - 1] + "…"
    assert [found["text"], *(paper["text"] for paper in found["articles"])] == [shown, shown]
    async with client.get(f"/statements/{name}") as answer:
        assert said[-200:] in await answer.text()
