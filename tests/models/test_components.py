"""The components in anybody's pipeline: on texts that have not been cleaned."""

import pickle
import unicodedata

import pytest
import spacy
from spacy.language import Language
from spacy.training import Example

from pipeline.models import components  # noqa: F401  (registers them)
from pipeline.models.unified_text import UnifiedText

TEXT = "Waldau – „Das tut weh“, sagte Trainerin Hanna Tölke in Köln.\n\n„Wir gehen“, erklärte Dr. Jörg Müller."


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = spacy.blank("de")
    nlp.add_pipe("redefluss_entities")
    nlp.add_pipe("redefluss_quotes")
    return nlp


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TEXT, id="plain"),
        pytest.param(unicodedata.normalize("NFD", TEXT), id="accents by themselves"),
        pytest.param(TEXT.replace("Tölke", "Töl\u00adke"), id="soft hyphen"),
        pytest.param(TEXT.replace("Hanna ", "Hanna\u200b "), id="zero-width space"),
        pytest.param(TEXT.replace("Hanna", "Han\0na"), id="control character"),
        pytest.param(TEXT.replace("Hanna ", "Hanna\u00a0"), id="hard space"),
        pytest.param(TEXT.replace("\n", "\r\n"), id="line ends of Windows"),
    ],
)
def test_what_nobody_sees_changes_no_name_and_no_speaker(nlp: Language, text: str) -> None:
    doc = nlp(text)
    assert doc.text == text
    assert [span._.speaker for span in doc.spans["quotes"]] == ["Hanna Tölke", "Jörg Müller"]
    assert [UnifiedText(span.text).text for span in doc.spans["quotes"]] == ["„Das tut weh“", "„Wir gehen“"]
    assert {span.kb_id_ for span in doc.spans["speakers"]} == {"per/hanna-toelke", "per/joerg-mueller"}
    assert [UnifiedText(span.text).text for span in doc.ents] == ["Waldau", "Hanna Tölke", "Köln", "Jörg Müller"]


@pytest.mark.parametrize(
    ("text", "unified"),
    [
        ("", ""),
        ("Ha\u00adse 😀 Mu\u0308ll\r\n\r\nx", "Hase 😀 Müll\n\nx"),
        ("\u00ad", ""),
        ("q\u0308\u0308a\t\rb", "q\u0308\u0308a \nb"),
    ],
)
def test_every_character_has_its_place_in_the_original(text: str, unified: str) -> None:
    found = UnifiedText(text)
    assert found.text == unified
    for at, character in enumerate(found.text):
        begin, end = found.original(at, at + 1)
        whole = UnifiedText(text[begin:end]).text
        assert character in whole
    if unified:
        assert found.original(0, len(unified)) == (0, len(text))


def test_a_pipeline_can_be_given_to_another_process(nlp: Language) -> None:
    doc = pickle.loads(pickle.dumps(nlp))(TEXT)
    assert "Hanna Tölke" in {span.text for span in doc.ents}
    assert [span._.speaker for span in doc.spans["quotes"]] == ["Hanna Tölke", "Jörg Müller"]


def test_evaluation_scores_the_names(nlp: Language) -> None:
    gold = nlp.make_doc(TEXT)
    gold.ents = [gold.char_span(0, 6, "LOC"), gold.char_span(40, 51, "PER"), gold.char_span(55, 59, "PER")]
    assert [span.text for span in gold.ents] == ["Waldau", "Hanna Tölke", "Köln"]
    scores = nlp.evaluate([Example(nlp.make_doc(TEXT), gold)])
    assert (scores["ents_p"], scores["ents_r"]) == (2 / 4, 2 / 3)
