"""The shipped reader on invented articles: what it finds, that it is the same every time, and that no text harms it."""

import gc
from collections.abc import Callable
from threading import get_ident

import numpy as np
import numpy.typing as npt
import pytest
import spacy

from pipeline.config import PipelineConfig
from pipeline.entities import EntityExtractor
from pipeline.quotes import QuoteExtractor
from pipeline.reader.chains import resolve
from pipeline.reader.layout import Layout
from pipeline.reader.model import Reader, shared_reader
from schemas.codec import encode
from schemas.records import CleanArticle, QuoteArticle

Ids = npt.NDArray[np.integer]
TEXT = (
    "Die Bürgermeisterin von Waldau, Hanna Tölke (SPD), hat den Bau des Hallenbads am Montag verteidigt. „Wir haben "
    "lange genug gewartet“, sagte die 51-Jährige nach der Sitzung des Rates. Sie rechne mit einer Eröffnung im Herbst "
    "2027.\n\nDer Vorsitzende der CDU-Fraktion, Karl-Heinz Brandes, widersprach ihr. Das Geld fehle an anderer "
    "Stelle, erklärte er. Nach Angaben der Kämmerei kostet das Bad 14 Millionen Euro."
)


def article(text: str) -> CleanArticle:
    return CleanArticle(id="a-1", language="de", text=text, content_hash="0", simhash="0" * 16)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return shared_reader()


@pytest.fixture(scope="module")
def read() -> QuoteArticle:
    return QuoteExtractor(PipelineConfig())(EntityExtractor(PipelineConfig())(article(TEXT)))


def test_names_are_found_with_their_types(read: QuoteArticle) -> None:
    found = {(entity.name, entity.type) for entity in read.entities}
    assert {("Hanna Tölke", "PER"), ("Karl-Heinz Brandes", "PER"), ("Waldau", "LOC"), ("SPD", "ORG")} <= found


def test_pronouns_and_nominals_mean_whom_they_mean(read: QuoteArticle) -> None:
    hanna = next(entity for entity in read.entities if entity.name == "Hanna Tölke")
    words = {mention.text for mention in hanna.mentions}
    assert {"Hanna Tölke", "Sie"} <= words
    assert hanna.gender == "f"


def test_speakers_are_given_by_full_name(read: QuoteArticle) -> None:
    said = {quote.text.strip("„“."): quote.speaker.name for quote in read.quotes if quote.speaker is not None}
    assert said["Wir haben lange genug gewartet"] == "Hanna Tölke"
    assert said["Sie rechne mit einer Eröffnung im Herbst 2027"] == "Hanna Tölke"
    assert said["Das Geld fehle an anderer Stelle"] == "Karl-Heinz Brandes"


def test_speakers_have_a_kind_and_a_confidence(read: QuoteArticle) -> None:
    for quote in read.quotes:
        assert quote.speaker is not None
        assert 0.0 <= quote.speaker.confidence <= 1.0
    assert {quote.speaker.kind for quote in read.quotes if quote.speaker is not None} >= {"person"}


def test_the_same_article_gives_the_same_bytes_whatever_was_read_before(read: QuoteArticle, reader: Reader) -> None:
    entities, quotes = EntityExtractor(PipelineConfig()), QuoteExtractor(PipelineConfig())
    first = entities(article(TEXT))
    reader("Ein ganz anderer Text von Lena Voss.")
    assert encode(quotes(first)) == encode(read)


def test_the_stage_quotes_looks_at_the_words_that_the_reading_has(
    read: QuoteArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = EntityExtractor(PipelineConfig())(article(TEXT))
    made: list[str] = []
    for module in ("pipeline.quotes.extractor.TextWords", "pipeline.quotes.extractor.quoted_texts"):
        monkeypatch.setattr(module, lambda text, *_: made.append(text))
    assert encode(QuoteExtractor(PipelineConfig())(first)) == encode(read)
    assert made == []


def counted(reader: Reader, monkeypatch: pytest.MonkeyPatch, kept_tokens: int) -> list[str]:
    """The texts that the encoder reads from now on, with room for so many tokens, and none kept from before."""
    seen: list[str] = []
    states = Reader.states
    monkeypatch.setattr(Reader, "states", lambda self, layout: seen.append(layout.text) or states(self, layout))
    monkeypatch.setattr("pipeline.reader.model.KEPT_TOKENS", kept_tokens)
    reader._kept.clear()
    return seen


def test_an_article_that_is_too_long_to_be_kept_is_read_once_by_each_stage(
    monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    seen, text = counted(reader, monkeypatch, 10), TEXT.replace("Waldau", "Neudorf")
    found = EntityExtractor(PipelineConfig())(article(text))
    gc.collect()
    QuoteExtractor(PipelineConfig())(found)
    assert seen == [text, text]


def test_readings_are_kept_as_long_as_there_is_room_for_their_tokens(
    monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    seen = counted(reader, monkeypatch, 8)
    for text in ("Lena Voss kam.", "Karl Obst ging.", "Lena Voss kam.", "Anna Berg blieb.", "Karl Obst ging."):
        reader(text)
    assert seen == ["Lena Voss kam.", "Karl Obst ging.", "Anna Berg blieb.", "Karl Obst ging."]


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", ".", "„“", "a" * 3000, "Wort " * 900, "\u200b", "日本 🙂", "„" * 500]
)
def test_odd_texts_do_no_harm(reader: Reader, text: str) -> None:
    reading = reader(text)
    assert len(reading.states) == len(reading.layout)
    resolve(reading, reader.scorers, [])


def test_the_components_work_in_anybodys_pipeline() -> None:
    from pipeline.models import components  # noqa: F401  (registers them)

    nlp = spacy.blank("de")
    nlp.add_pipe("redefluss_entities")
    nlp.add_pipe("redefluss_quotes")
    doc = nlp(TEXT)
    assert "Hanna Tölke" in {span.text for span in doc.ents}
    assert "Hanna Tölke" in {span._.speaker for span in doc.spans["quotes"]}
    assert len(doc.spans["mentions"])


def test_windows_that_are_read_side_by_side_give_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    layout = Layout("\n\n".join([TEXT] * 8))
    threads = []

    def run(ids: Ids, read: Callable[[Ids], object] = reader._encoder.run) -> object:
        threads.append(get_ident())
        return read(ids)

    monkeypatch.setattr(reader._encoder, "run", run)
    monkeypatch.setattr(reader, "_threads", 1)
    alone = reader.states(layout)
    assert set(threads) == {get_ident()}
    threads.clear()
    monkeypatch.setattr(reader, "_threads", 3)
    beside = reader.states(layout)
    assert len(threads) > 1
    assert get_ident() not in threads
    assert alone.tobytes() == beside.tobytes()
