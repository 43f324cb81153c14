"""Lists of quotes, what is copied from them, and feeds say where it is not sure who spoke, and what are no words of
the speaker's."""

import re
import time
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from aiohttp.test_utils import TestClient

from agents.web.store.writer import StoreWriter, TopicMessage
from pipeline.quotes import quote_records
from pipeline.statements.speaker import SpeakerStatements
from schemas.codec import encode
from schemas.records import QuoteArticle
from tests.web.articles import TEXT, message, quote_article, span

Client = TestClient[Any, Any]
PATHS = ("/?source=Rateblatt", "/search?source=Rateblatt", "/entities/per/karla-brinkmeier?source=Rateblatt")


def store(writer: StoreWriter, article: QuoteArticle) -> str:
    """Keep the article and the statement of its first quote; the statement's id."""
    state = SpeakerStatements("per/karla-brinkmeier", window=timedelta(days=14), most=100)
    state.add(quote_records(article)[0], "2026-03-09T09:00:00.000Z")
    ((name, said),) = state.statements.items()
    now = time.time()
    writer.add(
        [message(article, offset=9, at=now), TopicMessage("statements", 0, 1, now, encode(said), {}, name.encode())]
    )
    return name


@pytest.fixture
def doubtful(writer: StoreWriter) -> str:
    """An article whose first quote may be of somebody else, the others are sure; the id of that quote's statement."""
    article = quote_article("rate", source="Rateblatt")
    sure = [0.5, 0.95, 0.75]
    quotes = [
        quote.model_copy(update={"speaker": quote.speaker.model_copy(update={"confidence": value})})
        for quote, value in zip(article.quotes, sure, strict=True)
        if quote.speaker is not None
    ]
    return store(writer, article.model_copy(update={"quotes": quotes}))


@pytest.mark.usefixtures("doubtful")
@pytest.mark.parametrize("path", PATHS)
async def test_a_speaker_who_is_a_guess_is_told_as_one(client: Client, path: str) -> None:
    async with client.get(path, headers={"Accept-Language": "de"}) as response:
        quotes = re.findall(r"<blockquote>.*?</blockquote>", await response.text(), re.DOTALL)
    doubted = [quote for quote in quotes if "Sprecher unsicher" in quote]
    assert len(doubted) == 1
    assert "Wir fangen im Frühjahr an" in doubted[0]


@pytest.mark.parametrize("path", [*PATHS[1:], "/articles/rate", "/statements/{}"])
async def test_what_is_copied_says_it_too(client: Client, doubtful: str, path: str) -> None:
    async with client.get(path.format(doubtful), headers={"Accept-Language": "de"}) as response:
        copied = re.findall(r' data-copy="([^"]*)"', await response.text())
    (doubted,) = [text for text in copied if "Sprecher unsicher" in text]
    assert doubted.startswith("„Wir fangen im Frühjahr an“")
    assert "(Karla Brinkmeier, Sprecher unsicher, Rateblatt, " in doubted


async def test_a_statement_says_in_which_papers_it_is_a_guess(client: Client, doubtful: str) -> None:
    async with client.get(f"/statements/{doubtful}", headers={"Accept-Language": "de"}) as response:
        (entry,) = re.findall(r'<li class="card">.*?</li>', await response.text(), re.DOTALL)
    assert '<span class="doubt">Sprecher unsicher</span>' in entry


@pytest.mark.usefixtures("doubtful")
async def test_a_feed_says_it_where_readers_show_it(client: Client) -> None:
    async with client.get("/search.atom?source=Rateblatt", headers={"Accept-Language": "de"}) as response:
        entries = ElementTree.fromstring(await response.read()).findall("{*}entry")
    said = {entry.findtext("{*}title"): entry.findtext("{*}content") for entry in entries}
    ((title, content),) = [item for item in said.items() if "Frühjahr" in str(item)]
    assert title is not None
    assert title.startswith("Karla Brinkmeier (Sprecher unsicher): „Wir fangen")
    assert content is not None
    assert content.endswith("\n\nKarla Brinkmeier (Sprecher unsicher), Rateblatt")
    assert str(said).count("unsicher") == 2


@pytest.fixture
def reported(writer: StoreWriter) -> str:
    """An article with a report of what was said, an answer of an interview, which has no marks, and a report with words
    in marks; the id of the first one's statement."""
    article = quote_article("bericht", source="Berichtblatt")
    quotes = [
        quote.model_copy(update={"type": kind, "spans": [part], "text": article.text[part.begin : part.end]})
        for quote, kind, part in zip(
            article.quotes,
            ("Indirect", "Direct", "Indirect"),
            [
                span(TEXT, words)
                for words in ("Wir fangen im Frühjahr an", "dabei bleibt es", "‚das Geld reicht nicht‘")
            ],
            strict=True,
        )
    ]
    return store(writer, article.model_copy(update={"quotes": quotes}))


@pytest.mark.parametrize("path", ["/search?source=Berichtblatt", "/articles/bericht", "/statements/{}"])
async def test_what_is_copied_says_what_are_no_words_of_the_speaker(client: Client, reported: str, path: str) -> None:
    """An answer of an interview has no marks either."""
    async with client.get(path.format(reported), headers={"Accept-Language": "de"}) as response:
        copied = re.findall(r' data-copy="([^"]*)"', await response.text())
    (in_substance,) = [text for text in copied if "sinngemäß" in text]
    assert in_substance.startswith("Wir fangen im Frühjahr an (Karla Brinkmeier, sinngemäß, Berichtblatt, ")
    assert len(copied) == (1 if "statements" in path else 3)


@pytest.mark.usefixtures("reported")
async def test_a_feed_says_it_too(client: Client) -> None:
    async with client.get("/search.atom?source=Berichtblatt", headers={"Accept-Language": "de"}) as response:
        entries = ElementTree.fromstring(await response.read()).findall("{*}entry")
    assert len(entries) == 3
    ((title, content),) = [
        (entry.findtext("{*}title", ""), entry.findtext("{*}content", ""))
        for entry in entries
        if "sinngemäß" in ElementTree.tostring(entry, encoding="unicode")
    ]
    assert title == "Karla Brinkmeier (sinngemäß): Wir fangen im Frühjahr an"
    assert content.endswith("\n\nKarla Brinkmeier (sinngemäß), Berichtblatt")


@pytest.mark.parametrize("access", ["teaser", "free", "unknown"])
async def test_an_article_of_which_only_the_beginning_is_there_says_so(
    client: Client, writer: StoreWriter, access: str
) -> None:
    """Who is not quoted there may be quoted in the rest."""
    article = quote_article("abo").model_copy(update={"access": access})
    writer.add([message(article, offset=9, at=time.time())])
    async with client.get("/articles/abo", headers={"Accept-Language": "de"}) as response:
        said = "Nur der Anfang: Der Rest des Artikels ist für Abonnenten" in await response.text()
    assert said == (access == "teaser")
