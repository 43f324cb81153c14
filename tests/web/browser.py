"""What the tests do in Chromium."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.web.system import until

PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
DESKTOP = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}


def find(browser: Any, selector: str) -> list[Any]:
    return list(browser.find_elements("css selector", selector))


def texts(browser: Any, selector: str) -> list[str]:
    found = browser.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map(element => element.textContent)", selector
    )
    return [" ".join(text.split()) for text in found]


@contextmanager
def leaving(browser: Any) -> Iterator[None]:
    """What is done within leads to another page; it has come at the end.

    The page before is told by a mark of its own: whether its elements are stale is asked in vain while it goes.
    """
    browser.execute_script("window.left = true")
    yield
    until(lambda: not browser.execute_script("return window.left"), 5, "the next page")


def follow(browser: Any, link: Any) -> None:
    """Click a link, and wait for its page: until then the one before would be read once more."""
    with leaving(browser):
        link.click()


def show_new(browser: Any) -> None:
    """What is new waits on the newsroom page until it is asked for."""
    until(lambda: find(browser, "#new:not([hidden])"), 10, "the button that says how much is new")
    find(browser, "#new")[0].click()


def looks(browser: Any, metrics: dict[str, Any], scheme: str = "light") -> None:
    """Let the browser be of that size and colour, without motion, until `looks_as_before`."""
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": metrics["mobile"]})
    features = [
        {"name": "prefers-color-scheme", "value": scheme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def looks_as_before(browser: Any) -> None:
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def serious_findings(browser: Any) -> list[tuple[str, list[str]]]:
    """What axe-core finds on the page as it stands: rule and places."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        pytest.skip("axe-core is missing: pip install axe-playwright-python")
    browser.execute_script(Path(found.origin).with_name("axe.min.js").read_text())
    options = "{preload: false, resultTypes: ['violations']}"
    answer = "result => arguments[arguments.length - 1](result.violations)"
    violations = browser.execute_async_script(f"axe.run(document, {options}).then({answer})")
    serious = [v for v in violations if v["impact"] in {"serious", "critical"}]
    return [(v["id"], [node["html"] for node in v["nodes"]][:3]) for v in serious]


def fits(browser: Any) -> bool:
    """Whether nothing has to be scrolled sideways."""
    wider = "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return not browser.execute_script(wider)


def find_overflowing(browser: Any) -> list[str]:
    """Text of the boxes whose content stands out of them."""
    boxes = "[...document.querySelectorAll('.figures, .panel, .banner, .top')]"
    found: list[str] = browser.execute_script(
        f"return {boxes}.filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.textContent)"
    )
    return [" ".join(text.split()) for text in found]
