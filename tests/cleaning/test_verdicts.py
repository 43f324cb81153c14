"""What becomes of lines that the classifier is more or less sure of."""

from collections.abc import Sequence

import pytest

from pipeline.cleaning import Cleaner, verdicts
from pipeline.cleaning.classifier import Classifiers
from pipeline.cleaning.parsing import ParsedArticle
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.pages import PARAGRAPHS, TITLE

GREETING = "Bis bald, eure Redaktion vom Hafen"
HEADING = "Aus der Region"


def kept(article: RawArticle, odds: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The blocks of an article of which the classifier finds other lines sure, and these as probable as told."""

    def judged(article: ParsedArticle, chosen: Sequence[int], _: Classifiers) -> dict[int, float]:
        return {n: odds.get(article.lines[n].text, 0.95) for n in chosen if article.lines[n].open}

    monkeypatch.setattr(verdicts, "probabilities", judged)
    clean = Cleaner(PipelineConfig())(article)
    return [clean.text[block.begin : block.end] for block in clean.blocks]


def page(last: str) -> RawArticle:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return RawArticle(html=f"<html><body><h1>{TITLE}</h1>{body}{last}</body></html>")


@pytest.mark.parametrize(
    ("last", "stays"),
    [
        (f"<p>{GREETING}</p>", True),
        ("<ul><li>Mehl, Zucker und zwei Eier</li></ul>", True),
        (f"<h3>{HEADING}</h3>", False),
        (f"<h2>{HEADING}</h2><p>Fähre fällt aus</p>", False),
    ],
)
def test_the_last_line_of_a_page_goes_if_it_is_marked_as_a_heading(
    last: str, stays: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = kept(page(last), {"Fähre fällt aus": 0.1}, monkeypatch)
    assert len(blocks) == len(PARAGRAPHS) + stays


def test_the_last_line_of_a_text_goes_if_it_looks_like_a_heading(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n\n".join([TITLE, *PARAGRAPHS, HEADING])
    assert kept(RawArticle(text=text), {}, monkeypatch) == PARAGRAPHS


@pytest.mark.parametrize("probability", [0.35, 0.45])
def test_a_doubtful_paragraph_stays_in_text_and_goes_from_a_page(
    probability: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = RawArticle(text="\n\n".join([TITLE, *PARAGRAPHS]))
    assert PARAGRAPHS[3] in kept(text, {PARAGRAPHS[3]: probability}, monkeypatch)
    assert PARAGRAPHS[3] not in kept(page(""), {PARAGRAPHS[3]: probability}, monkeypatch)
