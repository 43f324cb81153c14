from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import PipelineConfig
from pipeline.errors import ConfigurationError
from pipeline.identity import version_hash
from pipeline.models.catalogue import DATA
from pipeline.quotes import QuoteExtractor, quote_records, record_key
from pipeline.quotes.candidates import QuoteCandidate
from schemas.codec import decode, encode
from schemas.records import EntityArticle, QuoteArticle
from schemas.spans import joined

TEXT = "\n\n".join(
    [
        "Bürgermeisterin Hanna Obst hat den Bau verteidigt. „Die Brücke kommt im Mai“, sagte sie am Montag.",
        "Der Kämmerer Jonas Reif widersprach ihr. Reif erklärte der Agentur Nordpress, das Geld reiche "
        "„bei weitem nicht“. Es fehlten zwei Millionen Euro. Es gebe keinen Spielraum.",
        "Nach Angaben der Polizei blieb es ruhig.",
    ]
)


def mention(text: str, words: str, kind: str = "name", nth: int = 0) -> dict[str, Any]:
    begin = -1
    for _ in range(nth + 1):
        begin = text.index(words, begin + 1)
    return {"begin": begin, "end": begin + len(words), "text": words, "kind": kind}


def article(text: str = TEXT, entities: list[dict[str, Any]] | None = None, **fields: Any) -> EntityArticle:
    given_ = {"id": "a-1", "language": "de", "text": text, "content_hash": "0", "simhash": "0" * 16, **fields}
    return EntityArticle.model_validate({**given_, "entities": entities or []})


ENTITIES = [
    {
        "id": "per/hanna-obst",
        "name": "Hanna Obst",
        "type": "PER",
        "roles": ["Bürgermeisterin"],
        "mentions": [mention(TEXT, "Hanna Obst"), mention(TEXT, "sie", "pronoun")],
        "salience": 0.5,
    },
    {
        "id": "per/jonas-reif",
        "name": "Jonas Reif",
        "type": "PER",
        "roles": ["Kämmerer"],
        "mentions": [mention(TEXT, "Jonas Reif"), mention(TEXT, "Reif", nth=1)],
        "salience": 0.4,
    },
    {
        "id": "org/nordpress",
        "name": "Nordpress",
        "type": "ORG",
        "mentions": [mention(TEXT, "Nordpress")],
        "salience": 0.1,
    },
]


@cache
def by_rules() -> QuoteExtractor:
    return QuoteExtractor(PipelineConfig(quote_model="rules"))


@pytest.fixture(scope="module")
def extract() -> QuoteExtractor:
    return by_rules()


@pytest.fixture(scope="module")
def result(extract: QuoteExtractor) -> QuoteArticle:
    return extract(article(entities=ENTITIES, title="Streit um die Brücke", url="https://example.org/a-1"))


def test_speakers_are_linked_by_full_name(result: QuoteArticle) -> None:
    speakers = {q.text: (q.speaker.name, q.speaker.entity) for q in result.quotes if q.speaker is not None}
    assert speakers["„Die Brücke kommt im Mai“"] == ("Hanna Obst", "per/hanna-obst")
    assert speakers["das Geld reiche „bei weitem nicht“"] == ("Jonas Reif", "per/jonas-reif")
    assert speakers["„bei weitem nicht“"] == ("Jonas Reif", "per/jonas-reif")
    assert speakers["Es gebe keinen Spielraum."] == ("Jonas Reif", "per/jonas-reif")
    assert speakers["blieb es ruhig"] == ("Polizei", None)


def test_words_quoted_by_others_are_one_record_the_speaker_s(extract: QuoteExtractor) -> None:
    text = "Das Blatt zitiert einen Zeugen mit den Worten: „Ich lief weg.“"
    (quote,) = extract(article(text)).quotes
    assert quote.speaker is not None
    assert quote.speaker.text == "einen Zeugen"


def test_the_kind_of_a_speaker_is_that_of_the_entity(extract: QuoteExtractor) -> None:
    text = "Hanna Obst sagte: „Die Brücke kommt.“ „Wann?“, fragte ein Sprecher der Nordpress."
    obst = {"id": "per/hanna-obst", "name": "Hanna Obst", "type": "PER", "salience": 0.5}
    first, second = extract(article(text, [{**obst, "mentions": [mention(text, "Hanna Obst")]}])).quotes
    assert first.speaker is not None
    assert (first.speaker.entity, first.speaker.kind) == ("per/hanna-obst", "person")
    assert second.speaker is not None
    assert (second.speaker.name, second.speaker.kind) == ("Sprecher der Nordpress", "unknown")


