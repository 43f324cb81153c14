"""New articles, and those that go, as server-sent events."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import orjson
from aiohttp.web import HTTPServiceUnavailable, Request, StreamResponse

from agents.web.models import ArticleLine
from agents.web.site import DIGITS, Site, number_in
from agents.web.store.arrivals import GoneArticle
from agents.web.store.article_lists import ArticleFilter

TICK_SECONDS = 0.6
"""Between looks for new articles."""
AT_ONCE = 20
"""New articles that are sent at once at most; a client that is further behind gets the latest alone."""
STREAMS, STREAMS_OF_CLIENT = 100, 12
"""Who may listen at a time: in all, and from one address."""
WRITE_SECONDS = 10.0
"""Who does not read for so long is dropped."""
PING_SECONDS = 15.0
"""After so long without an article a comment is sent, by which a connection that is gone is noticed."""

Event = Callable[[ArticleLine], Mapping[str, Any]]


async def stream(
    request: Request, site: Site, event: Event, *, key: Any, shown: ArticleFilter | None = None
) -> StreamResponse:
    """Send what `event` makes of each new article, until the client or the worker goes.

    The client says by `after` or, coming back, by Last-Event-ID what it has. A client that is far behind gets the
    latest only, and before them an event `left-out`, as otherwise it would take them for all. `key` names the kind of
    event, so that it is made once for all who listen. With `shown` it is the articles of a list, in which those of the
    same text are one; an event `gone` says that one no longer stands there.
    """
    client = site.client_of(request)
    if site.streams.total() >= STREAMS or site.streams[client] >= STREAMS_OF_CLIENT:
        raise HTTPServiceUnavailable(text="too many are listening already", headers={"Retry-After": "30"})
    given = request.headers.get("Last-Event-ID", "")
    known = given.isascii() and given.isdigit()
    sequence = int(given[: DIGITS - 1]) if known else number_in(request, "after", 0, least=0, most=2**62)
    response = StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    site.streams[client] += 1
    try:
        await response.prepare(request)
        if request.method != "HEAD":
            site.connections.may_go_on(request.protocol)
            await _tell(response, site, sequence, event, key, shown)
    except ConnectionError:
        pass
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
    finally:
        site.streams[client] -= 1
        if not site.streams[client]:
            del site.streams[client]
    return response


async def _tell(
    response: StreamResponse, site: Site, sequence: int, event: Event, key: Any, shown: ArticleFilter | None
) -> None:
    """Write what comes after `sequence`, until the server closes.

    Raises:
        ConnectionError: the client is gone.
        TimeoutError: it does not read.
    """

    async def write(data: bytes) -> None:
        async with asyncio.timeout(WRITE_SECONDS):
            await response.write(data)

    spoken = 0.0
    await write(b"retry: 2000\n\n")
    while not site.closing.is_set():
        last = await site.cached("sequence", site.reader.last_sequence, seconds=0.9 * TICK_SECONDS)
        if last < sequence:
            sequence = 0
        if last > sequence:
            chunk = await site.cached((key, last), partial(_events, site, last, event, shown), seconds=5)
            site.forget(key, keep=last)
            if last - sequence > AT_ONCE and await asyncio.to_thread(
                site.reader.leaves_out, shown, AT_ONCE, after=sequence, before=last + 1
            ):
                await write(b"event: left-out\ndata: {}\n\n")
            for number, data in chunk:
                if number > sequence:
                    await write(b"id: %d\n%b\n\n" % (number, data))
            sequence, spoken = last, time.monotonic()
        elif time.monotonic() - spoken > PING_SECONDS:
            await write(b": still here\n\n")
            spoken = time.monotonic()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(site.closing.wait(), TICK_SECONDS)


def _events(site: Site, last: int, event: Event, shown: ArticleFilter | None) -> list[tuple[int, bytes]]:
    changes: Sequence[ArticleLine | GoneArticle]
    if shown is None:
        changes = site.reader.articles(limit=AT_ONCE, before=last + 1)[::-1]
    else:
        changes = site.reader.arrivals(shown, limit=AT_ONCE, before=last + 1)
    return [(change.sequence, _message(change, event)) for change in changes]


def _message(change: ArticleLine | GoneArticle, event: Event) -> bytes:
    if isinstance(change, GoneArticle):
        return b"event: gone\ndata: " + orjson.dumps({"id": change.id, "same": change.same})
    return b"data: " + orjson.dumps(event(change))
