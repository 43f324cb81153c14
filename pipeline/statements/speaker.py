"""What one speaker said: takes quotes in and gives out the statements that changed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from pipeline.statements.compose import composed
from pipeline.statements.grouping import grouped
from pipeline.statements.held_quotes import HeldQuotes
from pipeline.statements.occurrence import Occurrence
from pipeline.statements.wording_graph import WordingGraph, WordingId
from schemas.records import QuoteRecord, Statement

MOST_OF_ARTICLE = 500
"""Quotes of one speaker in one article that are held; statements are made of no more."""
MOST_ALIKE = 20
"""The same of quotes that have the same words."""
Changes = dict[str, Statement | None]
"""Statements by id in their new state; None: there is no such statement any more.

They are to be published in this order: whatever part of it was, the quotes in it are enough to go on from."""


class _Given(NamedTuple):
    """A statement as it was last given out, in a fraction of the memory that its record takes.

    Attributes:
        data: the record, as JSON by the names of its attributes.
        updated_at: of the record.
        quotes: the ids of the quotes in it.
    """

    data: bytes
    updated_at: str
    quotes: tuple[str, ...]

    @classmethod
    def of(cls, statement: Statement) -> "_Given":
        return cls(_as_json(statement), statement.updated_at, tuple(_quote_ids(statement)))

    def is_as(self, statement: Statement) -> bool:
        """Whether a statement says the same, whenever it was made."""
        return self.data == _as_json(statement.model_copy(update={"updated_at": self.updated_at}))

    @property
    def changed_at(self) -> datetime:
        return datetime.fromisoformat(self.updated_at)


class SpeakerStatements:
    """The statements of one speaker, as they follow from the quotes of the last days.

    What is held is the quotes; statements are a function of them. So the order of arrival does not matter, a repeat
    changes nothing, and the statements that were given out are enough to go on from.

    Args:
        key: the speaker; see `speaker_key`.
        window: what lies further apart is not the same statement; a statement that nothing was added to for as long is
            closed: it stays as it is.
        most: so many quotes are held, a long one counting as several; beyond, the statements that have not changed for
            longest are closed.
    """

    def __init__(self, key: str, *, window: timedelta, most: int) -> None:
        self._key = key
        self._window = window
        self._most = most
        self._graph = WordingGraph()
        self._quotes = HeldQuotes()
        self._said: dict[WordingId, dict[str, Occurrence]] = {}
        self._oldest = datetime.min.replace(tzinfo=UTC)
        self._given: dict[str, _Given] = {}
        self._given_words: dict[str, set[WordingId]] = {}
        self._given_for: dict[WordingId, set[str]] = {}

    def __len__(self) -> int:
        """How many quotes are held; a long one counts as several."""
        return len(self._quotes)

    @property
    def statements(self) -> dict[str, Statement]:
        """The open statements as they were last given out, by id."""
        return {name: Statement.model_validate_json(given.data) for name, given in self._given.items()}

    def restore(self, statements: Iterable[Statement]) -> Changes:
        """Go on from statements that were given out; what had not been given out completely comes back as changes.

        These are around quotes that stand in two statements: one that gets quotes is given out before the one that
        loses them. All else is as it was: its wordings are compared with each other only when something touches them.
        """
        latest = ""
        words: dict[str, set[WordingId]] = {}
        holders: dict[str, str] = {}
        doubtful: set[str] = set()
        for statement in sorted(statements, key=lambda statement: (statement.updated_at, statement.id)):
            latest = statement.updated_at
            self._given[statement.id] = _Given.of(statement)
            words[statement.id] = set()
            for occurrence in Occurrence.all_of(statement):
                words[statement.id].add(occurrence.words)
                known = self._quotes.get(occurrence.quote)
                if known is not None:
                    doubtful |= {statement.id, holders[occurrence.quote]}
                    self._quotes.remove(known)
                self._quotes.add(occurrence)
                holders[occurrence.quote] = statement.id
        standing: dict[str, set[WordingId]] = {}
        for quote in self._quotes.of(holders):
            holder, whole = holders[quote.quote], self._quotes.whole(quote)
            if whole is quote:
                self._said.setdefault(quote.words, {})[quote.quote] = quote
                standing.setdefault(holder, set()).add(quote.words)
            elif holders[whole.quote] != holder:
                doubtful |= {holder, holders[whole.quote]}
        self._graph = WordingGraph({name: next(iter(said.values())).compared for name, said in self._said.items()})
        touched = {each for name in doubtful for each in words[name]}
        for name, given in list(self._given.items()):
            self._note(name, given, words[name] if name in doubtful else standing.get(name, set()))
        return self._changes(touched, latest)

    def add(self, record: QuoteRecord, seen_at: str) -> Changes:
        """Take a quote in that reached the broker at `seen_at` (RFC 3339, UTC).

        A quote that is known already changes nothing; one from another version of its article replaces all from the
        former version.
        """
        self._close(seen_at)
        occurrence = Occurrence.of(record, seen_at)
        known = self._quotes.get(occurrence.quote)
        if known is not None and known == replace(occurrence, seen_at=known.seen_at):
            return {}
        touched = self._take_out(self._quotes.replaced_by(occurrence))
        last = self._last_beside(occurrence)
        if last is None:
            touched |= self._put_in([occurrence])
        elif occurrence.quote < last.quote:  # the same ones are held in whatever order they come
            touched |= self._take_out([last]) | self._put_in([occurrence])
        return self._changes(touched, seen_at)

    def withdraw(self, article: str, seen_at: str, *, but: str | None = None) -> Changes:
        """Take back an article's quotes, but for those from the version of it whose content hash is `but`."""
        former = [found for found in self._quotes.in_article(article) if but is None or found.content_hash != but]
        return self._changes(self._take_out(former), seen_at)

    def _last_beside(self, occurrence: Occurrence) -> Occurrence | None:
        """Where as many quotes of its article are held as may be, the last of them."""
        alike = self._quotes.alike(occurrence)
        if len(alike) >= MOST_ALIKE:
            return alike[-1]
        full = self._quotes.count_in_article(occurrence.article) >= MOST_OF_ARTICLE
        return self._quotes.in_article(occurrence.article)[-1] if full else None

    def _let_go(self, name: str) -> None:
        leaving = self._quotes.of(self._given[name].quotes)
        self._forget(name)
        for occurrence in leaving:
            self._remove(occurrence)
        for occurrence in leaving:
            self._settle(self._quotes.within(occurrence))

    def _put_in(self, occurrences: Iterable[Occurrence]) -> set[WordingId]:
        """Hold quotes; gives the wordings whose statements may change."""
        touched: set[WordingId] = set()
        for occurrence in occurrences:
            known = self._quotes.get(occurrence.quote)
            if known is not None:
                touched |= self._take_out([known])
            self._quotes.add(occurrence)
            touched |= self._settle([occurrence, *self._quotes.within(occurrence)])
            touched |= self._graph.component([self._quotes.whole(occurrence).words])
        return touched

    def _take_out(self, occurrences: Iterable[Occurrence]) -> set[WordingId]:
        """Let quotes go; gives the wordings whose statements may change."""
        touched: set[WordingId] = set()
        for occurrence in occurrences:
            touched |= self._graph.component([self._quotes.whole(occurrence).words])
            self._remove(occurrence)
            touched |= self._settle(self._quotes.within(occurrence))
        return touched

    def _remove(self, occurrence: Occurrence) -> None:
        self._remove_node(occurrence)
        self._quotes.remove(occurrence)

    def _settle(self, quotes: Iterable[Occurrence]) -> set[WordingId]:
        """Compare by themselves those of some quotes that are no fragments of others; what that touches.

        Whether a quote is one changes only where one around it comes or goes.
        """
        touched: set[WordingId] = set()
        for quote in quotes:
            stands = quote.quote in self._said.get(quote.words, {})
            if self._quotes.whole(quote) is quote and not stands:
                self._add_node(quote)
                touched |= self._graph.component([quote.words])
            elif stands and self._quotes.whole(quote) is not quote:
                touched |= self._graph.component([quote.words])
                self._remove_node(quote)
                touched |= self._graph.component([self._quotes.whole(quote).words])
        return touched

    def _add_node(self, occurrence: Occurrence) -> None:
        if occurrence.words not in self._graph:
            self._graph.add(occurrence.words, occurrence.compared)
        self._said.setdefault(occurrence.words, {})[occurrence.quote] = occurrence

    def _remove_node(self, occurrence: Occurrence) -> None:
        said = self._said.get(occurrence.words, {})
        if said.pop(occurrence.quote, None) is not None and not said:
            del self._said[occurrence.words]
            self._graph.remove(occurrence.words)

    def _changes(self, touched: set[WordingId], updated_at: str) -> Changes:
        """Make the statements of the touched wordings anew; what differs from what was given out."""
        former = {found for words in touched for found in self._given_for.get(words, ())}
        before = {name: self._given[name].quotes for name in former}
        made: set[str] = set()
        changed: list[Statement] = []
        for group in self._graph.components(self._graph.component(touched)):
            for whole in grouped(group, self._graph, self._said, self._window):
                occurrences = [found for quote in whole for found in (quote, *self._quotes.parts(quote))]
                statement = composed(self._key, occurrences, whole, updated_at)
                made.add(statement.id)
                given = self._given.get(statement.id)
                if given is None or not given.is_as(statement):
                    changed.append(statement)
                    given = _Given.of(statement)
                self._note(statement.id, given, {quote.words for quote in whole})
        gone = sorted(former - made)
        for name in gone:
            self._forget(name)
        return {statement.id: statement for statement in _in_safe_order(changed, before)} | dict.fromkeys(gone)

    def _note(self, name: str, given: _Given, words: set[WordingId]) -> None:
        """Remember what was given out, and for which wordings."""
        self._forget(name)
        self._given[name] = given
        self._given_words[name] = words
        for each in words:
            self._given_for.setdefault(each, set()).add(name)

    def _forget(self, statement_id: str) -> None:
        self._given.pop(statement_id, None)
        for words in self._given_words.pop(statement_id, ()):
            self._given_for[words].discard(statement_id)
            if not self._given_for[words]:
                del self._given_for[words]

    def _close(self, now: str) -> None:
        """Let go the statements that have not changed for the window's time, and the oldest where there is too much."""
        horizon = datetime.fromisoformat(now) - self._window
        if len(self) <= self._most and self._oldest >= horizon:
            return
        for changed_at, name in sorted((given.changed_at, name) for name, given in self._given.items()):
            if len(self) <= self._most and changed_at >= horizon:
                self._oldest = changed_at
                return
            self._let_go(name)
        self._oldest = datetime.fromisoformat(now)


