"""The directory of people and organisations, and its suggestions while one types."""

import asyncio
from collections.abc import Mapping

from aiohttp.web import HTTPBadRequest, Request, Response
from faust import web

from agents.web.limits import LOOKUPS
from agents.web.models import People
from agents.web.openapi import Parameter, Route
from agents.web.pages import Pages
from agents.web.query_parameters import LONGEST, address
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
    cursor = request.query.get("cursor")
    return site_of(request).page(
        "people.html",
        request,
        found=found,
        words=request.query.get("q", ""),
        type=request.query.get("type", ""),
        types=tuple(KINDS),
        first=None if cursor is None else address("/people", request.query),
        next=None if found.next is None else address("/people", request.query, cursor=found.next),
    )


@pages.page("/api/people", name="api-people")
async def people(_: web.View, request: Request) -> Response:
    """People and organisations whose name has the words, the most quoted first; the last word may be cut short."""
    return json_response(await _find(request, number_in(request, "limit", PAGE, most=MOST)))


async def _find(request: Request, limit: int) -> People:
    site, type_ = site_of(request), request.query.get("type", "")
    if type_ not in KINDS:
        raise HTTPBadRequest(text=f"type: one of {', '.join(filter(None, KINDS))}")
    site.limit(request, LOOKUPS)
    words, cursor = request.query.get("q", "")[:LONGEST], request.query.get("cursor")
    try:
        return await asyncio.to_thread(site.reader.people, words=words, types=KINDS[type_], limit=limit, cursor=cursor)
    except (ValueError, OverflowError):
        raise HTTPBadRequest(text="cursor: what a page gave as `next`") from None


ROUTES: tuple[Route, ...] = (
    Route(
        "/api/people",
        people,
        People,
        (
            Parameter("q", "query", "words of the name", {"type": "string", "maxLength": LONGEST}),
            Parameter("type", "query", "people and organisations, or one of these", {"enum": list(KINDS)}),
            Parameter("limit", "query", "how many", {"type": "integer", "minimum": 1, "maximum": MOST}),
            Parameter("cursor", "query", "what the page before gave as `next`", {"type": "string"}),
        ),
    ),
)
