"""Sentences of German news."""

import pytest
import spacy

from pipeline.models import sentences

CASES = [
    ["Das Treffen ist am 30. Dezember.", "Danach reist Dr. Lena Voss ab."],
    ["„Das ist gut.", "Wir gehen z. B. nach Köln.“", "Sie lachte."],
    ["„Geht das?“, fragte Voss.", "Niemand antwortete!"],
    ["Der 1. FC Kleinstadt stieg 2008 ab.", "Das schmerzt."],
    ["Die Firma wuchs bis 2019.", "Der Umsatz lag bei 3 Mio. Euro."],
    ["J. K. Tanner und Paul B. Jonas kamen.", "Er wurde 12.", "Sie auch …", "Gut so."],
    ["Das sah auch Sabine L.", "Die Nachbarin rief an."],
    ["Die Grünen, die SPD u. a. waren dagegen.", "(Mehr dazu später.)", "– Doch."],
    ["Das schrieb Voss auf X.", "Tanner widersprach.", "Die Klage gegen X. Tanner ruht."],
    ["Dr. jur. Lena Voss und Prof. Dr. theol. Tanner kamen.", "Sie lachten."],
    ["„Er sagte: ‚Es reicht.‘“", "30 Euro gab sie ihm."],
    ["Papst Urban XXIII. Besuch war kurz.", "Am 3.1. war er fort."],
    ['Voss sagte: "Wir warten."', 'Jonas meinte: "Nein."'],
]


@pytest.mark.parametrize("expected", CASES, ids=lambda case: case[0])
def test_sentences(expected: list[str]) -> None:
    nlp = spacy.blank("de")
    nlp.add_pipe("redefluss_sentences")
    assert [sentence.text.strip() for sentence in nlp(" ".join(expected)).sents] == expected


def test_a_heading_is_a_sentence_of_its_own_but_a_wrapped_line_is_not() -> None:
    text = "Streit um den Hafen\n\nDer Rat hat am Montag\nbeschlossen, dass gebaut wird.\nVoss war dagegen."
    assert [text[start : start + 6] for start in sentences.sentence_starts(text)] == ["Streit", "Der Ra", "Voss w"]


@pytest.mark.parametrize("text", ["", " \n\n ", "…", "a", "\n.\n!"])
def test_odd_texts(text: str) -> None:
    nlp = spacy.blank("de")
    nlp.add_pipe("redefluss_sentences")
    assert "".join(sentence.text_with_ws for sentence in nlp(text).sents) == text