def test_addressees_are_linked(result: QuoteArticle) -> None:
    told = {q.text: q.addressee for q in result.quotes}["das Geld reiche „bei weitem nicht“"]
    assert told is not None
    assert (told.text, told.name) == ("der Agentur Nordpress", "Nordpress")


def test_several_speakers_have_a_name_together(extract: QuoteExtractor) -> None:
    text = "Hanna Obst und Jonas Reif sagten, die Brücke sei sicher."
    both = [
        {"id": f"per/{name}", "name": name, "type": "PER", "mentions": [mention(text, name)], "salience": 0.5}
        for name in ("Hanna Obst", "Jonas Reif")
    ]
    (quote,) = extract(article(text, both)).quotes
    assert quote.speaker is not None
    assert (quote.speaker.name, quote.speaker.entity) == ("Hanna Obst und Jonas Reif", None)
    assert quote.speaker.kind == "group"


@pytest.mark.parametrize(
    ("source", "name", "entity"),
    [
        ("Polizeiangaben", "Polizei", None),
        ("Nordpress-Informationen", "Nordpress", "org/nordpress"),
        ("Medieninformationen", "Medieninformationen", None),
        ("Preisangaben", "Preisangaben", None),
        ("Regierungskreisen", "Regierungskreise", None),
        ("Nordpress-Kreisen", "Nordpress-Kreise", None),
        ("Nordpressangaben", "Nordpress", "org/nordpress"),
        ("Händlerangaben", "Händler", None),
        ("Bahnangaben", "Bahn", None),
        ("Zeugenaussagen", "Zeugen", None),
        ("Händlerschätzungen", "Händler", None),
        ("Preisschätzungen", "Preisschätzungen", None),
        ("Falschaussagen", "Falschaussagen", None),
        ("eines Berichts der Nordpress", "Nordpress", "org/nordpress"),
    ],
)
def test_whose_a_source_is(extract: QuoteExtractor, source: str, name: str | None, entity: str | None) -> None:
    text = f"Die Nordpress schreibt viel. Laut {source} ist die Brücke gesperrt."
    press = {"id": "org/nordpress", "name": "Nordpress", "type": "ORG", "salience": 0.5}
    places = [mention(text, "Nordpress"), *([mention(text, "Nordpress", nth=1)] if source.endswith("press") else [])]
    quote = extract(article(text, [{**press, "mentions": places}])).quotes[-1]
    assert quote.speaker is not None
    assert (quote.speaker.name, quote.speaker.entity) == (name, entity)


def test_who_passes_words_on_does_not_say_them(extract: QuoteExtractor) -> None:
    (quote,) = extract(article("Der Bau sei laut, so Obst laut der Agentur Nordpress.")).quotes
    assert quote.speaker is not None
    assert (quote.text, quote.speaker.text) == ("Der Bau sei laut", "Obst")


def test_demnach_is_nobody(extract: QuoteExtractor) -> None:
    (quote,) = extract(article("Demnach sei die Brücke sicher.")).quotes
    assert (quote.speaker, quote.cue is not None) == (None, True)


def test_prepositions_are_nobody(extract: QuoteExtractor, monkeypatch: pytest.MonkeyPatch) -> None:
    found = QuoteCandidate([(4, 12)], "Direct", speaker_spans=[(0, 3)])
    monkeypatch.setattr(extract, "_sentences", lambda *_: [found])
    (quote,) = extract(article("Auf „Hallo“ dort")).quotes
    assert quote.speaker is None


