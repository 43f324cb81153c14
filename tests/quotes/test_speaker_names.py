"""What a speaker is called whose name the article does not tell: by which of its phrases, and which tell nobody."""

import pytest

from pipeline.quotes.speaker_names import (
    KnownChain,
    NounPhrase,
    has_noun,
    name_of_words,
    names_somebody,
    tells_whose,
)
from pipeline.spans import CharRange


def _span(begin: int, end: int) -> CharRange:
    return CharRange(begin, end)


def _fullest(phrases: list[CharRange], given: list[CharRange]) -> CharRange | None:
    return KnownChain("PER", sorted(phrases), [NounPhrase(span, "sprech", False) for span in phrases]).fullest(given)


def _called(*phrases: str) -> str | None:
    """What a chain of phrases, the noun at the end of each or before "der", is called."""
    text, found = "", []
    for phrase in phrases:
        words = phrase.split()
        noun = words[words.index("der", 1) - 1] if "der" in words[1:] else words[-1]
        found.append(NounPhrase(_span(len(text), len(text) + len(phrase)), noun.lower(), tells_whose(words)))
        text += phrase + " "
    span = KnownChain("PER", [phrase.span for phrase in found], found).fullest([])
    return text[span.begin : span.end] if span is not None else None


@pytest.mark.parametrize(
    ("phrases", "called"),
    [
        (("ein 26-Jähriger", "der gelernte Gerüstbauer"), "ein 26-Jähriger"),
        (("dem Urteil", "Die 94 Seiten starke Entscheidung"), "dem Urteil"),
        (("ein Sprecher", "der freundliche Sprecher"), "der freundliche Sprecher"),
        (("ein Augenzeuge", "der Zeuge", "dem sehr jungen Mann"), "ein Augenzeuge"),
        (("der Zeuge", "der Augenzeuge"), "der Augenzeuge"),
        (("Die Tester", "die Prüfer der Stiftung"), "die Prüfer der Stiftung"),
        (("Die Tester der Stiftung", "die erfahrenen Prüfer der Stiftung"), "Die Tester der Stiftung"),
    ],
)
def test_who_is_introduced_keeps_the_noun(phrases: tuple[str, ...], called: str) -> None:
    assert _called(*phrases) == called


@pytest.mark.parametrize(
    ("phrase", "tells"),
    [
        ("die Prüfer der Stiftung", True),
        ("Sprecherin von Siemens", True),
        ("der Leiter des neuen Amtes", True),
        ("eine Studie vom Verband", True),
        ("ein Mann aus Dortmund", False),
        ("der Stiftung", False),
        ("der von Berg beauftragte Anwalt", False),
        ("einer der Anwälte", False),
    ],
)
def test_a_genitive_tells_whose(phrase: str, tells: bool) -> None:
    assert tells_whose(phrase.split()) is tells


def test_the_longest_phrase_of_the_chain() -> None:
    assert _fullest([_span(5, 9), _span(20, 40), _span(50, 55)], []) == (20, 40)


def test_a_rule_may_know_where_the_phrase_ends() -> None:
    assert _fullest([_span(5, 14)], [_span(5, 27)]) == (5, 27)


def test_what_a_rule_gives_counts_only_from_where_a_phrase_begins() -> None:
    assert _fullest([_span(12, 30)], [_span(0, 30)]) == (12, 30)


def test_a_chain_without_a_noun_phrase_has_no_fullest() -> None:
    assert _fullest([], [_span(0, 30)]) is None


def test_a_phrase_meets_a_chain_where_it_has_a_sign_of_a_mention() -> None:
    chain = KnownChain("PER", [_span(5, 30), _span(8, 12), _span(40, 44)], [])
    met = [_span(0, 6), _span(12, 20), _span(43, 50), _span(0, 50)]
    assert [span for span in [*met, _span(0, 5), _span(30, 40), _span(44, 50)] if chain.meets(span)] == met


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("man", None),
        ("Er", None),
        ("die meisten", None),
        ("Die anderen", None),
        ("Einige", None),
        ("Eine von ihnen", None),
        ("die Anwohner", "Anwohner"),
        ("die meisten Anwohner", "die meisten Anwohner"),
        ("Anna", "Anna"),
        ("dpa", "dpa"),
        ("Am", None),
        ("einige Anwohner", "einige Anwohner"),
        ("den Angaben eines 29-jährigen Läufers", "29-jähriger Läufer"),
        ("Angaben von Anwohnern", "Anwohner"),
        ("Ansicht der Nachbarn", "Nachbarn"),
        ("einer Studie der Stiftung", "Studie der Stiftung"),
        ("den Angaben", "Angaben"),
        ("meiner Ansicht", None),
        ("Unserer festen Überzeugung", None),
        ("seinen eigenen Angaben", None),
        ("seiner Sprecherin", "Sprecherin"),
    ],
)
def test_a_pronoun_is_no_name(words: str, name: str | None) -> None:
    assert name_of_words(words) == name


@pytest.mark.parametrize(
    ("phrase", "with_noun"),
    [
        ("der 45-Jährige", True),
        ("die Frau", True),
        ("Anwohner", True),
        ("60 Eltern", True),
        ("einer dpa-Meldung", True),
        ("mehrere", False),
        ("Beide", False),
        ("der andere", False),
        ("Die meisten", False),
        ("Einige andere", False),
        ("Letztere", False),
        ("dpa", True),
        ("der Erste Bürgermeister", True),
        ("der", False),
    ],
)
def test_mehrere_is_no_noun_phrase(phrase: str, with_noun: bool) -> None:
    assert has_noun(phrase) is with_noun


@pytest.mark.parametrize(
    ("phrase", "tells"),
    [("ein Aktivist", True), ("eigener Aussage", False), ("Eigenen Angaben", False), ("ihrer Meinung", False)],
)
def test_what_one_says_oneself_tells_nobody(phrase: str, tells: bool) -> None:
    assert names_somebody(phrase) is tells
