"""The page of shares: where its numbers lead."""

import re
import time
from html import unescape
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from agents.web.store.writer import StoreWriter
from tests.web.test_counting import copy_of, put

Client = TestClient[Any, Any]


async def test_a_region_is_called_otherwise_than_what_is_around_it(client: Client, writer: StoreWriter) -> None:
    put(writer, *(copy_of(n, at=f"2026-09-0{n}T08:00Z") for n in (1, 2)), at=time.time())
    for path in ("/shares", "/entities/per/karla-brinkmeier"):
        async with client.get(path, headers={"Accept-Language": "en"}) as response:
            page = await response.text()
        assert "Over time</h2>" in page
        assert 'role="region" aria-label="As a table: Over time"' in page


@pytest.mark.parametrize(
    "query",
    [
        "by=speaker&source=Blatt%201&since=2026-09-01&until=2026-09-02",
        "by=source&speaker=Brinkmeier&source=Blatt%201",
    ],
)
async def test_the_links_of_both_sides_lead_to_what_they_count(client: Client, writer: StoreWriter, query: str) -> None:
    put(writer, *(copy_of(n, at="2026-09-01T08:00Z") for n in (1, 2)), at=time.time())
    async with client.get(f"/shares?{query}&vs_source=Blatt%202&vs_since=2026-01-01") as response:
        tables = re.findall(r'<table class="shares">.*?</table>', await response.text(), re.DOTALL)
    for table, paper in zip(tables, ("Blatt 1", "Blatt 2"), strict=True):
        link = unescape(re.findall(r'<th scope="row"><a href="([^"]*)"', table)[0])
        async with client.get(link.replace("/search", "/api/quotes")) as response:
            found = await response.json()
        assert (found["total"], found["items"][0]["source"]) == (1, paper), link


async def test_the_quotes_that_are_counted_can_be_exported(client: Client, writer: StoreWriter) -> None:
    """The page led to those with one of the values alone, and not to all of them."""
    put(writer, *(copy_of(n, at="2026-09-01T08:00Z") for n in (1, 2)), at=time.time())
    path = "/shares?by=gender&speaker=Brinkmeier&source=Blatt%201&vs_source=Blatt%202"
    async with client.get(path, headers={"Accept-Language": "de"}) as response:
        (link,) = re.findall(r'<a href="([^"]*)">Suche, Export</a>', await response.text())
    assert unescape(link) == "/search?speaker=Brinkmeier&source=Blatt+1"


async def test_a_long_time_is_told_by_weeks_that_begin_on_mondays(client: Client, writer: StoreWriter) -> None:
    first, last = copy_of(1, at="2026-06-03T08:00Z"), copy_of(2, at="2026-08-31T08:00Z", simhash="f" * 16)
    put(writer, first, last, at=time.time())
    async with client.get("/api/shares?by=source&each=paper&since=2026-06-01&until=2026-09-06") as response:
        found = await response.json()
    weeks = found["over_time"]
    assert (found["period"], weeks[0]["day"], weeks[1]["day"], weeks[-1]["day"]) == (
        "week", "2026-06-01", "2026-06-08", "2026-08-31",
    )  # fmt: skip
    assert sum(week["total"] for week in weeks) == found["total"] > 0


async def test_what_tells_the_gender_is_counted_for_each(client: Client, writer: StoreWriter) -> None:
    articles = []
    for number, source in enumerate(("role", "name"), start=1):
        article = copy_of(number)
        minister, town, critic = article.entities
        minister = minister.model_copy(update={"gender": "f", "gender_from": source})
        critic = critic.model_copy(update={"gender": "m", "gender_from": "title"})
        articles.append(article.model_copy(update={"entities": [minister, town, critic]}))
    put(writer, *articles, at=time.time())
    async with client.get("/api/shares?by=gender&each=paper&source=Blatt%201&source=Blatt%202") as response:
        found = await response.json()
    told = {line["value"]: line["evidence"] for line in found["values"]}
    assert told == {"f": {"role": 1, "name": 1}, "m": {"title": 2}, "unknown": {}}


async def test_that_nothing_matches_is_said_only_where_nothing_does(client: Client, writer: StoreWriter) -> None:
    put(writer, copy_of(1), at=time.time())
    for query, words, others in (
        ("by=agency", "of them without", "Nothing that is kept matches."),
        ("by=agency&q=Zirkus", "Nothing that is kept matches.", "of them without"),
    ):
        async with client.get(f"/shares?{query}", headers={"Accept-Language": "en"}) as response:
            page = await response.text()
        assert words in page, query
        assert others not in page, query
