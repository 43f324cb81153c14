"""What one speaker said: takes quotes in and gives out the statements that changed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from pipeline.statements import outline
from pipeline.statements.compose import composed
from pipeline.statements.given_out import Given, GivenStatements, in_safe_order
from pipeline.statements.grouping import grouped
from pipeline.statements.held_statements import HeldStatements
from pipeline.statements.occurrence import Occurrence
from pipeline.statements.outlines import Outlines
from pipeline.statements.wording_graph import WordingId
from schemas.codec import decode
from schemas.records import QuoteRecord, Statement

MOST_OF_ARTICLE = 500
"""Quotes of one speaker in one article that are held; statements are made of no more."""
MOST_ALIKE = 20
"""The same of quotes that have the same words."""
Changes = dict[str, Statement | None]
"""Statements by id in their new state; None: there is no such statement any more.

They are to be published in this order: whatever part of it was, the quotes in it are enough to go on from."""


class SpeakerStatements(HeldStatements):
    """The statements of one speaker, as they follow from the quotes of the last days.

    What is held is the quotes; statements are a function of them. So the order of arrival does not matter, a repeat
    changes nothing, and the statements that were given out are enough to go on from. What lies further apart than the
    window is not the same statement.
    """

    @property
    def statements(self) -> dict[str, Statement]:
        """The open statements as they were last given out, by id."""
        self._read(self._outlines)
        return {name: decode(given.data, Statement) for name, given in self._given.items()}

    def encoded(self, name: str) -> bytes:
        """Of a statement among the latest changes, the record as it stands on the topic."""
        return self._given[name].data

    def outline(self, name: str) -> bytes:
        """Of a statement among the latest changes, what `resume` goes on from."""
        return outline.written(self._made[name])

    def resume(self, given_out: GivenStatements, *, all_of_it: bool = False) -> Changes:
        """Go on from what was given out, of which only the outlines are read now, and only those of open statements.

        If a change was given out by half, all is read; the other half comes back as changes. With `all_of_it` all is
        read, what is closed included: that is what is left to do after a `StaleState`.
        """
        self._given_out = given_out
        outlines = {name: outline.read(data) for name, data in given_out.outlines()}
        if not outlines:
            return {}
        if all_of_it:
            return self.restore(given_out.records(outlines))
        changed_at = {name: outline.changed_at(found) for name, found in outlines.items()}
        horizon = max(changed_at.values()) - self._window // timedelta(microseconds=1)
        for name in [name for name in outlines if changed_at[name] < horizon]:
            self._note_closed(name, outlines.pop(name))
        if outline.torn(outlines.values()):
            return self.restore(given_out.records(outlines))
        self._outlines = Outlines(outlines)
        return {}

    def restore(self, statements: Iterable[Statement]) -> Changes:
        """Go on from statements that were given out; what had not been given out completely comes back as changes.

        These are around quotes that stand in two statements: one that gets quotes is given out before the one that
        loses them. All else is as it was: its wordings are compared with each other only when something touches them.
        """
        statements = sorted(statements, key=lambda statement: (statement.updated_at, statement.id))
        for statement in statements:
            self._outlines.put(statement.id, outline.outline_of(statement))
        touched = self._hold(statements)
        newest = {article.id: article.version_hash for statement in statements for article in statement.articles}
        for article, version in newest.items():
            former = [quote for quote in self._quotes.in_article(article) if quote.version_hash != version]
            touched |= self._take_out(former)
        changes = self._changes(touched, statements[-1].updated_at) if touched else {}
        self._latest = set(changes)
        return changes

    def add(self, record: QuoteRecord, seen_at: str) -> Changes:
        """Take a quote in that reached the broker at `seen_at` (RFC 3339, UTC).

        A quote that is known already changes nothing; one from another version of its article replaces all from the
        former version.
        """
        self._close(seen_at)
        occurrence = Occurrence.of(record, seen_at)
        self._read_article(occurrence.article)
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
        self._close(seen_at)
        self._read_article(article)
        former = [found for found in self._quotes.in_article(article) if but is None or found.version_hash != but]
        return self._changes(self._take_out(former), seen_at)

    def _last_beside(self, occurrence: Occurrence) -> Occurrence | None:
        """Where as many quotes of its article are held as may be, the last of them."""
        alike = self._quotes.alike(occurrence)
        if len(alike) >= MOST_ALIKE:
            return alike[-1]
        full = self._quotes.count_in_article(occurrence.article) >= MOST_OF_ARTICLE
        return self._quotes.in_article(occurrence.article)[-1] if full else None

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

    def _changes(self, touched: set[WordingId], updated_at: str) -> Changes:
        """Make the statements of the touched wordings anew; what differs from what was given out."""
        closed, former = self._concerned(touched)
        before = {name: self._given[name].quotes for name in former}
        groups = [
            (whole, [found for quote in whole for found in (quote, *self._quotes.parts(quote))])
            for group in self._graph.components(closed)
            for whole in grouped(group, self._graph, self._said, self._window)
        ]
        made: dict[str, tuple[Statement, list[Occurrence], list[Occurrence]]] = {}
        for whole, occurrences in sorted(groups, key=lambda group: min(found.order for found in group[1])):
            statement, others = composed(self._key, occurrences, whole, updated_at), 0
            while statement.id in made:
                others += 1
                statement = composed(self._key, occurrences, whole, updated_at, others=others)
            made[statement.id] = statement, whole, occurrences
        if reopened := self._read_closed(name for name in made if name not in self._given):
            return self._changes(touched | reopened, updated_at)
        self._made = {}
        changed: list[Statement] = []
        for name, (statement, whole, occurrences) in made.items():
            given = self._given.get(name)
            if given is None or not given.is_as(statement):
                changed.append(statement)
                given = Given.of(statement)
                self._made[name] = outline.outlined(occurrences, whole, updated_at)
                self._outlines.put(name, self._made[name])
            self._given.put(name, given, {quote.words for quote in whole})
        gone = sorted(former - made.keys())
        for name in gone:
            self._given.remove(name)
            self._outlines.remove(name)
        self._latest = set()
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
