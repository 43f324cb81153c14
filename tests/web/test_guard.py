"""Tokens, names, limits and languages, without a server."""

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from agents.web.auth import Guard, UnsafeListening, is_loopback, safe_next
from agents.web.languages import negotiate
from agents.web.limits import Allowance, Limiter
from agents.web.localisation import Formats, translations
from agents.web.models import Period, Share, Shares
from agents.web.paths import article_path, entity_path, web_address
from agents.web.rates import course, rate
from agents.web.rendering import marked
from agents.web.store.query_parser import parse_query
from agents.web.views.entities import periods_of
from agents.web.views.shares import _scale

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)
    Guard(token=None, host=host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", "", "127.0.0.1.example.org"])
def test_elsewhere_there_must_be_a_token(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(UnsafeListening, match="REDEFLUSS_WEB_TOKEN"):
        Guard(token=None, host=host)
    with pytest.raises(UnsafeListening):
        Guard(token="", host=host)
    Guard(token="geheim-geheim-geheim", host=host)


@pytest.mark.parametrize("token", ["x", "fünfzehn-Zeichen"[:15]])
def test_elsewhere_a_token_is_not_soon_guessed(token: str) -> None:
    with pytest.raises(UnsafeListening, match="at least 16 characters"):
        Guard(token=token, host="0.0.0.0")
    Guard(token=token, host="127.0.0.1")


def test_tokens() -> None:
    assert Guard(token="geheim", host="127.0.0.1").token_is_right("geheim")
    assert not Guard(token="geheim", host="127.0.0.1").token_is_right("")
    assert not Guard(token=None, host="127.0.0.1").token_is_right("")


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/operations", "/operations"),
        ("/articles/a?x=1", "/articles/a?x=1"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\nevil", "/"),
        ("", "/"),
    ],
)
def test_after_the_login_one_stays_on_this_server(asked: str, given: str) -> None:
    assert safe_next(asked) == given


def test_a_limit_lets_a_burst_through_and_then_a_trickle() -> None:
    now = 0.0
    limiter = Limiter(lambda: now)
    allowance = Allowance(per_second=2, burst=3)
    assert [limiter.wait_seconds("a", allowance) for _ in range(4)] == [0, 0, 0, 0.5]
    assert limiter.wait_seconds("b", allowance) == 0
    now = 0.5
    assert [limiter.wait_seconds("a", allowance) for _ in range(2)] == [0, 0.5]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.5", "en"),
        ("fr,en;q=0.3,de;q=0.2", "en"),
        ("fr", "de"),
        ("", "de"),
        ("en;q=0", "de"),
        ("en;q=x, de", "de"),
    ],
)
def test_languages_by_the_browser(header: str, language: str) -> None:
    assert negotiate(header) == language


def test_every_text_of_the_pages_is_there_in_german() -> None:
    options = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}
    found = extract_from_dir(
        str(ROOT / "agents" / "web" / "templates"), [("**.html", "jinja2")], options_map={"**.html": options}
    )
    german = translations("de")
    missing = []
    for _, _, message, _, _ in found:
        single, several = message if isinstance(message, tuple) else (message, None)
        said = german.gettext(single) if several is None else german.ngettext(single, several, 2)
        if said in (single, several) and single not in {"Organisation", "Person", "Version", "Position", "Name"}:
            missing.append(single)
    same = {"Newsletter", "newsletter", "Teaser", "teaser", "Token", "live", "Navigation", "navigation"}
    assert {text for text in missing if text not in same} <= {"worker", "Workers", "Partitions", "id"}


def test_numbers_and_durations() -> None:
    german, english = Formats("de"), Formats("en")
    assert (german.number(1234567.5, 1), english.number(1234567.5, 1)) == ("1.234.567,5", "1,234,567.5")
    assert german.number(1234) == "1.234"
    assert [german.seconds(s) for s in (None, 0.0421, 1.5, 300, 9000)] == ["–", "42 ms", "1,5 s", "5 min", "2,5 h"]
    assert [german.size(s) for s in (12, 1500, 2_500_000, 3_210_000_000)] == ["12 B", "2 kB", "2 MB", "3,2 GB"]


