"""The newsroom while more comes than can be shown one by one, and while what it shows is corrected, in Chromium."""

import time
import urllib.request
from contextlib import ExitStack
from typing import Any

import pytest

from agents.web.event_stream import AT_ONCE, STREAMS_OF_CLIENT
from agents.web.store.writer import StoreWriter, TopicMessage
from agents.web.views import newsroom
from schemas.codec import encode
from schemas.records import QuoteArticle
from tests.web.articles import quote_article
from tests.web.browser import find, follow, texts
from tests.web.system import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def add(writer: StoreWriter, *articles: QuoteArticle) -> None:
    """All at once, as the collector does when it has fallen behind."""
    writer.add(TopicMessage("articles.quotes", 3, n, time.time(), encode(a), {}) for n, a in enumerate(articles))
    assert writer.unreadable == 0


def numbered(count: int, **fields: Any) -> list[QuoteArticle]:
    """Articles that are no copies of each other."""
    return [
        quote_article(f"n-{n}", title=f"Neu {n}", published_at=None, simhash=f"{n:02x}" * 8, **fields)
        for n in range(1, count + 1)
    ]


def listen(browser: Any, address: str) -> None:
    browser.get(address)
    until(lambda: find(browser, "#live-state.on"), 10, "the page listens")


def test_where_more_is_new_than_was_sent_the_list_is_shown_anew(
    address: str, writer: StoreWriter, browser: Any
) -> None:
    """The list would have a hole between what was sent and what it shows, and nothing would say so."""
    listen(browser, address + "/?source=K%C3%BCstenbote")
    before = texts(browser, "#stream h2")
    add(writer, *numbered(AT_ONCE + 5))
    until(lambda: texts(browser, "#new:not([hidden])") == ["Viele neue: Liste neu laden"], 10, "that much is new")
    assert texts(browser, "#stream h2") == before
    follow(browser, find(browser, "#new")[0])
    shown = texts(browser, "#stream h2")
    assert shown[: AT_ONCE + 5] == [f"Neu {n}" for n in range(AT_ONCE + 5, 0, -1)]


def test_what_another_paper_has_is_nothing_that_was_left_out(address: str, writer: StoreWriter, browser: Any) -> None:
    listen(browser, address + "/?source=K%C3%BCstenbote")
    add(writer, *numbered(AT_ONCE + 5, source="Tagblatt"), quote_article("ende", published_at=None, simhash="f" * 16))
    until(lambda: texts(browser, "#new:not([hidden])") == ["1 neue"], 10, "the one that matches")


def test_an_empty_newsroom_shows_the_first_articles_whole(address: str, writer: StoreWriter, browser: Any) -> None:
    listen(browser, address + "/?source=Neublatt")
    assert not texts(browser, "#stream h2")
    add(writer, *numbered(AT_ONCE + 5, source="Neublatt"))
    until(lambda: len(texts(browser, "#stream h2")) == AT_ONCE + 5, 10, "all of them")


def test_a_correction_is_shown_in_the_place_of_what_it_corrects(
    address: str, writer: StoreWriter, browser: Any
) -> None:
    """A quote that was taken back stayed until the page was loaded anew, or until somebody asked for what is new."""
    first = quote_article("dpa-1", source="Blatt 1", simhash="0123456789abcdef")
    copy = quote_article("dpa-2", source="Blatt 2", simhash="0123456789abcdef", published_at="2026-03-02T10:00:00Z")
    add(writer, first, copy, *numbered(2))
    listen(browser, address + "/")
    card = '[data-id="dpa-1"]'
    order = texts(browser, "#stream h2")
    assert texts(browser, f"{card} .papers summary") == ["in 2 Blättern"]
    assert texts(browser, f"{card} blockquote p")[0].startswith("„Wir fangen im Frühjahr an“")
    find(browser, f"{card} .papers summary")[0].click()
    browser.execute_script("document.querySelector(arguments[0]).focus()", f"{card} h2 a")
    add(writer, first.model_copy(update={"quotes": first.quotes[1:]}))
    until(lambda: texts(browser, f"{card} blockquote p")[0].startswith("„Mir schrieb"), 10, "the correction")
    assert find(browser, "#new[hidden]"), "there is nothing to ask for"
    assert texts(browser, "#stream h2") == order
    assert find(browser, f"{card} .papers[open]"), "what was open stays open"
    assert browser.execute_script("return document.activeElement.closest('article').dataset.id") == "dpa-1"
    add(writer, quote_article("n-1", title="Neu 1, berichtigt", published_at=None, simhash="3" * 16))
    until(lambda: texts(browser, '[data-id="n-1"] h2') == ["Neu 1, berichtigt"], 10, "another headline")
    assert len(find(browser, "#stream > *")) == len(order)


def test_a_correction_of_another_time_goes_to_its_place_when_it_is_asked_for(
    address: str, writer: StoreWriter, browser: Any
) -> None:
    """It stayed in the place of the former version until the page was loaded anew."""
    add(writer, *numbered(3))
    listen(browser, address + "/")
    order = texts(browser, "#stream h2")
    assert order[:3] == ["Neu 3", "Neu 2", "Neu 1"]
    add(writer, quote_article("n-1", title="Berichtigt", published_at=None, simhash="01" * 8))
    until(lambda: texts(browser, "#new:not([hidden])") == ["1 neue"], 10, "that there is something to ask for")
    assert texts(browser, "#stream h2") == [*order[:2], "Berichtigt", *order[3:]]
    add(writer, quote_article("n-1", title="Noch einmal berichtigt", published_at=None, simhash="01" * 8))
    until(lambda: "Noch einmal berichtigt" in texts(browser, "#stream h2"), 10, "the next version")
    assert texts(browser, "#new:not([hidden])") == ["1 neue"]
    find(browser, "#new")[0].click()
    assert texts(browser, "#stream h2") == ["Noch einmal berichtigt", *order[:2], *order[3:]]
    assert find(browser, "#new[hidden]")


