import numpy as np
import pytest

from pipeline.quotes.reader_quotes import reader_quotes
from pipeline.reader.layout import Layout
from pipeline.reader.reading import Reading
from pipeline.reader.scorers import Vectors
from pipeline.reader.tagged_quotes import TaggedQuote
from pipeline.spans import CharOffset


def found(text: str, words: str) -> str:
    """The quote that the reader's quote of `words` becomes."""
    layout = Layout(text)
    begin = CharOffset(text.index(words))
    span = layout.span(begin, CharOffset(begin + len(words)))
    quote = TaggedQuote((span,), "Direct", 0.9)
    nothing = np.zeros((len(layout), 2), dtype=np.float32)
    reading = Reading(layout, Vectors(nothing), (), (), (quote,), ("Speech",), nothing, nothing[:, 0])
    (candidate,) = reader_quotes(reading)
    (spoken,) = candidate.spans
    return text[spoken.begin : spoken.end]


@pytest.mark.parametrize(
    ("text", "words", "quote"),
    [
        ("Das sei „sehr teuer“, sagte sie.", "„sehr teuer", "„sehr teuer“"),
        ('Das sei "sehr teuer", sagte sie.', '"sehr teuer', '"sehr teuer"'),
        ("Das sei »sehr teuer«, sagte sie.", "»sehr teuer", "»sehr teuer«"),
        ("Das sei „sehr teuer“, sagte sie.", "„sehr teuer“", "„sehr teuer“"),
        ("Das sei „sehr teuer“, sagte sie.", "sehr teuer", "sehr teuer"),
        ("Das sei „sehr“ teuer“, sagte sie.", "„sehr“ teuer", "„sehr“ teuer"),
        ("Das sei „sehr teuer, sagte sie.", "„sehr teuer", "„sehr teuer"),
        ("Das sei „sehr teuer", "„sehr teuer", "„sehr teuer"),
    ],
)
def test_the_mark_that_closes_a_quote_belongs_to_it(text: str, words: str, quote: str) -> None:
    assert found(text, words) == quote


def test_signs_alone_are_no_quote() -> None:
    layout = Layout("Das „…“ da.")
    nothing = np.zeros((len(layout), 2), dtype=np.float32)
    quote = TaggedQuote((layout.span(CharOffset(4), CharOffset(7)),), "Direct", 0.9)
    reading = Reading(layout, Vectors(nothing), (), (), (quote,), ("Speech",), nothing, nothing[:, 0])
    assert reader_quotes(reading) == []
