"""Operations: whether the stream is healthy, and where it is stuck."""

from functools import partial

from aiohttp.web import Request, Response
from faust import web

from agents.web.pages import Pages
from agents.web.programs import sinks_of
from agents.web.site import language_of, site_of

pages = Pages("operations")
FRESH_SECONDS = 1.0


@pages.page("/operations", name="operations")
async def operations(_: web.View, request: Request) -> Response:
    """Stages, partitions and workers."""
    return await _answer(request, "operations.html")


@pages.page("/fragments/operations", name="operations-fragment")
async def fragment(_: web.View, request: Request) -> Response:
    """The part of the page that changes, to be put into it."""
    return await _answer(request, "_operations.html")


@pages.page("/fragments/trouble", name="trouble-fragment")
async def trouble(_: web.View, request: Request) -> Response:
    """Whether the broker is away, to be put into any page."""
    return site_of(request).page("_trouble.html", request)


async def _answer(request: Request, template: str) -> Response:
    site = site_of(request)
    state = await site.cached("operations", site.stream_monitor.operations, seconds=FRESH_SECONDS)
    key = (template, language_of(request), site.guard.knows(request))
    sinks = await site.cached("sinks", partial(sinks_of, site.reader), seconds=FRESH_SECONDS)
    render = partial(site.render, template, request, here=request.path, state=state, sinks=sinks)
    return site.answer(await site.cached(key, render, seconds=FRESH_SECONDS))
