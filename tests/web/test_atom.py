"""The Atom feed of a search."""

import time
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
import yarl
from aiohttp.test_utils import TestClient

from agents.web.paths import quote_path
from agents.web.store.writer import StoreWriter
from schemas.times import instant_at, rfc3339
from tests.web.articles import TEXT, message, quote_article, span
from tests.web.test_citations import SAID

Client = TestClient[Any, Any]
NEWS = "http://www.w3.org/2005/Atom"


def valid_atom(feed: ElementTree.Element) -> None:
    """What RFC 4287 demands of a feed and its entries (4.1.1 and 4.1.2)."""

    def one(parent: ElementTree.Element, tag: str) -> str:
        (found,) = parent.findall(f"{{{NEWS}}}{tag}")
        return found.text or ""

    entries = feed.findall(f"{{{NEWS}}}entry")
    for element in (feed, *entries):
        assert one(element, "title")
        assert yarl.URL(one(element, "id")).is_absolute()
        assert datetime.fromisoformat(one(element, "updated")).tzinfo is not None
        links = [link.attrib for link in element.findall(f"{{{NEWS}}}link")]
        assert all(link["href"].startswith("http") for link in links)
        alternate = [(link.get("type"), link.get("hreflang")) for link in links if link.get("rel") == "alternate"]
        assert len(alternate) == len(set(alternate)) == 1
    assert all(one(entry.findall(f"{{{NEWS}}}author")[0], "name") for entry in entries), "the feed has no author"
    ids = [one(entry, "id") for entry in entries]
    assert len(ids) == len(set(ids))


async def feed(client: Client, path: str, **headers: str) -> ElementTree.Element:
    async with client.get(path, headers=headers) as response:
        assert response.content_type == "application/atom+xml"
        root = ElementTree.fromstring(await response.read())
    assert root.tag == f"{{{NEWS}}}feed"
    valid_atom(root)
    return root


def addresses(root: ElementTree.Element) -> list[str]:
    """Of the entries, in their order, without the host."""
    entries = root.findall(f"{{{NEWS}}}entry")
    links = [entry.find(f"{{{NEWS}}}link") for entry in entries]
    return [yarl.URL(link.get("href", "")).relative().human_repr() for link in links if link is not None]


async def test_the_feed_of_a_search_is_atom(client: Client) -> None:
    root = await feed(client, "/search.atom?q=fruehjahr&source=Tagblatt")
    (entry,) = root.findall(f"{{{NEWS}}}entry")
    assert entry.find(f"{{{NEWS}}}link").get("href", "").endswith(quote_path("a/2 ü", SAID))  # type: ignore[union-attr]


async def test_what_arrives_late_is_in_it_and_a_statement_in_six_papers_once(
    client: Client, writer: StoreWriter
) -> None:
    now = time.time()
    new = [quote_article(f"n-{n}", published_at=f"2026-04-{n // 24 + 1:02}T{n % 24:02}:00Z") for n in range(60)]
    late = [
        quote_article(f"l-{n}", source=f"Blatt {n}", simhash="f" * 16, published_at=f"2025-12-0{n + 1}T09:00Z")
        for n in range(6)
    ]
    writer.add(message(article, offset=n, at=now + n) for n, article in enumerate((*new, *late)))
    found = addresses(await feed(client, "/search.atom?speaker=per/karla-brinkmeier"))
    assert found[:3] == [quote_path(id_, SAID) for id_ in ("l-0", "n-59", "n-58")]
    assert len(found) == 50


async def test_in_a_new_version_other_words_are_another_entry_and_the_same_words_the_same(
    client: Client, writer: StoreWriter
) -> None:
    """Whatever their numbers there: readers show an entry that they know as read."""
    article = quote_article("n", source="Bote")
    said = article.quotes[0]
    part = said.spans[0]
    other = said.model_copy(update={"spans": [part], "text": article.text[part.begin : part.end]})
    entries: dict[str, set[str]] = {}
    for version in (
        article,
        article.model_copy(update={"quotes": [other]}),
        article.model_copy(update={"quotes": [said.model_copy(update={"id": number}) for number in ("n#1", "n#2")]}),
    ):
        writer.add([message(version, offset=len(entries), at=time.time())])
        root = await feed(client, "/search.atom?q=fruehjahr&source=Bote")
        (entry,) = root.findall(f"{{{NEWS}}}entry")
        entries.setdefault(entry.findtext(f"{{{NEWS}}}content", ""), set()).add(entry.findtext(f"{{{NEWS}}}id", ""))
    (first,), (second,) = entries.values()
    assert first != second


