"""A speaker, or anyone or anything else in the news."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

from aiohttp.web import HTTPNotFound, Request, Response
from faust import web

from agents.web.limits import SEARCHES
from agents.web.models import EntityDetail, Period
from agents.web.pages import Pages
from agents.web.site import Site, site_of

SHOWN = 50
DAYS = 60
LEAST_DAYS = 14

pages = Pages("entities")


@pages.page("/entities/", name="entity-by-query")
async def entity_by_query(_: web.View, request: Request) -> Response:
    """The entity whose id stands in the query."""
    return await _page(request, request.query.get("id", ""))


@pages.page(r"/entities/{id:[\s\S]+}", name="entity")
async def entity(_: web.View, request: Request, id: str) -> Response:
    """The entity with that id."""
    return await _page(request, id)


async def find_entity(request: Request, site: Site, id_: str) -> EntityDetail:
    """The entity from the store.

    Raises:
        HTTPNotFound: no kept article names it.
        HTTPTooManyRequests: the client asks too often.
    """
    site.limit(request, SEARCHES)
    found = await asyncio.to_thread(site.reader.entity, id_, limit=SHOWN)
    if found is None:
        raise HTTPNotFound(text="no article that is kept names it")
    return found


async def _page(request: Request, id_: str) -> Response:
    site = site_of(request)
    found = await find_entity(request, site, id_)
    return site.page("entity.html", request, entity=found, days=without_gaps(found.days), most=SHOWN)


def without_gaps(periods: Sequence[Period]) -> list[Period]:
    """The days up to the last of `periods`, also those on which nothing was: from the first of them on, two weeks at
    the least and `DAYS` at most."""
    if not periods:
        return []
    known = {period.day: period for period in periods}
    last = date.fromisoformat(periods[-1].day)
    first = min(date.fromisoformat(periods[0].day), last - timedelta(days=LEAST_DAYS - 1))
    first = max(first, last - timedelta(days=DAYS - 1))
    days = [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
    return [known.get(day) or Period(day=day, quotes=0, articles=0) for day in days]
