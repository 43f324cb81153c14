"""Every page, over HTTP, with friendly and with hostile articles."""

import asyncio
import logging
import math
import re
import socket
import struct
import threading
import time
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from aiohttp import ClientTimeout
from aiohttp.test_utils import TestClient
from prometheus_client.parser import text_string_to_metric_families
from yarl import URL

from agents.settings import Settings
from agents.web.middleware import HEADERS
from agents.web.paths import article_path, entity_path
from agents.web.site import SITE
from agents.web.store.writer import StoreWriter, TopicMessage
from agents.web.views import articles
from schemas.codec import encode
from schemas.records import QuoteArticle
from tests.web.articles import hostile_article, quote_article
from tests.web.conftest import TOKEN, FakeStatus, Serve, all_is_well, prune

Client = TestClient[Any, Any]
HTML = {"Accept": "text/html"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
HOSTILE = hostile_article()

PAGES = [
    "/",
    "/search",
    "/search?words=umbau",
    "/search?q=script&speaker=img&party=x&source=script",
    article_path("a-1"),
    article_path("a/2 ü"),
    article_path(HOSTILE.id),
    entity_path("per/karla-brinkmeier"),
    entity_path(HOSTILE.entities[0].id),
    "/operations",
    "/feeds",
    "/dead-letters",
    "/dead-letters?stage=%3Cscript%3E&reason=%22%3E%3Cimg%3E",
    "/login",
    "/login?next=%22%3E%3Cscript%3E",
    "/fragments/ranks",
    "/fragments/operations",
    "/articles/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "/%3Cscript%3E",
]


class Tags(HTMLParser):
    """All tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


async def get(client: Client, path: str, **options: Any) -> tuple[int, str]:
    async with client.get(URL(path, encoded=True), allow_redirects=False, **options) as response:
        return response.status, await response.text()


@pytest.mark.parametrize("path", PAGES)
async def test_pages_hold_nothing_but_their_own_scripts(client: Client, path: str) -> None:
    async with client.get(URL(path, encoded=True), headers=HTML) as response:
        assert response.status in {200, 404}
        for name, value in HEADERS.items():
            assert response.headers[name] == value
        text = await response.text()
    tags = Tags()
    tags.feed(text)
    for tag, attributes in tags.found:
        assert not any(name.startswith("on") or name == "style" for name in attributes), (tag, attributes)
        assert tag not in {"iframe", "object", "base", "style", "img", "b"} or (tag == "b" and not attributes)
        if tag == "script":
            assert re.fullmatch(r"/static/[a-z]+\.js", attributes["src"] or "")
        for name in ("href", "src", "action"):
            value = attributes.get(name)
            assert value is None or value.startswith(("/", "#", "https://", "http://")), (tag, value)


async def test_a_hostile_article_is_shown_as_text(client: Client) -> None:
    status, text = await get(client, article_path(HOSTILE.id), headers=HTML)
    assert status == 200
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text
    assert "<img" not in text
    assert 'href="javascript:' not in text


async def test_the_newsroom_shows_articles_speakers_and_ranks(client: Client) -> None:
    _, text = await get(client, "/", headers=HTML)
    assert "Brinkmeier kündigt Umbau an" in text
    assert 'href="/entities/per/karla-brinkmeier"' in text
    assert 'href="/articles/a%2F2%20%C3%BC"' in text
    assert "Meistzitiert" in text


async def test_the_language_is_the_browsers(client: Client) -> None:
    _, text = await get(client, "/", headers=HTML | {"Accept-Language": "en-GB"})
    assert '<html lang="en">' in text
    assert "Most quoted" in text


async def test_an_article_is_shown_with_its_quotes_tied_to_speakers(client: Client) -> None:
    _, text = await get(client, "/articles/a-1", headers=HTML)
    assert text.count('data-quotes="0"') == 2
    assert 'data-quotes="1 2"' in text
    assert re.search(
        r'data-role-of="0"><a class="entity" href="/entities/per/karla-brinkmeier"[^>]*>Brinkmeier</a>', text
    )
    assert "Jetzt den Newsletter bestellen" in text
    assert 'href="https://nachrichten.example/umbau"' in text


async def test_others_are_answered_while_a_long_article_is_made(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, answered = threading.Event(), threading.Event()

    def long(article: QuoteArticle) -> list[None]:
        begun.set()
        assert answered.wait(10)
        return [None] * len(article.quotes)

    monkeypatch.setattr(articles, "hues", long)
    page = asyncio.create_task(get(client, "/articles/a-1", headers=HTML))
    while not begun.is_set():
        await asyncio.sleep(0.01)
    async with asyncio.timeout(5), client.get("/health/live") as response:
        assert response.status == 200
    answered.set()
    assert (await page)[0] == 200


@pytest.mark.parametrize("path", ["/articles/a%2F2%20%C3%BC", "/articles/a/2%20%C3%BC", "/articles/?id=a%2F2%20%C3%BC"])
async def test_ids_with_slashes_are_found_in_every_spelling(client: Client, path: str) -> None:
    status, text = await get(client, path, headers=HTML)
    assert status == 200
    assert "Zweiter Artikel" in text


@pytest.mark.parametrize("id", ["..", ".", "../../etc/passwd", "a\nb", "100%", "ä/ö/ü", "?x=1#y", " ", "%2F"])
async def test_strange_ids(client: Client, writer: StoreWriter, id: str) -> None:
    writer.add([TopicMessage("articles.quotes", 1, 0, 1.8e9, encode(quote_article(id, title="Seltsam")), {})])
    for path in (article_path(id), "/api" + article_path(id) if "?" not in article_path(id) else article_path(id)):
        status, text = await get(client, path)
        assert status == 200, path
        assert "Seltsam" in text


@pytest.mark.parametrize("path", ["/static/../view.py", "/static/%2e%2e/view.py", "/static/..%2Fview.py"])
async def test_static_files_are_those_only(client: Client, path: str) -> None:
    status, text = await get(client, path)
    assert status in {403, 404}
    assert "import" not in text


async def test_search(client: Client) -> None:
    _, text = await get(client, "/search?words=haltestelle&speaker=brink", headers=HTML)
    assert "Brinkmeier kündigt Umbau an" in text
    assert "<mark>Haltestelle</mark>" in text
    _, text = await get(client, "/search?words=nirgends", headers=HTML)
    assert "0 Äußerungen" in text


async def test_searches_are_limited(client: Client) -> None:
    answers = [await get(client, "/api/search?words=umbau") for _ in range(40)]
    assert {status for status, _ in answers} == {200, 429}


async def test_new_articles_are_sent_as_they_come(client: Client, writer: StoreWriter) -> None:
    _, page = await get(client, "/", headers=HTML)
    live = re.search(r'data-live="(/live\?after=\d+)"', page)
    assert live
    async with client.get(live[1], timeout=ClientTimeout(total=10)) as response:
        assert response.content_type == "text/event-stream"
        quotes = [quote.model_copy(update={"id": f"neu#{n}"}) for n, quote in enumerate(HOSTILE.quotes)]
        new = HOSTILE.model_copy(update={"id": "neu", "quotes": quotes})
        writer.add([TopicMessage("articles.quotes", 1, 0, 1.8e9, encode(new), {})])
        lines = []
        async for line in response.content:
            lines.append(line.decode())
            if line.startswith(b"data:"):
                break
    assert '"id":"neu"' in lines[-1]
    assert "&lt;script&gt;" in lines[-1]
    assert "<script>" not in lines[-1]


async def test_who_is_sent_the_latest_only_is_told_so(client: Client, writer: StoreWriter) -> None:
    values = [encode(HOSTILE.model_copy(update={"id": f"neu-{n}", "quotes": []})) for n in range(30)]
    writer.add(TopicMessage("articles.quotes", 1, n, 1.8e9, value, {}) for n, value in enumerate(values))
    for known, told in (("3", True), ("13", False)):
        async with client.get(f"/api/live?after={known}", timeout=ClientTimeout(total=10)) as response:
            lines = []
            async for line in response.content:
                lines.append(line)
                if line == b"id: 33\n":
                    break
        assert (b"event: left-out\n" in lines) == told
        assert sum(line.startswith(b"id:") for line in lines) == 20


async def test_the_links_of_a_page_that_is_asked_for_by_its_query_name_it_once(client: Client) -> None:
    own = URL(entity_path(HOSTILE.entities[0].id), encoded=True)
    assert own.query_string
    _, text = await get(client, f"{own}&view=named&source=B%C3%B6rse")
    links = [URL(unescape(link), encoded=True) for link in re.findall(r'href="([^"]*)"', text)]
    asked = [link.query for link in links if link.path == own.path]
    assert [query.getall("id") for query in asked] == [own.query.getall("id")] * len(asked)
    assert {query.get("view") for query in asked} >= {None, "about", "named"}, "its tabs"


async def test_a_page_that_comes_back_gets_what_it_missed_only(client: Client) -> None:
    async with client.get("/api/live", headers={"Last-Event-ID": "2"}, timeout=ClientTimeout(total=10)) as response:
        while not (line := await response.content.readline()).startswith(b"id:"):
            assert line, "the stream has ended"
    assert line == b"id: 3\n"


async def test_browsers_that_vanish_leave_no_trace(
    client: Client, writer: StoreWriter, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("/live?after=0", "/live?after=0", "/", "/operations"):
        _, connection = await asyncio.open_connection(client.host, client.port)
        connection.write(f"GET {path} HTTP/1.1\r\nHost: {client.host}\r\n\r\n".encode())
        await asyncio.sleep(0.1)
        connection.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()  # a reset, in the middle of the answer
    site = client.app[SITE]
    for number in range(200):
        article = quote_article(f"weg-{number}")
        writer.add([TopicMessage("articles.quotes", 0, 100 + number, time.time(), encode(article), {})])
        await asyncio.sleep(0.15)
        if not site.streams:
            break
    assert site.streams.total() == 0
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_streams_end_when_the_server_does(serve: Serve) -> None:
    client = await serve()
    response = await client.get("/live?after=99")
    await response.content.readline()
    await asyncio.wait_for(client.close(), 30)


async def test_health(client: Client, writer: StoreWriter, status: FakeStatus) -> None:
    code, text = await get(client, "/health/ready")
    assert code == 200, text
    still = [{"partition": 0, "committed": 5, "begin": 0, "end": 9, "lag": 4, "still_seconds": 25.0}]
    all_is_well(writer, entities=still)
    code, text = await get(client, "/health/ready")
    assert code == 503
    assert "no-progress" in text
    _, page = await get(client, "/operations", headers=HTML)
    assert 'data-stage="entities" data-health="stuck"' in page
    assert "seit 25 s kein Fortschritt, 4 Nachrichten warten" in page
    all_is_well(writer)
    assert (await get(client, "/health/ready"))[0] == 200
    writer.put_state("broker", 0.0, {"ok": True, "detail": None})
    assert (await get(client, "/health/ready"))[0] == 503
    assert (await get(client, "/health/live"))[0] == 200
    status.said["loop_beat"] = -100.0
    assert (await get(client, "/health/live"))[0] == 503


async def test_operations_show_all_workers(client: Client, writer: StoreWriter, status: FakeStatus) -> None:
    other = status.snapshot() | {"worker": "other-2", "memory": {"main": 5_000_000}}
    writer.put_worker("other-2", time.time(), other)
    writer.put_worker("gone-3", time.time() - 60, other | {"worker": "gone-3"})
    _, page = await get(client, "/operations", headers=HTML)
    assert all(name in page for name in ("this-1", "other-2", "gone-3", "5 MB", "schweigt seit 6"))
    async with client.get("/api/operations") as response:
        state = await response.json()
    assert {(worker["worker"], worker["alive"]) for worker in state["workers"]} == {
        ("this-1", True),
        ("other-2", True),
        ("gone-3", False),
    }


async def test_metrics_are_prometheus_text(client: Client, status: FakeStatus) -> None:
    status.metrics.published("clean", 0.01)
    code, text = await get(client, "/metrics")
    assert code == 200
    found = {family.name: family for family in text_string_to_metric_families(text)}
    assert found["redefluss_articles"].samples[0].value == 1.0
    assert found["redefluss_ready"].samples[0].value == 1.0
    assert {sample.labels["partition"] for sample in found["redefluss_consumer_lag"].samples} == {"0", "1"}


async def test_metrics_do_not_need_the_data_folder(client: Client, settings: Settings) -> None:
    settings.data_dir.rename(settings.data_dir.with_name("moved"))
    code, text = await get(client, "/metrics")
    assert code == 200
    found = {family.name: family for family in text_string_to_metric_families(text)}
    for name in ("redefluss_disk_free_bytes", "redefluss_disk_bytes"):
        assert math.isnan(found[name].samples[0].value), name


async def test_without_a_store_pages_say_so_and_health_fails(
    client: Client, settings: Any, writer: StoreWriter
) -> None:
    from agents.web.store.location import store_path

    writer.close()
    for file in store_path(settings).parent.iterdir():
        file.unlink()
    code, text = await get(client, "/articles/a-1", headers=HTML)
    assert code == 503
    assert "Der Speicher der Seiten ist noch nicht da." in text
    async with client.get("/articles/a-1", headers={"Accept-Language": "en", **HTML}) as response:
        assert "there is no store here yet; a worker makes it" in await response.text()
    assert (await get(client, "/health/ready"))[0] == 503
    assert (await get(client, "/operations", headers=HTML))[0] == 200


async def test_errors_inside_are_not_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr("agents.web.store.reader.StoreReader.article", fail)
    for headers in (HTML, {}):
        code, text = await get(client, "/articles/a-1", headers=headers)
        assert code == 500
        assert "the inside" not in text


@pytest.mark.parametrize(
    "path", ["/api/articles?limit=0", "/api/articles?limit=x", "/api/articles?limit=²", "/live?after=-1"]
)
async def test_bad_numbers_are_the_clients_fault(client: Client, path: str) -> None:
    assert (await get(client, path))[0] == 400


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", "/gibtesnicht", "Nicht vorhanden"),
        ("POST", "/search", "Das ist nicht erlaubt"),
        ("GET", "/search?type=x", "type: eines von Direct, "),
        ("GET", "/search?since=gestern", "since: ein Tag wie 2026-03-02"),
        ("GET", "/dead-letters?limit=0", "limit: eine Zahl von 1 bis "),
    ],
)
async def test_errors_are_in_the_readers_language(client: Client, method: str, path: str, said: str) -> None:
    async with client.request(method, path, headers=HTML | {"Accept-Language": "de"}) as response:
        page = (await response.text()).partition('<div class="narrow">')[2]
    assert said in page
    assert not re.search(r"Not Found|Not Allowed|one of|a day such|a number", page)


async def test_an_empty_directory_does_not_speak_of_a_name_that_nobody_gave(
    client: Client, writer: StoreWriter
) -> None:
    prune(writer, time.time() + 1e9)
    for path, said in (("/people?type=LOC", "Noch niemand."), ("/people?q=Tölke", "Niemand dieses Namens")):
        async with client.get(path, headers={"Accept-Language": "de"}) as response:
            assert said in await response.text()


async def test_a_title_that_is_a_whole_article_leaves_room_for_the_others_in_lists(
    client: Client, writer: StoreWriter
) -> None:
    long = "Wort & " * 1500
    article = quote_article("lang", title=long).model_copy(update={"kicker": long})
    writer.add([TopicMessage("articles.quotes", 0, 50, time.time(), encode(article), {})])
    for path in ("/", "/search", "/entities/per/karla-brinkmeier?view=named"):
        _, page = await get(client, path)
        longest = max(page.count("Wort &amp; ", place, place + 5000) for place in range(0, len(page), 5000))
        assert 25 <= longest <= 80, path
    assert (await get(client, "/articles/lang"))[1].count("Wort &amp; ") > 2900, "there it is whole"


@pytest.mark.parametrize("path", ["/search", "/shares", "/entities/per/karla-brinkmeier"])
async def test_what_counts_once_is_one_of_two_things(client: Client, path: str) -> None:
    for each, code in (("paper", 200), ("statement", 200), ("", 200), ("papers", 400)):
        assert (await get(client, f"{path}?each={each}"))[0] == code, each
