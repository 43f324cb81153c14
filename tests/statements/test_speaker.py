"""What one speaker said: what is joined, what is given out, and that order and repeats do not matter."""

import gc
import weakref
from collections.abc import Iterable
from datetime import timedelta
from itertools import permutations

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import PipelineConfig
from pipeline.quotes import record_key
from pipeline.statements import StatementJoiner
from pipeline.statements.outlines import FEW
from pipeline.statements.owner import speaker_key
from pipeline.statements.speaker import Changes, SpeakerStatements
from pipeline.statements.wording import Wording
from schemas.codec import decode, encode
from schemas.records import QuoteRecord, Statement
from tests.statements.records import LANDRAT, SEEN_AT, record

WHOLE = "„Die Abschaltung des Radars auf Wangerooge war ein schwerer Fehler, den wir teuer bezahlen“"
INDIRECT = "die Abschaltung des Radars auf Wangerooge sei ein schwerer Fehler gewesen, den man teuer bezahle"
FRAGMENT = "„schwerer Fehler, den wir teuer bezahlen“"
OTHER = "„Wir haben die Pegel an der Elbe seit Tagen im Blick“"


def speaker(*, days: float = 14, most: int = 1000) -> SpeakerStatements:
    return SpeakerStatements(LANDRAT.id, window=timedelta(days=days), most=most)


def fed(records: Iterable[QuoteRecord]) -> SpeakerStatements:
    state = speaker()
    for each in records:
        state.add(each, SEEN_AT)
    return state


def only(changes: Changes) -> Statement:
    """The one statement that there is anew; others may be gone."""
    (statement,) = [statement for statement in changes.values() if statement is not None]
    return statement


def test_an_agency_quote_in_seven_papers_is_one_statement_with_seven_articles() -> None:
    state = speaker()
    for number in range(7):
        changes = state.add(record(WHOLE, f"a-{number}", agencies=("dpa",)), SEEN_AT)
    statement = only(changes)
    assert (statement.count, statement.sources) == (7, 7)
    assert [article.id for article in statement.articles] == [f"a-{number}" for number in range(7)]
    assert {article.agency for article in statement.articles} == {"dpa"}
    assert statement.text == WHOLE
    assert statement.verbatim


def test_a_statement_says_where_it_stood_first_and_has_its_fullest_wording() -> None:
    state = fed([record(FRAGMENT, "a-1", published_at="2026-03-02T09:00:00Z")])
    changes = state.add(record(WHOLE, "a-2", published_at="2026-03-02T08:00:00+00:00"), SEEN_AT)
    statement = only(changes)
    assert (statement.first.article, statement.text) == ("a-2", WHOLE)
    assert statement.id.startswith("2026-03-02-")


def test_new_ones_are_not_nine() -> None:
    """The words are the same once umlauts are typed alike."""
    quotes = [record(f"„Wir bauen die {word} Brücken in Rade und Plön“", f"a-{word}") for word in ("neuen", "neun")]
    assert len(fed(quotes).statements) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("in Rade gesperrt, die Anwohner leiden", "in Rade gesperrt. Die Anwohner leiden"),
        ("in Rade gesperrt, … die Anwohner leiden", "in Rade gesperrt, die Anwohner leiden"),
    ],
)
def test_quotes_that_differ_only_in_where_sentences_end_give_the_same_in_any_order(one: str, other: str) -> None:
    """Only that of two sentences shares one of them with the third."""
    third = record("„Die Anwohner leiden seit Wochen in Harburg. Ich habe den Minister angerufen“", "a-3")
    ends = "seit Wochen in Harburg“"
    both = [record(f"„Die Brücke bleibt {text} {ends}", f"a-{n}") for n, text in enumerate((one, other))]
    states = [state_of(fed(order)) for order in permutations([*both, third])]
    assert all(state == states[0] for state in states)


