"""The pages of dead letters: which are shown, counted and marked as new, what one says, and who may replay them."""

import re
import time
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from agents import health
from agents.permissions import MissingPermission, Need
from agents.web import dead_letters
from agents.web.operations import StreamMonitor
from agents.web.store.location import store_path
from agents.web.store.reader import StoreReader
from agents.web.store.writer import StoreWriter, TopicMessage
from schemas.codec import encode
from schemas.records import DeadLetter
from tests.web.conftest import prune
from tests.web.test_operations import HTML, api, get

Client = TestClient[Any, Any]
FORM = {"Authorization": "Bearer ein-geheimes-wort", **HTML}


def letter(n: int, *, reason: str = "empty", stage: str = "clean", at: float, value: bytes = b"{}") -> TopicMessage:
    record = DeadLetter.of(
        stage=stage, reason=reason, detail=f"told {n}", topic="articles.raw", partition=0, offset=n,
        timestamp=1000, key=b"k", value=value, headers=[], attempts=1,
    )  # fmt: skip
    return TopicMessage("articles.dead-letter", 0, n, at, encode(record), {})


async def test_a_letter_with_an_impossible_time_stamp_stands_on_the_pages(client: Client, writer: StoreWriter) -> None:
    """Where the broker does not set it, a producer can write any number."""
    writer.add([letter(1, at=2**62 / 1000), letter(2, at=time.time())])
    for path in ("/dead-letters", "/operations"):
        assert (await get(client, path))[0] == 200, path
    assert "told 1" in (await get(client, "/dead-letters"))[1]


def test_of_letters_of_the_same_moment_as_many_are_kept_as_may_be(tmp_path: Path) -> None:
    """The broker gives all messages that it got together the same time."""
    writer, now = StoreWriter(tmp_path / "store.sqlite", keep_articles=2, keep_days=30), time.time()
    writer.add(letter(n, at=now) for n in range(5))
    prune(writer, now)
    found = StoreReader(tmp_path / "store.sqlite").dead_letters(stage=None, reason=None, limit=9)
    assert [each.offset for each in found.letters] == [4, 3]


async def test_a_dead_letter_that_nobody_can_look_up_is_503_while_the_broker_is_away(
    client: Client, writer: StoreWriter
) -> None:
    assert (await get(client, "/dead-letters/7/3"))[0] == 404
    writer.put_state("broker", time.time(), {"ok": False, "detail": "gone"})
    assert (await get(client, "/dead-letters/7/3"))[0] == 503


async def test_when_the_list_was_seen_is_told_to_this_site_alone(client: Client) -> None:
    async with client.get("/dead-letters", headers=HTML) as response:
        cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


async def test_a_known_dead_letter_is_503_too_since_its_message_is_on_the_broker(
    client: Client, writer: StoreWriter
) -> None:
    writer.add([letter(3, at=time.time())])
    assert (await get(client, "/dead-letters/0/3"))[0] == 503


