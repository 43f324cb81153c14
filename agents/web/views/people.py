"""The directory of people and organisations, and its suggestions while one types."""

import asyncio
from collections.abc import Mapping
from functools import partial

from aiohttp.web import Request, Response
from faust import web

from agents.web.limits import LOOKUPS
from agents.web.models import People
from agents.web.openapi import Parameter, Route
from agents.web.pages import Pages
from agents.web.query_parameters import LONGEST, address, one_of, page_links, page_parameters, reading_a_page
from agents.web.site import json_response, number_in, site_of

PAGE = 60
MOST = 200
KINDS: Mapping[str, tuple[str, ...]] = {
    "": ("PER", "ORG"),
    "PER": ("PER",),
    "ORG": ("ORG",),
    "LOC": ("LOC",),
    "MISC": ("MISC",),
}

pages = Pages("people")


@pages.page("/people", name="people")
async def directory(_: web.View, request: Request) -> Response:
    """Who is in the news, the most quoted first."""
    found = await _find(request, PAGE)
    return site_of(request).page(
        "people.html",
        request,
        found=found,
        words=request.query.get("q", ""),
        type=request.query.get("type", ""),
        types=tuple(KINDS),
        **page_links(request.query, partial(address, "/people", request.query), found.next),
    )


@pages.page("/api/people", name="api-people")
async def people(_: web.View, request: Request) -> Response:
    """People and organisations whose name has the words, the most quoted first; the last word may be cut short."""
    return json_response(await _find(request, number_in(request, "limit", PAGE, most=MOST)))


async def _find(request: Request, limit: int) -> People:
    site, type_ = site_of(request), one_of("type", request.query.get("type", ""), KINDS)
    site.limit(request, LOOKUPS)
    words, cursor = request.query.get("q", "")[:LONGEST], request.query.get("cursor")
    with reading_a_page():
        return await asyncio.to_thread(site.reader.people, words=words, types=KINDS[type_], limit=limit, cursor=cursor)


ROUTES: tuple[Route, ...] = (
    Route(
        "/api/people",
        people,
        People,
        (
            Parameter("q", "query", "words of the name", {"type": "string", "maxLength": LONGEST}),
            Parameter("type", "query", "people and organisations, or one of these", {"enum": list(KINDS)}),
            *page_parameters(MOST),
        ),
    ),
)
