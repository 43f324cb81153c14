"""Whom pronouns and nominals mean where the reader does not find the names: the reader of the quote model says it."""

from pathlib import Path

import pytest
import spacy

from pipeline.config import PipelineConfig
from pipeline.entities import EntityExtractor
from pipeline.errors import ConfigurationError
from pipeline.quotes import QuoteExtractor
from schemas.codec import encode
from tests.entities.articles import clean_article

TEXT = (
    "Hanna Tölke hat den Bau des Hallenbads am Montag verteidigt. Die Bürgermeisterin sprach nach der Sitzung des "
    "Rates. Sie rechne mit einer Eröffnung im Herbst.\n\nKarl-Heinz Brandes widersprach ihr."
)


@pytest.fixture(scope="module")
def names_alone(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A spaCy pipeline that knows two names."""
    nlp = spacy.blank("de")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": name} for name in ("Hanna Tölke", "Karl-Heinz Brandes")])  # type: ignore[attr-defined]
    folder: Path = tmp_path_factory.mktemp("pipeline")
    nlp.to_disk(folder)
    return str(folder)


@pytest.mark.parametrize("quote_model", ["redefluss", "redefluss-fast"])
def test_the_quote_model_says_whom_words_mean_where_a_spacy_pipeline_finds_the_names(
    names_alone: str, quote_model: str
) -> None:
    config = PipelineConfig(model_de=names_alone, quote_model=quote_model)
    found = EntityExtractor(config)(clean_article(TEXT))
    hanna, brandes = found.entities
    assert (hanna.name, hanna.gender, brandes.name) == ("Hanna Tölke", "f", "Karl-Heinz Brandes")
    assert {("Die Bürgermeisterin", "nominal"), ("Sie", "pronoun")} <= {(m.text, m.kind) for m in hanna.mentions}
    assert encode(EntityExtractor(config)(clean_article(TEXT))) == encode(found)


def test_words_that_mean_somebody_whom_the_pipeline_has_not_found_mean_nobody_else(names_alone: str) -> None:
    text = "Karl-Heinz Brandes leitet die Firma in Waldau. Dann kam Lena Voss. Voss lachte. Sie sei sehr froh."
    config = PipelineConfig(model_de=names_alone)
    entities = EntityExtractor(config)(clean_article(text))
    assert [[m.text for m in e.mentions] for e in entities.entities if e.type == "PER"] == [["Karl-Heinz Brandes"]]


def test_a_speaker_whom_the_pipeline_has_not_found_is_none_of_those_it_has_found(names_alone: str) -> None:
    text = (
        "Karl-Heinz Brandes leitet die Firma in Waldau. „Wir bauen die Brücke im Mai“, sagte Lena Voss am Montag. Voss "
        "lachte. Sie sei sehr froh. „Das reicht nicht“, sagte Voss."
    )
    config = PipelineConfig(model_de=names_alone)
    read = QuoteExtractor(config)(EntityExtractor(config)(clean_article(text)))
    speakers = [(q.speaker.name, q.speaker.entity, q.speaker.kind) for q in read.quotes if q.speaker is not None]
    assert len(speakers) == len(read.quotes) > 1
    assert set(speakers) == {("Lena Voss", None, "person")}


def test_without_a_reader_entities_are_mentioned_by_name_alone(names_alone: str) -> None:
    extract = EntityExtractor(PipelineConfig(model_de=names_alone, quote_model="rules"))
    found = extract(clean_article(TEXT)).entities
    assert [[m.text for m in entity.mentions] for entity in found] == [["Hanna Tölke"], ["Karl-Heinz Brandes"]]


def test_a_quote_model_that_there_is_not_is_refused_where_it_would_be_asked() -> None:
    with pytest.raises(ConfigurationError, match="none of the quote models"):
        EntityExtractor(PipelineConfig(model_de="rules", quote_model="gpt"))


@pytest.mark.parametrize(
    ("text", "nominal"),
    [
        (
            "Die Vorsitzende des Berufsverbands der Kinderärzte (BVKJ), Dr. Tanja Voss, warnte vor Panik.",
            "Die Vorsitzende des Berufsverbands der Kinderärzte (BVKJ)",
        ),
        (
            "Der Sprecher der Initiative „Eckiger Tisch“, Karl-Heinz Brandes, kritisierte die Kirche scharf.",
            "Der Sprecher der Initiative „Eckiger Tisch“",
        ),
    ],
)
def test_words_that_mean_somebody_have_their_closing_mark_or_bracket(text: str, nominal: str) -> None:
    found = EntityExtractor(PipelineConfig())(clean_article(text)).entities
    assert nominal in [mention.text for entity in found for mention in entity.mentions]
