"""The newsroom over HTTP: what its address asks for, and what it offers to ask for."""

import re
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from agents.web.limits import SEARCHES
from agents.web.site import SITE
from agents.web.store.writer import StoreWriter, TopicMessage
from tests.web.articles import NOW, hostile_article, message, quote_article

Client = TestClient[Any, Any]


async def page(client: Client, path: str = "/") -> str:
    async with client.get(path, headers={"Accept": "text/html", "Accept-Language": "de"}) as response:
        assert response.status == 200
        return await response.text()


async def test_what_one_visitor_asked_for_is_on_no_other_visitors_page(client: Client) -> None:
    for path in ("/?source=&source=Tagblatt", "/?since=+&nothing=4711"):
        await page(client, path)
        (live,) = re.findall(r'data-live="([^"]*)"', await page(client))
        assert live == "/live?after=3"


async def test_who_narrows_the_newsroom_searches_and_may_do_so_only_so_often(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client.app[SITE].limiter, "_clock", lambda: 0.0)
    for _ in range(SEARCHES.burst):
        await page(client, "/?source=Tagblatt")
    for path in ("/?source=Tagblatt", "/?quoting=1", "/?since=2026-01-01"):
        async with client.get(path) as response:
            assert response.status == 429
    await page(client)


async def test_an_article_without_a_paper_is_no_paper_to_choose(client: Client, writer: StoreWriter) -> None:
    writer.add(
        [message(quote_article("o-1", source=""), offset=8), message(quote_article("o-2", source=None), offset=9)]
    )
    (select,) = re.findall(r'<select id="source".*?</select>', await page(client), re.DOTALL)
    assert re.findall(r">([^<]*)</option>", select)[:3] == [
        "alle",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "Küstenbote",
    ]
    assert " selected" not in select


async def test_a_newsroom_without_articles_says_what_to_do(client: Client, writer: StoreWriter) -> None:
    keys = [b"a-1", "a/2 ü".encode(), hostile_article().id.encode()]
    gone = [TopicMessage("articles.quotes", 0, 3 + n, NOW, None, {}, key) for n, key in enumerate(keys)]
    writer.add(gone)
    shown = await page(client)
    assert "Noch keine Artikel." in shown
    assert "redefluss produce" in shown
    assert '<a href="/operations">Läuft der Strom?</a>' in shown
    assert "redefluss produce" not in await page(client, "/?source=Tagblatt"), "there may be articles of others"