def test_a_statement_keeps_its_id_when_papers_print_it_later_in_other_words() -> None:
    """Links to it lead there all day."""
    state = fed([record(INDIRECT, "a-0", type="Indirect", published_at="2026-03-02T08:00:00Z")])
    (name,) = state.statements
    for number, text in enumerate(
        (FRAGMENT, WHOLE, f"{WHOLE[:-1]} und bereuen“", WHOLE.replace("teuer", "sehr teuer"))
    ):
        state.add(record(text, f"a-{number + 1}", published_at=f"2026-03-02T09:0{number}:00Z"), SEEN_AT)
    assert {statement.id: statement.count for statement in state.statements.values()} == {name: 5}


@pytest.mark.parametrize("published_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_an_article_that_says_of_itself_an_impossible_time_has_its_statement(published_at: str) -> None:
    statement = only(speaker().add(record(WHOLE, published_at=published_at), SEEN_AT))
    assert (statement.text, statement.first.published_at) == (WHOLE, published_at)


def test_an_address_that_is_none_names_no_paper() -> None:
    odd = record(WHOLE)
    odd = odd.model_copy(update={"article": odd.article.model_copy(update={"source": None, "url": "http://["})})
    statement = only(speaker().add(odd, SEEN_AT))
    assert (statement.count, statement.articles[0].url) == (1, "http://[")


def test_words_in_quotation_marks_are_preferred_to_a_fuller_report() -> None:
    longer = INDIRECT + " und der die Marine Jahre zurückwerfe"
    statement = only(fed([record(longer, "a-1", type="Indirect")]).add(record(WHOLE, "a-2"), SEEN_AT))
    assert (statement.count, statement.text, statement.verbatim) == (2, WHOLE, True)


def test_a_statement_that_was_two_until_now_leaves_a_tombstone() -> None:
    first, second = "„Die Brücke in Rade bleibt gesperrt“", "„Der Bund zahlt den Neubau“"
    state = fed([record(first, "a-1"), record(second, "a-2")])
    assert len(state.statements) == 2
    changes = state.add(record("„Die Brücke in Rade bleibt gesperrt. Der Bund zahlt den Neubau“", "a-3"), SEEN_AT)
    assert only(changes) is next(iter(changes.values()))
    assert None in changes.values()
    assert [statement.count for statement in state.statements.values()] == [3]


def test_a_fragment_within_a_quote_of_the_same_article_does_not_count_again() -> None:
    state = fed([record(INDIRECT, type="Indirect"), record("„schwerer Fehler“", number=1, part_of="a-1#0")])
    (statement,) = state.statements.values()
    assert statement.count == 1
    assert [quote.quote for quote in statement.articles[0].also] == ["a-1#1"]


def test_a_fragment_that_comes_before_its_whole_joins_it() -> None:
    state = fed([record("„schwerer Fehler“", number=1, part_of="a-1#0"), record(INDIRECT, type="Indirect")])
    (statement,) = state.statements.values()
    assert statement.articles[0].quote == "a-1#0"


def test_quotes_that_claim_to_be_parts_of_each_other_are_not_lost() -> None:
    state = fed([record(WHOLE, part_of="a-1#1"), record(OTHER, number=1, part_of="a-1#0")])
    (statement,) = state.statements.values()
    assert (statement.text, [part.text for part in statement.articles[0].also]) == (WHOLE, [OTHER])


def test_the_same_quote_twice_in_an_article_counts_once() -> None:
    (statement,) = fed([record(WHOLE), record(WHOLE, number=1)]).statements.values()
    assert statement.count == 1


def test_a_repeat_changes_nothing() -> None:
    state = fed([record(WHOLE, "a-1"), record(OTHER, "a-2")])
    assert state.add(record(WHOLE, "a-1"), "2026-03-02T11:00:00.000Z") == {}


def test_a_revision_replaces_the_quotes_of_its_article() -> None:
    state = fed([record(WHOLE, "a-1"), record(WHOLE, "a-2"), record(OTHER, "a-2", number=1)])
    new = record("„Das prüfen jetzt die Gerichte in Oldenburg und Stade“", "a-2", version_hash="v2")
    changes = state.add(new, SEEN_AT)
    assert list(changes.values()).count(None) == 1
    assert {statement.count for statement in changes.values() if statement is not None} == {1}
    assert {a.id for s in state.statements.values() if s.text == WHOLE for a in s.articles} == {"a-1"}


def test_a_withdrawn_article_takes_its_quotes_back_and_the_last_one_the_statement() -> None:
    state = fed([record(WHOLE, "a-1"), record(INDIRECT, "a-2", type="Indirect")])
    assert only(state.withdraw("a-2", SEEN_AT)).count == 1
    assert list(state.withdraw("a-1", SEEN_AT).values()) == [None]
    assert state.withdraw("a-1", SEEN_AT) == {}
    assert len(state) == 0


def _count(held: object) -> int:
    """How many things a state holds, over all that it is made of."""
    if isinstance(held, dict):
        return len(held) + sum(map(_count, held.values()))
    if isinstance(held, list | set | tuple):
        return len(held)
    return sum(map(_count, vars(held).values())) if type(held).__module__.startswith("pipeline.") else 0


def test_of_what_is_withdrawn_nothing_stays_in_memory() -> None:
    """A worker holds the speakers of all papers for weeks."""
    state, untouched = speaker(), speaker()
    articles = [f"a-{number}" for number in range(2 * FEW)]
    for number, article in enumerate(articles):
        text = f"„Im Dorf Nummer {number} fehlen Hebammen und Hausärzte. Das ist bitter für alle Familien“"
        state.add(record(text, article), SEEN_AT)
        state.add(record("„bitter für alle Familien“", article, 1, part_of=f"{article}#0"), SEEN_AT)
    assert state.quotes_in_memory == 2 * len(articles)
    for article in articles:
        state.withdraw(article, SEEN_AT)
    assert state.quotes_in_memory == 0
    state.add(record(OTHER, "c-1"), SEEN_AT)
    untouched.add(record(OTHER, "c-1"), SEEN_AT)
    assert abs(_count(state) - _count(untouched)) <= 20, "what is of all in order of age is tidied up now and then"


def test_what_belongs_to_the_version_that_stands_is_not_taken_back() -> None:
    state = fed([record(WHOLE, "a-1", version_hash="v2")])
    assert state.withdraw("a-1", SEEN_AT, but="v2") == {}


def test_the_same_words_after_the_window_are_a_new_statement() -> None:
    state = fed([record(WHOLE, "a-1")])
    late = record(WHOLE, "a-2", published_at="2026-03-20T09:00:00Z")
    assert only(state.add(late, SEEN_AT)).count == 1
    assert len(state.statements) == 2


@pytest.mark.parametrize(("day", "statements"), [(5, 1), (6, 2)])
def test_a_phrase_that_comes_again_after_days_is_said_of_something_else(day: int, statements: int) -> None:
    phrase = "„Ich bin unglaublich stolz auf diese Mannschaft“"
    later = record(phrase, "a-2", published_at=f"2026-03-{day:02}T09:00:00Z")
    assert len(fed([record(phrase, "a-1"), later]).statements) == statements


def test_two_statements_that_share_day_and_wording_are_both_given_out() -> None:
    """The window of time can be set to less than a day."""
    early, late = (
        record(WHOLE, article, published_at=f"2026-03-02T{hour:02}:00:00Z")
        for article, hour in (("a-1", 1), ("a-2", 9))
    )
    states = [speaker(days=0.25), speaker(days=0.25)]
    for state, order in zip(states, ([early, late], [late, early]), strict=True):
        for quote in order:
            state.add(quote, "2026-03-02T10:00:00.000Z")
    one, other = (state.statements for state in states)
    assert one == other
    assert sorted([article.id for article in statement.articles] for statement in one.values()) == [["a-1"], ["a-2"]]
    states[0].withdraw("a-1", "2026-03-02T10:00:00.000Z")
    assert state_of(states[0]) == state_of(fed([late]))


def test_what_has_not_changed_for_the_windows_time_is_closed_and_stays_as_it_is() -> None:
    state = fed([record(WHOLE, "a-1")])
    changes = state.add(record(OTHER, "a-2", published_at="2026-04-01T09:00:00Z"), "2026-04-01T09:00:00.000Z")
    assert len(changes) == 1
    assert [statement.text for statement in state.statements.values()] == [OTHER]
    assert state.withdraw("a-1", "2026-04-01T09:00:00.000Z") == {}


@pytest.mark.parametrize("seen_at", ["0001-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z"])
def test_the_time_of_a_message_can_be_any(seen_at: str) -> None:
    state = speaker()
    assert only(state.add(record(WHOLE, "a-1"), seen_at)).updated_at == seen_at
    assert only(state.add(record(WHOLE, "a-2"), seen_at)).count == 2


def test_no_more_is_held_than_allowed() -> None:
    state = speaker(most=5)
    for number in range(20):
        text = f"„Im Dorf Nummer {number} fehlen Hebammen und Hausärzte“"
        changes = state.add(record(text, f"a-{number}"), f"2026-03-02T10:00:{number:02}.000Z")
        assert list(changes.values()) != [None]
    assert len(state) <= 6
    assert state.statements


def test_the_speaker_is_given_as_the_article_has_it_that_tells_most() -> None:
    more = LANDRAT.model_copy(update={"affiliations": ["Bürgerliste Ostfriesland"]})
    statement = only(fed([record(WHOLE, "a-1")]).add(record(WHOLE, "a-2", speaker=more), SEEN_AT))
    assert statement.speaker is not None
    assert statement.speaker.model_dump() == more.model_dump(exclude={"salience"})
    first, second = (article.speaker for article in statement.articles)
    assert first is not None
    assert first.model_dump() == LANDRAT.model_dump(exclude={"salience"})
    assert second is None


def test_speakers_that_are_no_entities_are_told_apart_by_article_and_name() -> None:
    keys = [
        speaker_key(record(WHOLE, article, speaker=None, name=name))
        for article, name in [("a-1", "Sprecherin"), ("a-1", "Feuerwehrmann"), ("a-2", "Sprecherin"), ("a-1", None)]
    ]
    assert len(set(keys)) == 4
    assert speaker_key(record(WHOLE)) == LANDRAT.id


def test_a_state_is_looked_for_where_the_messages_of_its_quotes_are() -> None:
    joiner = StatementJoiner(PipelineConfig())
    unnamed = [record(WHOLE, article, speaker=None, name="Sprecherin\nder Stadt") for article in ("a-1", "a\n1")]
    for quote in (record(WHOLE), *unnamed, record(WHOLE, speaker=None)):
        assert joiner.stream_key(joiner.owner(quote)) == record_key(quote)


SENTENCES = [
    *(WHOLE, INDIRECT, FRAGMENT, OTHER, "„schwerer Fehler“", "„Wir haben die Pegel an der Elbe“", "„Das ist gut“"),
    "„Die Brücke in Rade bleibt gesperrt“",
    "„Die Brücke in Rade bleibt gesperrt. Der Bund zahlt den Neubau“",
    "„Die Brücke in Rade bleibt gesperrt, der Bund zahlt den Neubau“",
    "„Zahlt der Bund den Neubau?“",
    "„Der Bund zahlt den Neubau“",
    "der Bund zahle den Neubau der Brücke",
    "…",
]
QUOTES = st.builds(
    lambda text, article, number, indirect, version, part_of: record(
        text,
        f"a-{article}",
        number,
        type="Indirect" if indirect else "Direct",
        version_hash="v1",
        part_of=None if part_of is None else f"a-{article}#{part_of}",
        published_at=f"2026-03-{2 + article:02}T09:00:00Z",
    ),
    st.sampled_from(SENTENCES),
    st.integers(0, 5),
    st.integers(0, 3),
    st.booleans(),
    st.just("v1"),
    st.none() | st.integers(0, 3),
)
QUOTE_SETS = st.lists(QUOTES, max_size=12, unique_by=lambda found: found.quote.id)


def state_of(state: SpeakerStatements) -> dict[str, bytes]:
    return {name: encode(statement) for name, statement in state.statements.items()}


@settings(max_examples=60, deadline=None)
@given(quotes=QUOTE_SETS, data=st.data())
def test_the_order_of_arrival_does_not_change_the_final_state(quotes: list[QuoteRecord], data: st.DataObject) -> None:
    other = data.draw(st.permutations(quotes))
    assert state_of(fed(quotes)) == state_of(fed(other))


@settings(max_examples=40, deadline=None)
@given(quotes=QUOTE_SETS, data=st.data())
def test_what_was_given_out_is_the_state_and_enough_to_go_on_from(
    quotes: list[QuoteRecord], data: st.DataObject
) -> None:
    state, topic = speaker(), {}
    cut = data.draw(st.integers(0, len(quotes)))
    for number, quote in enumerate(quotes):
        if number == cut:
            restored = speaker()
            assert restored.restore(decode(value, Statement) for value in topic.values()) == {}
            state = restored
        for name, statement in state.add(quote, SEEN_AT).items():
            if statement is None:
                del topic[name]
            else:
                topic[name] = encode(statement)
    assert topic == state_of(fed(quotes))


@settings(max_examples=40, deadline=None)
@given(quotes=QUOTE_SETS, data=st.data())
def test_changes_that_were_sent_by_half_are_completed(quotes: list[QuoteRecord], data: st.DataObject) -> None:
    state, topic = speaker(), {}
    for quote in quotes:
        changes = list(state.add(quote, SEEN_AT).items())
        sent = data.draw(st.integers(0, len(changes)))
        for name, statement in changes[:sent]:
            topic[name] = None if statement is None else encode(statement)
        if sent < len(changes):  # the worker dies; its successor reads the topic and the quote again
            state = speaker()
            healed = state.restore(decode(value, Statement) for value in topic.values() if value is not None)
            changes = [*healed.items(), *state.add(quote, SEEN_AT).items()]
            for name, statement in changes:
                topic[name] = None if statement is None else encode(statement)
    assert {name: value for name, value in topic.items() if value is not None} == state_of(fed(quotes))


@settings(max_examples=40, deadline=None)
@given(quotes=QUOTE_SETS, gone=st.integers(0, 5))
def test_a_withdrawal_leaves_what_there_would_be_without_the_article(quotes: list[QuoteRecord], gone: int) -> None:
    state = fed(quotes)
    state.withdraw(f"a-{gone}", SEEN_AT)
    assert state_of(state) == state_of(fed(quote for quote in quotes if quote.article.id != f"a-{gone}"))


@settings(max_examples=40, deadline=None)
@given(quotes=QUOTE_SETS)
def test_every_quote_is_in_one_statement(quotes: list[QuoteRecord]) -> None:
    held = [
        quote.quote
        for statement in fed(quotes).statements.values()
        for article in statement.articles
        for quote in (article, *article.also)
    ]
    assert sorted(held) == sorted(quote.quote.id for quote in quotes)


@pytest.mark.parametrize("text", [WHOLE, "„Das ist gut“"])
def test_a_statement_is_the_same_bytes_again(text: str) -> None:
    (one,) = fed([record(text)]).statements.values()
    (other,) = fed([record(text)]).statements.values()
    assert encode(one) == encode(other)
    assert orjson.loads(encode(one))["schema"] == "statement/1"


def test_of_long_quotes_fewer_are_held() -> None:
    state = speaker(most=5)
    for number in range(20):
        text = f"„{f'Im Dorf Nummer {number} fehlen Hebammen und Hausärzte. ' * 50}“"
        state.add(record(text, f"a-{number}"), f"2026-03-02T10:00:{number:02}.000Z")
    assert 1 <= len(state.statements) <= 3
    state.withdraw("a-19", SEEN_AT)
    for number in range(19):
        state.withdraw(f"a-{number}", SEEN_AT)
    assert len(state) == 0, "what is let go is no longer counted"


def test_what_was_given_out_is_held_without_its_records() -> None:
    """A record takes several times the memory of its bytes, and thousands of statements are held."""
    state = speaker()
    changes = state.add(record(WHOLE), SEEN_AT)
    assert state.statements == changes
    (statement,) = (weakref.ref(statement) for statement in changes.values() if statement is not None)
    del changes
    gc.collect()
    assert statement() is None


def test_the_words_of_a_quote_are_read_once() -> None:
    """It is looked at as it comes and again as it is kept: reading the words is the greater part of its cost."""
    state = speaker()
    before = Wording.of.cache_info().misses
    state.add(record("„Der Deich bei Sillens hält keiner Sturmflut dieses Winters mehr stand“"), SEEN_AT)
    assert Wording.of.cache_info().misses == before + 1
