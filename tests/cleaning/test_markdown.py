"""Articles that a crawler left as Markdown; people, places and publishers are invented."""

import json
from pathlib import Path

import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.markdown import page_of_markdown
from pipeline.config import PipelineConfig
from schemas.records import CleanArticle, RawArticle
from tests.cleaning.pages import PARAGRAPHS
from tests.support.timing import is_done_within

SAMPLES = sorted(Path(__file__).with_name("markdown").glob("*.md"))
BODY = "\n\n".join(PARAGRAPHS)
EXTRACT = next(path for path in SAMPLES if path.stem == "extract-with-front-matter").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def clean() -> Cleaner:
    return Cleaner(PipelineConfig())


def blocks_of(article: CleanArticle) -> list[list[str]]:
    return [
        [block.kind, article.text[block.begin : block.end], *([block.time] if block.time else [])]
        for block in article.blocks
    ]


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_a_crawled_article_is_right_to_the_block(clean: Cleaner, path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    article = clean(RawArticle(text=path.read_text(encoding="utf-8"), language="de"))
    assert blocks_of(article) == expected.pop("blocks")
    assert {name: getattr(article, name) for name in expected} == expected


@pytest.mark.parametrize(
    "text",
    [EXTRACT.replace("\n\n", "\n"), EXTRACT.replace("\n", "\r\n"), f"\ufeff{EXTRACT}"],
    ids=["no blank lines", "Windows", "byte order mark"],
)
def test_how_lines_end_makes_no_difference(clean: Cleaner, text: str) -> None:
    assert blocks_of(clean(RawArticle(text=text))) == blocks_of(clean(RawArticle(text=EXTRACT)))


def test_the_records_own_fields_win_over_front_matter(clean: Cleaner) -> None:
    article = clean(RawArticle(text=EXTRACT, title="Das Bad ist offen", published_at="2024-05-07T00:00:00Z"))
    assert (article.title, article.published_at) == ("Das Bad ist offen", "2024-05-07T00:00:00Z")


def test_markdown_beside_a_page_without_text_is_read_with_what_the_page_says(clean: Cleaner) -> None:
    shell = '<html><head><meta property="og:title" content="Das Bad öffnet"></head><body><div></div></body></html>'
    article = clean(RawArticle(html=shell, text=EXTRACT))
    assert (article.title, blocks_of(article)) == ("Das Bad öffnet", blocks_of(clean(RawArticle(text=EXTRACT))))


@pytest.mark.parametrize(
    ("fields", "title", "authors"),
    [
        (
            'title: "Sie sagt \\"Nein\\" zu \\"allem\\""\nauthor: Ida Muster',
            'Sie sagt "Nein" zu "allem"',
            ["Ida Muster"],
        ),
        ("title: 'Das war''s'\nauthors: ['Ida Muster', 'Jan Beispiel']", "Das war's", ["Ida Muster", "Jan Beispiel"]),
        ('title: Neue Brücke: „Ja“\nauthors: ["Ida Muster"]\ntags:\n  - Hafen', "Neue Brücke: „Ja“", ["Ida Muster"]),
    ],
)
def test_values_of_front_matter_lose_their_quotation_marks(
    clean: Cleaner, fields: str, title: str, authors: list[str]
) -> None:
    article = clean(RawArticle(text=f"---\n{fields}\n---\n\n{BODY}"))
    assert (article.title, article.authors, article.text) == (title, authors, BODY)


def test_what_jina_reader_writes_over_an_article_becomes_its_fields(clean: Cleaner) -> None:
    head = "Title: Neue Brücke kommt\n\nURL Source: https://hafenbote.example/1\n\nPublished Time: 2024-03-12T10:00:00Z"
    article = clean(RawArticle(text=f"{head}\n\nMarkdown Content:\n{BODY}"))
    assert (article.title, article.published_at) == ("Neue Brücke kommt", "2024-03-12T10:00:00Z")
    assert article.text == BODY
    assert article.removed == []


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Die **Schüler*innen** und Lehrer*innen kamen.", "Die Schüler*innen und Lehrer*innen kamen."),
        ("**12. März 2024** war ein Dienstag, sagte sie.", "12. März 2024 war ein Dienstag, sagte sie."),
        ("9. November 1938: **So** begann es in der Stadt.", "9. November 1938: So begann es in der Stadt."),
        ("Er schrieb als @ida_muster_hh **„Nein“**, sagte er.", "Er schrieb als @ida_muster_hh „Nein“, sagte er."),
        ("**Süderhafen. **Die **Stadt**: **Nein!**Das **„Ja“**kam.", "Süderhafen. Die Stadt: Nein!Das „Ja“kam."),
        ("[Ida Lorenzen](javascript:alert(1)) sprach zuletzt.", "Ida Lorenzen sprach zuletzt."),
        ("**Ida Lorenzen**<script>alert(1)</script> sprach zuletzt.", "Ida Lorenzen sprach zuletzt."),
        ('[Ida Lorenzen](/thema/lorenzen "Thema") sprach \\*lange\\*.', "Ida Lorenzen sprach *lange*."),
    ],
)
def test_markup_goes_and_text_stays(clean: Cleaner, markdown: str, text: str) -> None:
    before, after = "\n\n".join(PARAGRAPHS[:2]), "\n\n".join(PARAGRAPHS[2:])
    article = clean(RawArticle(text=f"{before}\n\n{markdown}\n\n{after}", language="de"))
    assert article.text == f"{before}\n\n{text}\n\n{after}"


