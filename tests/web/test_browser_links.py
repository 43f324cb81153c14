"""What a link to a quote leads to, in Chromium."""

from typing import Any

import pytest

from tests.web.browser import find
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
    until(lambda: browser.current_url == address + "/articles/a-1#quote-1", 10, "the quote")
    assert find(browser, '[data-card="1"].on')
