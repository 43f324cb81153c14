"""Stretches between quotation marks: the same as a plain pattern finds, in a time that grows with the text alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.entities.quoted_stretches import quoted_stretches
from tests.support.timing import is_done_within

PLAIN = re.compile(r"„[^„“”]*(?:„[^“”]*[“”][^„“”]*)*[“”]|»[^»«\n]*«|“[^“”]*”|«[^«»\n]*»|(?<!\w)\"[^\"\n]*\"")


@given(st.text('„“”»«"a \n', max_size=24))
def test_any_marks(text: str) -> None:
    assert quoted_stretches(text) == [match.span() for match in PLAIN.finditer(text)]


@pytest.mark.parametrize("text", ["„" * 20_000, "„" * 10_000 + "“", "„" * 5_000 + "„a“" * 5_000, "»" * 20_000])
def test_no_text_is_slow(text: str) -> None:
    assert is_done_within(lambda: quoted_stretches(text), 1)
