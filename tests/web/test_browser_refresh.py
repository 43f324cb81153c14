"""What is put into pages while one reads them, with the keyboard or a screen reader, in Chromium."""

import time
from typing import Any

import pytest

from agents.web.store.writer import StoreWriter
from tests.web.browser import find, texts
from tests.web.system import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
REFRESH = """
const [element, address, done] = arguments;
element.firstElementChild.former = true;
Redefluss.refresh(element, address).then(() => done(element.firstElementChild.former !== true));
"""
WORKED = "const [element, address, done] = arguments; Redefluss.refresh(element, address).then(done)"
FOCUSED = "return document.activeElement === document.querySelectorAll(arguments[0])[arguments[1]]"


def refresh(browser: Any, selector: str, address: str) -> bool:
    """As the page does it every few seconds; whether it has put anything in."""
    replaced: bool = browser.execute_async_script(REFRESH, find(browser, selector)[0], address)
    return replaced


@pytest.mark.parametrize("selector", [".stage dd a", ".stage summary", ".stage .scroll", ".advice a, .meta a"])
def test_the_focus_stays_where_it_is_when_operations_are_shown_anew(address: str, browser: Any, selector: str) -> None:
    browser.get(address + "/operations")
    last = browser.execute_script(
        "document.querySelectorAll('details').forEach(fold => { fold.open = true });"
        "const all = document.querySelectorAll(arguments[0]); [...all].at(-1).focus(); return all.length - 1",
        f"#operations :is({selector})",
    )
    until(lambda: refresh(browser, "#operations", "/fragments/operations"), 10, "something new")
    assert browser.execute_script(FOCUSED, f"#operations :is({selector})", last)
    assert all(fold.get_attribute("open") for fold in find(browser, "#operations details"))


def test_a_change_of_the_stream_is_said_once(address: str, writer: StoreWriter, browser: Any) -> None:
    """A status that is put in with what it says is not read out, or each time anew."""
    browser.get(address + "/operations")
    assert not find(browser, "#operations [role=status]")
    assert texts(browser, "#state[role=status]") == [""]
    writer.put_state("broker", time.time(), {"ok": False, "detail": None})

    def said() -> bool:
        browser.execute_script("document.dispatchEvent(new Event('visibilitychange'))")  # sooner than by itself
        return texts(browser, "#state") == ["Der Broker ist nicht erreichbar."]

    until(said, 10, "that the broker is away")


def test_what_is_the_same_is_left_alone(address: str, browser: Any) -> None:
    browser.get(address + "/")
    browser.execute_script("document.querySelector('#ranks .ranks a').focus()")
    assert not refresh(browser, "#ranks", "/fragments/ranks")
    assert browser.execute_script(FOCUSED, "#ranks .ranks a", 0)


@pytest.mark.parametrize("path", ["/search", "/people", "/entities/per/karla-brinkmeier"])
def test_how_much_was_found_is_a_heading(address: str, browser: Any, path: str) -> None:
    browser.get(address + path)
    (number,) = find(browser, "main h2 [role=status]")
    assert number.aria_role == "status"
    assert find(browser, "main h2:has([role=status])")[0].aria_role == "heading"


@pytest.mark.parametrize("path", ["/operations", "/articles/a-1"])
def test_a_page_whose_worker_is_gone_says_so(address: str, browser: Any, path: str) -> None:
    """Operations stayed as green as it had been, however long ago."""
    browser.get(address + path)
    browser.set_network_conditions(offline=True, latency=0, throughput=-1)
    away = "Diese Seite bekommt keine Antworten mehr: Was sie zeigt, kann alt sein. Laden Sie sie neu."

    def looked() -> list[str]:
        browser.execute_script("document.dispatchEvent(new Event('visibilitychange'))")  # sooner than by itself
        return texts(browser, "#trouble .bad")

    try:
        until(lambda: looked() == [away], 10, "that it gets no answers")
    finally:
        browser.delete_network_conditions()
    until(lambda: looked() == [], 10, "that all is well again")
    browser.get_log("browser")  # which tells of the requests that failed


def test_what_another_address_gives_is_put_into_no_page(address: str, browser: Any) -> None:
    """When a login had ended, its form was put into every open page, below the navigation."""
    browser.get(address + "/")
    (ranks,) = find(browser, "#ranks")
    before = ranks.text
    assert not browser.execute_async_script(WORKED, ranks, "/api/"), "which leads to the description of the API"
    assert ranks.text == before
    browser.get_log("browser")  # which tells of the redirect that was not followed
