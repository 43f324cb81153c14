import json

import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.lines import Line
from pipeline.cleaning.page import page_lines, parse
from pipeline.cleaning.tickers import Update, mark_entries, update_of
from pipeline.config import PipelineConfig
from schemas.records import RawArticle

TEXT = "Die Feuerwehr hat die Sperrung der Altstadt am Nachmittag wieder aufgehoben, sagte der Einsatzleiter."
DAY = "2024-02-11T20:00:00+01:00"


def ticker(*clocks: str, alone: bool = True) -> list[Line]:
    lines = []
    for clock in clocks:
        if alone:
            lines.append(Line(f"{clock} Uhr"))
            lines[-1].remove("other", "date or reading time")
        lines.append(Line(TEXT if alone else f"{clock} Uhr: {TEXT}"))
        lines[-1].keep("paragraph", "test")
    return lines


def marked(lines: list[Line], *, named: str = "Liveticker", updates: tuple[Update, ...] = ()) -> list[str | None]:
    mark_entries(lines, named=named, published_at=DAY, modified_at=None, updates=updates)
    return [line.time for line in lines if line.kind == "entry"]


@pytest.mark.parametrize("alone", [True, False])
def test_entries_have_their_times(alone: bool) -> None:
    times = marked(ticker("16:40", "14:05", "11:30", alone=alone))
    assert times == [f"2024-02-11T{clock}:00+01:00" for clock in ("16:40", "14:05", "11:30")]


def test_newest_first_goes_back_over_midnight() -> None:
    times = marked(ticker("00:20", "23:50", "22:10"))
    assert times == ["2024-02-11T00:20:00+01:00", "2024-02-10T23:50:00+01:00", "2024-02-10T22:10:00+01:00"]


def test_newest_last_goes_on_over_midnight() -> None:
    times = marked(ticker("22:10", "23:50", "00:20"))
    assert times == ["2024-02-11T22:10:00+01:00", "2024-02-11T23:50:00+01:00", "2024-02-12T00:20:00+01:00"]


def test_entries_without_a_known_day_have_no_time() -> None:
    lines = ticker("16:40", "14:05", "11:30")
    mark_entries(lines, named="Liveblog", published_at=None, modified_at=None, updates=())
    assert [(line.kind, line.time) for line in lines if line.kind is not None] == [("entry", None)] * 3


@pytest.mark.parametrize("published_at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_a_day_beyond_the_calendar_is_no_day(published_at: str) -> None:
    lines = ticker("16:40", "14:05", "11:30")
    mark_entries(lines, named="Liveblog", published_at=published_at, modified_at=None, updates=())
    assert [line.time for line in lines if line.kind is not None] == [None] * 3


def test_a_line_with_a_date_tells_the_day_of_what_follows() -> None:
    lines = ticker("16:40", "14:05", "11:30")
    lines.insert(0, Line("Sonnabend, 3. Februar 2024"))
    lines[0].remove("other", "date or reading time")
    assert marked(lines)[0] == "2024-02-03T16:40:00+01:00"


@pytest.mark.parametrize("entries", [1, 2, 3])
def test_the_articles_own_time_is_no_entry_and_tells_the_day(entries: int) -> None:
    lines = ticker("22:10", "23:00", "23:30")[: 2 * entries]
    lines.insert(0, Line("3. Februar 2024, 23:40 Uhr"))
    lines[0].remove("other", "date or reading time")
    times = [f"2024-02-03T{clock}:00+01:00" for clock in ("22:10", "23:00", "23:30")]
    assert marked(lines) == (times if entries == 3 else [])


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (ticker("16:40", "14:05"), "Liveticker"),
        (ticker("10:00", "12:00", "15:00"), "Programm des Hafenfests"),
        (ticker("16:40", "09:05", "14:30", "08:00", "19:00", "07:10"), "Liveticker"),
    ],
    ids=["two times", "a programme", "no order"],
)
def test_other_articles_have_no_entries(lines: list[Line], named: str) -> None:
    assert marked(lines, named=named) == []


