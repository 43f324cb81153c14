"""New articles as server-sent events."""

import asyncio
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import orjson
from aiohttp.web import HTTPServiceUnavailable, Request, StreamResponse

from agents.web.models import ArticleLine
from agents.web.site import Site, number_in
from agents.web.store.article_lists import ArticleFilter

TICK_SECONDS = 0.6
AT_ONCE = 20
STREAMS = 100
PING_SECONDS = 15.0

Event = Callable[[ArticleLine], Mapping[str, Any]]


async def stream(
    request: Request, site: Site, event: Event, *, key: Any, shown: ArticleFilter | None = None
) -> StreamResponse:
    """Send what `event` makes of each new article, until the client or the worker goes.

    The client says by `after` or, coming back, by Last-Event-ID what it has; a client that is far behind gets the
    latest only. `key` names the kind of event, so that it is made once for all who listen. With `shown` it is the
    articles of a list, in which those of the same text are one.
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
                chunk = await site.cached((key, last), partial(_events, site, last, event, shown), seconds=5)
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


def _events(site: Site, last: int, event: Event, shown: ArticleFilter | None) -> list[tuple[int, bytes]]:
    if shown is None:
        articles = site.reader.articles(limit=AT_ONCE, before=last + 1)[::-1]
    else:
        articles = site.reader.arrivals(shown, limit=AT_ONCE, before=last + 1)
    return [(article.sequence, orjson.dumps(event(article))) for article in articles]
