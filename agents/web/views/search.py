"""The search: quotes by words, speaker, paper and time; and a statement in all its papers."""

import asyncio
from functools import partial
from typing import Any

from aiohttp.web import HTTPNotFound, Request, Response
from faust import web

from agents.web.chips import chips_of
from agents.web.exports import FORMATS
from agents.web.limits import SEARCHES
from agents.web.pages import Pages
from agents.web.query_parameters import (
    FIELDS,
    address,
    each_in,
    field_values,
    page_links,
    quote_query_of,
    reading_a_page,
)
from agents.web.site import Site, site_of

PAGE = 30
FACETS = ("speaker", "party", "gender", "role", "source", "type", "agency")

pages = Pages("search")


@pages.page("/search", name="search")
async def search(_: web.View, request: Request) -> Response:
    """Quotes that match, each statement once or once for each paper, with what narrows the search."""
    site, asked = site_of(request), quote_query_of(request)
    site.limit(request, SEARCHES)
    each = each_in(request.query)
    cursor = request.query.get("cursor")

    with reading_a_page():
        found, facets = await asyncio.to_thread(
            site.reader.quotes_and_facets, asked, limit=PAGE, cursor=cursor, each=each
        )
    names = await asyncio.to_thread(site.reader.entity_names, (asked.speaker, asked.about))

    changed = partial(address, "/search", request.query)
    return site.page(
        "search.html",
        request,
        found=found,
        facets=facets,
        facet_names=FACETS,
        asked=asked,
        once=each == "statement",
        fields=field_values(request.query, FIELDS) | {"q": asked.words},
        chips=chips_of(asked, request.query, changed, names=names),
        changed=changed,
        shares=address("/shares", request.query),
        feed=address("/search.atom", request.query, each=None),
        exports={
            what: {kind: address(f"/api/{what}", request.query, each=None, format=kind) for kind in FORMATS}
            for what in ("statements", "quotes")
        },
        **page_links(request.query, changed, found.next),
    )


@pages.page("/statements/{id:[0-9a-f-]{1,60}}", name="statement")
async def statement(_: web.View, request: Request, id: str) -> Response:
    """What was said, in every paper that has it, as each words it."""
    site = site_of(request)
    found = await find_statement(site, id)
    sureness_of = await asyncio.to_thread(site.reader.sureness_of, id)
    return site.page("statement.html", request, statement=found, sureness_of=sureness_of)


async def find_statement(site: Site, id_: str) -> dict[str, Any]:
    """The record of the statement.

    Raises:
        HTTPNotFound: there is none.
    """
    record: dict[str, Any] | None = await asyncio.to_thread(site.reader.statement, id_)
    if record is None:
        raise HTTPNotFound(text="there is no such statement (any more)")
    return record
