"""The filters of a search, each with the address of the search without it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from agents.web.query_parameters import FIELDS
from agents.web.store.quote_query import QuoteQuery


@dataclass(frozen=True)
class Chip:
    """A value that narrows a search.

    Attributes:
        field: of the query.
        value: as it is asked for.
        name: as people call it.
        without: the address of the same search without it.
    """

    field: str
    value: str
    name: str
    without: str


def chips_of(
    asked: QuoteQuery,
    query: Mapping[str, str],
    changed: Callable[..., str],
    *,
    names: Mapping[str, str] = MappingProxyType({}),
    but: Collection[str] = (),
) -> list[Chip]:
    """One for each value, in the order of `FIELDS`.

    Args:
        asked: what a query asks for.
        query: the same as it came.
        changed: makes the search's address with other values of its fields, as `address` does.
        names: of entities, by their ids.
        but: fields that are left out; the words always are.
    """
    return [
        Chip(field, value, names.get(value, value), changed(**{field: [other for other in values if other != value]}))
        for field, values in _values(asked, query)
        if field not in but
        for value in values
    ]


def _values(asked: QuoteQuery, query: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    for field in FIELDS[1:]:
        if field == "source":
            yield field, list(asked.sources)
        elif field == "verbatim":
            yield field, [] if asked.verbatim is None else [str(asked.verbatim).lower()]
        else:
            value = query.get(field, "").strip() if field in {"since", "until"} else getattr(asked, field)
            yield field, [value] if value else []
