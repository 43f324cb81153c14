"""What narrows a search: kept by its form, shown value by value, and found however long it is."""

import re
import time
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import yarl
from aiohttp.test_utils import TestClient

from agents.web.store.writer import StoreWriter
from tests.web.articles import message, quote_article

Client = TestClient[Any, Any]
MINISTER = "per/karla-brinkmeier"
LONG = "Amt für " + "sehr " * 60 + "Langes"


@pytest.fixture(autouse=True)
def three_papers(writer: StoreWriter) -> None:
    articles = [quote_article(f"b-{n}", source=f"Blatt {n}") for n in range(3)]
    writer.add(message(article, offset=n + 10, at=time.time()) for n, article in enumerate(articles))


async def get(client: Client, path: str) -> str:
    async with client.get(path, headers={"Accept-Language": "de"}) as response:
        assert response.status == 200
        return await response.text()


class Form(HTMLParser):
    """What a browser sends with the form of narrowing."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._select = ""
        self.feed(re.findall(r'<form class="fields".*?</form>', page, re.DOTALL)[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "select":
            self._select = found["name"] or ""
        elif tag == "input" and found.get("value"):
            self.fields.append((found["name"] or "", found["value"] or ""))
        elif tag == "option" and "selected" in found and found.get("value", "x"):
            self.fields.append((self._select, found.get("value") or ""))

    def handle_data(self, data: str) -> None:
        if self.fields and self.fields[-1] == (self._select, ""):  # an option without a value is called as it is
            self.fields[-1] = (self._select, data)


def chips(page: str) -> list[tuple[str, str]]:
    """What they say, and the address without it."""
    found = re.findall(r'<a class="chip" href="([^"]*)" aria-label="ohne [^"]*">(.*?) ×</a>', page)
    return [(unescape(re.sub("</?bdi>", "", text)), unescape(link)) for link, text in found]


def field_of(page: str, name: str) -> dict[str, str]:
    """The attributes of a form's field."""
    (field,) = re.findall(rf'<input [^>]*name="{name}"[^>]*>', page)
    return dict(re.findall(r'(\w+)="([^"]*)"', field))


@pytest.mark.parametrize("path", ["/search", "/shares", f"/entities/{MINISTER}"])
async def test_the_form_and_the_chips_keep_every_source(client: Client, path: str) -> None:
    query = [("source", "Blatt 0"), ("source", "Blatt 1"), ("party", "Grüne & Co"), ("since", "2026-01-01")]
    page = await get(client, f"{path}?{urlencode(query)}")
    assert sorted(Form(page).fields) == sorted([*query, *([("by", "speaker")] if path == "/shares" else [])])
    shown = dict(chips(page))
    assert [text for text in shown if text.startswith("Quelle")] == ["Quelle: Blatt 0", "Quelle: Blatt 1"]
    without = Form(await get(client, shown["Quelle: Blatt 0"])).fields
    assert [value for name, value in without if name == "source"] == ["Blatt 1"]


async def test_chips_write_days_as_people_do(client: Client) -> None:
    page = await get(client, "/search?since=2026-01-02&until=2026-03-04T12:00:00Z")
    assert [text for text, _ in chips(page)] == ["Von: 02.01.2026", "Bis: 04.03.2026, 13:00"]
    page = await get(client, "/search?since=20260102T9")  # which Python takes for that day
    assert [text for text, _ in chips(page)] == ["Von: 02.01.2026"]


@pytest.mark.parametrize("path", ["/", "/search", "/shares", f"/entities/{MINISTER}"])
@pytest.mark.parametrize("name", ["since", "until", "vs_since"])
async def test_a_form_keeps_the_hour_that_a_search_is_narrowed_to(client: Client, path: str, name: str) -> None:
    """With the next word that was searched for, what was published since six o'clock became that of the whole day."""
    if name == "vs_since" and path != "/shares":
        return
    for moment in ("2026-03-01T18:00", "2026-03-01T18:00:00", "2026-03-01T17:00:00Z", "2026-03-01T18:00:00+01:00"):
        field = field_of(await get(client, f"{path}?{name}={quote(moment)}"), name)
        assert (field["type"], field["value"][:16]) == ("datetime-local", "2026-03-01T18:00"), moment
    for value, day in (("2026-03-01", "2026-03-01"), ("%202026-03-01%20", "2026-03-01"), ("20260301T9", "2026-03-01")):
        field = field_of(await get(client, f"{path}?{name}={value}"), name)
        assert (field["type"], field["value"]) == ("date", day)
    assert field_of(await get(client, f"{path}?{name}=9999-12-31T23:30:00Z"), name)["type"] == "datetime-local"
    assert field_of(await get(client, path), name)["type"] == "date"


@pytest.mark.parametrize("path", ["/search", "/shares"])
async def test_chips_say_what_people_call_it(client: Client, path: str) -> None:
    query = {"speaker": MINISTER, "about": "per/tobias-ahlgrimm", "gender": "f", "type": "Direct", "verbatim": "1"}
    page = await get(client, f"{path}?{urlencode(query)}")
    assert [text for text, _ in chips(page)] == [
        "Sprecher: Karla Brinkmeier",
        "Über: Tobias Ahlgrimm",
        "Geschlecht: Frauen",
        "Art: direkt",
        "Wortlaut: wörtlich",
    ]
    words = await get(client, f"{path}?speaker=Brinkm&verbatim=no")
    assert [text for text, _ in chips(words)] == ["Sprecher: Brinkm", "Wortlaut: sinngemäß"]