@pytest.mark.parametrize(
    ("id", "path"),
    [
        ("a-1", "/articles/a-1"),
        ("a/b c", "/articles/a%2Fb%20c"),
        ("..", "/articles/?id=.."),
        ("../x?#", "/articles/..%2Fx%3F%23"),
        ("ä", "/articles/%C3%A4"),
    ],
)
def test_addresses_of_articles(id: str, path: str) -> None:
    assert article_path(id) == path


@pytest.mark.parametrize(
    ("id", "path"),
    [
        ("per/karla-brinkmeier", "/entities/per/karla-brinkmeier"),
        ("per/../x", "/entities/?id=per%2F..%2Fx"),
        ("per//x", "/entities/?id=per%2F%2Fx"),
    ],
)
def test_addresses_of_entities(id: str, path: str) -> None:
    assert entity_path(id) == path


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/x", True),
        ("http://a.example", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,x", False),
        ("//a.example", False),
        ("https://[", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, link: bool) -> None:
    assert (web_address(url) == url and url is not None) is link


def test_a_snippet_is_escaped_before_it_is_marked() -> None:
    assert marked("<b> \x02wort\x03") == "&lt;b&gt; <mark>wort</mark>"


def test_marks_that_overlap_are_one() -> None:
    query = parse_query('"die alte Brücke" "alte Brücke am" Hafen')
    assert query.marks("Die alte Brücke am alten Hafen") == [(0, 18), (25, 30)]


def test_of_two_words_with_a_hyphen_the_last_may_be_cut_short_while_it_is_typed() -> None:
    assert parse_query("Rhein-Mai").marks("Im Rhein-Main-Gebiet") == [(3, 13)]
    assert parse_query("Rhein-Mai ").marks("Im Rhein-Main-Gebiet") == []


def test_the_axis_of_shares_ends_at_the_next_round_one() -> None:
    highest = {0.04: 0.05, 0.07: 0.1, 0.1: 0.1, 0.11: 0.2, 0.4: 0.5, 0.9: 1.0}
    for high, end in highest.items():
        value = Share.model_construct(high=high)
        assert _scale(Shares.model_construct(values=[value], compared=None)) == end


def test_rates() -> None:
    samples = [(0.0, 0), (10.0, 50), (20.0, 100), (60.0, 100)]
    assert rate(samples, 0.0, 20.0) == 5.0
    assert rate(samples, 20.0, 60.0) == 0.0
    assert rate(samples[:1], 0.0, 60.0) == 0.0
    rates = course([(1700.0, 0), (1730.0, 60), (1790.0, 180)], 1800.0)
    assert len(rates) == 30
    assert rates[-2:] == [1.0, 2.0]


def test_days_without_anything_are_days_too_and_long_times_are_weeks() -> None:
    first, last = Period(day="2026-03-01", quotes=1, articles=1), Period(day="2026-03-20", quotes=2, articles=1)
    days, weekly = periods_of([first, last])
    assert (len(days), days[0], days[-1], days[1].articles, weekly) == (20, first, last, 0, False)
    assert len(periods_of([last])[0]) == 14
    weeks, weekly = periods_of([Period(day="2025-11-03", quotes=4, articles=2), first, last])
    assert weekly
    assert [week.day for week in weeks][:2] == ["2025-11-03", "2025-11-10"]
    assert sum(week.quotes for week in weeks) == 7
    assert periods_of([]) == ([], False)
    old = Period(day="1605-01-01", quotes=8, articles=1)
    assert len(periods_of([old, first, last])[0]) < 530
    assert sum(week.quotes for week in periods_of([old, first, last])[0]) == 3
