"""Dates on the pages: a publication that cannot be is not told as one."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from aiohttp.test_utils import TestClient

from agents.web.store.writer import StoreWriter, TopicMessage
from pipeline.quotes import quote_records
from pipeline.statements.speaker import SpeakerStatements
from schemas.codec import encode
from schemas.times import LOCAL_TIME
from tests.web.articles import message, quote_article

Client = TestClient[Any, Any]
PAPER = "{}?speaker=Brinkmeier&source=K%C3%BCstenbote"
ARRIVED = datetime.fromtimestamp(int(time.time()), UTC)
ARRIVED_ON = ARRIVED.astimezone(LOCAL_TIME).date().isoformat()


@pytest.fixture
def statement(writer: StoreWriter) -> str:
    """The id of one whose article says that it was published in 2099."""
    article = quote_article("a-1", published_at="2099-01-01T09:00:00Z")
    writer.add([message(article, offset=7, at=ARRIVED.timestamp())])
    state = SpeakerStatements("per/karla-brinkmeier", window=timedelta(days=14), most=100)
    (record,) = [one for one in quote_records(article) if one.speaker and one.speaker.id == "per/karla-brinkmeier"]
    state.add(record, ARRIVED.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    ((name, said),) = state.statements.items()
    writer.add([TopicMessage("statements", 0, 1, ARRIVED.timestamp(), encode(said), {}, name.encode())])
    return name


@pytest.mark.parametrize(
    "path", ["/", "/articles/a-1", "/search", "/statements/{}", "/entities/per/karla-brinkmeier?view=named"]
)
async def test_the_time_of_arrival_stands_where_an_article_is_of_the_future(
    client: Client, statement: str, path: str
) -> None:
    async with client.get(path.format(statement), headers={"Accept-Language": "de"}) as response:
        page = await response.text()
    shown = re.findall(r'<time datetime="([^"]*)">[^<]*</time> \(Eingang\)', page)
    assert ARRIVED.isoformat() in shown, path
    assert 'datetime="2099' not in page


async def test_it_is_cited_with_its_arrival_and_the_feed_does_not_date_it(client: Client, statement: str) -> None:
    async with client.get(PAPER.format("/search"), headers={"Accept-Language": "de"}) as response:
        (cited,) = re.findall(r'data-copy="([^"]*)"', await response.text())
    assert f"Küstenbote, {ARRIVED_ON} (Eingang), https://" in cited
    async with client.get(PAPER.format("/search.atom")) as response:
        root = ElementTree.fromstring(await response.read())
    assert not [element for element in root.iter() if element.tag.endswith("published")]
    async with client.get(PAPER.format("/api/quotes")) as response:
        (hit,) = (await response.json())["items"]
    assert hit["published_at"] == "2099-01-01T09:00:00Z", "data stays as the record has it"


@pytest.mark.parametrize(
    "path", ["/", "/search", "/shares", "/search.atom", "/api/quotes", "/api/shares", "/entities/per/karla-brinkmeier"]
)
async def test_a_period_may_last_from_the_first_day_of_the_calendar_to_its_last(client: Client, path: str) -> None:
    async with client.get(f"{path}?since=0001-01-01&until=9999-12-31") as response:
        assert response.status == 200
    async with client.get(f"{path}?since=0001-01-01&until=9999-12-32") as response:
        assert response.status == 400


async def test_in_english_no_reader_takes_the_month_for_the_day(client: Client, writer: StoreWriter) -> None:
    """Times are written as the days of charts and filters are."""
    writer.add([message(quote_article("früh", source="Bote", published_at="2026-03-02T08:00:00Z"), at=time.time())])
    shown = {}
    for language in ("en", "en-GB", "de"):
        async with client.get("/search?source=Bote", headers={"Accept-Language": language}) as response:
            shown[language] = set(re.findall(r"<time[^>]*>([^<]*)</time>", await response.text()))
    english = {"Mar 2, 2026, 9:00\N{NARROW NO-BREAK SPACE}AM"}
    assert shown == {"en": english, "en-GB": english, "de": {"02.03.2026, 09:00"}}


@pytest.mark.parametrize(
    ("modified_at", "told"),
    [
        ("2026-03-02T11:30:00Z", "02.03.2026, 10:00 · geändert 02.03.2026, 12:30"),
        ("2026-03-02T09:00:40Z", "02.03.2026, 10:00"),
        ("2099-03-02T09:00:00Z", "02.03.2026, 10:00"),
        (None, "02.03.2026, 10:00"),
    ],
)
async def test_an_article_says_when_its_paper_changed_it(
    client: Client, writer: StoreWriter, modified_at: str | None, told: str
) -> None:
    article = quote_article("geändert").model_copy(update={"modified_at": modified_at})
    writer.add([message(article, offset=9, at=ARRIVED.timestamp())])
    async with client.get("/articles/geändert", headers={"Accept-Language": "de"}) as response:
        (line,) = re.findall(r"<header>\s*<p class=\"meta\">(.*?)</p>", await response.text())
    assert " ".join(re.sub("<[^>]*>", "", line).split()) == f"Küstenbote · {told}"
