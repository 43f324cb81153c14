import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.cleaning import Cleaner
from pipeline.cleaning.lines import text_lines
from pipeline.config import PipelineConfig
from pipeline.errors import Rejected
from pipeline.evaluation.gold import read_pages
from schemas.records import RawArticle
from tests.cleaning.pages import PARAGRAPHS, TEXT

DATA = os.environ.get("REDEFLUSS_TEST_DATA")
CLEAN = Cleaner(PipelineConfig())


def lost(text: str) -> list[str]:
    """The lines of a text that are neither in the cleaned text, nor a field, nor removed."""
    try:
        article = CLEAN(RawArticle(text=text, language="de"))
    except Rejected:
        return []
    fields = {article.title, article.kicker, *(removed.text for removed in article.removed)}
    fields |= {f"{article.kicker}{colon}{article.title}" for colon in (":", " :", " : ")}
    box = set(article.infobox.values())
    missing = []
    for line in text_lines(text):
        forms = {line.text, f"{line.mark} {line.text}".strip()}
        rests = set()
        for form in forms:
            rest = form
            for removed in sorted(article.removed, key=lambda one: -len(one.text)):  # "." is the end of a longer one
                rest = rest.removesuffix(removed.text).rstrip() or removed.text
            rests.add(rest)
        known = any(form in fields or form.rstrip(" :") in fields for form in forms | rests)
        if not (known or any(rest in article.text or rest.partition(":")[2].strip() in box for rest in forms | rests)):
            missing.append(line.text)
    return missing


@pytest.mark.parametrize(
    "line",
    [
        "2. Vizepräsident Olaf Kern erklärte am Montag in Rade, dass die Brücke gebaut werde.",
        "1. SC Rade gewann das Spiel am Sonntag mit drei zu null gegen den Gast aus Sillens.",
        "– Nein, das haben wir nicht gewusst, sagte Kern nach der Sitzung in der Stadthalle.",
        "* Name von der Redaktion geändert",
    ],
)
def test_what_is_no_mark_of_a_list_belongs_to_the_text(line: str) -> None:
    article = CLEAN(RawArticle(text="\n\n".join([*PARAGRAPHS, line, *PARAGRAPHS[:1]]), language="de"))
    assert line in (article.text.split("\n\n") + [removed.text for removed in article.removed])


def test_marks_of_a_list_do_not_belong_to_the_text() -> None:
    items = ["Kommen Sie mit dem Rad zum Deich.", "Bringen Sie eine Decke mit.", "Bleiben Sie bis zum Abend."]
    marked = [f"{number}. {item}" for number, item in enumerate(items, 1)]
    article = CLEAN(RawArticle(text="\n\n".join([*PARAGRAPHS, *marked, *PARAGRAPHS[:1]]), language="de"))
    blocks = article.text.split("\n\n")
    removed = {removed.text for removed in article.removed}
    assert all((item in blocks) != (mark in removed) for item, mark in zip(items, marked, strict=True))


def test_what_is_removed_has_its_mark() -> None:
    article = CLEAN(RawArticle(text="\n\n".join([*PARAGRAPHS, "4. Jetzt anmelden und weiterlesen"]), language="de"))
    assert "4. Jetzt anmelden und weiterlesen" in [removed.text for removed in article.removed]


LINES = st.one_of(
    st.sampled_from(TEXT.split("\n")),
    st.sampled_from(
        [
            "Von Ida Muster",
            "Foto: dpa",
            "Alter: 52",
            "Name: Ida",
            "- Punkt eins",
            "1. Kapitel",
            "dpa",
            "* * *",
            "12:30 Uhr",
        ]
    ),
    st.text(max_size=60),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(LINES, max_size=25))
@example(["Partei:SPD", "Alter: 52", "D"])
@example([".", next(line for line in TEXT.split("\n") if "dauert.*" in line)])
def test_every_line_is_somewhere(lines: list[str]) -> None:
    assert lost("\n".join([*lines, *PARAGRAPHS])) == []


@pytest.mark.skipif(DATA is None, reason="REDEFLUSS_TEST_DATA names no folder with gold pages")
@pytest.mark.parametrize("source", ["page_text", "extracted_text"])
def test_every_line_of_real_pages_is_somewhere(source: str) -> None:
    for page in read_pages(Path(str(DATA)) / "cleaning" / "dev.jsonl.gz"):
        assert lost(page[source]) == [], page["name"]
