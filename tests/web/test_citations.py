"""Quotes as they are copied, and where they are quoted in other words."""

import re
import time
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from agents.web.paths import quote_path
from agents.web.store.writer import StoreWriter, TopicMessage
from pipeline.quotes import quote_records
from pipeline.statements.speaker import SpeakerStatements
from schemas.codec import encode
from schemas.spans import joined
from tests.web.articles import message, quote_article

Client = TestClient[Any, Any]
SAID = "„Wir fangen im Frühjahr an“ … „und hören nicht vor der letzten Haltestelle auf.“"


@pytest.fixture
def statement(writer: StoreWriter) -> str:
    """The id of one that stands in two papers."""
    articles = [quote_article(f"p-{n}", source=f"Bote {n}", published_at=f"2026-03-0{n + 3}T09:00:00Z") for n in (0, 1)]
    writer.add(message(article, offset=n + 10, at=time.time()) for n, article in enumerate(articles))
    state = SpeakerStatements("per/karla-brinkmeier", window=timedelta(days=14), most=100)
    for article in articles:
        for record in quote_records(article):
            if record.speaker is not None and record.speaker.id == "per/karla-brinkmeier":
                state.add(record, "2026-03-09T09:00:00.000Z")
    ((name, said),) = state.statements.items()
    writer.add([TopicMessage("statements", 0, 1, time.time(), encode(said), {}, name.encode())])
    return name


async def copied(client: Client, path: str) -> tuple[list[str], str]:
    """What the buttons of a page copy, and the page."""
    async with client.get(path, headers={"Accept-Language": "de"}) as response:
        page = await response.text()
    assert '<script src="/static/quotes.js" defer>' in page
    return [unescape(text) for text in re.findall(r'<button[^>]* data-copy="([^"]*)">Kopieren</button>', page)], page


async def test_every_quote_of_an_article_can_be_copied_and_leads_to_its_statement(
    client: Client, statement: str
) -> None:
    (first, second, third), page = await copied(client, "/articles/p-0")
    address = "https://nachrichten.example/umbau"
    assert first == f"{SAID} (Karla Brinkmeier, Bote 0, 2026-03-03, {address}) {{origin}}{quote_path('p-0', SAID)}"
    assert second.startswith("„Mir schrieb die Behörde")
    assert third.startswith("‚das Geld reicht nicht‘ (die Behörde, Bote 0, ")
    assert re.findall(r'href="(/statements/[^"]*)">([^<]*)<', page) == [(f"/statements/{statement}", "alle Fassungen")]
    _, other = await copied(client, "/articles/a-1")
    assert "/statements/" not in other, "nobody else has it"


async def test_every_entry_of_a_statement_can_be_copied(client: Client, statement: str) -> None:
    texts, _ = await copied(client, f"/statements/{statement}")
    assert [re.findall(r"Bote \d, [0-9-]*", text) for text in texts] == [["Bote 0, 2026-03-03"], ["Bote 1, 2026-03-04"]]
    assert all(text.startswith(f"{SAID} (Karla Brinkmeier, ") for text in texts)
    assert [text.partition("{origin}")[2] for text in texts] == [quote_path(f"p-{n}", SAID) for n in (0, 1)]


async def test_a_statement_says_of_every_paper_how_it_words_it(client: Client, writer: StoreWriter) -> None:
    """Also of those that have the words above, or a reader would look for them in the paper that came first."""
    state = SpeakerStatements("per/karla-brinkmeier", window=timedelta(days=14), most=100)
    for day, paper, shown in ((3, "Kurz", 0), (4, "Lang", None), (5, "Auch lang", None)):
        article = quote_article(paper, source=paper, published_at=f"2026-03-0{day}T09:00:00Z")
        (quote, *_) = article.quotes
        spans = quote.spans if shown is None else quote.spans[shown : shown + 1]
        said = quote.model_copy(update={"spans": spans, "text": joined(article.text, spans)})
        article = article.model_copy(update={"quotes": [said]})
        writer.add([message(article, offset=day, at=time.time())])
        state.add(quote_records(article)[0], "2026-03-09T09:00:00.000Z")
    ((name, record),) = state.statements.items()
    writer.add([TopicMessage("statements", 0, 1, time.time(), encode(record), {}, name.encode())])
    _, page = await copied(client, f"/statements/{name}")
    wordings = [unescape(text) for text in re.findall(r'<p class="(?:snippet|meta)"(?: lang="de")?>([^<]+)</p>', page)]
    assert wordings == ["„Wir fangen im Frühjahr an“", "Wortlaut wie oben", "Wortlaut wie oben"]


BOTH = "source=Bote+0&source=Bote+1"


@pytest.mark.parametrize("path", ["/search?speaker=per%2Fkarla-brinkmeier&", "/entities/per/karla-brinkmeier?"])
async def test_a_statement_is_shown_and_cited_as_it_was_published_first(
    client: Client, statement: str, path: str
) -> None:
    (text,), page = await copied(client, path + BOTH)
    assert "Bote 0, 2026-03-03" in text
    assert text.endswith(quote_path("p-0", SAID))
    assert "in 2 Blättern" in page
    (text,), _ = await copied(client, path + "source=Bote+1")
    assert "Bote 1, 2026-03-04" in text, "the first of those that are asked for"


async def test_statements_stand_in_the_order_of_their_first_publication(
    client: Client, writer: StoreWriter, statement: str
) -> None:
    between = quote_article("mitte", source="Bote 0", published_at="2026-03-03T12:00:00Z")
    writer.add([message(between, offset=20, at=time.time())])
    texts, _ = await copied(client, "/search?speaker=per%2Fkarla-brinkmeier&" + BOTH)
    assert [text.partition("{origin}")[2] for text in texts] == [quote_path("mitte", SAID), quote_path("p-0", SAID)]
    async with client.get("/search?speaker=per%2Fkarla-brinkmeier&each=paper&" + BOTH) as response:
        assert re.findall(r'class="address" href="/articles/([^"#]*)', await response.text()) == ["p-1", "mitte", "p-0"]


async def test_what_was_cited_is_found_in_a_new_version_in_which_it_has_another_number(
    client: Client, writer: StoreWriter
) -> None:
    """Of a ticker, whose latest entry stands first, a citation led to somebody else's words."""
    article = quote_article("ticker")
    first, second, third = article.quotes
    writer.add([message(article, offset=9, at=time.time())])
    (cited, *_), _ = await copied(client, "/articles/ticker")
    anchor = cited.partition("#")[2]
    moved = [quote.model_copy(update={"id": f"ticker#{n}"}) for n, quote in enumerate((third, second, first, first))]
    writer.add([message(article.model_copy(update={"quotes": moved}), offset=10, at=time.time())])
    _, page = await copied(client, "/articles/ticker")
    jumps = re.findall(r'<a class="jump"[^>]* href="#([^"]*)"', page)
    assert jumps[2:] == [anchor, "quote-3"]
    assert page.count(f'<span class="anchor" id="quote-2"></span><span class="anchor" id="{anchor}"></span>') == 1
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))