def test_a_correction_of_the_oldest_article_lets_no_other_be_taken_for_older(
    address: str, writer: StoreWriter, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What had been published before the corrected one, but after all others, never came."""

    def tag(day: int, name: str) -> QuoteArticle:
        at = f"2026-04-{day:02}T08:00:00Z"
        return quote_article(name, title=name, source="Neublatt", published_at=at, simhash=f"{day:02}" * 8)

    monkeypatch.setattr(newsroom, "LATEST", 3)
    add(writer, *(tag(day, name) for day, name in enumerate(("null", "eins", "zwei", "drei"), start=1)))
    listen(browser, address + "/?source=Neublatt")
    assert texts(browser, "#stream h2") == ["drei", "zwei", "eins"]
    add(writer, tag(9, "eins"))
    until(lambda: texts(browser, "#new:not([hidden])") == ["1 neue"], 10, "the correction")
    add(writer, tag(8, "acht"))
    until(lambda: texts(browser, "#new:not([hidden])") == ["2 neue"], 10, "what is new")
    find(browser, "#new")[0].click()
    assert texts(browser, "#stream h2") == ["eins", "acht", "drei", "zwei"]


def test_an_article_that_is_withdrawn_goes(address: str, writer: StoreWriter, browser: Any) -> None:
    """Its card stayed until the page was loaded anew, and led to an error."""
    add(writer, *numbered(3))
    listen(browser, address + "/")
    order = texts(browser, "#stream h2")
    browser.execute_script("document.querySelector(arguments[0]).focus()", '[data-id="n-2"]')
    writer.add([TopicMessage("articles.quotes", 3, 9, time.time(), None, {}, b"n-2")])
    until(lambda: not find(browser, '[data-id="n-2"]'), 10, "that it goes")
    assert texts(browser, "#stream h2") == [title for title in order if title != "Neu 2"]
    assert browser.execute_script("return document.activeElement.dataset.id") == "n-1", "the next one has the focus"
    add(writer, *numbered(5)[3:])
    until(lambda: texts(browser, "#new:not([hidden])") == ["2 neue"], 10, "what is new")
    writer.add([TopicMessage("articles.quotes", 3, 10, time.time(), None, {}, b"n-5")])
    until(lambda: texts(browser, "#new:not([hidden])") == ["1 neue"], 10, "that it is new no more")
    find(browser, "#new")[0].click()
    assert texts(browser, "#stream h2")[0] == "Neu 4"


def test_a_list_of_which_all_goes_says_that_it_is_empty(address: str, writer: StoreWriter, browser: Any) -> None:
    add(writer, *numbered(1, source="Neublatt"))
    listen(browser, address + "/?source=Neublatt")
    assert texts(browser, "#stream h2") == ["Neu 1"]
    writer.add([TopicMessage("articles.quotes", 3, 9, time.time(), None, {}, b"n-1")])
    until(lambda: texts(browser, "#empty") == ["Nichts, was aufbewahrt ist, passt dazu."], 10, "the empty list")


def test_the_newsroom_tries_again_after_an_answer_that_is_an_error(
    address: str, writer: StoreWriter, browser: Any
) -> None:
    """It said so, but browsers do this only where there is no answer, and not where a proxy gives one."""
    with ExitStack() as others:
        for _ in range(STREAMS_OF_CLIENT):
            others.enter_context(urllib.request.urlopen(f"{address}/live", timeout=10)).readline()
        browser.get(address + "/")
        until(lambda: texts(browser, "#live-state") == ["Verbindung verloren, neuer Versuch"], 10, "that it is refused")
    add(writer, *numbered(1))
    until(lambda: find(browser, "#live-state.on"), 10, "the page listens")
    until(lambda: texts(browser, "#new:not([hidden])") == ["1 neue"], 10, "what came meanwhile")
    browser.get_log("browser")  # which tells of the answer 503


def test_many_newsrooms_in_tabs_keep_no_page_from_being_loaded(address: str, writer: StoreWriter, browser: Any) -> None:
    """Browsers make six connections to a host; six tabs that listen took them all, and the seventh page never came."""
    first = browser.current_window_handle
    browser.set_page_load_timeout(20)
    try:
        listen(browser, address + "/")
        for _ in range(7):
            browser.switch_to.new_window("tab")
            browser.get(address + "/")
        until(lambda: find(browser, "#live-state.on"), 10, "the page listens")
        add(writer, *numbered(2))
        browser.switch_to.window(first)
        until(lambda: texts(browser, "#new:not([hidden])") == ["2 neue"], 10, "what came while it was not seen")
    finally:
        browser.set_page_load_timeout(300)
        for handle in browser.window_handles:
            if handle != first:
                browser.switch_to.window(handle)
                browser.close()
        browser.switch_to.window(first)
