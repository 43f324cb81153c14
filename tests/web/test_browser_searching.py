"""Searching in Chromium: quotes by word, speaker, paper and time; who said all of what; taking it along."""

import time
import urllib.request
from typing import Any

import pytest

from agents.web.paths import quote_path
from agents.web.store.writer import StoreWriter, TopicMessage
from schemas.codec import encode
from schemas.records import DeadLetter, QuoteArticle
from tests.web.articles import quote_article
from tests.web.browser import DESKTOP, PHONE, find, fits, follow, leaving, looks, looks_as_before, texts
from tests.web.system import until
from tests.web.test_citations import SAID as WHOLE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
SAID = "Wir fangen im Frühjahr an"


def add(writer: StoreWriter, *articles: QuoteArticle) -> None:
    writer.add(
        TopicMessage("articles.quotes", 2, number, time.time(), encode(article), {})
        for number, article in enumerate(articles)
    )
    assert writer.unreadable == 0


def fill_in(browser: Any, selector: str, words: str) -> None:
    """Send the form of a field, and wait for the page that it leads to."""
    field = find(browser, selector)[0]
    field.clear()
    with leaving(browser):
        field.send_keys(words, "\n")


def test_a_search_for_a_speaker_shows_what_they_said(address: str, browser: Any) -> None:
    browser.get(address + "/")
    fill_in(browser, "#words", "Brinkmeier")
    until(lambda: find(browser, "#found"), 5, "the search")
    assert texts(browser, ".quote-hit .speaker") == ["Karla Brinkmeier"] * 2
    assert all(SAID in text for text in texts(browser, ".quote-hit blockquote p"))
    assert texts(browser, ".quote-hit .badge") == ["wörtlich"] * 2


def test_minus_leaves_out_a_phrase_stays_together_and_umlauts_are_found_as_typed(address: str, browser: Any) -> None:
    browser.get(address + "/search")
    for query, speakers in (
        ("Behörde -Frühjahr", {"die Behörde", "Tobias Ahlgrimm"}),
        ("-Frühjahr -Behörde", {'<img src=x onerror="alert(2)"><script>alert(1)</script>'}),
        ('"fangen im Frühjahr"', {"Karla Brinkmeier"}),
        ('"Frühjahr fangen"', set()),
        ("fruehjahr", {"Karla Brinkmeier"}),
    ):
        fill_in(browser, "#q", query)
        until(lambda query=query: find(browser, "#q")[0].get_attribute("value") == query, 5, query)  # type: ignore[misc]
        assert set(texts(browser, ".quote-hit .speaker")) == speakers, query


def test_speaker_word_week_wording_and_paper_at_once(address: str, writer: StoreWriter, browser: Any) -> None:
    this_week = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 86400))
    add(
        writer,
        quote_article("w-1", source="Abendblatt", published_at=this_week),
        quote_article("w-2", source="Morgenblatt", published_at=this_week),
        quote_article("w-3", source="Abendblatt", published_at="2026-01-01T08:00Z"),
    )
    since = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 7 * 86400))
    browser.get(address + "/search")
    browser.execute_script("document.querySelector('#since').value = arguments[0]", since)
    browser.execute_script("document.querySelector('#verbatim').value = 'true'")
    fill_in(browser, "#q", "Brinkmeier Frühjahr")
    until(lambda: texts(browser, "#found") == ["2 Äußerungen"], 5, "both papers of this week")
    paper = next(link for link in find(browser, ".facets a") if link.text == "Abendblatt")
    paper.click()
    until(lambda: texts(browser, "#found") == ["1 Äußerung"], 5, "one paper's")
    assert find(browser, ".quote-hit .address")[0].get_attribute("href") == address + quote_path("w-1", WHOLE)
    for kind in ("csv", "parquet"):
        duckdb = pytest.importorskip("duckdb")
        (link,) = find(browser, f".facets a[href^='/api/quotes'][href$='format={kind}']")
        with urllib.request.urlopen(link.get_attribute("href")) as answer:
            file = writer_folder(writer) / f"taken.{kind}"
            file.write_bytes(answer.read())
        rows = duckdb.sql(f"SELECT quote_id, source, speaker_name, text FROM '{file}'").fetchall()
        assert [row[:3] for row in rows] == [("w-1#0", "Abendblatt", "Karla Brinkmeier")]
        assert SAID in rows[0][3]


def writer_folder(writer: StoreWriter) -> Any:
    from pathlib import Path

    return Path(writer._connection.execute("PRAGMA database_list").fetchone()[2]).parent


