"""What a link to a quote leads to, and the way back, in Chromium."""

from typing import Any

import pytest

from tests.web.browser import find, follow, texts
from tests.web.conftest import TOKEN
from tests.web.system import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_after_the_login_the_quote_is_shown_that_the_link_names(address: str, browser: Any) -> None:
    """Who is not logged in yet is led to this address, to which the browser adds what is behind the `#`."""
    browser.get(address + "/login?next=/articles/a-1#quote-1")
    find(browser, "#token")[0].send_keys("falsch\n")
    until(lambda: find(browser, ".bad"), 10, "that this is not the token")
    browser.get_log("browser")  # which tells of the answer 403
    find(browser, "#token")[0].send_keys(TOKEN + "\n")
    until(lambda: find(browser, '[data-card="1"].on'), 10, "the quote")
    assert browser.current_url == find(browser, '[data-card="1"] .jump')[0].get_attribute("href")


@pytest.mark.parametrize(
    ("path", "field", "choice"),
    [
        ("/search", "verbatim", "sinngemäß"),
        ("/entities/per/karla-brinkmeier", "verbatim", "sinngemäß"),
        ("/shares", "by", "Geschlecht"),
        ("/", "source", "Tagblatt"),
        ("/people", "type", "Organisation"),
    ],
)
def test_a_form_shows_what_its_page_shows_also_after_going_back(
    address: str, browser: Any, path: str, field: str, choice: str
) -> None:
    """Going back, browsers put in what was chosen there last: all statements stood below the filter "in substance"."""
    from selenium.webdriver.support.ui import Select

    browser.get(address + path)
    chosen = f"return document.querySelector('main select[name={field}]').value"
    was = browser.execute_script(chosen)
    Select(find(browser, f"main select[name={field}]")[0]).select_by_visible_text(choice)
    follow(browser, find(browser, f"main form:has(select[name={field}]) button[type=submit]")[0])
    now = browser.execute_script(chosen)
    assert now != was
    browser.back()
    until(lambda: browser.current_url == address + path, 10, "the page before")
    until(lambda: browser.execute_script(chosen) == was, 5, "what it shows")
    browser.forward()
    until(lambda: browser.current_url != address + path, 10, "the page after it")
    until(lambda: browser.execute_script(chosen) == now, 5, "what that shows")


def test_a_link_to_words_that_a_new_version_has_no_more_says_so(address: str, browser: Any) -> None:
    browser.get(f"{address}/articles/a-1#words-0123456789ab")
    (note,) = find(browser, "#reworded")
    assert note.is_displayed()
    assert not find(browser, ".said.on")
    link = find(browser, '[data-card="1"] .jump')[0].get_attribute("href")
    browser.get(link)
    until(lambda: texts(browser, ".said.on") == texts(browser, '[data-card="1"]'), 5, "the quote of the address")
    assert not note.is_displayed()
    assert browser.current_url == link