async def test_both_sides_of_a_comparison_are_called_by_their_names(client: Client, writer: StoreWriter) -> None:
    writer.add([message(quote_article("n", published_at="2026-03-05T09:00:00Z"), offset=30, at=time.time())])
    for first, second, called in (
        (f"speaker={MINISTER}", "vs_speaker=per/tobias-ahlgrimm", ["Karla Brinkmeier", "Tobias Ahlgrimm"]),
        ("speaker=Brinkm", "vs_speaker=Ahlg", ["Brinkm", "Ahlg"]),
        ("source=Blatt+0&source=Blatt+1", "vs_source=Blatt+2", ["Blatt 0, Blatt 1", "Blatt 2"]),
        ("since=2026-03-01", "vs_source=Blatt+2", ["alle", "Blatt 2"]),
        ("since=2026-03-01", "vs_since=2026-03-02&vs_source=Blatt+2", ["01.03.2026 –", "Blatt 2, 02.03.2026 –"]),
        ("until=2026-03-01", "vs_until=2026-03-02T09:30", ["– 01.03.2026", "– 02.03.2026, 09:30"]),
    ):
        page = await get(client, f"/shares?by=source&{first}&{second}")
        assert re.findall(r"<h2>([^<]*)</h2>", page)[:2] == called
    alone, compared = [await get(client, f"/shares?speaker={MINISTER}{more}") for more in ("", "&vs_speaker=Ahlg")]
    assert re.findall(r'<h2 id="over-time">([^<]*)', alone) == ["Im Lauf der Zeit"]
    assert re.findall(r'<h2 id="over-time">([^<]*)', compared) == ["Im Lauf der Zeit: Karla Brinkmeier"]


async def test_the_articles_that_name_someone_are_narrowed_and_the_tabs_tell_how_much_is_left(
    client: Client, writer: StoreWriter
) -> None:
    at, simhash = "2026-04-01T09:00:00Z", "f" * 16
    new = [quote_article(f"n-{n}", source=f"Blatt {n}", published_at=at, simhash=simhash) for n in (0, 9)]
    writer.add(message(article, offset=20, at=time.time()) for article in new)
    for query, counts, shown in (
        ("", [6, 0, 7], 6),
        ("&source=Blatt+0", [2, 0, 2], 2),
        ("&source=Blatt+0&source=Blatt+1&q=nirgends", [0, 0, 3], 3),
        ("&since=2026-04-01", [1, 0, 2], 1),
        ("&since=2026-04-01&each=paper", [2, 0, 2], 1),
        ("&until=2025-01-01", [0, 0, 0], 0),
    ):
        page = await get(client, f"/entities/{MINISTER}?view=named{query}")
        assert [int(count) for count in re.findall(r'<span class="count">(\d+)</span></a>', page)] == counts, query
        named = re.findall(r'<h2 id="found">Genannt in</h2>(.*?)</section>', page, re.DOTALL)[0]
        assert re.sub(r"<details.*?</details>", "", named, flags=re.DOTALL).count('href="/articles/') == shown, query
        fields = [field for field in Form(page).fields if field != ("view", "named")]
        assert sorted(fields) == sorted(yarl.URL(f"?{query}").query.items()), query
        assert len(chips(page)) == query.count("source") + query.count("since") + query.count("until")


async def test_long_names_are_found(client: Client, writer: StoreWriter) -> None:
    article = quote_article("lang", source=LONG)
    minister = article.entities[0].model_copy(update={"affiliations": [LONG], "roles": [LONG]})
    article = article.model_copy(update={"agencies": [LONG], "entities": [minister, *article.entities[1:]]})
    writer.add([message(article, offset=99, at=time.time())])
    for field in ("source", "party", "role", "agency"):
        page = await get(client, f"/search?{field}={quote(LONG)}&speaker={quote(MINISTER)}")
        assert "1 Äußerung<" in page, field
    page = await get(client, f"/?source={quote(LONG)}")
    assert page.count("<article") == 1


async def test_who_is_called_differently_may_be_several_people_of_one_name(client: Client, writer: StoreWriter) -> None:
    """The page had the role and affiliation of the article that came last, as if all statements were that person's."""
    path = f"/entities/{MINISTER}"
    assert "gleichen Namens" not in await get(client, path)
    article = quote_article("dorf", source="Dorfblatt")
    person, *others = article.entities
    mayor = person.model_copy(update={"roles": ["Bürgermeisterin"], "affiliations": ["Wähler & Co"]})
    article = article.model_copy(update={"entities": [mayor, *others]})
    writer.add([message(article, offset=30, at=time.time())])
    page = await get(client, path)
    (line,) = re.findall(r"<p[^>]*>In den Artikeln:.*?</p>", page)
    called = re.findall(r'<a href="([^"]*)"><bdi>([^<]*)</bdi></a> <span class="count">(\d+)</span>', line)
    assert {unescape(name) for _, name, _ in called} == {"Verkehrsministerin", "Bürgermeisterin", "Wähler & Co"}
    assert "Auf dieser Seite können mehrere Menschen gleichen Namens stehen." in line
    for link, name, count in called:
        narrowed = await get(client, unescape(link))
        assert f'<span role="status">{count} Äußerung' in narrowed
        assert unescape(name) in " ".join(text for text, _ in chips(narrowed))
