"""What Austrian papers set behind an article's last sentence: who wrote it, the agencies, and the day."""

import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.bylines import split_signature
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.pages import PARAGRAPHS, TITLE

CLEAN = Cleaner(PipelineConfig())
BODY = [PARAGRAPHS[0], *PARAGRAPHS[2:]]


@pytest.mark.parametrize(
    ("signature", "authors", "agencies"),
    [
        ("(Ida Muster, 18.1.2023)", ["Ida Muster"], []),
        ("(Ida Muster, Max Beispiel, 18.01.2023)", ["Ida Muster", "Max Beispiel"], []),
        ("(Ida Muster, APA, 18.1.23)", ["Ida Muster"], ["APA"]),
        ("(APA, 18.1.2023)", [], ["APA"]),
        ("(red, APA, 18.1.2023)", [], ["APA"]),
        ("(APA/Reuters, red, 18.1.2023)", [], ["APA", "Reuters"]),
    ],
)
def test_a_signature_is_no_text(signature: str, authors: list[str], agencies: list[str]) -> None:
    article = CLEAN(RawArticle(text="\n\n".join([TITLE, *BODY[:-1], f"{BODY[-1]} {signature}"])))
    assert article.text == "\n\n".join(BODY)
    assert (article.authors, article.agencies) == (authors, agencies)
    assert article.published_at == "2023-01-18T00:00:00+01:00"
    assert [removed.text for removed in article.removed] == [signature]


def test_the_time_over_the_text_is_more_exact_than_the_day_of_a_signature() -> None:
    lines = [TITLE, "18. Jänner 2023, 16:21", *BODY[:-1], f"{BODY[-1]} (Ida Muster, 18.1.2023)"]
    assert CLEAN(RawArticle(text="\n\n".join(lines))).published_at == "2023-01-18T16:21:00+01:00"


@pytest.mark.parametrize(
    "text",
    [
        "Das sagte die Ministerin bei ihrem Besuch in Waldau (Ida Muster, 18.1.2023)",
        "So stand es in der Zeitung. (Waldauer Bote, 18.1.2023)",
        "Gestorben ist er erst viel später. (Ida Muster)",
        "(Ida Muster, 18.1.2023)",
    ],
)
def test_other_words_in_brackets_are_no_signature(text: str) -> None:
    assert split_signature(text) is None