def test_a_dateline_says_nothing(extract: QuoteExtractor, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Rotenburg. Ein Mann soll gelogen haben."
    found = QuoteCandidate([(11, 39)], "FreeIndirect", speaker_spans=[(0, 9)], frame_spans=[(0, 9)])
    monkeypatch.setattr(extract, "_sentences", lambda *_: [found])
    (quote,) = extract(article(text, dateline="Rotenburg")).quotes
    assert (quote.speaker, quote.frame) == (None, None)
    (quote,) = extract(article("Rotenburg wies das zurück, es sei falsch.", dateline="Rotenburg")).quotes
    assert quote.speaker is not None


def test_a_speaker_cut_to_the_initial_keeps_its_full_stop(extract: QuoteExtractor) -> None:
    text = "„Ich war es nicht“, sagte Zeuge Torben H. vor Gericht."
    zeuge = {"id": "per/torben-h", "name": "Torben H.", "type": "PER", "salience": 0.5}
    (quote,) = extract(article(text, [{**zeuge, "mentions": [mention(text, "Torben H.")]}])).quotes
    assert quote.speaker is not None
    assert (quote.speaker.text, quote.speaker.name) == ("Zeuge Torben H.", "Torben H.")


def test_nobody_tells_himself(extract: QuoteExtractor) -> None:
    text = "Jonas Reif warf ihm vor: „Das ist falsch.“"
    reif = {"id": "per/reif", "name": "Jonas Reif", "type": "PER", "salience": 0.5}
    (quote,) = extract(article(text, [{**reif, "mentions": [mention(text, "Jonas Reif")]}])).quotes
    assert quote.addressee is not None
    assert (quote.addressee.text, quote.addressee.name) == ("ihm", None)


def test_ids_count_in_text_order(result: QuoteArticle) -> None:
    assert [q.id for q in result.quotes] == [f"a-1#{n}" for n in range(len(result.quotes))]
    begins = [q.spans[0].begin for q in result.quotes]
    assert begins == sorted(begins)


def test_the_article_is_carried_through(extract: QuoteExtractor) -> None:
    source = article(entities=ENTITIES, meta={"k": 1}, infobox={"Amt": "Kämmerer"})
    found = extract(source)
    assert found.schema_ == "quote-article/1"
    assert found.entities == source.entities
    assert found.meta == {"k": 1}
    assert found.infobox == {"Amt": "Kämmerer"}
    assert encode(found) == encode(extract(source))
    assert decode(encode(found), QuoteArticle) == found


def test_records_for_the_topic_of_quotes(result: QuoteArticle) -> None:
    records = quote_records(result)
    assert [r.quote for r in records] == result.quotes
    first = records[0]
    assert first.context == "„Die Brücke kommt im Mai“, sagte sie am Montag."
    assert first.speaker is not None
    assert first.speaker.name == "Hanna Obst"
    (entity,) = [one for one in result.entities if one.id == first.speaker.id]
    assert first.speaker.model_dump() == entity.model_dump(exclude={"mentions"})
    assert first.article.title == "Streit um die Brücke"
    assert first.article.version_hash == version_hash(result)
    assert record_key(first) == "per/hanna-obst"
    assert record_key(records[-1]) == "a-1"


def test_an_article_without_quotes_makes_no_records(extract: QuoteExtractor) -> None:
    assert quote_records(extract(article("Das Wetter bleibt schön."))) == []


def test_a_name_behind_the_last_word_is_no_error(extract: QuoteExtractor) -> None:
    """Another producer of the topic may find names anywhere."""
    text = "Die Brücke kommt.\n\n\u200b"
    named = {"id": "per/x", "name": "X", "type": "PER", "mentions": [mention(text, "\u200b")], "salience": 0.5}
    assert extract(article(text, [named])).quotes == []


def test_unknown_models_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="none of the quote models"):
        QuoteExtractor(PipelineConfig(quote_model="gpt"))


MARKS = ["„", "“", "»", "«", '"', "‚", "‘", ", ", ". ", ": ", "\n\n", " – ", "(", ")", "3. ", "\xad", "…"]
WORDS = ["sagte", "erklärte", "Reif", "dass", "sei", "er", "so", "laut", "Angaben", "nach", "der", "Polizei", "zufolge"]
WORDS += ["wie", "mitteilte", "hat", "gesagt", "Das", "forderte", "zu", "gehen", "heißt", "es", "und", "Obst", "soll"]
PIECES = st.one_of(st.sampled_from(MARKS), st.sampled_from([word + " " for word in WORDS]))


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_can_be_read(text: str) -> None:
    extract = by_rules()
    found = extract(article(text))
    for quote in found.quotes:
        assert quote.text == joined(text, quote.spans)
        assert all(first.end <= second.begin for first, second in zip(quote.spans, quote.spans[1:], strict=False))
        assert 0.0 <= quote.confidence <= 1.0
    assert encode(found) == encode(extract(article(text)))
    assert len(quote_records(found)) == len(found.quotes)


def test_a_trained_model_is_loaded_by_its_folder(tmp_path: Path) -> None:
    trained = tmp_path / "trained"
    trained.symlink_to(DATA / "reader")
    found, shipped, rules = (
        QuoteExtractor(PipelineConfig(quote_model=name)).sentences(TEXT)
        for name in (str(trained), "redefluss", "rules")
    )
    assert found == shipped
    assert found != rules