def test_a_date_in_a_longer_line_does_not_tell_the_day_of_what_follows() -> None:
    lines = ticker("16:40", "14:05", "11:30")
    lines.insert(0, Line("Sturmflut vom 3. Februar 2019: Als das Wasser noch höher stand"))
    lines[0].keep("paragraph", "test")
    assert marked(lines)[0] == "2024-02-11T16:40:00+01:00"


def test_a_headline_of_an_entry_is_not_lost() -> None:
    lines = ticker("16:40", "14:05", "11:30")
    headline = Line("Entwarnung für die Altstadt")
    headline.remove("other", "classifier 0.20")
    lines.insert(1, headline)
    marked(lines)
    assert (headline.kind, headline.entry, headline.reason) == ("entry", 1, None)


def test_entries_by_json_ld() -> None:
    texts = [f"Meldung {number}: {TEXT}" for number in range(3)]
    lines = [Line(text) for text in texts]
    for line in lines:
        line.keep("paragraph", "test")
    updates = tuple(
        update
        for number, text in enumerate(texts)
        if (update := update_of(["", text], f"2024-02-11T1{number}:00:00+01:00")) is not None
    )
    assert marked(lines, named="Sturmflut", updates=updates) == [update.time for update in updates]


def test_a_page_tells_by_json_ld_when_its_entries_were_written() -> None:
    entries = [
        {
            "@type": "BlogPosting",
            "articleBody": f"<p>Meldung {n}: {TEXT}</p>",
            "datePublished": f"2024-02-11T1{n}:00+0100",
        }
        for n in (3, 2, 1)
    ]
    linked = json.dumps({"@type": "LiveBlogPosting", "headline": "Sturmflut", "liveBlogUpdate": entries})
    page = f'<script type="application/ld+json">{linked}</script><h1>Sturmflut</h1><p>Zum Hafen. {TEXT}</p>'
    page += "".join(str(entry["articleBody"]) for entry in entries)
    article = Cleaner(PipelineConfig())(RawArticle(html=f"<html><body>{page}</body></html>", language="de"))
    times = [block.time for block in article.blocks]
    assert times == [None, *(f"2024-02-11T1{n}:00:00+01:00" for n in (3, 2, 1))]


def test_the_time_of_an_element_is_that_of_the_next_line_alone() -> None:
    page = f'<p>Vorab.</p><time datetime="{DAY}">20 Uhr</time><p>{TEXT}</p><p>Danach kam nichts mehr.</p>'
    assert [line.markup.time for line in page_lines(parse(page)) if line.markup] == [None, DAY, None, None]


@pytest.mark.parametrize(("texts", "moment"), [([], "2024-02-11T10:00:00+01:00"), (["Da."], None), (["…"], DAY)])
def test_updates_without_words_or_time_are_none(texts: list[str], moment: str | None) -> None:
    assert update_of(texts, moment) is None


def test_the_last_entries_of_a_ticker_stay_though_the_classifier_knows_none_of_them() -> None:
    lines = ticker("16:40", "14:05", "11:30", "10:20")
    for line in lines[5::2]:
        line.remove("teaser", "classifier 0.20")
    assert len(marked(lines)) == 4
    assert [line.kind for line in lines[1::2]] == ["entry"] * 4


def test_headlines_that_json_ld_lists_are_found_whatever_the_classifier_says() -> None:
    lines: list[Line] = []
    updates = []
    for number, headline in enumerate(("Schulen bleiben zu", "Baum auf Oberleitung", "Erste Böen am Hafen")):
        updates.append(Update(f"2024-02-01T{13 - number}:00:00+01:00", tuple(headline.lower().split())))
        lines.append(Line(headline))
        lines[-1].remove("related", "classifier 0.20")
        lines.append(Line(TEXT))
        lines[-1].keep("paragraph", "test")
    assert marked(lines, updates=tuple(updates)) == [update.time for update in updates for _ in range(2)]


