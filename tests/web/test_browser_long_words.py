"""Words of any length and direction stay in their place, in Chromium."""

import time
from typing import Any
from urllib.parse import quote

import pytest

from agents.web.store.writer import StoreWriter
from schemas.records import QuoteArticle
from tests.web.articles import TEXT, message, quote_article
from tests.web.browser import DESKTOP, PHONE, find, fits, looks, looks_as_before

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
LONG = "Donaudampfschifffahrt" * 15
OVERLAPPING = """
const box = (element) => element.getBoundingClientRect();
const sides = [...document.querySelectorAll('.facets, .results > aside, #ranks, .side')].map(box);
return [...document.querySelectorAll('.hits *, #stream *, .results > section *, .text *')].filter((element) =>
  sides.some((side) => side.top < box(element).bottom && box(element).top < side.bottom
    && side.left + 1 < box(element).right && box(element).left + 1 < side.right),
).map((element) => element.outerHTML.slice(0, 80));
"""

DAY_IS_IN_ORDER = """
return [...document.querySelectorAll('main time')].every((time) => {
  const place = (number) => {
    const range = document.createRange();
    range.setStart(time.firstChild, number);
    range.setEnd(time.firstChild, number + 1);
    return range.getBoundingClientRect().left;
  };
  return place(0) < place(1);
});
"""
OUT_OF_ORDER = """
const box = (node) => {
  const range = document.createRange();
  range.selectNodeContents(node);
  return range.getBoundingClientRect();
};
const words = [];
const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode;
  const shown = node.parentElement.checkVisibility() && !node.parentElement.closest('select');
  if (shown && node.data.trim()) words.push(node);
}
return words.slice(1).filter((node, number) => {
  const [before, here] = [box(words[number]), box(node)];
  return words[number].data.includes('\u202e') && here.top < before.bottom && here.left < before.right - 1;
}).map((node) => node.data);
"""


def long_article(id_: str, *, source: str = LONG) -> QuoteArticle:
    """One in which every name is long."""
    article = quote_article(id_, title=LONG, source=source, text=TEXT.replace("dabei", LONG))
    minister, *others = article.entities
    minister = minister.model_copy(
        update={"id": f"per/{LONG.lower()}", "name": LONG, "roles": [LONG], "affiliations": [LONG]}
    )
    first, *rest = article.quotes
    assert first.speaker is not None
    speaker = first.speaker.model_copy(update={"entity": minister.id, "name": LONG})
    return article.model_copy(
        update={
            "kicker": LONG,
            "agencies": [LONG],
            "authors": [LONG],
            "entities": [minister, *others],
            "quotes": [first.model_copy(update={"speaker": speaker}), *rest],
        }
    )


@pytest.mark.parametrize("metrics", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_long_names_widen_no_page(address: str, writer: StoreWriter, browser: Any, metrics: dict[str, Any]) -> None:
    articles = [long_article("lang"), long_article("lang-2", source=LONG + "er"), quote_article("a-1")]
    writer.add(message(article, offset=n + 20, at=time.time()) for n, article in enumerate(articles))
    name = quote(LONG)
    looks(browser, metrics)
    try:
        for path in (
            "/",
            "/search",
            f"/search?q=Frühjahr&party={name}&source={name}&speaker=per/{name.lower()}",
            "/articles/lang",
            f"/entities/per/{name.lower()}?source={name}",
            f"/entities/per/{name.lower()}?view=named",
            "/people",
            f"/shares?by=speaker&party={name}",
            f"/shares?by=source&source={name}&vs_source={name}er",
        ):
            browser.get(address + path)
            browser.execute_script(
                "document.querySelectorAll('details:not(.record)').forEach(fold => { fold.open = true })"
            )
            assert fits(browser), (path, browser.execute_script("return document.documentElement.scrollWidth"))
            assert not browser.execute_script(OVERLAPPING), path
    finally:
        looks_as_before(browser)


def test_a_paper_that_is_written_from_right_to_left_turns_no_date_around(
    address: str, writer: StoreWriter, browser: Any
) -> None:
    article = quote_article("rechts", source="\u202eBlatt\u200f", url=None)
    writer.add([message(article, offset=20, at=time.time())])
    for path in ("/", "/search", "/articles/rechts", "/entities/per/karla-brinkmeier?view=named"):
        browser.get(address + path)
        assert find(browser, "main time"), path
        assert browser.execute_script(DAY_IS_IN_ORDER), path


NUMBERS_OUT_OF_SIGHT = """
return [...document.querySelectorAll('.people td, .shares td')].filter((cell) =>
  cell.getBoundingClientRect().right > cell.closest('.scroll').getBoundingClientRect().right + 1,
).map((cell) => cell.textContent);
"""


def test_a_long_name_pushes_no_number_out_of_its_table(address: str, writer: StoreWriter, browser: Any) -> None:
    articles = [long_article("lang"), quote_article("a-1")]
    writer.add(message(article, offset=n + 20, at=time.time()) for n, article in enumerate(articles))
    looks(browser, DESKTOP)
    try:
        for path in ("/people", "/shares", "/shares?by=source", f"/shares?by=source&vs_source={quote(LONG)}"):
            browser.get(address + path)
            assert LONG in find(browser, "main tbody")[0].text, path
            assert not browser.execute_script(NUMBERS_OUT_OF_SIGHT), path
            assert fits(browser), path
    finally:
        looks_as_before(browser)


def test_what_follows_a_name_that_is_written_from_right_to_left_stands_behind_it(
    address: str, writer: StoreWriter, browser: Any
) -> None:
    paper, name = "\u202eBlatt", "\u202eKarla Brinkmeier"
    article = quote_article("rechts", source=paper, url=None)
    minister, *others = article.entities
    article = article.model_copy(update={"entities": [minister.model_copy(update={"name": name}), *others]})
    writer.add([message(article, offset=20, at=time.time())])
    for path in (f"/search?source={quote(paper)}", "/entities/per/karla-brinkmeier?view=named", "/people"):
        browser.get(address + path)
        assert "\u202e" in find(browser, "main")[0].text, path
        assert not browser.execute_script(OUT_OF_ORDER), path
