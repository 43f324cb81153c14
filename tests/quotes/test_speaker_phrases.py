"""The words that name a speaker: what belongs to a name."""

import pytest

from pipeline.quotes.marks import quoted_texts
from pipeline.quotes.speaker_phrases import Appositions, Hearers, whole_phrase, whose_information, with_apposition
from pipeline.quotes.text import AnalysedText
from pipeline.spans import CharOffset, CharRange


def _span(text: str, words: str) -> CharRange:
    begin = text.index(words)
    return CharRange(CharOffset(begin), CharOffset(begin + len(words)))


@pytest.mark.parametrize(
    ("text", "name", "others", "phrase"),
    [
        ("Das sagte der frühere Minister Karl Obst.", "Karl Obst", (), "der frühere Minister Karl Obst"),
        ("Das sagte Ministerin Ida Rau.", "Ida Rau", (), "Ministerin Ida Rau"),
        ("Das sagte Oberst a. D. Jan Kolb.", "Jan Kolb", (), "Oberst a. D. Jan Kolb"),
        ("Der frühere Richter a.D. Dr. Jan Kolb ging.", "Jan Kolb", (), "Der frühere Richter a.D. Dr. Jan Kolb"),
        ("Das sagte dm-Chefin Ida Rau.", "Ida Rau", (), "dm-Chefin Ida Rau"),
        ("Der dpa-Korrespondent Jan Kolb schrieb das.", "Jan Kolb", (), "Der dpa-Korrespondent Jan Kolb"),
        ("Der Bremer Forscher Dr. Jan Kolb sagte das.", "Jan Kolb", (), "Der Bremer Forscher Dr. Jan Kolb"),
        ("Das sagte Anwältin Dr. jur. Ida Rau.", "Ida Rau", (), "Anwältin Dr. jur. Ida Rau"),
        ("Prof. Dr. rer. nat. Jan Kolb sagte das.", "Jan Kolb", (), "Prof. Dr. rer. nat. Jan Kolb"),
        ("Der US-amerikanische Minister Tim Berg sagte das.", "Tim Berg", (), "Der US-amerikanische Minister Tim Berg"),
        ("Die USA lehnten das ab.", "USA", (), "Die USA"),
        ("Das mahnte Obst.", "Obst", (), "Obst"),
        ("Das sagte am Montag Obst.", "Obst", (), "Obst"),
        ("Am Abend in Kiel Obst.", "Obst", (), "Obst"),
        ("Der Rat kam. Obst sagte das.", "Obst", (), "Obst"),
        (
            "Ein Sprecher der Polizei, Lars Obst, sagte das.",
            "Lars Obst",
            ("Ein Sprecher der Polizei",),
            "Ein Sprecher der Polizei, Lars Obst",
        ),
        ("Lars Obst, der Sprecher, sagte das.", "Lars Obst", ("der Sprecher",), "Lars Obst, der Sprecher"),
        ("Der Sprecher kam. Lars Obst sagte das.", "Lars Obst", ("Der Sprecher",), "Lars Obst"),
    ],
)
def test_what_belongs_to_a_name(text: str, name: str, others: tuple[str, ...], phrase: str) -> None:
    analysed = AnalysedText(text, quoted_texts(text))
    begin, end = whole_phrase(analysed, _span(text, name), Appositions(_span(text, other) for other in others))
    assert text[begin:end] == phrase


@pytest.mark.parametrize(
    ("text", "name", "phrase"),
    [
        ("Nicht gut nannte das Karl Obst.", "Karl Obst", "Karl Obst"),
        ("Das sagte der Minister Karl Obst.", "Karl Obst", "der Minister Karl Obst"),
    ],
)
def test_a_determiner_right_before_a_person_is_a_word_of_its_own(text: str, name: str, phrase: str) -> None:
    analysed = AnalysedText(text, quoted_texts(text))
    begin, end = whole_phrase(analysed, _span(text, name), Appositions([]), person=True)
    assert text[begin:end] == phrase


@pytest.mark.parametrize(
    ("text", "name", "phrase"),
    [
        ("Das meldete die Agentur Nordpress.", "Nordpress", "die Agentur Nordpress"),
        ("Das meldete laut Agentur Nordpress.", "Nordpress", "Nordpress"),
        ("Das meldete am Montag Nordpress.", "Nordpress", "Nordpress"),
    ],
)
def test_what_an_organisation_is_belongs_to_its_name(text: str, name: str, phrase: str) -> None:
    analysed = AnalysedText(text, quoted_texts(text))
    begin, end = whole_phrase(analysed, _span(text, name), Appositions([]), organisation=True)
    assert text[begin:end] == phrase


@pytest.mark.parametrize(
    ("text", "name", "phrase"),
    [
        ("Der Mann soll nach Angaben der Polizei fort sein.", "der Polizei", "Angaben der Polizei"),
        ("Der Mann soll den Worten von Obst nach fort sein.", "Obst", "den Worten von Obst"),
        ("Der Mann soll nach ersten Angaben der Polizei fort sein.", "der Polizei", "ersten Angaben der Polizei"),
        ("Es gab keine Angaben. Obst ist fort.", "Obst", "Obst"),
        ("Nach einer Studie der Stiftung ist das so.", "der Stiftung", "der Stiftung"),
    ],
)
def test_that_somebody_gives_information_belongs_to_the_speaker(text: str, name: str, phrase: str) -> None:
    begin, end = whole_phrase(AnalysedText(text, quoted_texts(text)), _span(text, name), Appositions([]))
    assert text[begin:end] == phrase


@pytest.mark.parametrize(
    ("text", "pronoun", "phrase"),
    [
        ("Das ist seiner Ansicht nach falsch.", "seiner", "seiner Ansicht"),
        ("Das ist seiner Frau nach falsch.", "seiner", "seiner"),
        ("Das sagt sie.", "sie", "sie"),
    ],
)
def test_whose_view_it_is(text: str, pronoun: str, phrase: str) -> None:
    begin, end = whose_information(AnalysedText(text, quoted_texts(text)), _span(text, pronoun))
    assert text[begin:end] == phrase


def test_what_a_rule_takes_for_the_speaker_is_told_with_its_apposition() -> None:
    text = "Das sagte Lars Obst, der Chef des Amts, gern."
    appositions = Appositions([_span(text, "Lars Obst"), _span(text, "der Chef des Amts")])
    begin, end = with_apposition(AnalysedText(text, quoted_texts(text)), _span(text, "Lars Obst"), appositions)
    assert text[begin:end] == "Lars Obst, der Chef des Amts"


@pytest.mark.parametrize(
    ("phrase", "speaker"),
    [
        ("ein Sprecher der Agentur Nordpress", "ein Sprecher"),
        ("der Agentur Nordpress", "der Agentur Nordpress"),
        ("ein Sprecher", "ein Sprecher"),
    ],
)
def test_who_is_told_is_no_part_of_the_words_for_the_speaker(phrase: str, speaker: str) -> None:
    text = "Das sagte ein Sprecher der Agentur Nordpress."
    begin, end = Hearers([_span(text, "der Agentur Nordpress")]).off(text, _span(text, phrase))
    assert text[begin:end] == speaker
