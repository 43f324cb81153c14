"""The newsroom: articles in the order of time with who is quoted in them, and the most quoted and most named."""

import asyncio
import time
from functools import partial

from aiohttp.web import Request, Response, StreamResponse
from faust import web

from agents.web.event_stream import stream
from agents.web.limits import SEARCHES
from agents.web.models import ArticleLine, Hit, Ranked, RankedBy, RankWindow
from agents.web.pages import Pages
from agents.web.query_parameters import LONGEST, address, field_values, moment_in, page_links, reading_a_page
from agents.web.site import Site, language_of, site_of
from agents.web.store.article_lists import ArticleFilter
from agents.web.store.search import search_expression

LATEST = 30
PAGE_SECONDS = 1.0
SOURCES_SECONDS = 30.0
RANKED = 8
RANKS_SECONDS = 10.0
STALE_SECONDS = 20.0
"""By so much ranks and sources may be older, so that nobody who opens the page waits for them."""
HITS = 50
FIELDS = ("source", "quoting", "since", "until")

pages = Pages("newsroom")


@pages.page("/", name="newsroom")
async def newsroom(_: web.View, request: Request) -> Response:
    """Articles, the latest first, and the most quoted and most named; older ones behind a cursor."""
    site, shown = site_of(request), shown_in(request)
    fields, cursor = field_values(request.query, FIELDS), request.query.get("cursor")
    query = fields if cursor is None else fields | {"cursor": cursor}
    found, sources = await ranks(site), await sources_of(site)

    def render() -> str:
        sequence = site.reader.last_sequence()
        page = site.reader.latest(shown, limit=LATEST, cursor=cursor)
        return site.render(
            "newsroom.html",
            request,
            page=page,
            ranks=found,
            sources=sources,
            sequence=sequence,
            shown=shown,
            fields=fields,
            here=address("/", fields, cursor=cursor),
            **page_links(query, partial(address, "/", query), page.next),
            live=address("/live", query, after=str(sequence)),
        )

    with reading_a_page():
        if any(fields.values()) or cursor is not None:
            site.limit(request, SEARCHES)
            return site.answer(await asyncio.to_thread(render))
        key = ("newsroom", language_of(request), site.guard.knows(request))
        return site.answer(await site.cached(key, render, seconds=PAGE_SECONDS))


def shown_in(request: Request) -> ArticleFilter:
    """Which articles the query asks for.

    Raises:
        HTTPBadRequest: a day that is none.
    """
    source = request.query.get("source", "").strip()
    return ArticleFilter(
        sources=(source,) if source else (),
        quoting=request.query.get("quoting", "") not in {"", "0", "false"},
        since=moment_in(request.rel_url, "since", end=False),
        until=moment_in(request.rel_url, "until", end=True),
    )


@pages.page("/fragments/ranks", name="ranks")
async def ranks_fragment(_: web.View, request: Request) -> Response:
    """The lists of the most quoted and most named, to be put into the page."""
    site = site_of(request)
    render = partial(site.render, "_ranks.html", request, ranks=await ranks(site))
    return site.answer(await site.cached(("ranks", language_of(request)), render, seconds=RANKS_SECONDS / 2))


def asked_for(request: Request) -> dict[str, str]:
    """What the search form's fields hold."""
    return {name: request.query.get(name, "")[:LONGEST] for name in ("words", "speaker", "entity", "source")}


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
    """New articles as server-sent events: which it is, when it was published, and how the newsroom shows it."""
    site, shown = site_of(request), shown_in(request)

    def event(article: ArticleLine) -> dict[str, object]:
        return {
            "id": article.id,
            "same": article.same,
            "at": article.at,
            "html": site.render("_article_card.html", request, article=article),
        }

    return await stream(request, site, event, shown=shown, key=("live", language_of(request), shown))


async def ranks(site: Site) -> dict[RankWindow, dict[RankedBy, list[Ranked]]]:
    """By window, those with most statements ("quotes") and the most named ("mentions")."""

    def count() -> dict[RankWindow, dict[RankedBy, list[Ranked]]]:
        now = time.time()
        windows: tuple[RankWindow, ...] = ("hour", "day")
        tables: tuple[RankedBy, ...] = ("quotes", "mentions")
        return {
            window: {table: site.reader.ranked(table, window, limit=RANKED, now=now) for table in tables}
            for window in windows
        }

    return await site.cached("ranks", count, seconds=RANKS_SECONDS, stale_seconds=STALE_SECONDS)


async def sources_of(site: Site) -> list[str]:
    """The names of the sources there are, for all forms that ask for one."""
    return await site.cached("sources", site.reader.sources, seconds=SOURCES_SECONDS, stale_seconds=STALE_SECONDS)