def _in_safe_order(changed: list[Statement], before: dict[str, tuple[str, ...]]) -> list[Statement]:
    """Statements that lose quotes behind those that get them, so that none is lost if only the first are published.

    `before` has the quotes that were in each.
    """
    if len(changed) < 2:
        return changed
    quotes = {statement.id: _quote_ids(statement) for statement in changed}
    lost = {name: set(before[name]) - quotes[name] for name in quotes if name in before}
    now_in = {quote: name for name, own in quotes.items() for quote in own}
    behind = {name: {now_in[quote]: None for quote in sorted(lost.get(name, ())) if quote in now_in} for name in quotes}
    by_id = {statement.id: statement for statement in changed}
    try:
        return [by_id[name] for name in TopologicalSorter(behind).static_order()]
    except CycleError:  # two that exchange quotes: a crash between them leaves one of these out until it comes again
        return changed


def _as_json(statement: Statement) -> bytes:
    return statement.model_dump_json().encode()


def _quote_ids(statement: Statement) -> frozenset[str]:
    return frozenset(quote.quote for article in statement.articles for quote in article.quotes)


def speaker_key(record: QuoteRecord) -> str:
    """Whose statements a quote belongs to: the entity's, else those of this name in this article."""
    if record.speaker is not None:
        return record.speaker.id
    speaker = record.quote.speaker
    name = "" if speaker is None else speaker.name or speaker.text
    return f"{record.article.id}\n{name}"


def owner_of_statement(statement: Statement) -> str:
    """The `speaker_key` of the quotes that a statement is made of."""
    if statement.speaker is not None:
        return statement.speaker.id
    return f"{statement.articles[0].id}\n{statement.said_by or ''}"
