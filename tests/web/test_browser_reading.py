"""Reading in Chromium: an article's quotes, the newsroom while it runs, and each text once in however many papers."""

import time
from typing import Any

import pytest

from agents.web.store.writer import StoreWriter, TopicMessage
from schemas.codec import encode
from schemas.records import Block, QuoteArticle, QuotePerson
from tests.web.articles import TEXT, cue, quote_article, span
from tests.web.browser import (
    DESKTOP,
    PHONE,
    find,
    fits,
    follow,
    looks,
    looks_as_before,
    serious_findings,
    show_new,
    texts,
)
from tests.web.system import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
SAID = "Wir fangen im Frühjahr an"


def add(writer: StoreWriter, *articles: QuoteArticle, arrived: float | None = None) -> None:
    at = arrived or time.time()
    writer.add(
        TopicMessage("articles.quotes", 2, number, at + number / 1000, encode(article), {})
        for number, article in enumerate(articles)
    )
    assert writer.unreadable == 0


def test_the_newsroom_does_not_move_under_the_reader(address: str, writer: StoreWriter, browser: Any) -> None:
    add(writer, *(quote_article(f"n-{n}", title=f"Artikel {n}", published_at=None) for n in range(12)))
    looks(browser, DESKTOP)
    try:
        browser.get(address + "/")
        until(lambda: find(browser, "#live-state.on"), 10, "the page listens")
        before = texts(browser, "#stream h2")
        browser.execute_script("document.querySelectorAll('#stream > *')[6].scrollIntoView()")
        top = "return document.querySelectorAll('#stream > *')[6].getBoundingClientRect().top"
        was, scrolled = browser.execute_script(top), browser.execute_script("return scrollY")
        add(writer, *(quote_article(f"m-{n}", title=f"Neu {n}", published_at=None) for n in range(3)))
        until(lambda: find(browser, "#new:not([hidden])"), 10, "that there is something new")
        until(lambda: texts(browser, "#new") == ["3 neue"], 5, "how much is new")
        assert texts(browser, "#stream h2") == before
        assert (browser.execute_script(top), browser.execute_script("return scrollY")) == (was, scrolled)
        lefts = "return [...new Set([...document.querySelectorAll('#stream > *')].map(c => c.offsetLeft))].length"
        assert browser.execute_script(lefts) == 1, "one column, so that nothing changes sides"
        find(browser, "#new")[0].click()
        assert texts(browser, "#stream h2")[:3] == ["Neu 2", "Neu 1", "Neu 0"]
        assert texts(browser, "#stream h2")[3:] == before
    finally:
        looks_as_before(browser)


def test_an_entry_of_a_ticker_has_its_headline_and_its_paragraphs(
    address: str, writer: StoreWriter, browser: Any
) -> None:
    entry = "+++ 16.40 Uhr: Umbau +++\n\nBrinkmeier hat das Wort.\n\nKarla Brinkmeier geht."
    article = quote_article("ticker", text=f"{TEXT}\n\n{entry}")
    blocks = [*article.blocks[:3], Block(begin=len(TEXT) + 2, end=len(article.text), kind="entry")]
    add(writer, article.model_copy(update={"blocks": blocks}))
    browser.get(address + "/articles/ticker")
    assert find(browser, ".text .entry")[0].text == entry
    assert "\n" not in find(browser, ".text .lead")[0].text


def test_the_items_of_a_list_are_shown_as_such(address: str, writer: StoreWriter, browser: Any) -> None:
    article = quote_article("liste")
    blocks = [article.blocks[0], *(block.model_copy(update={"kind": "list"}) for block in article.blocks[1:])]
    add(writer, article.model_copy(update={"blocks": blocks}))
    browser.get(address + "/articles/liste")
    left = {item.value_of_css_property("display"): item.rect["x"] for item in find(browser, ".text p:not(.meta)")}
    assert left["list-item"] > left["block"], "the bullet has a place of its own"


