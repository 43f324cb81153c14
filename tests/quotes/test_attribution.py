"""What a speaker without a name is called."""

import pytest

from pipeline.quotes.attribution import fullest, name_of_words
from pipeline.spans import CharRange


def _span(begin: int, end: int) -> CharRange:
    return CharRange(begin, end)


def test_the_longest_phrase_of_the_chain() -> None:
    assert fullest([_span(5, 9), _span(20, 40), _span(50, 55)], []) == (20, 40)


def test_a_rule_may_know_where_the_phrase_ends() -> None:
    assert fullest([_span(5, 14)], [_span(5, 27)]) == (5, 27)


def test_what_a_rule_gives_counts_only_from_where_a_phrase_begins() -> None:
    assert fullest([_span(12, 30)], [_span(0, 30)]) == (12, 30)


@pytest.mark.parametrize(
    ("words", "name"), [("man", None), ("Er", None), ("die Anwohner", "Anwohner"), ("Anna", "Anna")]
)
def test_a_pronoun_is_no_name(words: str, name: str | None) -> None:
    assert name_of_words(words) == name
