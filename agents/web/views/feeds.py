"""Feeds: what comes from each source, and whether the layout of its pages has changed; and the sinks."""

import asyncio

from aiohttp.web import Request, Response
from faust import web

from agents.web.models import SinkState, SourceState
from agents.web.openapi import Route
from agents.web.pages import Pages
from agents.web.programs import sinks_of, sources_of
from agents.web.site import json_response, site_of

pages = Pages("feeds")


@pages.page("/feeds", name="feeds")
async def page(_: web.View, request: Request) -> Response:
    """Sources with articles per hour, failures, and what cleaning removes."""
    site = site_of(request)
    sources = await asyncio.to_thread(sources_of, site.reader)
    return site.page("feeds.html", request, sources=sources)


@pages.page("/api/feeds", name="api-feeds")
async def api_feeds(_: web.View, request: Request) -> Response:
    """The sources that `redefluss feed` polls, as it last said."""
    return json_response(await asyncio.to_thread(sources_of, site_of(request).reader))


@pages.page("/api/sinks", name="api-sinks")
async def api_sinks(_: web.View, request: Request) -> Response:
    """The sinks, as they last said."""
    return json_response(await asyncio.to_thread(sinks_of, site_of(request).reader))


ROUTES: tuple[Route, ...] = (
    Route("/api/feeds", api_feeds, list[SourceState]),
    Route("/api/sinks", api_sinks, list[SinkState]),
)