def test_the_newsroom_has_one_order_of_time_filters_and_older_pages(
    address: str, writer: StoreWriter, browser: Any
) -> None:
    def tag(day: int) -> QuoteArticle:
        source, at = f"Bote {day % 2}", f"2026-04-{day:02}T08:00Z"
        return quote_article(f"d-{day}", title=f"Tag {day}", source=source, published_at=at)

    add(writer, *(tag(day) for day in (3, 1, 2, *range(4, 28))), arrived=1.9e9)
    add(writer, quote_article("ohne", title="Ohne Datum", published_at=None), arrived=1.95e9)
    browser.get(address + "/")
    assert texts(browser, "#stream h2")[0] == "Ohne Datum"
    assert "(Eingang)" in texts(browser, '[data-id="ohne"] .meta')[0]
    assert "(Eingang)" not in texts(browser, '[data-id="d-27"] .meta')[0]
    browser.get(address + "/?since=2026-04-03&until=2026-04-05")
    assert texts(browser, "#stream h2") == ["Tag 5", "Tag 4", "Tag 3"]
    browser.get(address + "/?source=Bote+1")
    assert texts(browser, "#stream h2") == [f"Tag {day}" for day in range(27, 0, -2)]
    add(writer, *(quote_article(f"alt-{n}", title=f"Alt {n}", published_at="2026-01-01T08:00Z") for n in range(20)))
    browser.get(address + "/?until=2026-06-01")
    seen = texts(browser, "#stream h2")
    while older := find(browser, '[rel="next"]'):
        follow(browser, older[0])
        seen += texts(browser, "#stream h2")
    tags = [title for title in seen if title.startswith(("Tag", "Alt"))]
    assert tags == [f"Tag {day}" for day in range(27, 0, -1)] + [f"Alt {n}" for n in range(19, -1, -1)]


def test_the_same_text_in_several_papers_is_one_hit_with_the_list_of_them(
    address: str, writer: StoreWriter, browser: Any
) -> None:
    print_ = "0123456789abcdef"
    add(
        writer,
        *(
            quote_article(f"dpa-{n}", source=f"Blatt {n}", title="Agenturtext", published_at=None, simhash=print_)
            for n in range(3)
        ),
    )
    browser.get(address + "/")
    until(lambda: find(browser, "#live-state.on"), 10, "the page listens")
    assert texts(browser, "#stream h2").count("Agenturtext") == 1
    assert texts(browser, '[data-id="dpa-0"] .papers summary') == ["in 3 Blättern"]
    find(browser, '[data-id="dpa-0"] .papers summary')[0].click()
    assert texts(browser, '[data-id="dpa-0"] .papers a') == ["Blatt 1", "Blatt 2"]
    nearly = print_[:-1] + "e"
    add(writer, quote_article("dpa-3", source="Blatt 3", title="Agenturtext", published_at=None, simhash=nearly))
    until(lambda: texts(browser, '[data-id="dpa-0"] .papers summary') == ["in 4 Blättern"], 10, "a fourth paper")
    assert find(browser, "#new[hidden]"), "it is nothing new"
    assert texts(browser, '[data-id="dpa-0"] .papers a') == ["Blatt 1", "Blatt 2", "Blatt 3"]

    browser.get(address + "/search?q=Behörde&source=Blatt+0&source=Blatt+1&source=Blatt+2&source=Blatt+3")
    assert texts(browser, "#found") == ["2 Äußerungen"], "the authority's, who is no entity, and that about it"
    assert set(texts(browser, ".quote-hit .papers summary")) <= {"in 4 Blättern"}
    browser.get(address + "/entities/per/tobias-ahlgrimm?view=named")
    assert sum(text.startswith("Agenturtext") for text in texts(browser, "#found + .list > li")) == 1
    browser.get(address + "/articles/dpa-2")
    assert texts(browser, "#copies summary") == ["in 4 Blättern"]


