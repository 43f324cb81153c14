"""Statements that are closed: articles are withdrawn from them, taken back by new versions, and join them late."""

import pytest

from pipeline.errors import StaleState
from pipeline.statements.speaker import SpeakerStatements
from schemas.records import QuoteRecord
from tests.statements.records import SEEN_AT, record
from tests.statements.test_speaker import OTHER, WHOLE, speaker
from tests.statements.topic import Topic

LATER = "2026-04-01T10:00:00.000Z"
"""When everything that came at `SEEN_AT` is closed."""


def closed(*quotes: QuoteRecord) -> tuple[Topic, SpeakerStatements]:
    """What was given out of these quotes, and the state long after, in which no statement of theirs is open."""
    topic = Topic()
    state = topic.state()
    for quote in quotes:
        topic.publish(state.add(quote, SEEN_AT).items())
    for kept in (state, topic.state()):
        topic.publish(kept.add(record(OTHER, "later", published_at="2026-04-01T09:00:00Z"), LATER).items())
        assert len(kept) == 1
    return topic, state


def beside(topic: Topic, quote: QuoteRecord, seen_at: str = LATER) -> None:
    """Let a quote stand in a statement of its own on the topic, whatever else is there, as a crash can leave it."""
    apart = Topic()
    apart.publish(apart.state().add(quote, seen_at).items())
    topic.records_by_id |= apart.records_by_id
    topic.outlines_by_id |= apart.outlines_by_id


@pytest.mark.parametrize("anew", [False, True], ids=["kept", "resumed"])
def test_an_article_is_withdrawn_from_a_closed_statement(anew: bool) -> None:
    topic, state = closed(record(WHOLE, "a-1"), record(WHOLE, "a-2"))
    state = topic.state() if anew else state
    (left,) = (changes := state.withdraw("a-1", LATER)).values()
    assert left is not None
    assert [article.id for article in left.articles] == ["a-2"]
    topic.publish(changes.items())
    state = topic.state() if anew else state
    topic.publish(state.withdraw("a-2", LATER).items())
    assert topic.quotes() == ["later#0"]


def test_a_new_version_takes_back_what_the_former_one_gave_to_a_closed_statement() -> None:
    topic, state = closed(record(WHOLE, "a-1", 0), record(WHOLE, "a-2"))
    changed = "„Der Deich bei Sillens hält keiner Sturmflut dieses Winters mehr stand“"
    topic.publish(state.add(record(changed, "a-1", 0, version_hash="v2"), LATER).items())
    assert topic.quotes() == ["a-1#0", "a-2#0", "later#0"]
    topic.publish(state.withdraw("a-2", LATER, but="v2").items())
    assert topic.quotes() == ["a-1#0", "later#0"]


def test_an_article_that_comes_again_changes_no_closed_statement() -> None:
    topic, state = closed(record(WHOLE, "a-1"), record(WHOLE, "a-2"))
    assert state.add(record(WHOLE, "a-1"), LATER) == {}
    assert topic.state().add(record(WHOLE, "a-2"), LATER) == {}


def test_a_late_article_joins_the_closed_statement_that_it_would_make_again() -> None:
    topic, state = closed(record(WHOLE, "a-1"), record(WHOLE, "a-2"))
    for number, kept in enumerate((state, topic.state())):
        (statement,) = kept.add(record(WHOLE, f"late-{number}"), LATER).values()
        assert statement is not None
        assert [article.id for article in statement.articles] == ["a-1", "a-2", f"late-{number}"]
        assert statement.id in topic.records_by_id


def test_a_quote_that_is_in_a_closed_statement_and_in_an_open_one_is_taken_out_of_one() -> None:
    topic, _ = closed(record(WHOLE, "a-1", 0), record(WHOLE, "a-2"))
    changed = "„Der Deich bei Sillens hält keiner Sturmflut dieses Winters mehr stand“"
    beside(topic, record(changed, "a-2", version_hash="v2"))
    state = topic.state()
    with pytest.raises(StaleState):
        state.withdraw("a-2", LATER)
    state = speaker()
    topic.publish(state.resume(topic, all_of_it=True).items())
    assert topic.quotes() == ["a-1#0", "a-2#0", "later#0"]
    topic.publish(state.withdraw("a-2", LATER).items())
    assert topic.quotes() == ["a-1#0", "later#0"]


def test_a_fragment_in_a_closed_statement_apart_from_its_whole_is_found() -> None:
    fragment = record("„schwerer Fehler, den wir teuer bezahlen“", "a-1", 1, part_of="a-1#0")
    topic, state = closed(fragment)
    beside(topic, record(WHOLE, "a-1"))
    state = topic.state()
    topic.publish(state.add(record(WHOLE, "a-9"), LATER).items())
    with pytest.raises(StaleState):
        state.withdraw("a-1", LATER)
    state = speaker()
    topic.publish(state.resume(topic, all_of_it=True).items())
    topic.publish(state.withdraw("a-1", LATER).items())
    assert topic.quotes() == ["a-9#0", "later#0"]


def test_what_was_mended_at_a_restart_is_not_closed_before_it_is_given_out() -> None:
    topic = Topic()
    for number, more in ((0, ""), (1, " in Rade")):
        topic.publish(topic.state().add(record(WHOLE + more, "a-2", number), SEEN_AT).items())
    beside(topic, record(OTHER, "a-2"), "2026-03-20T10:00:00.000Z")
    state, now = speaker(), "2026-06-01T10:00:00.000Z"
    mended = state.resume(topic, all_of_it=True)
    topic.publish([*mended.items(), *state.withdraw("a-2", now).items()])
    assert topic.quotes() == []


def test_of_two_versions_of_an_article_the_former_does_not_stay_after_a_restart() -> None:
    topic = Topic()
    topic.publish(topic.state().add(record(WHOLE, "a-1", 3, version_hash="v2"), SEEN_AT).items())
    beside(topic, record(f"{WHOLE[:-1]} und bereuen“", "a-1", version_hash="v1"), "2026-03-02T11:00:00.000Z")
    state = speaker()
    topic.publish(state.resume(topic, all_of_it=True).items())
    assert topic.quotes() == ["a-1#0"]
