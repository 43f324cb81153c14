import textwrap
from itertools import chain

import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.lines import text_lines
from pipeline.cleaning.wrapping import joined_full_lines
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.pages import KICKER, PARAGRAPHS, TITLE


def wrapped(paragraph: str, width: int) -> str:
    return "\n".join(textwrap.wrap(paragraph, width, break_on_hyphens=False))


def read(text: str) -> list[str]:
    return [line.text for line in text_lines(text)]


def test_paragraphs_cut_at_a_width_are_joined() -> None:
    cut = "\n\n".join(
        "\n".join(paragraph[at : at + 70].strip() for at in range(0, len(paragraph), 70)) for paragraph in PARAGRAPHS
    )
    assert len(read(cut)) == len(PARAGRAPHS)


@pytest.mark.parametrize("width", [60, 72, 98])
def test_wrapped_paragraphs_are_joined(width: int) -> None:
    assert read("\n\n".join(wrapped(paragraph, width) for paragraph in PARAGRAPHS)) == PARAGRAPHS


@pytest.mark.parametrize(
    ("at_line_end", "joined"),
    [
        ("Hafen-\nbrücke", "Hafenbrücke"),
        ("SPD-\nMinisterin", "SPD-Ministerin"),
        ("52-\njährige", "52-jährige"),
        ("Vor-\nund Nachteile", "Vor- und Nachteile"),
        ("–\nso hieß es –", "– so hieß es –"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line(at_line_end: str, joined: str) -> None:
    begin = "Die Stadt und das Land haben am Montag lange verhandelt; jetzt ist auch die neue"
    end = "im Frühjahr so weit, wie alle es seit zwei Jahren hofften."
    text = "\n\n".join([f"{begin} {at_line_end} {end}", *(wrapped(paragraph, 90) for paragraph in PARAGRAPHS)])
    assert read(text) == [f"{begin} {joined} {end}", *PARAGRAPHS]


STATEMENTS = [
    ("„Wir fangen im Frühjahr an, und daran wird sich nichts ändern.“", "Ida Lorenzen, Bauministerin"),
    ("„Allein kann die Stadt die Kosten nicht tragen, das ist bekannt.“", "Knut Petersen, Oberbürgermeister"),
    ("„Nachts darf dort niemand arbeiten, sonst klagen wir eben.“", "Marlene Voss, Sprecherin der Anwohner"),
]


def test_lines_that_are_finished_were_not_wrapped() -> None:
    blocks = "\n\n".join("\n".join(statement) for statement in STATEMENTS)
    assert read(f"Stimmen zur Brücke\n\n{blocks}") == [
        "Stimmen zur Brücke",
        *(line for pair in STATEMENTS for line in pair),
    ]


def test_a_line_ends_a_wrapped_paragraph_where_the_next_word_had_room() -> None:
    paragraphs = [wrapped(paragraph, 72) for paragraph in PARAGRAPHS]
    text = "\n\n".join([*paragraphs[:2], "\n".join(STATEMENTS[0]), *paragraphs[2:]])
    assert read(text) == [*PARAGRAPHS[:2], *STATEMENTS[0], *PARAGRAPHS[2:]]


MENU = ["Startseite", "Lokales", "Politik", "Sport und Freizeit"]
NUMBERED = [f"[{number}]{name}" for number, name in enumerate((*MENU, "Jonas Beispiel"), 1)]
ADDRESSES = [f"   {number}. https://bote.example/{'x' * 90}{number}" for number in range(1, 6)]
BROWSERS = {
    "w3m": [
        *(f"  • {name}" for name in MENU), "", KICKER, "", TITLE, "", "Von Jonas Beispiel", "12. März 2024", "",
        *chain.from_iterable((*textwrap.wrap(text, 78, break_on_hyphens=False), "") for text in PARAGRAPHS),
        "  • Teilen", "  • Drucken", "", "Impressum | Datenschutz | AGB",
    ],
    "lynx": [
        *(f"     * {name}" for name in NUMBERED[:-1]), "", KICKER, "", TITLE, "", f"   Von {NUMBERED[-1]}", "",
        *chain.from_iterable(
            (*(f"   {line}" for line in textwrap.wrap(text, 73, break_on_hyphens=False)), "") for text in PARAGRAPHS
        ),
        "References", "", "   Visible links", *ADDRESSES,
    ],
}  # fmt: skip


@pytest.mark.parametrize("browser", BROWSERS)
def test_a_page_as_text_browsers_write_it(browser: str) -> None:
    article = Cleaner(PipelineConfig())(RawArticle(text="\n".join(BROWSERS[browser]), language="de"))
    assert (article.title, article.authors) == (TITLE, ["Jonas Beispiel"])
    assert article.text == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize("begin", ["", "## Meldung\n\n"])
def test_paragraphs_that_an_agency_sets_apart_by_an_indentation(begin: str) -> None:
    paragraphs = [textwrap.wrap(text, 68, initial_indent="   ", break_on_hyphens=False) for text in PARAGRAPHS]
    text = begin + "\n".join(["(Zusammenfassung)", "", TITLE, "", *chain.from_iterable(paragraphs)])
    assert Cleaner(PipelineConfig())(RawArticle(text=text, language="de")).text == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize("begin", ["", "## Meldung\n\n"])
@pytest.mark.parametrize("mark", ["- ", "  * ", "1. "])
def test_an_item_of_a_list_goes_on_in_indented_lines(begin: str, mark: str) -> None:
    items = [
        "Die Fähre fährt von Montag bis Freitag alle zwanzig Minuten, abends stündlich bis Mitternacht.",
        "Wer ein Rad hat, nimmt den Steg am Nordufer und spart zehn Minuten Weg bis zur Schule ein.",
        "Die Buslinie 14 hält neu am Fischmarkt, die Linie 15 fährt über den Damm und endet am Kai.",
    ]
    wrapped_items = (textwrap.wrap(mark + item, 72, subsequent_indent=" " * len(mark)) for item in items)
    body = [*(f"{wrapped(text, 72)}\n" for text in PARAGRAPHS), *chain.from_iterable(wrapped_items)]
    text = Cleaner(PipelineConfig())(RawArticle(text="\n".join([begin + TITLE, "", *body]), language="de")).text
    assert [item for item in items if item not in text] == []


@pytest.mark.parametrize(
    "apart",
    [
        [
            "| Montag und Dienstag | alle zwanzig Minuten | nicht in den Ferien   |",
            "| Donnerstag          | alle dreißig Minuten | nicht an Feiertagen   |",
        ],
        [
            "Montag und Dienstag | alle zwanzig Minuten | nicht in den Ferien",
            "Donnerstagabend | alle dreißig Minuten | nicht an den Feiertagen",
        ],
        [
            "* Die Fähre fährt von Montag bis Freitag alle zwanzig Minuten im Takt",
            "* Wer ein Rad hat, nimmt den Steg am Nordufer und spart viel Zeit",
        ],
        [
            "> Am Montag fährt die Fähre nur bis Mitternacht, schrieb der Hafen, im",
            "> Winter aber gar nicht.",
        ],
    ],
)
def test_rows_and_items_as_long_as_full_lines_stay_apart(apart: list[str]) -> None:
    body = [f"{wrapped(text, 70)}\n" for text in PARAGRAPHS]
    joined = joined_full_lines("\n".join([*chain.from_iterable((name, "") for name in MENU * 8), *body, *apart]))
    assert joined is not None
    assert joined.split("\n")[-2:] == apart


def test_headlines_of_about_one_length_are_not_joined() -> None:
    headlines = [f"Fähre fällt aus, Pendler im Hafen müssen heute warten ({number})" for number in range(10, 40)]
    assert joined_full_lines("\n".join(["Lokales", "Sport", *headlines, "Impressum", "AGB"])) is None
    assert read("\n".join([*headlines, PARAGRAPHS[1]])) == [*headlines, PARAGRAPHS[1]]


def test_notes_in_square_brackets_without_addresses_stay() -> None:
    assert read("Die Brücke[1] rostet.\n\n[1] Gutachten der Stadt") == [
        "Die Brücke[1] rostet.",
        "[1] Gutachten der Stadt",
    ]
