"""What an editor and an operator see, in Chromium, over the real system."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from agents.broker import BrokerError, EmbeddedBroker
from agents.web.paths import article_path
from tests.support.kafka_broker import KafkaBroker, KafkaMissing
from tests.support.missing import missing
from tests.web.browser import (
    PHONE,
    find,
    find_overflowing,
    fits,
    looks,
    looks_as_before,
    serious_findings,
    show_new,
    texts,
)
from tests.web.system import TOKEN, System, until
from tests.web.test_programs import source

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PAUSE = "Die Beratungen im Kreistag dauerten bis zum späten Abend, danach gingen alle nach Hause."
ARTICLE = {
    "source": "Küstenbote",
    "title": "Brücke über die Ilse wird gesperrt",
    "text": "Die Brücke über die Ilse wird vom kommenden Montag an für drei Monate gesperrt.\n\n"
    "„Die Pfeiler halten den Lastwagen nicht mehr stand“, sagte Verkehrsministerin Karla Brinkmeier am Dienstag in "
    f"Kiel. {PAUSE}",
}


WARM_UP = {
    "id": "warm",
    "title": "Zum Aufwärmen",
    "text": "Der Verein beginnt mit der Vorbereitung auf die neue Spielzeit. „Wir fangen früher an als sonst“, sagte "
    "Trainer Jan Warmbold beim ersten Treffen der Mannschaft. Das Stadion wird bis dahin umgebaut.",
}
"""Another text than ARTICLE, or both would be one hit."""


def running_on(make_broker: Callable[[], Any], folder: Path) -> Iterator[System]:
    try:
        with make_broker() as broker:
            running = System(broker.address, folder)
            try:
                running.start()
                running.produce([WARM_UP])
                until(lambda: running.code("/articles/warm") == 200, 60, "the first article")
                yield running
            finally:
                running.stop()
    except (BrokerError, KafkaMissing) as error:
        missing(error)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    yield from running_on(lambda: EmbeddedBroker(port=0), tmp_path_factory.mktemp("system"))


@pytest.fixture(scope="module")
def system_on_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    yield from running_on(KafkaBroker, tmp_path_factory.mktemp("kafka"))


@pytest.fixture(params=["system", pytest.param("system_on_kafka", marks=pytest.mark.kafka)])
def any_system(request: pytest.FixtureRequest) -> System:
    """On the embedded broker and on Apache Kafka."""
    found: System = request.getfixturevalue(request.param)
    return found


def test_an_article_appears_without_reloading_is_highlighted_and_found(any_system: System, browser: Any) -> None:
    browser.get(any_system.address + "/")
    until(lambda: find(browser, "#live-state.on"), 10, "the page listens")
    browser.execute_script("window.notReloaded = true")
    any_system.produce([ARTICLE | {"id": "brücke/1"}])
    started = time.monotonic()
    show_new(browser)
    until(lambda: find(browser, '[data-id="brücke/1"]'), 15, "the article on the newsroom page")
    assert time.monotonic() - started < 15
    assert browser.execute_script("return window.notReloaded")
    assert "Karla Brinkmeier" in texts(browser, '[data-id="brücke/1"] .speaker')

    find(browser, '[data-id="brücke/1"] h2 a')[0].click()
    until(lambda: find(browser, "article.text"), 5, "the article's page")
    quoted = texts(browser, 'mark[data-quotes="0"]')
    assert "Die Pfeiler halten den Lastwagen nicht mehr stand" in " ".join(quoted)
    assert "Karla Brinkmeier" in texts(browser, '[data-card="0"] .who')[0]
    assert "Brinkmeier" in " ".join(texts(browser, '[data-role-of="0"].speaker'))
    assert texts(browser, '[data-role-of="0"].cue') == ["sagte"]
    assert len(texts(browser, ".steps li")) == 3

    find(browser, "body")[0].send_keys("j")
    assert texts(browser, ".said.on") == texts(browser, '[data-card="0"]')
    assert browser.current_url == browser.execute_script("return document.activeElement.href")
    assert set(texts(browser, ".text mark.on")) == set(quoted)
    browser.execute_script("document.querySelector('.record').open = true")
    until(lambda: '"title"' in texts(browser, ".record pre")[0], 10, "the record as it was sent")

    for query in ("q=Lastwagen", "q=Brinkmeier", "speaker=Brinkmeier", f"source={quote('Küstenbote')}"):
        browser.get(f"{any_system.address}/search?{query}")
        assert ARTICLE["title"] in texts(browser, ".hits .address"), query
        assert "Die Pfeiler halten den Lastwagen nicht mehr stand" in " ".join(texts(browser, ".hits blockquote"))
    find(browser, "body")[0].send_keys("j")
    assert browser.execute_script("return location.hash") == "#" + find(browser, ".quote-hit")[0].get_attribute("id")


def test_the_most_quoted_lead_to_their_pages(system: System, browser: Any) -> None:
    browser.get(system.address + "/")
    named = "[...document.querySelectorAll('#ranks a')].find(link => link.textContent.trim() === 'Karla Brinkmeier')"
    # The lists are a little old at first, and are put into the page anew while one looks at it.
    until(lambda: browser.execute_script(f"return {named} !== undefined"), 60, "her name among the most quoted")
    browser.execute_script(f"{named}.click()")
    until(lambda: texts(browser, "h1") == ["Karla Brinkmeier"], 5, "her page")
    assert any("Die Pfeiler" in text for text in texts(browser, "blockquote"))


def test_a_hostile_article_does_nothing(system: System, browser: Any) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    id_ = f'"><svg onload=alert(3)>/../{attack}'
    hostile = {
        "id": id_,
        "title": attack,
        "source": attack,
        "url": "javascript:alert(4)",
        "text": f"„{attack} & das ist alles“, sagte Karla Brinkmeier <b onclick=alert(5)>{attack}</b> in Kiel. {PAUSE}",
    }
    browser.get(system.address + "/")
    until(lambda: find(browser, "#live-state.on"), 10, "the page listens")
    system.produce([hostile])
    until(lambda: system.code("/api" + article_path(id_)) == 200, 30, "the hostile article")
    show_new(browser)
    until(lambda: any(attack in text for text in texts(browser, "#stream h2")), 5, "it on the newsroom page, as text")
    for path in ("/", article_path(id_), "/search?q=alert", "/entities/per/karla-brinkmeier"):
        browser.get(system.address + path)
        time.sleep(0.3)
        assert not find(browser, "main img, main b, main svg[onload], main script, [onclick], [onerror]")
        assert not find(browser, '[href^="javascript:"]')
    browser.get(system.address + article_path(id_))
    assert attack in texts(browser, "h1")[0]


def test_login_and_replay(system: System, browser: Any) -> None:
    system.produce([b"kein JSON {"])
    letters = until(lambda: system.json("/api/dead-letters")["letters"], 30, "the dead letter")
    browser.get(f"{system.address}/dead-letters/{letters[0]['partition']}/{letters[0]['offset']}")
    assert texts(browser, "pre.message")[0] == "kein JSON {"
    assert any(text.startswith("kein gültiges JSON") for text in texts(browser, ".pairs dd"))
    assert texts(browser, "pre.bytes")[0].startswith("000000 6b 65 69 6e")
    assert not find(browser, "form.act")
    find(browser, ".act a")[0].click()
    until(lambda: find(browser, "#token"), 5, "the log-in")
    find(browser, "#token")[0].send_keys("falsch")
    find(browser, ".login button")[0].click()
    until(lambda: find(browser, '[role="alert"]'), 5, "that it was not the token")
    find(browser, "#token")[0].send_keys(TOKEN)
    find(browser, ".login button")[0].click()
    until(lambda: find(browser, "form.act button"), 5, "the way to replay")
    (cookie,) = browser.get_cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    find(browser, "form.act button")[0].click()
    until(lambda: find(browser, ".banner.ok"), 15, "that it was sent again")
    until(lambda: len(system.json("/api/dead-letters")["letters"]) == 2, 30, "that it failed again")
    assert any(letter["replayed_at"] for letter in system.json("/api/dead-letters")["letters"])
    browser.get_log("browser")


def test_a_stopped_stage_is_red_and_recovers(any_system: System, browser: Any) -> None:
    browser.get(any_system.address + "/operations")
    until(lambda: texts(browser, ".banner.ok"), 30, "a green page")
    any_system.signal_pool(signal.SIGSTOP)
    try:
        any_system.produce([ARTICLE | {"id": "wartet", "text": ARTICLE["text"] + " Das wartet."}])
        until(lambda: find(browser, '.stage.stuck[data-health="stuck"]'), 30, "a red stage")
        assert find(browser, ".banner.bad")
        assert texts(browser, ".stage.stuck .why")[0]
        assert any_system.code("/health/ready") == 503
        assert any_system.code("/health/live") == 200
    finally:
        any_system.signal_pool(signal.SIGCONT)
    until(lambda: any_system.code("/health/ready") == 200, 60, "readiness")
    until(lambda: find(browser, ".banner.ok") and not find(browser, ".stage.stuck"), 30, "a green page")
    until(lambda: any_system.code("/articles/wartet") == 200, 30, "the article that waited")
    browser.get_log("browser")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 900), (2560, 1440)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit(system: System, browser: Any, width: int, height: int, scheme: str) -> None:
    looks(browser, {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}, scheme)
    try:
        for path in ("/", "/articles/warm", "/feeds", "/operations", "/dead-letters", "/runbooks", "/login"):
            browser.get(system.address + path)
            assert fits(browser), path
            assert not find_overflowing(browser), path
            assert not serious_findings(browser), path
    finally:
        looks_as_before(browser)


def test_what_is_wrong_with_a_source_can_be_read_on_a_phone(system: System, browser: Any) -> None:
    problem = "https://hafenblatt.example/nachrichten/politik/aktuell/rss.xml: 503 Service Unavailable"
    said = {"program": "feed", "name": "h:/data", "sources": [source("Hafenblatt", problems=[problem])]}
    system.produce([said], "workers")
    until(lambda: problem in system.text("/feeds"), 20, "the source")
    looks(browser, PHONE)
    try:
        browser.get(system.address + "/feeds")
        assert fits(browser)
        (told,) = find(browser, ".sources .why li")
        assert told.size["width"] > 250
        assert told.size["height"] < 100
    finally:
        looks_as_before(browser)


def test_a_long_word_does_not_widen_a_banner(system: System, browser: Any) -> None:
    looks(browser, PHONE)
    try:
        browser.get(system.address + "/operations")
        browser.execute_script(
            "document.getElementById('trouble').innerHTML ="
            " `<p class='banner bad trouble'><span>${'/folder'.repeat(20)}.sqlite cannot be written</span></p>`"
        )
        assert fits(browser)
    finally:
        looks_as_before(browser)


def test_nothing_comes_from_elsewhere(system: System, browser: Any) -> None:
    for path in ("/", "/articles/warm", "/operations"):
        browser.get(system.address + path)
        time.sleep(0.5)
        loaded = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
        assert loaded
        assert all(name.startswith(system.address + "/") for name in loaded)


def test_a_restart_loses_nothing(system: System, browser: Any) -> None:
    browser.get("about:blank")
    before = {line["id"] for line in system.json("/api/articles")}
    system.stop()
    system.start()
    assert {line["id"] for line in system.json("/api/articles")} == before
    browser.get(system.address + "/")
    assert texts(browser, "#stream h2")


def test_logs_hold_no_surprises(any_system: System) -> None:
    log = Path(any_system.settings.data_dir / "worker.log").read_text()
    assert "Traceback" not in log