async def test_a_new_version_of_the_article_that_came_first_makes_no_entry_of_what_another_paper_has(
    client: Client, writer: StoreWriter
) -> None:
    """Nor does it change one: readers would show the same once more."""
    first, second = (quote_article(name, source=f"Blatt {name}", simhash="f" * 16) for name in ("a", "b"))
    now = time.time()
    entries = []
    for hours, version in ((5, first), (4, second), (1, first.model_copy(update={"title": "Berichtigt"}))):
        writer.add([message(version, offset=hours, at=now - 3600 * hours)])
        root = await feed(client, "/search.atom?q=fruehjahr&source=Blatt+a&source=Blatt+b")
        entries.append(
            [(e.findtext(f"{{{NEWS}}}id"), e.findtext(f"{{{NEWS}}}updated")) for e in root.iter(f"{{{NEWS}}}entry")]
        )
    assert len(entries[0]) == 1
    assert entries == entries[:1] * 3


async def test_no_entry_was_updated_before_it_was_published(client: Client, writer: StoreWriter) -> None:
    """As when an article comes again with a later time of publication, and the same words."""
    now = time.time()
    for hours, published_at in ((5, "2026-03-02T09:00:00Z"), (1, rfc3339(instant_at(now - 7200)))):
        writer.add([message(quote_article("n", source="Bote", published_at=published_at), at=now - 3600 * hours)])
    root = await feed(client, "/search.atom?q=fruehjahr&source=Bote")
    (entry,) = root.findall(f"{{{NEWS}}}entry")
    updated = entry.findtext(f"{{{NEWS}}}updated", "")
    assert entry.findtext(f"{{{NEWS}}}published", updated) <= updated


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("speaker=per/karla-brinkmeier&verbatim=true", "Redefluss · Sprecher: Karla Brinkmeier · Wortlaut: wörtlich"),
        ("about=per/karla-brinkmeier&gender=f&limit=3", "Redefluss · Über: Karla Brinkmeier · Geschlecht: Frauen"),
        (
            "q=Müll+%26+%3CSand%3E&since=2026-03-02&source=A&source=B",
            "Redefluss · Müll & <Sand> · Quelle: A · Quelle: B · Von: 02.03.2026",
        ),
        ("", "Redefluss"),
    ],
)
async def test_its_title_says_what_is_searched_as_the_page_does(client: Client, query: str, title: str) -> None:
    """By it readers tell their feeds apart: what somebody says is another than what others say about them."""
    root = await feed(client, f"/search.atom?{query}", **{"Accept-Language": "de"})
    assert root.findtext(f"{{{NEWS}}}title") == title


async def test_a_title_that_leaves_words_out_says_so(client: Client, writer: StoreWriter) -> None:
    words = "„Erstens\nzweitens " + "und so weiter " * 20 + "Schluss“"
    text = f"{TEXT}\n\n{words}, sagte sie."
    article = quote_article("lang", source="Bote", text=text)
    quote = article.quotes[0].model_copy(update={"text": words, "spans": [span(text, words)]})
    writer.add([message(article.model_copy(update={"quotes": [quote]}), at=time.time())])
    (entry,) = (await feed(client, "/search.atom?source=Bote")).findall(f"{{{NEWS}}}entry")
    title = entry.findtext(f"{{{NEWS}}}title", "")
    assert title.startswith("Karla Brinkmeier: „Erstens zweitens und so weiter")
    assert title.endswith("…")
    assert len(title) < 200
    assert words in entry.findtext(f"{{{NEWS}}}content", "")


async def test_behind_a_proxy_with_tls_its_addresses_are_https(client: Client) -> None:
    headers = {"Host": "localhost", "X-Forwarded-Proto": "https"}
    root = await feed(client, "/search.atom?q=fruehjahr", **headers)
    ids = [element.text or "" for element in root.iter(f"{{{NEWS}}}id")]
    links = [link.get("href", "") for link in root.iter(f"{{{NEWS}}}link")]
    assert all(address.startswith("https://localhost/") for address in (*ids, *links))