async def test_a_dead_letter_shows_its_message_as_text_and_as_bytes(
    client: Client, writer: StoreWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = letter(3, at=time.time(), value='{"title": "Rat schließt Freibad"}'.encode())

    async def message_at(*_: Any) -> TopicMessage:
        return message

    monkeypatch.setattr(dead_letters, "message_at", message_at)
    writer.add([message])
    status, page = await get(client, "/dead-letters/0/3")
    assert status == 200
    page = unescape(page)
    assert '{"title": "Rat schließt Freibad"}' in page
    assert '000000  7b 22 74 69 74 6c 65 22 3a 20 22 52 61 74 20 73  {"title": "Rat s' in page
    assert "000010  63 68 6c 69 65 c3 9f 74 20 46 72 65 69 62 61 64  chlie··t Freibad" in page


async def test_the_stage_counts_the_letters_that_its_link_shows(client: Client, writer: StoreWriter) -> None:
    now = time.time()
    writer.add(letter(n, at=now - age) for n, age in enumerate((7200.0, 100.0, 50.0)))
    stage = (await api(client))["stages"][0]
    assert (stage["dead_letters"], stage["dead_letters_fresh"]) == (3, 2)
    async with client.get("/api/dead-letters?stage=clean") as response:
        assert len((await response.json())["letters"]) == 3
    async with client.get("/api/dead-letters?stage=clean&since=1h") as response:
        found = await response.json()
    assert [entry["offset"] for entry in found["letters"]] == [2, 1]
    assert found["counts"] == [{"stage": "clean", "reason": "empty", "count": 2}]
    async with client.get("/api/dead-letters?since=gestern") as response:
        assert response.status == 400


async def test_letters_that_were_replayed_are_worth_no_word(
    client: Client, writer: StoreWriter, stream_monitor: StreamMonitor
) -> None:
    """Those that failed again are, for they are letters of their own."""
    now = time.time()

    def clean() -> tuple[str, list[int], int]:
        stage = stream_monitor.operations().stages[0]
        return stage.health, [reason["count"] for reason in stage.why], stage.dead_letters

    writer.add(letter(n, at=now - 100) for n in range(health.MANY_LETTERS + 5))
    assert clean() == ("warning", [25], 25)
    writer.add([TopicMessage("articles.replayed", 0, n, now, b"{}", {}, key=f"0:{n}".encode()) for n in range(5)])
    assert clean() == ("ok", [], 25)
    writer.add([letter(100, at=now)])
    assert clean() == ("warning", [21], 26)
    text = " ".join((await get(client, "/operations"))[1].split())
    assert "21 unzustellbare Nachrichten der letzten 15 min wurden nicht wiederholt" in text


def test_letters_over_time(writer: StoreWriter, settings: Any) -> None:
    now = time.time()
    ages = (0.0, 10.0, 3700.0, 47.5 * 3600, 49 * 3600)
    writer.add(letter(n, at=now - age) for n, age in enumerate(ages))
    writer.add([letter(9, at=now, reason="schema")])
    course = StoreReader(store_path(settings)).dead_letters(stage="clean", reason="empty", limit=10).course
    assert len(course) == 48
    assert (course[-1], course[-2], course[0], sum(course)) == (2, 1, 1, 4)


async def test_all_letters_can_be_had_page_by_page(client: Client, writer: StoreWriter) -> None:
    now = time.time()
    letters = [letter(n, reason="schema" if n % 2 else "empty", at=now - n // 50) for n in range(250)]
    writer.add([*letters, letter(999, reason="schema", at=now - 7200)])
    pages: list[list[str]] = []
    path = "/dead-letters?since=1h&reason=schema"
    while path:
        _, page = await get(client, path)
        pages.append(re.findall(r'<a href="/dead-letters/0/(\d+)">', page))
        assert f"{len(pages[-1])} von 125" in page
        older = re.search(r'rel="next" href="([^"]*)"', page)
        path = unescape(older[1]) if older else ""
    assert [len(shown) for shown in pages] == [100, 25]
    assert {int(number) for shown in pages for number in shown} == {*range(1, 250, 2)}
    assert 'href="/dead-letters?since=1h&amp;stage=clean&amp;reason=empty"' in page
    async with client.get("/api/dead-letters?reason=schema&limit=100") as response:
        found = await response.json()
    async with client.get(f"/api/dead-letters?reason=schema&limit=1000&cursor={found['next']}") as response:
        rest = await response.json()
    assert (found["total"], len(rest["letters"]), rest["next"]) == (126, 26, None)
    async with client.get("/api/dead-letters?cursor=x") as response:
        assert response.status == 400


@pytest.mark.parametrize("query", ["stage=quotes", "reason=schema", "since=1h"])
async def test_all_is_well_only_if_nothing_hides_the_letters(client: Client, writer: StoreWriter, query: str) -> None:
    assert "Alles in Ordnung" in (await get(client, "/dead-letters"))[1]
    writer.add([letter(0, at=time.time() - 7200)])
    _, page = await get(client, f"/dead-letters?{query}")
    assert "Alles in Ordnung" not in page
    assert "Nichts, was aufbewahrt ist, passt dazu." in page


async def test_what_is_new_since_the_last_visit_is_marked(client: Client, writer: StoreWriter) -> None:
    now = time.time()
    writer.add([letter(1, at=now - 5000), letter(2, at=now - 100)])
    first = await client.get("/dead-letters", headers=HTML)
    assert "neu seit" not in await first.text()
    assert first.cookies["redefluss_letters"].value.startswith("0.")
    client.session.cookie_jar.clear()
    cookie = {"Cookie": f"redefluss_letters=0.{now - 3600:.0f}"}
    again = await client.get("/dead-letters", headers=HTML | cookie)
    page = await again.text()
    assert "1 neu seit Ihrem letzten Besuch" in page
    assert page.count('<span class="tag">neu</span>') == 1
    writer.add(letter(n, at=now - 100) for n in range(10, 160))
    many = await client.get("/dead-letters", headers=HTML | cookie)
    assert "151 neu seit Ihrem letzten Besuch" in await many.text(), "not only those that are shown"
    assert again.cookies["redefluss_letters"].value.startswith(f"{now - 3600:.0f}.")
    for nonsense in ("x", "1", "9" * 40 + ".1", "1.²"):
        answer = await client.get("/dead-letters", headers=HTML | {"Cookie": f"redefluss_letters={nonsense}"})
        assert answer.status == 200


async def test_replaying_many_needs_the_token_and_the_broker(client: Client, writer: StoreWriter) -> None:
    writer.add([letter(1, at=time.time())])
    answer = await client.post("/dead-letters", data={"act": "send"}, headers=HTML, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (302, "/login?next=/dead-letters")
    for act in ("dry", "send"):
        answer = await client.post("/dead-letters", data={"act": act}, headers=FORM, allow_redirects=False)
        assert answer.status == 503
    assert (await client.post("/dead-letters", data={"since": "x"}, headers=FORM)).status == 400


async def test_a_permission_that_is_missing_for_a_replay_of_many_is_named(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object, **__: object) -> None:
        raise MissingPermission([Need("WRITE", "topic", "articles.raw")])

    monkeypatch.setattr(dead_letters, "replay", refused)
    answer = await client.post("/dead-letters", data={"act": "send"}, headers=FORM, allow_redirects=False)
    assert (answer.status, "WRITE on the topic articles.raw" in await answer.text()) == (503, True)
