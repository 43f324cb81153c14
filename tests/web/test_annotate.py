"""Cutting a text into pieces that know what they belong to."""

from agents.web.annotate import hues, paragraphs
from schemas.records import Block, Quote
from schemas.spans import Span
from tests.support.timing import is_done_within
from tests.web.articles import hostile_article, quote_article


def whole(article_paragraphs: list) -> list[str]:
    return ["".join(piece.text for piece in paragraph.pieces) for paragraph in article_paragraphs]


def test_no_character_is_lost_or_doubled() -> None:
    for article in (quote_article(), hostile_article()):
        assert whole(paragraphs(article)) == article.text.split("\n\n")


def test_text_in_no_block_is_shown_too_and_overlapping_blocks_only_once() -> None:
    article = quote_article()
    assert whole(paragraphs(article.model_copy(update={"blocks": []}))) == [article.text]
    lead = article.blocks[0]
    overlapping = [lead, Block(begin=lead.begin, end=lead.end + 10, kind="paragraph")]
    assert "".join(whole(paragraphs(article.model_copy(update={"blocks": overlapping})))) == article.text


def test_a_broken_up_quote_is_marked_in_both_parts_but_begins_once() -> None:
    pieces = [piece for paragraph in paragraphs(quote_article()) for piece in paragraph.pieces]
    parts = [piece for piece in pieces if 0 in piece.quotes]
    assert [piece.text[:4] for piece in parts] == ["„Wir", "„und"]
    assert [piece.begins for piece in parts] == [[0], []]


def test_a_nested_quote_knows_the_outer_one_and_has_its_own_speaker() -> None:
    article = quote_article()
    pieces = [piece for paragraph in paragraphs(article) for piece in paragraph.pieces]
    (inner,) = [piece for piece in pieces if 2 in piece.quotes]
    assert (inner.text, inner.quotes) == ("‚das Geld reicht nicht‘", [1, 2])
    (speaker,) = [piece for piece in pieces if piece.text == "die Behörde"]
    assert (speaker.quotes, speaker.roles) == ([1], {"speaker": [2]})
    colours = hues(article)
    assert inner.hue == speaker.speaker_hue == colours[2]
    assert speaker.hue == colours[1] != colours[2]


def test_speaker_cue_and_entity_are_tied_to_the_quote() -> None:
    pieces = [piece for paragraph in paragraphs(quote_article()) for piece in paragraph.pieces]
    speaker = next(piece for piece in pieces if piece.roles.get("speaker") == [0])
    assert (speaker.text, speaker.entity) == ("Brinkmeier", "per/karla-brinkmeier")
    assert next(piece for piece in pieces if piece.roles.get("cue") == [0]).text == "sagte"


def test_a_quote_over_two_paragraphs_is_marked_in_both() -> None:
    article = quote_article()
    quote = article.quotes[0]
    across = quote.model_copy(update={"spans": [quote.spans[0].model_copy(update={"begin": 10})]})
    pieces = [piece for p in paragraphs(article.model_copy(update={"quotes": [across]})) for piece in p.pieces]
    assert sum(0 in piece.begins for piece in pieces) == 1


def test_many_quotes_are_cut_apart_in_one_pass() -> None:
    sentence = "„Wir bauen die Brücke“, sagte Hanna Tölke am Montag in Rade."
    text = " ".join([sentence] * 4000)
    starts = range(0, len(text), len(sentence) + 1)
    quotes = [
        Quote(
            id=f"a#{number}",
            type="Direct",
            medium="Speech",
            spans=[Span(begin=begin, end=begin + 22)],
            text="„Wir bauen die Brücke“",
            confidence=0.9,
        )
        for number, begin in enumerate(starts)
    ]
    article = quote_article().model_copy(update={"text": text, "blocks": [], "entities": [], "quotes": quotes})
    assert is_done_within(lambda: paragraphs(article), 2.0)
