"""A full stop that is taken off its word changes nothing else in the document."""

import spacy
from spacy.tokens import Doc, Span

from pipeline.models import components  # noqa: F401  (registers them)
from pipeline.models.full_stops import split_full_stops

WORDS = ["Mainz", "05.", "Dann", "siegte", "Hannover", "96.", "Rat", "tagt", "."]
SPACES = [True, True, True, True, True, True, True, False, False]
HEADS = [0, 0, 3, 3, 3, 4, 7, 7, 7]
DEPS = ["ROOT", "nk", "mo", "ROOT", "sb", "nk", "sb", "ROOT", "punct"]
POS = ["PROPN", "NUM", "ADV", "VERB", "PROPN", "NUM", "NOUN", "VERB", "PUNCT"]


def test_a_parse_and_spans_stay_with_their_words() -> None:
    doc = Doc(spacy.blank("de").vocab, words=WORDS, spaces=SPACES, heads=HEADS, deps=DEPS, pos=POS, lemmas=WORDS)
    doc.spans["own"] = [Span(doc, 4, 5, "A", kb_id="k"), Span(doc, 5, 7, "B", span_id="i"), doc[7:9]]
    texts = [span.text for span in doc.spans["own"]]
    doc.spans["own"].attrs["by"] = "hand"
    heads = {token.text: token.head.text for token in doc}
    described = {token.text.rstrip("."): (token.pos_, token.dep_) for token in doc}
    text = doc.text

    split_full_stops(doc, [1, 5])

    assert doc.text == text
    assert [token.text for token in doc] == [
        "Mainz",
        "05",
        ".",
        "Dann",
        "siegte",
        "Hannover",
        "96",
        ".",
        "Rat",
        "tagt",
        ".",
    ]
    assert [sentence.text for sentence in doc.sents] == ["Mainz 05.", "Dann siegte Hannover 96.", "Rat tagt."]
    for token in doc:
        if token.text == ".":
            assert (token.pos_, token.dep_, token.lemma_) == ("PUNCT", "punct", ".")
            assert token.head.text in {"05", "96", "tagt"}
        else:
            assert (token.pos_, token.dep_) == described[token.text]
            assert token.head.text == heads.get(token.text, heads.get(f"{token.text}."))
    own = doc.spans["own"]
    assert [span.text for span in own] == texts == ["Hannover", "96. Rat", "tagt."]
    assert [(span.label_, span.kb_id_, span.id_) for span in own] == [("A", "k", ""), ("B", "", "i"), ("", "", "")]
    assert own.attrs["by"] == "hand"


def test_a_full_stop_is_no_sentence_of_its_own() -> None:
    nlp = spacy.blank("de")
    nlp.add_pipe("redefluss_sentences")
    nlp.add_pipe("redefluss_entities")
    doc = nlp("Gestern spielte Hannover 96. Der Rat tagte in Bremen.")
    assert "Hannover 96" in {span.text for span in doc.ents}
    assert [sentence.text for sentence in doc.sents] == ["Gestern spielte Hannover 96.", "Der Rat tagte in Bremen."]


def test_without_sentences_none_are_made_up() -> None:
    doc = Doc(spacy.blank("de").vocab, words=WORDS, spaces=SPACES)
    split_full_stops(doc, [1, 5])
    assert len(doc) == 11
    assert not doc.has_annotation("SENT_START")
    assert not doc.has_annotation("DEP")
    assert not doc.has_annotation("TAG")


def test_quotes_may_come_before_entities() -> None:
    text = "Es gewann Hannover 96. „Das tut weh“, sagte Trainerin Hanna Tölke in Bremen."
    nlp = spacy.blank("de")
    nlp.add_pipe("redefluss_quotes")
    nlp.add_pipe("redefluss_entities")
    doc = nlp(text)
    assert "." in {token.text for token in doc[:6]}
    assert [(span.text, span._.speaker) for span in doc.spans["quotes"]] == [("„Das tut weh“", "Hanna Tölke")]
    assert "Hanna Tölke" in {span.text for span in doc.spans["mentions"]}
