import os
from pathlib import Path

import pytest
from hypothesis import given, settings
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
        rest = line.text
        for removed in article.removed:
            rest = rest.removesuffix(removed.text).rstrip() or removed.text
        known = line.text in fields or (line.text.rstrip(" :") in fields) or rest in fields
        if not (known or rest in article.text or rest.partition(":")[2].strip() in box):
            missing.append(line.text)
    return missing


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
def test_every_line_is_somewhere(lines: list[str]) -> None:
    assert lost("\n".join([*lines, *PARAGRAPHS])) == []


@pytest.mark.skipif(DATA is None, reason="REDEFLUSS_TEST_DATA names no folder with gold pages")
@pytest.mark.parametrize("source", ["page_text", "extracted_text"])
def test_every_line_of_real_pages_is_somewhere(source: str) -> None:
    for page in read_pages(Path(str(DATA)) / "cleaning" / "dev.jsonl.gz"):
        assert lost(page[source]) == [], page["name"]
