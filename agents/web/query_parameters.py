"""The parameters of a request to the search, the API, a feed or an export, as one query."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, get_args
from urllib.parse import urlencode

from aiohttp.web import HTTPBadRequest, Request
from yarl import URL

from agents.web.openapi import Parameter
from agents.web.problems import BadRequest
from agents.web.store.quote_query import Each, QuoteQuery
from schemas.records import QuoteType
from schemas.times import LOCAL_TIME, day_begins, day_ends

LONGEST = 200
TYPES = get_args(QuoteType)
GENDERS = ("f", "m", "unknown", "none")
VERBATIM = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": None}
FIELDS = ("q", "speaker", "about", "party", "role", "gender", "source", "agency", "type", "verbatim", "since", "until")


def quote_query_of(request: Request, *, parts: bool = False) -> QuoteQuery:
    """What a request's query asks for; `parts`: also fragments of quotes that it asks for.

    Raises:
        HTTPBadRequest: a value that means nothing; one line that says which and what is possible.
    """
    return quote_query_in(request.rel_url, parts=parts)


def quote_query_in(url: URL, *, parts: bool = False) -> QuoteQuery:
    """The same of an address."""
    query = url.query
    short = {name: query.get(name, "").strip() for name in FIELDS}
    one_of("gender", short["gender"], ("", *GENDERS))
    one_of("type", short["type"], ("", *TYPES))
    if short["verbatim"].lower() not in VERBATIM:
        raise HTTPBadRequest(text="verbatim: true or false")
    return QuoteQuery(
        words=(short["q"] or query.get("words", "").strip())[:LONGEST],
        speaker=speaker_in(short["speaker"]),
        about=short["about"],
        party=short["party"],
        role=short["role"],
        gender=short["gender"],
        sources=tuple(dict.fromkeys(name.strip() for name in query.getall("source", ()) if name.strip())),
        agency=short["agency"],
        type=short["type"],
        verbatim=VERBATIM[short["verbatim"].lower()],
        since=moment_in(url, "since", end=False),
        until=moment_in(url, "until", end=True),
        statement=query.get("statement", ""),
        parts=parts,
    )


def speaker_in(value: str) -> str:
    """An entity's id, or as much of the words of a name as is looked for."""
    return value if "/" in value else value[:LONGEST]


def one_of(name: str, value: str, choices: Collection[str]) -> str:
    """`value` of the field `name`, which must be one of `choices`.

    Raises:
        HTTPBadRequest: it is not.
    """
    if value not in choices:
        raise BadRequest("%(name)s: one of %(choices)s", name=name, choices=", ".join(filter(None, choices)))
    return value


def each_in(query: Mapping[str, str]) -> Each:
    """What counts once: a statement, unless the query says otherwise.

    Raises:
        HTTPBadRequest: it says what is nothing of the kind.
    """
    return "paper" if one_of("each", query.get("each", ""), ("", *get_args(Each))) == "paper" else "statement"


def field_values(query: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """What the fields of a form hold."""
    return {name: query.get(name, "") for name in names}


@contextmanager
def reading_a_page() -> Iterator[None]:
    """For the length of a `with` block, what a cursor that is none raises becomes HTTPBadRequest."""
    try:
        yield
    except (ValueError, OverflowError):
        raise HTTPBadRequest(text="cursor: what a page gave as `next`") from None


def page_links(query: Mapping[str, str], changed: Callable[..., str], following: str | None) -> dict[str, Any]:
    """The addresses of a list's first page, unless it is shown, and of the next one, whose cursor is `following`.

    `changed` makes the list's address with a changed query, as `address` does.
    """
    return {
        "first": changed() if "cursor" in query else None,
        "next": None if following is None else changed(cursor=following),
    }


def address(path: str, query: Mapping[str, Any], **changes: str | list[str] | None) -> str:
    """The address of `path` with a request's query, changed: None takes a field out, else it is set, perhaps several
    times."""
    kept = [(name, value) for name, value in query.items() if name not in changes and name != "cursor" and value]
    more = [
        (name, value)
        for name, values in changes.items()
        for value in (values if isinstance(values, list) else [values])
        if value
    ]
    return path + ("?" + urlencode([*kept, *more]) if kept or more else "")


def moment_in(url: URL, name: str, *, end: bool) -> float | None:
    """A day or a moment in the query of an address in seconds since 1970; the end of a day, where `end`. Days, and
    moments without a zone, are those of Germany.

    Raises:
        HTTPBadRequest: it is neither.
    """
    value = url.query.get(name, "").strip()[:LONGEST]
    if not value:
        return None
    try:
        bound = day_or_moment(value)
        if isinstance(bound, datetime):
            return bound.timestamp()
        return day_ends(bound) if end else day_begins(bound)
    except (ValueError, OverflowError):
        raise BadRequest(
            "%(name)s: a day such as 2026-03-02 or a time such as 2026-03-02T09:00:00Z", name=name
        ) from None


def day_or_moment(value: str) -> date | datetime:
    """What bounds a period in an address; a moment without a zone is one of Germany.

    Raises:
        ValueError: it is neither.
    """
    value = value.strip()
    if len(value) == 10:
        return date.fromisoformat(value)
    moment = datetime.fromisoformat(value.replace(" ", "+"))
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL_TIME)


def page_parameters(most: int) -> tuple[Parameter, Parameter]:
    """The fields by which a list is had by pages of at most `most`."""
    return (
        Parameter("limit", "query", "how many", {"type": "integer", "minimum": 1, "maximum": most}),
        Parameter("cursor", "query", "what the page before gave as `next`", {"type": "string"}),
    )


PARAMETERS = tuple(
    Parameter(name, "query", meaning, {"type": "string", **more})
    for name, meaning, more in (
        (
            "q",
            'words of the quote or the speaker\'s name, all of which must occur; "in marks" a phrase; -without; '
            "the last word may be cut short",
            {"maxLength": LONGEST},
        ),
        ("speaker", "an entity's id, or words of a speaker's name", {}),
        ("about", "the id of an entity that is named in the quote and is not its speaker", {}),
        ("party", "what the speaker belongs to", {}),
        ("role", "what the speaker is", {}),
        ("gender", "of the speaker; none: no person", {"enum": list(GENDERS)}),
        ("source", "a paper; several may be given", {}),
        ("agency", "the agency that the article came by", {}),
        ("type", "of the quote", {"enum": list(TYPES)}),
        ("verbatim", "only what stands in quotation marks, or only what does not", {"enum": ["true", "false"]}),
        ("since", "published from this day (of Germany) or moment on", {}),
        ("until", "published up to this day (of Germany), or before this moment", {}),
    )
)
