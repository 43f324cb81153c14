"""Authors whose name stands in a line of its own, in text that has no byline."""

import pytest

from pipeline.cleaning import Cleaner
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.pages import PARAGRAPHS, TITLE

CLEAN = Cleaner(PipelineConfig())
TIME = "12.03.2024, 16:40 Uhr"


def authors(*head: str) -> list[str]:
    return CLEAN(RawArticle(text="\n\n".join([TITLE, *head, *PARAGRAPHS]))).authors


@pytest.mark.parametrize(
    "head",
    [
        ("Jonas Beispiel", TIME),
        (TIME, "Jonas Beispiel"),
        ("Jonas Beispiel | 12.03.2024, 16:40 Uhr",),
        ("Jonas Beispiel, 12.03.2024 16:40 Uhr",),
        (TIME, "• Jonas Beispiel"),
        ("Jonas Beispiel Redakteur", TIME),
        ("Kommentar von", "Jonas Beispiel"),
    ],
)
def test_a_name_beside_the_time_or_below_von_is_the_author_s(head: tuple[str, ...]) -> None:
    assert authors(*head) == ["Jonas Beispiel"]


def test_two_names_are_two_authors() -> None:
    assert authors("Jonas Beispiel und Ute Muster", TIME) == ["Jonas Beispiel", "Ute Muster"]


@pytest.mark.parametrize(
    "head",
    [
        ("Jonas Beispiel",),
        ("Kreis Waldau", TIME),
        ("Jonas Beispiel bei einer Rede in Waldau", TIME),
        ("Jonas Beispiel bei einer Rede in Waldau, 23. Oktober",),
    ],
)
def test_other_lines_with_a_name_name_no_author(head: tuple[str, ...]) -> None:
    assert authors(*head) == []


def test_a_byline_tells_more_than_a_name() -> None:
    assert authors("Jonas Beispiel", TIME, "Von Ute Muster") == ["Ute Muster"]


def test_the_author_s_name_and_time_are_told_where_a_page_marks_neither() -> None:
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    page = f"<html><body><article><h1>{TITLE}</h1><div>Jonas Beispiel | {TIME}</div>{body}</article></body></html>"
    article = CLEAN(RawArticle(html=page))
    assert (article.authors, article.published_at) == (["Jonas Beispiel"], "2024-03-12T16:40:00+01:00")
    assert article.text == "\n\n".join(PARAGRAPHS)


def test_the_author_s_name_may_be_a_link() -> None:
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    line = f'<div><a href="/autor/4">Jonas Beispiel</a></div><div>{TIME}</div>'
    page = f"<html><body><article><h1>{TITLE}</h1>{line}{body}</article></body></html>"
    assert CLEAN(RawArticle(html=page)).authors == ["Jonas Beispiel"]
