"""What one speaker said: takes quotes in and gives out the statements that changed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.errors import StaleState
from pipeline.statements import outline
from pipeline.statements.compose import composed
from pipeline.statements.given_index import GivenIndex
from pipeline.statements.given_out import Given, GivenStatements, in_safe_order, quote_ids
from pipeline.statements.grouping import grouped
from pipeline.statements.held_quotes import HeldQuotes
from pipeline.statements.occurrence import Occurrence
from pipeline.statements.outlines import Outlines
from pipeline.statements.same_statement import ComparedQuote
from pipeline.statements.wording_graph import WordingGraph, WordingId
from schemas.records import QuoteRecord, Statement

MOST_OF_ARTICLE = 500
"""Quotes of one speaker in one article that are held; statements are made of no more."""
MOST_ALIKE = 20
"""The same of quotes that have the same words."""
Changes = dict[str, Statement | None]
"""Statements by id in their new state; None: there is no such statement any more.

They are to be published in this order: whatever part of it was, the quotes in it are enough to go on from."""


class SpeakerStatements:
    """The statements of one speaker, as they follow from the quotes of the last days.

    What is held is the quotes; statements are a function of them. So the order of arrival does not matter, a repeat
    changes nothing, and the statements that were given out are enough to go on from. All open ones are known in
    outline. Their quotes are read when something comes that could touch them: from the same article, or with words
    that may say the same. So what a quote costs does not grow with what its speaker has said.

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
        self._outlines = Outlines({})
        self._given_out: GivenStatements | None = None
        self._made: dict[str, outline.Outline] = {}
        self._begin()

    def _begin(self) -> None:
        self._graph = WordingGraph()
        self._quotes = HeldQuotes()
        self._said: dict[WordingId, dict[str, Occurrence]] = {}
        self._given = GivenIndex()

    def __len__(self) -> int:
        """How many quotes there are in open statements; a long one counts as several."""
        return self._outlines.weight

    @property
    def quotes_in_memory(self) -> int:
        """How many of them are in memory, counted likewise."""
        return len(self._quotes)

    @property
    def numbers_in_outlines(self) -> int:
        """What the memory of a state grows with whose quotes are released."""
        return self._outlines.numbers

    @property
    def statements(self) -> dict[str, Statement]:
        """The open statements as they were last given out, by id."""
        self._read(self._outlines)
        return {name: Statement.model_validate_json(given.data) for name, given in self._given.items()}

    def outline(self, name: str) -> bytes:
        """Of a statement among the latest changes, what `resume` goes on from."""
        return outline.written(self._made[name])

    def resume(self, given_out: GivenStatements) -> Changes:
        """Go on from what was given out, of which only the outlines are read now.

        If a change was given out by half, all is read; the other half comes back as changes.
        """
        self._given_out = given_out
        outlines = {name: outline.read(data) for name, data in given_out.outlines()}
        changed_at = {name: outline.changed_at(found) for name, found in outlines.items()}
        horizon = max(changed_at.values(), default=0) - self._window // timedelta(microseconds=1)
        outlines = {name: found for name, found in outlines.items() if changed_at[name] >= horizon}
        if outline.torn(outlines.values()):
            return self.restore(given_out.records(outlines))
        self._outlines = Outlines(outlines)
        return {}

    def release(self) -> None:
        """Keep the outlines alone in memory; what they are of is given out, and can be read again."""
        self._begin()

    def restore(self, statements: Iterable[Statement]) -> Changes:
        """Go on from statements that were given out; what had not been given out completely comes back as changes.

        These are around quotes that stand in two statements: one that gets quotes is given out before the one that
        loses them. All else is as it was: its wordings are compared with each other only when something touches them.
        """
        statements = sorted(statements, key=lambda statement: (statement.updated_at, statement.id))
        for statement in statements:
            self._outlines.put(statement.id, outline.outline_of(statement))
        touched = self._hold(statements)
        return self._changes(touched, statements[-1].updated_at) if touched else {}

    def _together(self, words: Iterable[WordingId]) -> set[WordingId]:
        """All wordings that hang together with these, whose statements are held then."""
        return self._graph.component(words, self._read_near)

    def _read_near(self, compared: ComparedQuote) -> None:
        """Hold the statements with wordings that may say the same as this one."""
        if self._given_out is not None:
            self._read(self._outlines.near(compared))

    def _read(self, names: Iterable[str]) -> None:
        """Hold those of these statements that are known only in outline."""
        missing = {name for name in names if name not in self._given}
        if missing and self._given_out is not None:
            found = list(self._given_out.records(sorted(missing)))
            if any(self._quotes.get(quote) is not None for statement in found for quote in quote_ids(statement)):
                raise StaleState(self._key)
            self._hold(found)
            for name in missing - self._given.keys():
                self._outlines.remove(name)

    def _hold(self, statements: Iterable[Statement]) -> set[WordingId]:
        """Take back statements in the order they were given out in; gives the wordings of quotes that are in doubt."""
        given: dict[str, Given] = {}
        words: dict[str, set[WordingId]] = {}
        holders: dict[str, str] = {}
        doubtful: set[str] = set()
        for statement in statements:
            given[statement.id] = Given.of(statement)
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
                self._graph.hold(quote.words, quote.compared)
                standing.setdefault(holder, set()).add(quote.words)
            elif holders[whole.quote] != holder:
                doubtful |= {holder, holders[whole.quote]}
        for name, own in words.items():
            self._given.put(name, given[name], own if name in doubtful else standing.get(name, set()))
        return {each for name in doubtful for each in words[name]}

    def add(self, record: QuoteRecord, seen_at: str) -> Changes:
        """Take a quote in that reached the broker at `seen_at` (RFC 3339, UTC).

        A quote that is known already changes nothing; one from another version of its article replaces all from the
        former version.
        """
        self._close(seen_at)
        occurrence = Occurrence.of(record, seen_at)
        self._read(self._outlines.in_article(occurrence.article))
        known = self._quotes.get(occurrence.quote)
        former = self._quotes.replaced_by(occurrence)
        if known is not None and known == replace(occurrence, seen_at=known.seen_at):
            return self._changes(self._take_out(quote for quote in former if quote is not known), seen_at)
        touched = self._take_out(former)
        last = self._last_beside(occurrence)
        if last is None:
            touched |= self._put_in([occurrence])
        elif occurrence.quote < last.quote:  # the same ones are held in whatever order they come
            touched |= self._take_out([last]) | self._put_in([occurrence])
        return self._changes(touched, seen_at)

    def withdraw(self, article: str, seen_at: str, *, but: str | None = None) -> Changes:
        """Take back an article's quotes, but for those from the version of it whose hash is `but`."""
        self._read(self._outlines.in_article(article))
        former = [found for found in self._quotes.in_article(article) if but is None or found.version_hash != but]
        return self._changes(self._take_out(former), seen_at)

    def _last_beside(self, occurrence: Occurrence) -> Occurrence | None:
        """Where as many quotes of its article are held as may be, the last of them."""
        alike = self._quotes.alike(occurrence)
        if len(alike) >= MOST_ALIKE:
            return alike[-1]
        full = self._quotes.count_in_article(occurrence.article) >= MOST_OF_ARTICLE
        return self._quotes.in_article(occurrence.article)[-1] if full else None

    def _let_go(self, name: str) -> None:
        self._outlines.remove(name)
        if name not in self._given:
            return
        leaving = self._quotes.of(self._given[name].quotes)
        self._given.remove(name)
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
            touched |= self._together([self._quotes.whole(occurrence).words])
        return touched

    def _take_out(self, occurrences: Iterable[Occurrence]) -> set[WordingId]:
        """Let quotes go; gives the wordings whose statements may change."""
        touched: set[WordingId] = set()
        for occurrence in occurrences:
            touched |= self._together([self._quotes.whole(occurrence).words])
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
                touched |= self._together([quote.words])
            elif stands and self._quotes.whole(quote) is not quote:
                touched |= self._together([quote.words])
                self._remove_node(quote)
                touched |= self._together([self._quotes.whole(quote).words])
        return touched

    def _add_node(self, occurrence: Occurrence) -> None:
        self._read_near(occurrence.compared)
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
        closed, former = self._concerned(touched)
        before = {name: self._given[name].quotes for name in former}
        made: set[str] = set()
        self._made = {}
        changed: list[Statement] = []
        for group in self._graph.components(closed):
            for whole in grouped(group, self._graph, self._said, self._window):
                occurrences = [found for quote in whole for found in (quote, *self._quotes.parts(quote))]
                statement = composed(self._key, occurrences, whole, updated_at)
                made.add(statement.id)
                given = self._given.get(statement.id)
                if given is None or not given.is_as(statement):
                    changed.append(statement)
                    given = Given.of(statement)
                    self._made[statement.id] = outline.outlined(occurrences, whole, updated_at)
                    self._outlines.put(statement.id, self._made[statement.id])
                self._given.put(statement.id, given, {quote.words for quote in whole})
        gone = sorted(former - made)
        for name in gone:
            self._given.remove(name)
            self._outlines.remove(name)
        return {statement.id: statement for statement in in_safe_order(changed, before)} | dict.fromkeys(gone)

    def _concerned(self, touched: set[WordingId]) -> tuple[set[WordingId], set[str]]:
        """All wordings that hang together with the touched ones or were given out with them, and their statements."""
        closed = self._together(touched)
        reached, former = touched | closed, set[str]()
        while reached:
            new = self._given.names_for(reached) - former
            former |= new
            more = {words for words in self._given.words_of(new) if words in self._graph} - closed
            reached = self._together(more) - closed
            closed |= reached
        return closed, former

    def _close(self, now: str) -> None:
        """Let go the statements that have not changed for the window's time, and the oldest where there is too much."""
        horizon = outline.instant_of(datetime.fromisoformat(now) - self._window)
        while (oldest := self._outlines.oldest()) is not None:
            instant, name = oldest
            if len(self) <= self._most and instant >= horizon:
                return
            self._let_go(name)