@pytest.mark.parametrize(
    "text",
    [
        "#Hafenfest #Norden: Platz #1 geht an # die Fähre",
        "Ein Absatz.\n\n* * *\n\n- Nein, sagte er.\n- Doch.\n\n1. Mai",
        "> Wer hat das gesagt?\n>> Ich.\n> Mehr dazu",
        "Das sagte er [1], und sie auch [2].\n\n[1]: https://hafenbote.example/1\n[2] https://hafenbote.example/2",
        "Mehr [https://hafenbote.example] (https://hafenbote.example) [hier] (siehe unten) und [Anm.](d. Red.)",
        "* Name geändert\n** Alter geändert\nAb 9 Euro** im Markt, ab 8 Euro** im Netz (**) und A**loch und Sch**ße",
        "_Stand_ *heute* @ida_muster_ +++ 12:30 Uhr +++",
        "def f(**kwargs, **other): return g[0](kwargs) ** 2 ** 3  # Kommentar",
        "#!/bin/sh\n# erst dies\n# dann das\necho $1",
        "Von: Ida\n---\nAn: Ute\n---\n| a | b |\n+---+---+",
        "---\nVon: Ida\nAn: Ute\n---\nLiebe Ute,",
    ],
)
def test_ordinary_text_is_no_markdown(text: str) -> None:
    assert page_of_markdown(text) is None
    assert page_of_markdown(f"{BODY}\n\n{text}\n\n{BODY}") is None


PIECES = [
    "[", "![", "](", "[a](", "[a][", "*", "**a", "**a ** ", "_a", "`", "``a`", "<", "<!--", "<a href='", "> ", "- ",
    "    - a\n", "1. ", "| a", "a|b\n-|-\n", "|---|---|\n", "\\", "&", "~~", "[a]: /x\n", "a\n", "\n\n", "---\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_no_markdown_is_slow(piece: str) -> None:
    assert is_done_within(lambda: page_of_markdown(f"# Titel\n\n{piece * (20_000 // len(piece))}"), 2)


@pytest.mark.parametrize("lines", ["-a: b\n" * 60, "a: b\n" * 60, " \n" * 60_000, "title: a\n" + "-a: b\n" * 5_000])
def test_front_matter_without_end_takes_no_time(lines: str) -> None:
    assert is_done_within(lambda: page_of_markdown(f"---\n{lines}"), 1)


def test_what_is_too_long_is_read_as_text() -> None:
    assert page_of_markdown(f"# Titel\n\n{'[' * 600_000}") is None


@pytest.mark.parametrize("mark", ["> ", "- "])
def test_nothing_is_lost_that_is_nested_deeply(mark: str) -> None:
    page = page_of_markdown(f"# Titel\n\n{mark * 15}Ida Muster kam.")
    assert page is None or "Ida Muster kam." in page
    assert page_of_markdown(f"# Titel\n\n{mark * 40}Ida Muster kam.") is None
