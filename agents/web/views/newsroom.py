"""The newsroom: what comes in, who is quoted and named most, and the search."""

import asyncio
import time
from functools import partial
from typing import Any

import orjson
from aiohttp.web import HTTPServiceUnavailable, Request, Response, StreamResponse
from faust import web

from agents.web.limits import SEARCHES
from agents.web.models import Hit, Ranked, Window
from agents.web.pages import Pages
from agents.web.site import Site, language_of, number_in, site_of
from agents.web.store.search import search_expression

LATEST = 30
PAGE_SECONDS = 1.0
RANKED = 8
RANKS_SECONDS = 10.0
HITS = 50
TICK_SECONDS = 0.6
AT_ONCE = 20
STREAMS = 100
PING_SECONDS = 15.0

pages = Pages("newsroom")


@pages.page("/", name="newsroom")
async def newsroom(_: web.View, request: Request) -> Response:
    """The latest articles and the most quoted and most named."""
    site = site_of(request)
    found = await ranks(site)

    def render() -> str:
        articles = site.reader.articles(limit=LATEST)
        sequence = articles[0].sequence if articles else 0
        return site.render("newsroom.html", request, articles=articles, ranks=found, sequence=sequence)

    key = ("newsroom", language_of(request), site.guard.knows(request))
    return site.answer(await site.cached(key, render, seconds=PAGE_SECONDS))


@pages.page("/fragments/ranks", name="ranks")
async def ranks_fragment(_: web.View, request: Request) -> Response:
    """The lists of the most quoted and most named, to be put into the page."""
    site = site_of(request)
    render = partial(site.render, "_ranks.html", request, ranks=await ranks(site))
    return site.answer(await site.cached(("ranks", language_of(request)), render, seconds=RANKS_SECONDS / 2))


def asked_for(request: Request) -> dict[str, str]:
    """What the search form's fields hold."""
    return {name: request.query.get(name, "")[:200] for name in ("words", "speaker", "entity", "source")}


async def find_hits(request: Request, asked: dict[str, str], *, limit: int) -> list[Hit] | None:
    """The latest articles that match; None if nothing was asked for.

    Raises:
        HTTPTooManyRequests: the client asks too often.
    """
    expression = search_expression(**asked)
    if expression is None:
        return None
    site = site_of(request)
    site.limit(request, SEARCHES)
    return await asyncio.to_thread(site.reader.search, expression, limit=limit)


@pages.page("/live", name="live")
async def live(_: web.View, request: Request) -> StreamResponse:
    """New articles as server-sent events: `{"id": …, "html": the article as the newsroom shows it}`."""
    site = site_of(request)

    def event(article: Any) -> dict[str, Any]:
        return {"id": article.id, "html": site.render("_article_card.html", request, article=article)}

    return await stream(request, site, event, key=("live", language_of(request)))


async def stream(request: Request, site: Site, event: Any, *, key: Any) -> StreamResponse:
    """Send what `event` makes of each new article, until the client or the worker goes.

    The client says by `after` or, coming back, by Last-Event-ID what it has; a
    client that is far behind gets the latest only. `key` names the kind of event,
    so that it is made once for all who listen.
    """
    if site.streams >= STREAMS:
        raise HTTPServiceUnavailable(text="too many are listening already")
    given = request.headers.get("Last-Event-ID", "")
    known = given.isascii() and given.isdigit()
    sequence = int(given[:18]) if known else number_in(request, "after", 0, least=0, most=2**62)
    response = StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    response.headers["X-Accel-Buffering"] = "no"
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    site.streams += 1
    spoken = 0.0
    try:
        await response.write(b"retry: 2000\n\n")
        while not site.closing.is_set():
            last = await site.cached("sequence", site.reader.last_sequence, seconds=0.9 * TICK_SECONDS)
            if last < sequence:
                sequence = 0
            if last > sequence:
                chunk = await site.cached((key, last), partial(_events, site, last, event), seconds=5)
                site.forget(key, keep=last)
                for number, data in chunk:
                    if number > sequence:
                        await response.write(b"id: %d\ndata: %b\n\n" % (number, data))
                sequence, spoken = last, time.monotonic()
            elif time.monotonic() - spoken > PING_SECONDS:
                await response.write(b": still here\n\n")
                spoken = time.monotonic()
            try:
                await asyncio.wait_for(site.closing.wait(), TICK_SECONDS)
            except TimeoutError:
                continue
    except ConnectionError:
        pass
    finally:
        site.streams -= 1
    return response


def _events(site: Site, last: int, event: Any) -> list[tuple[int, bytes]]:
    articles = site.reader.articles(limit=AT_ONCE, before=last + 1)
    return [(article.sequence, orjson.dumps(event(article))) for article in reversed(articles)]


async def ranks(site: Site) -> dict[Window, dict[str, list[Ranked]]]:
    """By window, the most quoted ("quotes") and most named ("mentions")."""

    def count() -> dict[Window, dict[str, list[Ranked]]]:
        now = time.time()
        windows: tuple[Window, ...] = ("hour", "day")
        return {
            window: {
                table: site.reader.ranked(table, window, limit=RANKED, now=now) for table in ("quotes", "mentions")
            }
            for window in windows
        }

    return await site.cached("ranks", count, seconds=RANKS_SECONDS)
