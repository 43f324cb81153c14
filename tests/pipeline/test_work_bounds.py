"""What is bounded, so that work does not grow without end: far beyond what articles have."""

import random
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from lxml.html import fromstring

from pipeline.cleaning.other_extractors import extractor_text
from pipeline.entities import roles_lexicon
from pipeline.entities.gazetteer import compound_beginnings, load_gazetteer
from pipeline.entities.organisation_patterns import pattern_spans
from pipeline.entities.roles_lexicon import role_word
from pipeline.models.sentences import LONGEST_SENTENCE, sentence_starts
from pipeline.quotes.clauses import LONGEST_CLAUSE, clauses
from pipeline.quotes.marks import quoted_texts
from pipeline.quotes.phrases import noun_phrase
from pipeline.quotes.speakers import all_cues
from pipeline.quotes.text import AnalysedText
from pipeline.reader.antecedent_pairs import ANTECEDENTS, FARTHEST_AHEAD, antecedent_pairs
from pipeline.reader.layout import Layout
from pipeline.reader.mentions import describe
from pipeline.reader.speaker_pairs import AFTER_MENTIONS, BEFORE_MENTIONS, QuoteSpan, speaker_pairs
from pipeline.spans import TokenIndex, TokenRange
from pipeline.statements.same_statement import ComparedQuote, same_statement
from pipeline.statements.speaker import MOST_ALIKE, MOST_OF_ARTICLE, SpeakerStatements
from pipeline.statements.wording import Wording
from schemas.records import Statement
from tests.statements.records import LANDRAT, SEEN_AT, record
from tests.support.timing import is_done_within
from tests.support.work import growth

GAZETTEER = load_gazetteer(None)


def analysed(text: str) -> AnalysedText:
    return AnalysedText(text, quoted_texts(text))


def test_a_sentence_and_a_clause_end_somewhere() -> None:
    text = "dass sie geht " * 1000
    starts = [*sentence_starts(text), len(text)]
    assert max(len(text[begin:end].split()) for begin, end in pairwise(starts)) <= LONGEST_SENTENCE
    tokens = analysed(text).tokens
    parts = clauses(tokens, TokenIndex(0), TokenIndex(len(tokens)))
    assert max(part.last - part.first for part in parts) <= LONGEST_CLAUSE
    assert sum(part.last - part.first for part in parts) == len(tokens)


def test_a_noun_phrase_ends_somewhere() -> None:
    tokens = analysed("der Rat " * 400).tokens
    end = noun_phrase(tokens, TokenIndex(0), TokenIndex(len(tokens)))
    assert end is not None
    assert 100 < end < 200


@pytest.mark.parametrize(("between", "found"), [(10, True), (100, False)])
def test_a_subject_stands_near_its_verb(between: int, found: bool) -> None:
    tokens = analysed("Gestern sagte " + "heute " * between + "Hanna Tölke").tokens
    (clause,) = clauses(tokens, TokenIndex(0), TokenIndex(len(tokens)))
    (cue,) = all_cues(tokens, [clause], clause.last, clause.first)
    assert bool(cue.speaker) is found


def test_capital_letters_take_no_minute() -> None:
    started = time.process_time()
    assert [*pattern_spans("DIE LAGE IST ERNST " * 3000)]
    assert time.process_time() - started < 5


def test_of_a_compound_no_more_is_looked_up_than_any_name_has() -> None:
    assert [*compound_beginnings("SPD-Rat-Bau", 20)] == ["SPD-Rat", "SPD"]
    assert len([*compound_beginnings("Rat-" * 1000, GAZETTEER.longest_word)]) <= GAZETTEER.longest_word
    assert GAZETTEER.longest_word < 100


def test_long_words_take_no_minute() -> None:
    def look_up() -> None:
        roles_lexicon._by_last_part.cache_clear()  # or another turn would find it remembered
        role_word("A" * 100_000)

    assert is_done_within(look_up, 1)
    assert role_word("A" * 100_000) is None


def test_not_every_word_is_remembered_and_of_a_long_one_the_end() -> None:
    remembered = roles_lexicon._by_last_part
    remembered.cache_clear()
    assert role_word("A" * 1_000_000 + "ministerin") == role_word("Umweltministerin")
    assert role_word("A" * 1_000_000 + "-Ministerin") == role_word("Ministerin")
    assert role_word("B" * 1_000_000 + "ministerin") == role_word("Superministerin")
    before = remembered.cache_info().currsize
    assert role_word("A" * 500_000 + "ministerin") is not None
    assert remembered.cache_info().currsize == before, "it ends as one that is known"
    for number in range(roles_lexicon._KNOWN_WORDS + 100):
        role_word(f"Amt{number}")
    assert remembered.cache_info().currsize == roles_lexicon._KNOWN_WORDS


