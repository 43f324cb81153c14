"""A state that reads of what was given out only what a quote could touch: the same comes out as if it held all."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import StaleState
from pipeline.statements import outline, outlines, wording_graph
from pipeline.statements.outline import name_hash
from pipeline.statements.outlines import FEW
from pipeline.statements.speaker import Changes, SpeakerStatements
from schemas.codec import encode
from schemas.records import QuoteRecord
from tests.statements.records import LANDRAT, SEEN_AT, record
from tests.statements.test_speaker import OTHER, QUOTE_SETS, SENTENCES, WHOLE, fed, only, speaker, state_of
from tests.statements.topic import JOINER, Topic


@dataclass(frozen=True)
class Step:
    """A quote that comes, or an article that is withdrawn, so many hours after the step before."""

    hours: int
    quote: QuoteRecord | None
    article: str = ""
    but: str | None = None

    def on(self, state: SpeakerStatements, seen_at: str) -> Changes:
        if self.quote is None:
            return state.withdraw(self.article, seen_at, but=self.but)
        return state.add(self.quote, seen_at)


def _step(hours: int, text: str, more: str, article: int, number: int, version: str, kind: Any, whole: int) -> Step:
    if kind == "withdrawal":
        return Step(hours, None, f"a-{article}", version if number else None)
    quote = record(
        f"{text} {more}",
        f"a-{article}",
        number,
        type=kind,
        version_hash=version,
        part_of=f"a-{article}#{whole}" if whole < 4 else None,
        published_at=f"2026-03-{2 + article:02}T09:00:00Z" if article else None,
    )
    return Step(hours, quote)


STEPS = st.lists(
    st.builds(
        _step,
        st.sampled_from([0, 0, 1, 30, 200]),
        st.sampled_from(SENTENCES),
        st.sampled_from(["", "", "in 17 Jahren", "für Haus und Hof. Der Bund zahlt den Neubau"]),
        st.integers(0, 5),
        st.integers(0, 3),
        st.sampled_from(["v1", "v1", "v2"]),
        st.sampled_from(["Direct", "Direct", "Indirect", "withdrawal"]),
        st.integers(0, 12),
    ),
    min_size=3,
    max_size=25,
)


@pytest.mark.parametrize("few", [1, FEW])
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, most=st.sampled_from([4, 1000]), data=st.data())
def test_the_same_comes_out_as_if_all_were_in_memory(
    monkeypatch: pytest.MonkeyPatch, few: int, steps: list[Step], most: int, data: st.DataObject
) -> None:
    monkeypatch.setattr(outlines, "FEW", few)
    topic, hours = Topic(), 0
    whole, state = topic.state(most=most), topic.state(most=most)
    for step in steps:
        hours += step.hours
        seen_at = f"2026-{3 + hours // 672:02}-{1 + hours // 24 % 28:02}T{hours % 24:02}:00:00.000Z"
        memory = data.draw(st.sampled_from(["kept", "released", "read anew"]))
        if memory == "released":
            state.release()
        elif memory == "read anew" and most == 1000:  # else what was closed since there was too much is open again
            state = topic.state()
        changes = step.on(state, seen_at)
        assert list(changes.items()) == list(step.on(whole, seen_at).items())
        assert len(state) == len(whole)
        for name, statement in changes.items():
            if statement is not None:
                assert state.outline(name) == JOINER.outline(statement)
                assert state.encoded(name) == encode(statement)
        topic.publish(changes.items())


def test_what_is_to_be_known_of_a_quotes_words_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """By it, the statements are found that the quote could touch, and then it stands in an outline."""
    hashed: list[str] = []
    monkeypatch.setattr(outline, "name_hash", lambda name: hashed.append(name) or name_hash(name))
    Topic().state().add(record("„Der Deich bei Sillens hält keiner Sturmflut dieses Winters mehr stand“"), SEEN_AT)
    assert hashed.count("deich") == 1


@settings(max_examples=100, deadline=None)
@given(steps=STEPS, most=st.sampled_from([2, 4, 1000]), data=st.data())
def test_each_quote_is_in_one_statement_whatever_was_closed(steps: list[Step], most: int, data: st.DataObject) -> None:
    topic, hours, versions = Topic(), 0, dict[str, str | None]()
    state = topic.state(most=most)
    for step in steps:
        hours += step.hours
        if data.draw(st.booleans()):
            state = topic.state(most=most)
        seen_at = f"2026-{3 + hours // 672:02}-{1 + hours // 24 % 28:02}T{hours % 24:02}:00:00.000Z"
        topic.publish(step.on(state, seen_at).items())
        article, stays = step.article, step.but
        if step.quote is not None:
            article, stays = step.quote.article.id, step.quote.article.version_hash
            versions[step.quote.quote.id] = stays
        for quote in [quote for quote in versions if quote.startswith(f"{article}#")]:
            if stays is None or versions[quote] != stays:
                del versions[quote]
        assert topic.quotes() == sorted(versions)


@settings(max_examples=80, deadline=None)
@given(quotes=QUOTE_SETS, data=st.data())
def test_changes_that_were_given_out_by_half_are_completed(quotes: list[QuoteRecord], data: st.DataObject) -> None:
    topic = Topic()
    state = topic.state()
    for quote in quotes:
        changes = list(state.add(quote, SEEN_AT).items())
        sent = data.draw(st.integers(0, len(changes)))
        topic.publish(changes[:sent])
        if sent < len(changes):  # the worker dies; its successor reads the topic and the quote again
            state = speaker()
            topic.publish(state.resume(topic).items())
            topic.publish(state.add(quote, SEEN_AT).items())
    assert topic.records_by_id == state_of(fed(quotes))


def test_of_a_change_that_was_given_out_by_half_no_statement_stays_behind() -> None:
    first = [
        record("„Bahnhof Bahnhof Kanal Schule Radweg“", "a-5", 1),
        record("„Kanal Schule Radweg Schule“", "a-4", 2),
        record("„Bahnhof Bahnhof Kanal Schule Radweg“", "a-4", 4),
        record("Kanal Schule Radweg Radweg", "a-6", 6, type="Indirect"),
    ]
    last = record("„Schule Bahnhof Bahnhof Kanal Schule Radweg“", "a-2", 8)
    topic = Topic()
    state = topic.state()
    for quote in first:
        topic.publish(state.add(quote, SEEN_AT).items())
    (sent, *lost) = state.add(last, SEEN_AT).items()
    assert [statement is None for _, statement in lost] == [False, True]
    topic.publish([sent])
    state = speaker()
    completed = state.resume(topic)
    assert list(completed.items()) == lost
    topic.publish(completed.items())
    assert state.add(last, SEEN_AT) == {}
    assert topic.records_by_id == state_of(fed([*first, last]))


def test_a_new_version_that_was_given_out_by_half_is_completed() -> None:
    topic = Topic()
    state = topic.state()
    for quote in (record(WHOLE, number=0), record(OTHER, number=1)):
        topic.publish(state.add(quote, SEEN_AT).items())
    new = record(WHOLE, version_hash="v2")
    (sent, lost) = state.add(new, SEEN_AT).items()
    topic.publish([sent])
    state = topic.state()  # each quote is in one statement
    again = state.add(new, SEEN_AT)
    assert list(again.items()) == [lost]
    topic.publish(again.items())
    assert topic.quotes() == ["a-1#0"]


def test_a_state_that_somebody_else_went_on_from_says_so() -> None:
    fragment = "„vierhundert neue Wohnungen für Familien“"
    first = "„Wir bauen am alten Hafen bis zum Sommer vierhundert neue Wohnungen für Familien“"
    second = "„Am Bahnhof plant der Investor vierhundert neue Wohnungen für Familien“"
    topic = Topic()
    state = topic.state()
    for article, text in {"a-3": fragment, "a-1": first, "a-2": second}.items():
        topic.publish(state.add(record(text, article), SEEN_AT).items())
    state, others = topic.state(), topic.state()
    state.add(record(fragment, "a-3"), SEEN_AT)
    topic.publish(others.withdraw("a-1", SEEN_AT).items())
    with pytest.raises(StaleState):
        state.add(record(second, "a-4"), SEEN_AT)
    assert only(topic.state().add(record(second, "a-4"), SEEN_AT)).count == 3


def test_who_says_something_is_the_same_after_it_was_read_again() -> None:
    short, full = (LANDRAT.model_copy(update={"name": name}) for name in ("Hasselbrink", "Jörn Hasselbrink"))
    topic = Topic()
    state = topic.state()
    topic.publish(state.add(record(WHOLE, "a-1", speaker=short), SEEN_AT).items())
    changes = state.add(record(f"{WHOLE[:-1]} und bereuen“", "a-2", speaker=full), SEEN_AT)
    assert (only(changes).count, only(changes).said_by) == (2, full.name)
    topic.publish(changes.items())
    state.release()
    assert state.add(record(WHOLE, "a-1", speaker=short), "2026-03-02T11:00:00.000Z") == {}
    state.release()
    assert only(state.withdraw("a-2", SEEN_AT)).said_by == short.name


def test_no_quote_is_lost_among_more_wordings_than_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (outlines, wording_graph):
        monkeypatch.setattr(module, "MOST_COMPARED", 5)
    words = [f"Wort{letter}" for letter in "abcdefghijklmnopqrstuvwx"]
    speech, fragment = f"„{' '.join(words)}“", f"„{' '.join(words[10:14])}“"
    texts = [speech, fragment, *(f"„{' '.join(words[number::4][::-1])}“" for number in range(4))]
    texts += [f"„{' '.join(words[number::3][::-1])}“" for number in range(3)]
    topic = Topic()
    state = topic.state()
    for number, text in enumerate(texts):
        topic.publish(state.add(record(text, f"a-{number}"), SEEN_AT).items())
    state.release()
    topic.publish(state.add(record(speech, "b"), SEEN_AT).items())
    assert topic.quotes() == [*(f"a-{number}#0" for number in range(len(texts))), "b#0"]


def test_what_a_quote_cannot_touch_is_not_read() -> None:
    topic, words = Topic(), ["Deich", "Hafen", "Radweg", "Schule", "Kanal"]
    state = topic.state()
    for number in range(60):
        text = f"„Den {words[number % 5]} bauen wir mit {number + 10} Millionen Euro aus dem Land Nummer {number}“"
        topic.publish(state.add(record(text, f"a-{number}"), SEEN_AT).items())
    assert len(topic.records_by_id) == 60
    state = topic.state()
    (statement,) = state.add(record("„Den Deich bauen wir mit 300 Millionen Euro aus dem Land“", "b"), SEEN_AT).values()
    assert statement is not None
    assert topic.read == 0, "it has other figures"
    assert state.quotes_in_memory == 1
    state.add(record("„Den Hafen bauen wir mit 11 Millionen Euro aus dem Land Nummer 1“", "c"), SEEN_AT)
    assert topic.read == 1
    state.withdraw("a-7", SEEN_AT)
    assert topic.read == 2
    assert len(state) == 61


def test_a_record_that_cannot_be_read_any_more_is_none() -> None:
    topic = Topic()
    topic.publish(topic.state().add(record(WHOLE), SEEN_AT).items())
    state = topic.state()
    topic.records = lambda names: iter(())  # type: ignore[method-assign]
    assert state.withdraw("a-1", SEEN_AT) == {}
    assert len(state) == 0
