"""What is held of one speaker: outlines of all open statements, and the quotes of those that something touches."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pipeline.errors import StaleState
from pipeline.statements import outline
from pipeline.statements.given_index import GivenIndex
from pipeline.statements.given_out import Given, GivenStatements, quote_ids
from pipeline.statements.held_quotes import HeldQuotes
from pipeline.statements.occurrence import Occurrence
from pipeline.statements.outline import Outline
from pipeline.statements.outlines import Outlines
from pipeline.statements.same_statement import ComparedQuote
from pipeline.statements.wording_graph import WordingGraph, WordingId
from schemas.records import Statement


class HeldStatements:
    """Statements of one speaker.

    Those that are open are known in outline. Their quotes are read when something comes that could touch them: from the
    same article, or with words that may say the same. So what a quote costs does not grow with what its speaker has
    said. A closed one is opened again when an article comes that it was made of, or a quote that would make the same
    statement.

    Args:
        key: the speaker; see `speaker_key`.
        window: a statement that nothing was added to for so long is closed.
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
        self._closed: set[int] = set()
        """Hashes of the ids of statements that were closed, and of the articles in them: others need not be read."""
        self._latest: set[str] = set()
        """Ids of statements that have changed, of which `given_out` does not know yet."""
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
        """How many numbers the outlines have: what the memory of a state whose quotes are released grows with."""
        return self._outlines.numbers

    def release(self) -> None:
        """Keep the outlines alone in memory; what they are of is given out, and can be read again."""
        self._begin()

    def _together(self, words: Iterable[WordingId]) -> set[WordingId]:
        """All wordings that hang together with these, whose statements are held then."""
        return self._graph.component(words, self._read_near)

    def _read_near(self, compared: ComparedQuote) -> None:
        """Hold the statements with wordings that may say the same as this one."""
        if self._given_out is not None:
            self._read(self._outlines.near(compared))

    def _read_article(self, article: str) -> None:
        """Hold all statements with quotes from an article, the closed ones included."""
        opened: list[str] = []
        if self._given_out is not None:
            key = outline.name_hash(article)
            if key in self._closed:
                found = ((name, outline.read(data)) for name, data in self._given_out.in_article(article))
                opened = [name for name, own in found if key in outline.articles_of(own) and self._open(name, own)]
        self._read(self._outlines.in_article(article))
        self._compare(opened)

    def _read_closed(self, names: Iterable[str]) -> set[WordingId]:
        """Hold those of these statements that were closed; gives their wordings."""
        opened: list[str] = []
        for name in names:
            if self._given_out is None or outline.name_hash(name) not in self._closed:
                continue
            data = self._given_out.outline(name)
            if data is not None and self._open(name, outline.read(data)):
                opened.append(name)
        self._read(opened)
        return self._compare(opened)

    def _note_closed(self, name: str, found: Outline) -> None:
        self._closed.add(outline.name_hash(name))
        self._closed.update(outline.articles_of(found))

    def _open(self, name: str, found: Outline) -> bool:
        """Know a statement that was closed; whether it was."""
        was_closed = name not in self._outlines and name not in self._latest
        if was_closed:
            self._outlines.put(name, found)
        return was_closed

    def _compare(self, opened: Iterable[str]) -> set[WordingId]:
        """Compare statements that were closed with what has come since then; gives their wordings."""
        wordings = self._given.words_of(name for name in opened if name in self._given)
        for words in sorted(wordings):
            self._graph.compare(words, self._read_near)
        return wordings

    def _read(self, names: Iterable[str]) -> None:
        """Hold those of these statements that are known only in outline."""
        missing = {name for name in names if name not in self._given}
        if missing and self._given_out is not None:
            found = list(self._given_out.records(sorted(missing)))
            if any(self._quotes.get(quote) is not None for statement in found for quote in quote_ids(statement)):
                raise StaleState(self._key)
            if self._hold(found):
                raise StaleState(self._key)
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
            elif (around := holders.get(whole.quote)) != holder:  # None: it was held before
                doubtful |= {holder} if around is None else {holder, around}
        for name, own in words.items():
            self._given.put(name, given[name], own if name in doubtful else standing.get(name, set()))
        return {each for name in doubtful for each in words[name]}

    def _close(self, now: str) -> None:
        """Let go the statements that have not changed for the window's time, and the oldest where there is too much."""
        horizon = outline.instant_of(datetime.fromisoformat(now)) - self._window // timedelta(microseconds=1)
        while (oldest := self._outlines.oldest()) is not None:
            instant, name = oldest
            if (len(self) <= self._most and instant >= horizon) or name in self._latest:
                return
            self._let_go(name)

    def _let_go(self, name: str) -> None:
        if (found := self._outlines.get(name)) is not None:
            self._note_closed(name, found)
        self._outlines.remove(name)
        if name not in self._given:
            return
        leaving = self._quotes.of(self._given[name].quotes)
        self._given.remove(name)
        for occurrence in leaving:
            self._remove(occurrence)
        for occurrence in leaving:
            self._settle(self._quotes.within(occurrence))

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
            elif stands and self._quotes.whole(quote) is not quote:  # what it is a fragment of has just come
                touched |= self._together([quote.words])
                self._remove_node(quote)
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
