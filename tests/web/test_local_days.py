"""Days and times are those of Germany: on the pages, in filters, in charts and in what is copied."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from agents.web.store.writer import StoreWriter
from schemas.times import day_begins, day_ends
from tests.web.articles import NOW, message, quote_article

Client = TestClient[Any, Any]
ONLY = "source=Nachtblatt"


@pytest.fixture
def night(writer: StoreWriter) -> None:
    """An article of half past midnight in Germany, when it was still the day before in UTC."""
    night = quote_article("nacht", source="Nachtblatt", published_at="2026-01-31T23:30:00Z")
    writer.add([message(night, offset=9, at=NOW)])


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize("path", ["/", "/search", "/entities/per/karla-brinkmeier", "/search.atom", "/api/quotes"])
async def test_a_filter_takes_the_days_of_germany(client: Client, path: str) -> None:
    for period, there in (
        ("since=2026-02-01&until=2026-02-01", True),
        ("until=2026-01-31", False),
        ("since=2026-02-01T00:30", True),
        ("since=2026-02-01T00:31", False),
    ):
        async with client.get(f"{path}?{ONLY}&{period}") as response:
            assert ("/articles/nacht" in (await response.text()).replace('_id":"', "/articles/")) == there, period


@pytest.mark.usefixtures("night")
async def test_charts_and_citations_have_the_days_of_germany(client: Client) -> None:
    async with client.get(f"/api/shares?{ONLY}") as response:
        assert [period["day"] for period in (await response.json())["over_time"]] == ["2026-02-01"]
    async with client.get("/api/entities/per%2Fkarla-brinkmeier") as response:
        assert {"day": "2026-02-01", "quotes": 1, "articles": 1} in (await response.json())["days"]
    async with client.get(f"/search?{ONLY}", headers={"Accept-Language": "de"}) as response:
        page = await response.text()
    assert "01.02.2026, 00:30" in page
    assert all("Nachtblatt, 2026-02-01, " in unescape(text) for text in re.findall(r'data-copy="([^"]*)"', page))


def test_the_days_on_which_clocks_change_are_as_long_as_they_are() -> None:
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)):
        assert day_ends(day) - day_begins(day) == hours * 3600
        assert day_ends(day) == day_begins(date.fromordinal(day.toordinal() + 1))