def test_pairs_of_mentions_are_bounded_where_sentences_are_not() -> None:
    layout = Layout("Hanna und sie kamen und " * 400)
    kinds = {"Hanna": "name", "sie": "pronoun"}
    mentions = [
        describe(layout, TokenIndex(n), TokenIndex(n + 1), kinds[word])  # type: ignore[arg-type]
        for n, word in enumerate(layout.words)
        if word in kinds
    ]
    assert np.bincount(antecedent_pairs(layout, mentions).left).max() <= ANTECEDENTS + FARTHEST_AHEAD
    quotes = [QuoteSpan((TokenRange(TokenIndex(n), TokenIndex(n + 2)),), 0) for n in range(0, 2000, 100)]
    found = speaker_pairs(layout, mentions, quotes).left
    assert np.bincount(found).max() <= BEFORE_MENTIONS + AFTER_MENTIONS + 2


@pytest.mark.parametrize("verbatim", [True, False])
def test_long_quotes_are_compared_in_no_minute(verbatim: bool) -> None:
    generator = random.Random(1)
    some = ["Rat", "Bau", "Geld", "Brücke", "Schule"] if verbatim else [f"Wort{n}" for n in range(1500)]
    one, other = (
        ComparedQuote(" ".join(generator.choice(some) + end for _ in range(1500)), "", verbatim) for end in ("", "el")
    )
    started = time.process_time()
    same_statement(one, other)
    if verbatim:
        same_statement(one, ComparedQuote(one.text[:-400] + "Haus " * 80, "", verbatim))
    assert time.process_time() - started < 5


def test_of_one_article_a_speakers_statements_are_made_of_so_many_quotes_and_can_be_taken_back() -> None:
    state = SpeakerStatements(LANDRAT.id, window=timedelta(days=14), most=3000)
    for number in range(MOST_OF_ARTICLE + 5):
        state.add(record(f"„Rat{number} und Tat{number}“", number=number), SEEN_AT)
    assert len(state) == len(state.statements) == MOST_OF_ARTICLE
    state.withdraw("a-1", SEEN_AT)
    assert len(state) == len(state.statements) == 0


@pytest.mark.parametrize("order", [1, -1])
def test_of_the_same_words_in_one_article_the_same_quotes_are_held_in_any_order(order: int) -> None:
    state = SpeakerStatements(LANDRAT.id, window=timedelta(days=14), most=3000)
    numbers = list(range(10, 10 + 3 * MOST_ALIKE))
    for number in numbers[::order]:
        state.add(record("„Danke an alle in Rade“", number=number), SEEN_AT)
    (statement,) = state.statements.values()
    held = [statement.articles[0].quote, *(quote.quote for quote in statement.articles[0].also)]
    assert sorted(held) == [f"a-1#{number}" for number in numbers[:MOST_ALIKE]]
    assert statement.count == 1


def given_out(count: int) -> list[Statement]:
    """So many statements of a speaker; each pair has enough words in common to be compared."""
    state = SpeakerStatements(LANDRAT.id, window=timedelta(days=14), most=3000)
    for number in range(count):
        state.add(record(f"„Die Brücke über den Kanal in Rade kostet {number} Euro“", f"a-{number}"), SEEN_AT)
    assert len(state.statements) == count
    return list(state.statements.values())


@pytest.mark.parametrize(
    "seen_at", [SEEN_AT, "2026-03-30T10:00:00.000Z"], ids=["a quote comes", "all are closed before it comes"]
)
def test_a_speakers_statements_are_not_compared_with_each_other_to_go_on_from_them(seen_at: str) -> None:
    def restoring(count: int) -> Callable[[], object]:
        statements = given_out(count)

        def restore() -> None:
            Wording.of.cache_clear()
            state = SpeakerStatements(LANDRAT.id, window=timedelta(days=14), most=3000)
            assert state.restore(statements) == {}
            assert len(state.add(record("„Wir haben die Pegel im Blick“", "b"), seen_at)) == 1

        return restore

    assert growth(restoring, 40) < 5


def test_a_run_of_full_stops_is_looked_at_once() -> None:
    text = f"Der Rat hat beraten{'.' * 40_000}und dann abgestimmt."
    assert is_done_within(lambda: sentence_starts(text), 0.5)


def test_a_paragraph_of_very_many_elements_is_not_given_to_other_extractors() -> None:
    page = fromstring(f"<html><body><p>{'<span>Wort</span> ' * 4000}</p><p>Text</p></body></html>")
    assert extractor_text(page, 2) is None