def test_j_and_k_go_on_and_the_address_follows_and_a_quote_is_copied_with_its_source(
    address: str, browser: Any
) -> None:
    browser.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": address},
    )
    browser.get(address + "/search?q=Frühjahr")
    names = ["#" + hit.get_attribute("id") for hit in find(browser, ".quote-hit")]
    for key, number in (("j", 0), ("j", 1), ("j", 1), ("k", 0)):
        find(browser, "body")[0].send_keys(key)
        assert browser.execute_script("return location.hash") == names[number]
    assert len(find(browser, ".quote-hit.on")) == 1
    browser.refresh()
    assert find(browser, f"{names[0]}.on"), "the address is enough"
    find(browser, f"{names[0]} .copy")[0].click()
    read = "navigator.clipboard.readText().then(arguments[arguments.length - 1])"
    until(lambda: SAID in browser.execute_async_script(read), 5, "the clipboard")
    copied = browser.execute_async_script(read)
    assert "Karla Brinkmeier" in copied
    assert "2026-03-02" in copied
    assert copied.rpartition(" ")[2].startswith(address + "/articles/a")


def test_the_address_of_a_quote_in_a_search_leads_to_it_when_others_have_come(
    address: str, writer: StoreWriter, browser: Any
) -> None:
    browser.get(address + "/search?q=Frühjahr")
    find(browser, "body")[0].send_keys("j")
    shared, (told,) = browser.current_url, texts(browser, ".quote-hit.on .address")
    add(writer, quote_article("danach", title="Danach", published_at="2026-03-09T08:00Z"))
    browser.get(address + "/")
    browser.get(shared)
    assert texts(browser, ".quote-hit .address")[0] == "Danach"
    assert texts(browser, ".quote-hit.on .address") == [told]


def test_a_quote_is_copied_from_its_article(address: str, browser: Any) -> None:
    browser.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": address},
    )
    browser.get(address + "/articles/a-1")
    assert texts(browser, "[role=status]") == [""]
    find(browser, '[data-card="0"] .copy')[0].click()
    until(lambda: texts(browser, "[role=status]") == ["Kopiert"], 5, "that it is said")
    read = "navigator.clipboard.readText().then(arguments[arguments.length - 1])"
    until(lambda: SAID in browser.execute_async_script(read), 5, "the clipboard")
    assert browser.execute_async_script(read).endswith(f" {address}{quote_path('a-1', WHOLE)}")


def test_nothing_is_cut_off_silently(address: str, writer: StoreWriter, browser: Any) -> None:
    add(
        writer,
        *(
            quote_article(
                f"v-{n}",
                source=f"Zeitung {n:02}",
                published_at=f"2026-0{1 + n // 20}-{1 + n % 20:02}T08:00Z",
            )
            for n in range(70)
        ),
    )
    looks(browser, DESKTOP)
    try:
        browser.get(address + "/entities/per/karla-brinkmeier")
        assert texts(browser, ".figures dd")[0] == "72"
        sources = texts(browser, "aside section:nth-of-type(2) tbody th")
        assert {f"Zeitung {n:02}" for n in range(70)} <= set(sources)
        weeks = sum(int(count) for count in texts(browser, "aside section:nth-of-type(1) tbody td:nth-of-type(1)"))
        assert weeks == 72, "all of the time, by weeks"
        seen = texts(browser, ".quote-hit .address")
        addresses = [link.get_attribute("href") for link in find(browser, ".quote-hit .address")]
        while older := find(browser, '[rel="next"]'):
            follow(browser, older[0])
            addresses += [link.get_attribute("href") for link in find(browser, ".quote-hit .address")]
        assert len(seen) == 30
        assert len(addresses) == len(set(addresses)) == 72
        browser.get(address + "/entities/per/karla-brinkmeier?q=fruehjahr&source=Zeitung+07&since=2026-01-01")
        assert texts(browser, "#found") == ["1 Äußerung"]
    finally:
        looks_as_before(browser)


def test_no_chart_of_one_bar(address: str, writer: StoreWriter, browser: Any) -> None:
    browser.get(address + "/entities/per/karla-brinkmeier")
    assert not find(browser, "aside .chart"), "all was on one day"
    assert texts(browser, "aside section:nth-of-type(1) tbody td") == ["2", "2"]
    browser.get(address + "/shares?by=gender&speaker=Brinkmeier")
    assert not find(browser, ".intervals rect, .lines polyline")
    assert len(find(browser, ".shares tbody tr")) == 1
    add(writer, quote_article("z", published_at="2026-03-05T08:00Z"))
    browser.get(address + "/entities/per/karla-brinkmeier")
    assert len(find(browser, "aside .chart")) == 2
    browser.get(address + "/shares?by=source")
    assert len(find(browser, ".intervals rect")) == len(find(browser, ".shares tbody tr")) == 3
    assert find(browser, ".lines polyline")