def test_a_quotes_address_works_on_an_open_article_and_the_selected_one_leaves_the_others_legible(
    address: str, browser: Any
) -> None:
    for scheme in ("light", "dark"):
        looks(browser, DESKTOP, scheme)
        try:
            browser.get(address + "/articles/a-1")
            browser.execute_script("location.hash = '#quote-1'")
            until(
                lambda: texts(browser, ".said.on") == texts(browser, '[data-card="1"]'), 5, "the quote of the address"
            )
            assert find(browser, ".text.focused mark:not(.on)"), "others are there"
            assert not serious_findings(browser), scheme
            find(browser, "body")[0].send_keys("k")
            assert browser.current_url == find(browser, '[data-card="0"] .jump')[0].get_attribute("href")
            assert not serious_findings(browser), scheme
        finally:
            looks_as_before(browser)


def test_on_a_phone_the_first_touch_of_a_quote_shows_it(address: str, writer: StoreWriter, browser: Any) -> None:
    text = "Karla Brinkmeier sagte: „Tobias Ahlgrimm irrt sich in Kiel.“ Mehr war am Montag nicht zu hören."
    article = quote_article("nah").model_copy(update={"text": text})
    quote = article.quotes[0].model_copy(
        update={
            "spans": [span(text, "„Tobias Ahlgrimm irrt sich in Kiel.“")],
            "text": "„Tobias Ahlgrimm irrt sich in Kiel.“",
            "cue": cue(text, "sagte"),
            "speaker": article.quotes[0].speaker.model_copy(  # type: ignore[union-attr]
                update={"spans": [span(text, "Karla Brinkmeier")], "text": "Karla Brinkmeier"}
            ),
        }
    )
    mentioned = [
        entity.model_copy(
            update={
                "mentions": [
                    mention.model_copy(
                        update={
                            "begin": text.index(entity.name),
                            "end": text.index(entity.name) + len(entity.name),
                            "text": entity.name,
                        }
                    )
                    for mention in entity.mentions[:1]
                ]
            }
        )
        for entity in article.entities
    ]
    blocks = [article.blocks[0].model_copy(update={"begin": 0, "end": len(text)})]
    add(writer, article.model_copy(update={"quotes": [quote], "entities": mentioned, "blocks": blocks}))
    looks(browser, PHONE)
    try:
        browser.get(address + "/articles/nah")
        assert browser.execute_script("return matchMedia('(hover: none)').matches")
        inside = find(browser, 'mark [data-entity="per/tobias-ahlgrimm"]')[0]
        inside.click()
        time.sleep(0.3)
        until(
            lambda: browser.current_url == find(browser, '[data-card="0"] .jump')[0].get_attribute("href"),
            5,
            "its address",
        )
        assert texts(browser, ".said.on") == texts(browser, '[data-card="0"]')
        find(browser, 'mark [data-entity="per/tobias-ahlgrimm"]')[0].click()
        until(lambda: texts(browser, "h1") == ["Tobias Ahlgrimm"], 5, "his page, by the second touch")
    finally:
        looks_as_before(browser)


def test_cue_and_addressee_stand_apart_and_sureness_is_in_words(
    address: str, writer: StoreWriter, browser: Any
) -> None:
    article = quote_article("an")
    first = article.quotes[0]
    assert first.speaker is not None
    to = QuotePerson(spans=[span(article.text, "Tobias Ahlgrimm")], text="Tobias Ahlgrimm", entity=None, name="Ahlers")
    quote = first.model_copy(
        update={"addressee": to, "confidence": 0.96, "speaker": first.speaker.model_copy(update={"confidence": 0.4})}
    )
    add(writer, article.model_copy(update={"quotes": [quote, *article.quotes[1:]]}))
    browser.get(address + "/articles/an")
    assert texts(browser, '[data-card="0"] .who') == ["Karla Brinkmeier sagte → Ahlers"]
    (meta,) = texts(browser, '[data-card="0"] .meta')
    assert "Sprecher unsicher" in meta
    assert "%" not in meta


