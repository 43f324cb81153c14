import contextlib
import json
import time

import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.normalise import normalise
from pipeline.config import PipelineConfig
from pipeline.errors import Rejected
from schemas.records import RawArticle
from tests.cleaning.pages import PARAGRAPHS
from tests.support.timing import is_done_within

BODY = "\n".join(PARAGRAPHS)
LIMIT_SECONDS = 20
SUMMARY = " ".join(f"Wort{number}" for number in range(85_000))
SUMMARIES = [[{"@type": "Article", "description": f"Text {a} {b}"} for a in range(200)] for b in range(80)]


def page(lines: int, linked: object) -> str:
    """A page of so many lines, none of which stands in what its JSON-LD says, though each begins as if it did."""
    text = "".join(f"<div>{' '.join(f'a a a b{number}x{word}' for word in range(6))}</div>" for number in range(lines))
    data = json.dumps(linked)
    return f'<script type="application/ld+json">{data}</script><p>{BODY}</p><footer>{text}</footer>'


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.fixture(scope="module")
def clean() -> Cleaner:
    return Cleaner(PipelineConfig(max_article_bytes=30_000_000))


@pytest.mark.parametrize(
    "article",
    [
        RawArticle(html="<p>" + f"{BODY}</p><p>" * 16_000, language="de"),
        RawArticle(html="<div>" * 1_000_000 + BODY, language="de"),
        RawArticle(html="<b>" * 1_000_000 + BODY, language="de"),
        RawArticle(text="wort " * 2_000_000, language="de"),
        RawArticle(text="a" * 10_000_000, language="de"),
        RawArticle(text="\x00" + BODY.replace(" ", "\x00 "), language="de"),
        RawArticle(text=bytes(range(256)).decode("latin-1") * 2_000, language="de"),
        RawArticle(html=f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><p>&l9;</p><p>{BODY}</p>', language="de"),
        RawArticle(html='<script type="application/ld+json">' + "[" * 100_000 + "</script><p>" + BODY, language="de"),
        RawArticle(text="\n".join(f"{number} {BODY}" for number in range(6_000)), language="de"),
        RawArticle(html=page(12_000, {"@type": "NewsArticle", "articleBody": "a " * 490_000}), language="de"),
        RawArticle(html=page(12_000, SUMMARIES), language="de"),
        RawArticle(html=page(12_000, {"@type": "Article", "description": SUMMARY}), language="de"),
        RawArticle(html=f"<title>Rat{' | rat.de' * 5_000}</title><p>{BODY}</p>", language="de"),
    ],
    ids=[
        "20 MB page",
        "nested blocks",
        "nested inline",
        "10 MB line",
        "10 MB word",
        "null bytes",
        "binary",
        "entities",
        "json",
        "lines",
        "article in JSON-LD",
        "summaries",
        "long summary",
        "title of sites",
    ],
)
def test_ends_with_a_result_or_a_refusal(clean: Cleaner, article: RawArticle) -> None:
    started = time.process_time()
    with contextlib.suppress(Rejected):
        assert clean(article).text
    assert time.process_time() - started < LIMIT_SECONDS


ADVERSARIAL = [
    "-",
    "Von Anna ",
    "1.1. ",
    "A: ",
    '"',
    "© ",
    "Foto: ",
    "*a.",
    "A b ",
    "a/",
    "(",
    "| ",
    "(dpa/",
    "Aa ",
    "v. l. ",
    "? ",
    "a@",
    "min 1:",
    "12:30 Uhr: ",
    "12.3.",
    "?: ",
    "+++ 1:00 ",
    "Sie haben noch ",
    "Interview: Was? ",
    "Herr Ab, was? ",
    "ein Bild: ",
    "Copyright ",
    "„a“ – ",
    "Ab Cd, ",
]


@pytest.mark.parametrize("piece", ADVERSARIAL)
@pytest.mark.parametrize("length", [85, 170, 590, 100_000])
def test_no_line_is_slow(clean: Cleaner, piece: str, length: int) -> None:
    line = (piece * length)[:length]
    repeats = 1 if length > 1_000 else 100
    text = "\n".join([*(f"{line}{number}" for number in range(repeats)), *PARAGRAPHS])
    assert is_done_within(lambda: clean(RawArticle(text=text, language="de")), 2)


@pytest.mark.parametrize("piece", ["1", " #a1", "[1]", "\u2600"])
def test_what_stands_behind_a_sentence_is_not_slow(clean: Cleaner, piece: str) -> None:
    text = "\n".join(
        [*(f"„Das war es“, sagte sie am Montag.{piece * 60}-{number}" for number in range(3)), *PARAGRAPHS]
    )
    assert is_done_within(lambda: clean(RawArticle(text=text, language="de")), 2)


def test_letters_under_thousands_of_accents_take_no_time() -> None:
    accents = "a" + "\u0301\u0316" * 200_000
    begun = time.process_time()
    assert normalise(f"Caf{accents} e\u0301te").endswith(" éte")
    assert time.process_time() - begun < 1