CUT_OFF = """
const lines = document.querySelector('.lines');
const shown = getComputedStyle(lines).overflow === 'visible' ? lines.closest('.panel') : lines;
const labels = [...lines.querySelectorAll('text[text-anchor=end]')];
for (const label of labels) label.textContent = '1.000';
return labels.filter((label) => label.getBoundingClientRect().left < shown.getBoundingClientRect().left).length;
"""


@pytest.mark.parametrize("metrics", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_numbers_beside_a_chart_are_whole(
    address: str, writer: StoreWriter, browser: Any, metrics: dict[str, Any]
) -> None:
    add(writer, quote_article("z", published_at="2026-03-05T08:00Z"))
    looks(browser, metrics)
    try:
        browser.get(address + "/shares?by=source")
        assert browser.execute_script(CUT_OFF) == 0
        assert fits(browser)
    finally:
        looks_as_before(browser)


def test_the_two_days_of_a_period_stand_side_by_side_on_a_phone(address: str, browser: Any) -> None:
    looks(browser, PHONE)
    try:
        for path in ("/search", "/shares", "/entities/per/karla-brinkmeier"):
            browser.get(address + path)
            since, until_ = (find(browser, selector)[0].rect for selector in ("#since", "#until"))
            assert (since["y"], since["width"]) == (until_["y"], until_["width"]), path
            assert fits(browser), path
    finally:
        looks_as_before(browser)


def test_both_fields_for_a_source_suggest_those_there_are(address: str, browser: Any) -> None:
    browser.get(address + "/shares?source=Tagblatt")
    suggested = "return [...document.querySelector(arguments[0]).list.options].map(option => option.value)"
    for field in ("#source", "#vs_source"):
        assert {"Küstenbote", "Tagblatt"} <= set(browser.execute_script(suggested, field)), field


def test_the_directory_suggests_names(address: str, browser: Any) -> None:
    browser.get(address + "/people")
    find(browser, "#name")[0].send_keys("brin")
    names = "return [...document.querySelectorAll('#names option')].map(option => option.value)"
    until(lambda: browser.execute_script(names) == ["Karla Brinkmeier"], 5, "her name")
    find(browser, "#type option[value=LOC]")[0].click()
    until(lambda: browser.execute_script(names) == [], 5, "that no place is called so")
    find(browser, "#type option[value='']")[0].click()
    until(lambda: browser.execute_script(names) == ["Karla Brinkmeier"], 5, "her name again")
    fill_in(browser, "#name", "Brinkmeier")
    until(lambda: texts(browser, ".people tbody a") == ["Karla Brinkmeier"], 5, "her entry")
    find(browser, ".people tbody a")[0].click()
    until(lambda: texts(browser, "h1") == ["Karla Brinkmeier"], 5, "her page")


def test_how_to_search_is_said_everywhere_and_the_keys_where_there_are_some(address: str, browser: Any) -> None:
    browser.get(address + "/search")
    touch = browser.execute_script("return matchMedia('(hover: none)').matches")
    said = find(browser, "main")[0].text
    assert '"Worte in Anführungszeichen" gelten als Folge, -\u2060Wort lässt weg.' in said
    assert ("Tasten: J und K" in said) is not touch


def test_dead_letters_tell_their_reason_in_german(address: str, writer: StoreWriter, browser: Any) -> None:
    letter = DeadLetter.model_validate(
        {
            "stage": "clean",
            "reason": "malformed-json",
            "detail": "line 1",
            "topic": "articles.raw",
            "partition": 0,
            "offset": 1,
            "timestamp": 1,
            "key": None,
            "value": "",
            "headers": {},
            "attempts": 1,
        }
    )
    writer.add([TopicMessage("articles.dead-letter", 0, 1, time.time(), encode(letter), {})])
    browser.get(address + "/dead-letters")
    chips, button = (find(browser, selector)[0].rect for selector in (".chips", ".act"))
    assert chips["y"] + chips["height"] + 8 <= button["y"], "the counts stand on the button"
    assert "kein gültiges JSON" in texts(browser, ".letters tbody td")
    assert "malformed-json" not in find(browser, "main")[0].text
