"""The list of saved searches: a TOML file with `[[searches]]`."""

from functools import partial
from pathlib import Path
from typing import Annotated

from aiohttp.web import HTTPBadRequest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from yarl import URL

from agents.http_address import http_address
from agents.toml_lists import read_toml
from agents.web.query_parameters import FIELDS, quote_query_in
from agents.web.store.quote_query import QuoteQuery

KNOWN = frozenset((*FIELDS, "words", "statement", "each", "cursor"))
"""Names of fields that stand in the address of a search; the last two change nothing in what is found."""


PAGES = frozenset(("", "/search", "/search.atom", "/api/quotes", "/api/statements"))
"""Whose addresses say all of a search; that of a person's page has the person before the question mark."""


class SearchListError(Exception):
    """The file cannot be used: one line with the place in it."""


def _query(value: str) -> str:
    _asked(value)
    return value


def _asked(search: str) -> QuoteQuery:
    """What a search asks for, also one that is a whole address.

    Raises:
        ValueError: a value that means nothing, a field that no search has: it would narrow nothing, or the address of
            another page.
    """
    path, mark, query = search.partition("?")
    whole = mark and (not path or path.startswith(("/", "http://", "https://")))
    if whole and (page := path if path.startswith("/") else URL(path).path if path else "") not in PAGES:
        raise ValueError(f"{page} is not the page of a search; take the address of /search")
    url = URL("/search?" + (query if whole else search))
    for name in url.query:
        if name not in KNOWN:
            raise ValueError(f"no search has the field {name!r}; those are {', '.join(FIELDS)}")
    try:
        return quote_query_in(url)
    except HTTPBadRequest as error:
        raise ValueError(error.text) from None


_address = partial(http_address, example="https://example.org/quotes")


class SavedSearch(BaseModel):
    """A search and who is told.

    Attributes:
        name: its own; the receiver sees it.
        search: what stands in the address of `/search` behind the question mark.
        url: where to POST.
        per_minute: requests at the most; what comes faster waits and goes together.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    search: Annotated[str, StringConstraints(max_length=2000), AfterValidator(_query)]
    url: Annotated[str, AfterValidator(_address)]
    per_minute: Annotated[float, Field(gt=0, le=600)] = 10

    @property
    def asked(self) -> QuoteQuery:
        """What is asked for."""
        return _asked(self.search)


def load(path: Path) -> list[SavedSearch]:
    """The searches that a file names.

    Raises:
        SearchListError: it cannot be read, is no TOML, or has a wrong or missing field, or the same name twice.
    """
    _, content = read_toml(path, SearchListError)
    entries = content.get("searches")
    if not isinstance(entries, list) or len(content) != 1 or not entries:
        raise SearchListError(f"{path}: searches stand under [[searches]], and nothing else")
    found: dict[str, SavedSearch] = {}
    for number, entry in enumerate(entries, 1):
        try:
            search = SavedSearch.model_validate(entry)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            field = ".".join(map(str, problem["loc"])) or "entry"
            message = problem["msg"].removeprefix("Value error, ")
            raise SearchListError(f"{path}: search {number}: {field}: {message}") from None
        if search.name in found:
            raise SearchListError(f"{path}: search {number}: name: {search.name!r} is another search's already")
        found[search.name] = search
    return list(found.values())