def test_times_of_article_and_of_updates_within_entries_are_no_entries() -> None:
    entries = "".join(
        f'<article><time datetime="2024-05-{day}T{clock}:00+02:00">{shown}</time>'
        f"<p>{TEXT} Es ist {clock} Uhr.</p>{more}</article>"
        for day, clock, shown, more in (
            ("22", "14:21", "14:21 Uhr", ""),
            (
                "22",
                "11:05",
                "11:05 Uhr",
                "<p>Update 11:40 Uhr: In einer früheren Fassung stand hier ein anderer Tag.</p>",
            ),
            ("22", "07:48", "07:48 Uhr", ""),
            ("21", "22:10", "21.05.2024, 22:10 Uhr", ""),
        )
    )
    head = (
        f"<h1>Newsblog: Altstadt gesperrt</h1><p>Aktualisiert am 22.05.2024, 14:30 Uhr</p><p>{TEXT} Ein Überblick.</p>"
    )
    article = Cleaner(PipelineConfig())(RawArticle(html=f"<html><body>{head}{entries}</body></html>"))
    assert [(block.kind, block.time) for block in article.blocks] == [
        ("lead", None),
        *(("entry", f"2024-05-{time}:00+02:00") for time in ("22T14:21", "22T11:05", "22T07:48", "21T22:10")),
    ]


def test_when_a_text_was_changed_is_no_entry() -> None:
    head = [Line("Aktualisiert: 21.05.2024, 17:00 Uhr"), Line(TEXT)]
    head[0].remove("other", "date or reading time")
    head[1].keep("paragraph", "test")
    entries = ticker("16:40", "14:05", "11:30")
    entries[4].text = "21.05.2024, 11:30 Uhr"
    assert marked([*head, *entries]) == [f"2024-05-21T{clock}:00+02:00" for clock in ("16:40", "14:05", "11:30")]


@pytest.mark.parametrize("begin", ["Update vom 11. Februar 2024, {} Uhr: ", "Update vom 11. Februar, {} Uhr: "])
def test_updates_with_their_day_are_entries(begin: str) -> None:
    lines = ticker("16:40", "14:05", "11:30", alone=False)
    for line, clock in zip(lines, ("16:40", "14:05", "11:30"), strict=True):
        line.text = begin.format(clock) + TEXT
    assert marked(lines) == [f"2024-02-11T{clock}:00+01:00" for clock in ("16:40", "14:05", "11:30")]


STAMPED = """Sturm an der Küste

Newsblog: Orkan über Nordhaven – Fähren bleiben im Hafen

Stand: 04.01.2024, 18:05 Uhr

+++ 18.05 Uhr: Fähren bleiben im Hafen +++
Die Reederei hat alle Fahrten bis zum Morgen abgesagt. „Wir gehen kein Risiko ein“, sagte Sprecherin Wiebke Lorenzen.

+++ 16.40 Uhr: Erste Bäume umgestürzt +++
In der Südstadt liegen nach Angaben der Feuerwehr mehrere Bäume auf der Straße. Verletzt wurde demnach niemand.

+++ 15.15 Uhr: Schulen schließen früher +++
Die Schulen in Nordhaven haben ihre Kinder nach der fünften Stunde nach Hause geschickt.
"""


def test_the_headline_of_the_newest_entry_is_not_that_of_a_ticker_that_came_as_text() -> None:
    clean = Cleaner(PipelineConfig())(RawArticle(id="a", text=STAMPED))
    assert (clean.kicker, clean.title) == (
        "Sturm an der Küste", "Newsblog: Orkan über Nordhaven – Fähren bleiben im Hafen"
    )  # fmt: skip
    begins = [(clean.text[block.begin : block.end].split("\n")[0], block.kind, block.time) for block in clean.blocks]
    assert begins == [
        ("+++ 18.05 Uhr: Fähren bleiben im Hafen +++", "entry", "2024-01-04T18:05:00+01:00"),
        ("+++ 16.40 Uhr: Erste Bäume umgestürzt +++", "entry", "2024-01-04T16:40:00+01:00"),
        ("+++ 15.15 Uhr: Schulen schließen früher +++", "entry", "2024-01-04T15:15:00+01:00"),
    ]


def test_a_headline_with_a_time_is_one_where_no_ticker_follows() -> None:
    text = f"18.05 Uhr: Die Nacht, in der die Fähren blieben\n\n{TEXT}\n\n{TEXT.replace('Altstadt', 'Südstadt')}"
    clean = Cleaner(PipelineConfig())(RawArticle(id="a", text=text))
    assert clean.title == "18.05 Uhr: Die Nacht, in der die Fähren blieben"
