"""A state that reads of what was given out only what a quote could touch: the same comes out as if it held all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.config import PipelineConfig
from pipeline.errors import StaleState
from pipeline.statements import StatementJoiner, outline, outlines, wording_graph
from pipeline.statements.occurrence import Occurrence
from pipeline.statements.outline import Outline, Wordings, articles_of, name_hash, outlined
from pipeline.statements.outline import read as outline_read
from pipeline.statements.outlines import FEW, Outlines
from pipeline.statements.same_statement import ComparedQuote, same_statement
from pipeline.statements.speaker import Changes, SpeakerStatements
from pipeline.statements.wording_graph import shared_enough, terms_of
from schemas.codec import decode, encode
from schemas.records import QuoteRecord, Statement
from tests.statements.pairs import pairs
from tests.statements.records import LANDRAT, SEEN_AT, record
from tests.statements.test_speaker import OTHER, QUOTE_SETS, SENTENCES, WHOLE, fed, only, speaker, state_of

JOINER = StatementJoiner(PipelineConfig())


class Topic:
    """What was given out, and how many records were read of it."""

    def __init__(self) -> None:
        self.records_by_id: dict[str, bytes] = {}
        self.outlines_by_id: dict[str, bytes] = {}
        self.read = 0

    def outlines(self) -> list[tuple[str, bytes]]:
        return list(self.outlines_by_id.items())

    def in_article(self, article: str) -> list[tuple[str, bytes]]:
        key = name_hash(article)
        return [(name, data) for name, data in self.outlines() if key in articles_of(outline_read(data))]

    def outline(self, name: str) -> bytes | None:
        return self.outlines_by_id.get(name)

    def records(self, names: Iterable[str]) -> Iterator[Statement]:
        for name in names:
            self.read += 1
            yield decode(self.records_by_id[name], Statement)

    def publish(self, changes: Iterable[tuple[str, Statement | None]]) -> None:
        for name, statement in changes:
            if statement is None:
                self.records_by_id.pop(name, None)
                self.outlines_by_id.pop(name, None)
            else:
                self.records_by_id[name] = encode(statement)
                self.outlines_by_id[name] = JOINER.outline(statement)

    def state(self, *, most: int = 1000) -> SpeakerStatements:
        """A state that goes on from it, of which nothing is given out by half."""
        state = speaker(most=most)
        assert state.resume(self) == {}
        return state

    def quotes(self) -> list[str]:
        """The ids of all quotes in the statements."""
        return sorted(found.quote for record in self.records(self.records_by_id) for found in Occurrence.all_of(record))


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
    for number, text in enumerate((fragment, first, second)):
        topic.publish(state.add(record(text, f"a-{number}"), SEEN_AT).items())
    state, others = topic.state(), topic.state()
    state.add(record(fragment, "a-0"), SEEN_AT)
    topic.publish(others.withdraw("a-1", SEEN_AT).items())
    with pytest.raises(StaleState):
        state.add(record(second, "a-3"), SEEN_AT)
    assert only(topic.state().add(record(second, "a-3"), SEEN_AT)).count == 3


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


FIGURES = [
    "Der Deich bei Sillens hält keiner Sturmflut dieses Winters stand.",
    "Der Neubau der Brücke in Rade kostet 17 Millionen Euro.",
    "Der Neubau der Brücke in Rade kostet 18 Millionen Euro.",
    "Bis 2030 sind 400 Wohnungen am alten Hafen fertig",
    "Am alten Hafen sind 400 Wohnungen fertig.",
]


def _outline(compared: ComparedQuote, day: int = 1) -> Outline:
    quote = record(compared.text, context=compared.context, type="Direct" if compared.verbatim else "Indirect")
    occurrence = Occurrence.of(quote, SEEN_AT)
    return outlined([occurrence], [occurrence], f"2026-03-{day:02}T00:00:00.000Z")


@pytest.mark.parametrize("part", ["dev", "test"])
@pytest.mark.parametrize("many", [False, True], ids=["looked through", "by indexes"])
def test_what_says_the_same_is_found_by_its_outline(part: str, many: bool) -> None:
    compared = 0
    for pair in pairs(part):
        terms, others = terms_of(pair.one), terms_of(pair.other)
        enough = len(terms & others) >= shared_enough(min(len(terms), len(others)))
        if enough and same_statement(pair.one, pair.other):
            compared += 1
            known = Outlines({})
            known.put("other", _outline(pair.other))
            for number in range(2 * FEW if many else 3):
                known.put(f"s-{number}", _outline(ComparedQuote(f"Wort{number} und Satz{number}", "", True)))
            assert known.near(pair.one) == ["other"]
    assert compared > 50


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_figures_rule_out_only_what_does_not_say_the_same(data: st.DataObject) -> None:
    one, other = (
        ComparedQuote(
            "„" + " ".join(data.draw(st.lists(st.sampled_from(FIGURES), min_size=1, max_size=3))) + "“", "", v
        )
        for v in data.draw(st.tuples(st.booleans(), st.booleans()))
    )
    if same_statement(one, other):
        assert Wordings.of([one]).agree(Wordings.of([other]))


def test_of_statements_in_outline_the_oldest_is_known() -> None:
    known = Outlines({})
    for number in (3, 1, 2):
        known.put(f"s-{number}", _outline(ComparedQuote("Das", "", True), day=number))
    for _ in range(50):
        known.put("s-1", _outline(ComparedQuote("Das", "", True), day=4))
    assert known.weight == 3
    assert known.numbers == sum(len(_outline(ComparedQuote("Das", "", True))) for _ in range(3))
    order = []
    while (oldest := known.oldest()) is not None:
        order.append(oldest[1])
        known.remove(oldest[1])
    assert order == ["s-2", "s-3", "s-1"]
    assert known.weight == known.numbers == 0
