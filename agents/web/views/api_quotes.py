"""Quotes and statements for programs: as JSON by pages, as files, and as a feed."""

import asyncio
from functools import partial
from typing import Any

import orjson
from aiohttp.web import Request, Response, StreamResponse
from faust import web

from agents.web.auth import asked_by_tls
from agents.web.chips import chips_of
from agents.web.exports import FORMATS, QUOTE_COLUMNS, STATEMENT_COLUMNS, send_file
from agents.web.limits import RECORDS, SEARCHES
from agents.web.models import QuotePage, StatementPage
from agents.web.openapi import Parameter, Route
from agents.web.pages import Pages
from agents.web.query_parameters import PARAMETERS, address, page_parameters, quote_query_of, reading_a_page
from agents.web.site import json_response, language_of, number_in, site_of
from agents.web.views.search import find_statement
from schemas.codec import one_line

PAGE = 50
MOST = 200

pages = Pages("api-quotes")


@pages.page("/api/quotes", name="quotes")
async def quotes(_: web.View, request: Request) -> StreamResponse:
    """The latest quotes that match, one for each article that has them, also those that are part of another."""
    return await _answer(request, "quotes")


@pages.page("/api/statements", name="statements")
async def statements(_: web.View, request: Request) -> StreamResponse:
    """The statements that matching quotes belong to, each once, with all articles that have it."""
    return await _answer(request, "statements")


@pages.page("/api/statements/{id:[0-9a-f-]{1,60}}", name="statement")
async def statement(_: web.View, request: Request, id: str) -> Response:
    """One statement."""
    record = await find_statement(site_of(request), id)
    return Response(body=orjson.dumps(record), content_type="application/json")


@pages.page("/search.atom", name="feed")
async def feed(_: web.View, request: Request) -> Response:
    """The statements that match and came last, each by its first quote, as an Atom feed."""
    from markupsafe import Markup

    from agents.web import atom
    from agents.web.localisation import translations

    site, asked = site_of(request), quote_query_of(request)
    site.limit(request, SEARCHES)
    found = await asyncio.to_thread(site.reader.newest_quotes, asked, limit=atom.ENTRIES)
    names = await asyncio.to_thread(site.reader.entity_names, (asked.speaker, asked.about))
    chips = chips_of(asked, request.query, partial(address, "/search", request.query), names=names)
    title = Markup(site.render("_feed_title.html", request, words=asked.words, chips=chips)).unescape()
    texts = translations(language_of(request))
    base = f"{'https' if asked_by_tls(request) else 'http'}://{request.host}"
    body = atom.feed(
        found,
        title=one_line(title, 200),
        base=base,
        path=address("/search", request.query),
        own=address("/search.atom", request.query),
        wording=texts.gettext("in substance"),
        doubt=texts.gettext("speaker uncertain"),
    )
    return Response(
        body=body, content_type="application/atom+xml", charset="utf-8", headers={"Vary": "Accept-Language"}
    )


async def _answer(request: Request, what: str) -> StreamResponse:
    site, asked = site_of(request), quote_query_of(request, parts=what == "quotes")
    kind = request.query.get("format", "json")
    if kind != "json":
        site.limit(request, RECORDS)
        if what == "quotes":
            return await send_file(request, site, site.reader.quote_rows(asked), kind, what, QUOTE_COLUMNS)
        return await send_file(request, site, site.reader.statement_rows(asked), kind, what, STATEMENT_COLUMNS)
    site.limit(request, SEARCHES)
    limit, cursor = number_in(request, "limit", PAGE, most=MOST), request.query.get("cursor")
    with reading_a_page():
        found: Any = await asyncio.to_thread(getattr(site.reader, what), asked, limit=limit, cursor=cursor)
    return json_response(found)


_PAGED = (
    *PARAMETERS,
    Parameter("statement", "query", "only quotes of the statement of this id", {"type": "string"}),
    *page_parameters(MOST),
    Parameter("format", "query", "instead of JSON, a file of all that match", {"enum": ["json", *FORMATS]}),
)
_FILES = tuple(FORMATS.values())
ROUTES: tuple[Route, ...] = (
    Route("/api/quotes", quotes, QuotePage, _PAGED, files=_FILES),
    Route("/api/statements", statements, StatementPage, _PAGED, files=_FILES),
    Route(
        "/api/statements/{id}",
        statement,
        dict[str, Any],
        (Parameter("id", "path", "the statement's id", {"type": "string"}),),
    ),
)
