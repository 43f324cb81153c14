"""The statements of a speaker that were published, and the order in which changes of them are published."""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple, Protocol

from schemas.codec import encode
from schemas.records import Statement


class GivenStatements(Protocol):
    """One speaker's statements as they were last given out: what a state goes on from."""

    def outlines(self) -> Iterable[tuple[str, bytes]]:
        """The ids of all, each with what the state has said of it, or `StatementJoiner.outline`."""

    def in_article(self, article: str) -> Iterable[tuple[str, bytes]]:
        """The ids and outlines of those that may have quotes from an article."""

    def outline(self, name: str) -> bytes | None:
        """The outline of the one with this id; None: there is none."""

    def records(self, names: Iterable[str]) -> Iterable[Statement]:
        """Those with these ids; one that cannot be read any more is left out."""


class Given(NamedTuple):
    """A statement as it was last given out, in a fraction of the memory that its record takes.

    Attributes:
        data: the record, as it stands on the topic.
        updated_at: of the record.
        quotes: the ids of the quotes in it.
    """

    data: bytes
    updated_at: str
    quotes: tuple[str, ...]

    @classmethod
    def of(cls, statement: Statement) -> "Given":
        """What is kept of a statement."""
        return cls(encode(statement), statement.updated_at, tuple(quote_ids(statement)))

    def is_as(self, statement: Statement) -> bool:
        """Whether a statement says the same, whenever it was made."""
        return self.data == encode(statement.model_copy(update={"updated_at": self.updated_at}))


def in_safe_order(changed: list[Statement], before: dict[str, tuple[str, ...]]) -> list[Statement]:
    """Statements that lose quotes behind those that get them, so that none is lost if only the first are published.

    `before` has the quotes that were in each.
    """
    if len(changed) < 2:
        return changed
    quotes = {statement.id: quote_ids(statement) for statement in changed}
    lost = {name: set(before[name]) - quotes[name] for name in quotes if name in before}
    now_in = {quote: name for name, own in quotes.items() for quote in own}
    behind = {name: {now_in[quote]: None for quote in sorted(lost.get(name, ())) if quote in now_in} for name in quotes}
    by_id = {statement.id: statement for statement in changed}
    try:
        return [by_id[name] for name in TopologicalSorter(behind).static_order()]
    except CycleError:  # two that exchange quotes: a crash between them leaves one of these out until it comes again
        return changed


def quote_ids(statement: Statement) -> frozenset[str]:
    """The ids of the quotes in a statement."""
    return frozenset(quote.quote for article in statement.articles for quote in article.quotes)
