import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.encoder.pieces import PieceTokenizer
from pipeline.models.catalogue import DATA
from pipeline.reader.layout import Layout
from pipeline.reader.tokens import piece_spans, tokenize


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("US-Zölle", ["US", "-", "Zölle"]),
        ("Um 12:30 Uhr, 1.250,50 Euro.", ["Um", "12:30", "Uhr", ",", "1.250,50", "Euro", "."]),
        ("„Ja“, sagte sie.", ["„", "Ja", "“", ",", "sagte", "sie", "."]),
        ("CO2", ["CO", "2"]),
        ("", []),
    ],
)
def test_tokens(text: str, words: list[str]) -> None:
    assert [text[begin:end] for begin, end in tokenize(text).tolist()] == words


@given(st.text())
def test_tokens_are_in_order_and_leave_out_only_space(text: str) -> None:
    spans = tokenize(text).tolist()
    assert all(begin < end for begin, end in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    covered = {at for begin, end in spans for at in range(begin, end)}
    assert all(sign.isspace() for at, sign in enumerate(text) if at not in covered)


def test_every_token_has_pieces() -> None:
    text = "Bundestagsabgeordnete Ağaoğlu-Meißner: „Nein!“ 🙂"
    pieces = PieceTokenizer(DATA / "encoder" / "pieces.json")(text)
    spans = piece_spans(pieces, tokenize(text))
    assert (spans[:, 1] > spans[:, 0]).all()
    assert spans[-1, 1] <= len(pieces)


def test_a_layout_knows_sentences_paragraphs_and_quotation_marks() -> None:
    layout = Layout("Sie kam. „Ich gehe“, sagte sie.\n\nEr blieb.")
    assert layout.sentence[[0, 3, -1]].tolist() == [0, 1, 2]
    assert layout.paragraph[[0, 3, -1]].tolist() == [0, 0, 1]
    assert [layout.words[at] for at in np.flatnonzero(layout.depth)] == ["„", "Ich", "gehe", "“"]
    span = layout.span(10, 18)
    assert (layout.words[span.first], layout.words[span.last - 1]) == ("Ich", "gehe")
    assert layout.range(span) == (10, 18)