def test_what_is_not_there_is_said_in_german(address: str, writer: StoreWriter, browser: Any) -> None:
    for path, said in (
        ("/articles/gibtesnicht", "Ein solcher Artikel wird nicht vorgehalten."),
        ("/entities/per/niemand", "Kein vorgehaltener Artikel nennt das."),
        ("/statements/0000", "Diese Äußerung gibt es nicht (mehr)."),
        ("/gibtesnicht", "Nicht vorhanden"),
    ):
        browser.get(address + path)
        assert said in " ".join(texts(browser, "main")), path
    browser.get_log("browser")


def test_all_pages_are_accessible_and_fit(address: str, writer: StoreWriter, browser: Any) -> None:
    add(
        writer,
        *(quote_article(f"s-{n}", source=f"Blatt {n}", published_at=f"2026-03-1{n}T08:00Z") for n in range(5)),
        *(quote_article(f"t-{n}", source=f"Blatt {n}", simhash="00ff00ff00ff00ff") for n in range(3)),
    )
    states: dict[str, str] = {
        "/": "",
        "/?source=Blatt+1&quoting=1": "j",
        "/search?q=Frühjahr": "j",
        "/search?q=xyzzy": "",
        "/articles/a-1": "j",
        "/entities/per/karla-brinkmeier": "j",
        "/entities/per/karla-brinkmeier?view=about": "",
        "/entities/per/karla-brinkmeier?view=named": "",
        "/people": "",
        "/people?q=niemand": "",
        "/shares": "",
        "/shares?by=gender&since=2026-03-01": "",
        "/shares?by=type&source=Blatt+1&vs_source=Blatt+2": "",
        "/gibtesnicht": "",
    }
    for metrics, scheme in ((PHONE, "light"), (DESKTOP, "dark"), (DESKTOP, "light")):
        looks(browser, metrics, scheme)
        try:
            for path, key in states.items():
                browser.get(address + path)
                if key:
                    find(browser, "body")[0].send_keys(key)
                browser.execute_script("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
                assert fits(browser), (path, metrics)
                assert not serious_findings(browser), (path, metrics, scheme)
        finally:
            looks_as_before(browser)
    browser.get_log("browser")


def test_show_new_goes_where_its_time_belongs(address: str, writer: StoreWriter, browser: Any) -> None:
    add(writer, *(quote_article(f"z-{n}", title=f"Tag {n}", published_at=f"2026-03-0{n}T12:00Z") for n in (3, 5)))
    browser.get(address + "/")
    until(lambda: find(browser, "#live-state.on"), 10, "the page listens")
    add(writer, quote_article("z-4", title="Tag 4", published_at="2026-03-04T12:00Z"))
    show_new(browser)
    shown = texts(browser, "#stream h2")
    assert [title for title in shown if title.startswith("Tag ")] == ["Tag 5", "Tag 4", "Tag 3"]


def test_times_have_the_whole_year_and_are_those_of_germany_wherever_the_reader_is(
    address: str, writer: StoreWriter, browser: Any
) -> None:
    add(writer, quote_article("alt", published_at="1926-02-03T23:05:06Z"))
    browser.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "America/New_York"})
    try:
        browser.get(address + "/articles/alt")
        assert texts(browser, ".text header time") == ["04.02.1926, 00:05"]
    finally:
        browser.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": ""})


@pytest.mark.parametrize("path", ["/articles/a-1", "/search", "/entities/per/karla-brinkmeier"])
def test_what_is_copied_out_of_a_page_has_no_labels_of_buttons(address: str, browser: Any, path: str) -> None:
    browser.get(address + path)
    assert "Kopieren" in find(browser, "main")[0].text
    selected = "getSelection().selectAllChildren(document.querySelector('main')); return getSelection().toString()"
    copied = browser.execute_script(selected)
    assert "Frühjahr" in copied
    assert "Kopieren" not in copied
