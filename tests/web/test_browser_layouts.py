"""Pages on small screens and on paper, in Chromium: nothing is out of sight."""

import json
import time
from typing import Any

import pytest

from agents.web.store.writer import StoreWriter
from tests.web.articles import message, quote_article
from tests.web.browser import find, find_overflowing, fits, looks, looks_as_before, serious_findings, texts
from tests.web.conftest import FakeStatus

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
CUT = """
return [...document.querySelectorAll('.scroll, .side, .facets .list')]
  .filter(box => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1)
  .map(box => box.className)
"""


WIDE = "return [...document.querySelectorAll('.shares')].some(t => t.scrollWidth > t.parentElement.clientWidth)"
UNFOLD = "document.querySelectorAll('details:not(.record)').forEach(fold => { fold.open = true })"


@pytest.fixture
def many(writer: StoreWriter) -> None:
    """An article in each of 30 papers."""
    writer.add(
        message(quote_article(f"m-{n}", source=f"Allgemeine Zeitung {n}"), offset=10 + n, at=time.time())
        for n in range(30)
    )


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("width", [360, 500])
def test_the_table_of_shares_does_not_scroll_sideways_on_a_phone(address: str, browser: Any, width: int) -> None:
    looks(browser, {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": True})
    try:
        for query in ("by=gender", "by=source&vs_source=Allgemeine+Zeitung+1"):
            browser.get(f"{address}/shares?{query}")
            assert fits(browser)
            assert not browser.execute_script(WIDE), query
            assert texts(browser, ".shares td[data-label]"), "each number says what it is"
    finally:
        looks_as_before(browser)


@pytest.mark.parametrize("width", [700, 1280, 1440])
def test_two_periods_are_compared_without_scrolling_sideways(
    address: str, writer: StoreWriter, browser: Any, width: int
) -> None:
    """What is usual, and what is more, stood out of sight, on wide screens too."""
    days = {"m-0": "01-02", "m-1": "03-20", "m-2": "03-21"}
    articles = [
        quote_article(id, source=f"Allgemeine Zeitung {id}", published_at=f"2026-{day}T09:00:00Z")
        for id, day in days.items()
    ]
    writer.add(message(article, offset=10 + n, at=time.time()) for n, article in enumerate(articles))
    looks(browser, {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False})
    try:
        periods = "since=2026-03-20&until=2026-03-20&vs_since=2026-03-21&vs_until=2026-03-21"
        browser.get(f"{address}/shares?by=source&{periods}")
        assert texts(browser, ".shares .tag") == ["mehr als sonst"] * 2
        assert not browser.execute_script(WIDE)
        assert fits(browser)
    finally:
        looks_as_before(browser)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?since=2026-03-01T18:00",
        "/search",
        "/articles/m-1",
        "/entities/per/karla-brinkmeier",
        "/people",
        "/shares?vs_speaker=Ahlgrimm",
    ],
)
def test_nothing_scrolls_sideways_on_a_phone_whose_reader_has_doubled_all_sizes(
    address: str, writer: StoreWriter, browser: Any, path: str
) -> None:
    """360 pixels at 200 % are 180."""
    steps = [{"stage": stage, "worker": "rechner-17-b", "took_ms": 1234.5} for stage in ("clean", "entities", "quotes")]
    days = [quote_article(f"m-{n}", published_at=f"2026-03-{n:02}T09:00:00Z") for n in range(1, 5)]
    writer.add(
        message(article, offset=20 + n, at=time.time(), trail=json.dumps(steps)) for n, article in enumerate(days)
    )
    looks(browser, {"width": 180, "height": 400, "deviceScaleFactor": 2, "mobile": True})
    try:
        browser.get(address + path)
        assert fits(browser)
        assert not find_overflowing(browser)
        assert not browser.execute_script(WIDE)
        assert all(field.rect["width"] > 100 for field in find(browser, "input[type=search]")), "what is typed is seen"
    finally:
        looks_as_before(browser)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("path", ["/shares?by=source", "/articles/a-1", "/search", "/entities/per/karla-brinkmeier"])
def test_on_paper_nothing_is_cut_off(address: str, browser: Any, path: str) -> None:
    browser.get(address + path)
    browser.execute_script(UNFOLD)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not browser.execute_script(CUT)
        assert not any(button.is_displayed() for button in find(browser, ".copy"))
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_a_worker_that_was_stopped_can_be_read(
    address: str, writer: StoreWriter, status: FakeStatus, browser: Any
) -> None:
    now = time.time()
    writer.put_worker("left-1", now - 100, status.snapshot() | {"worker": "left-1", "started_at": now - 500})
    writer.put_left("left-1", now - 40)
    looks(browser, {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False})
    try:
        browser.get(address + "/operations")
        assert find(browser, '[data-life="stopped"]')
        assert not serious_findings(browser)
    finally:
        looks_as_before(browser)


def test_on_paper_the_papers_that_have_a_statement_are_listed(address: str, writer: StoreWriter, browser: Any) -> None:
    """Nobody can unfold them there."""
    same = [quote_article(f"s-{n}", source=f"Blatt {n}", simhash="0123456789abcdef") for n in range(3)]
    writer.add(message(article, offset=n, at=time.time()) for n, article in enumerate(same))
    shown = "return [...document.querySelectorAll('.papers a')].filter(link => link.checkVisibility()).length"
    browser.get(address + "/search?q=Frühjahr&source=Blatt+0&source=Blatt+1&source=Blatt+2")
    assert texts(browser, ".papers a") == ["Blatt 1", "Blatt 2"]
    assert browser.execute_script(shown) == 0
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert browser.execute_script(shown) == 2
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
