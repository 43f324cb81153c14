"""A speaker, or anyone or anything else in the news: what they said, what others said of them, where they are named."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Literal, get_args

from aiohttp.web import HTTPNotFound, Request, Response
from faust import web

from agents.web.chips import chips_of
from agents.web.limits import SEARCHES
from agents.web.models import EntityDetail, Period
from agents.web.pages import Pages
from agents.web.paths import entity_path
from agents.web.query_parameters import (
    FIELDS,
    address,
    each_in,
    field_values,
    one_of,
    page_links,
    quote_query_of,
    reading_a_page,
)
from agents.web.site import Site, site_of
from agents.web.store.article_lists import ArticleFilter
from agents.web.store.quote_query import QuoteQuery
from agents.web.store.share_limits import LONGEST_DAYS, LONGEST_IN_DAYS

View = Literal["said", "about", "named"]
PAGE = 30
LEAST_DAYS = 14

pages = Pages("entities")


async def find_entity(request: Request, site: Site, id_: str) -> EntityDetail:
    """The entity from the store.

    Raises:
        HTTPNotFound: no kept article names it.
        HTTPTooManyRequests: the client asks too often.
    """
    site.limit(request, SEARCHES)
    found = await asyncio.to_thread(site.reader.entity, id_)
    if found is None:
        raise HTTPNotFound(text="no article that is kept names it")
    return found


@pages.page("/entities/", name="entity-by-query")
@pages.page(r"/entities/{id:[\s\S]+}", name="entity")
async def entity(_: web.View, request: Request, id: str | None = None) -> Response:
    """The entity with that id; without one, that whose id is in the query."""
    id_ = request.query.get("id", "") if id is None else id
    site = site_of(request)
    view = one_of("view", request.query.get("view", "said"), get_args(View))
    each = each_in(request.query)
    narrowed = quote_query_of(request)
    said, about = replace(narrowed, speaker=id_, about=""), replace(narrowed, speaker="", about=id_)
    asked = about if view == "about" else said
    shown = ArticleFilter(narrowed.sources, since=narrowed.since, until=narrowed.until)
    found = await find_entity(request, site, id_)
    cursor = request.query.get("cursor")

    def read() -> tuple[Any, dict[View, int]]:
        page: Any
        if view == "named":
            page = site.reader.named_in(id_, shown, limit=PAGE, cursor=cursor)
        else:
            page = site.reader.quotes(asked, limit=PAGE, cursor=cursor, each=each)
        if each == "statement" and said == QuoteQuery(speaker=id_):
            return page, {"said": found.statement_count, "about": found.about_count, "named": found.article_count}
        count = partial(site.reader.count, each=each)
        return page, {"said": count(said), "about": count(about), "named": site.reader.count_named_in(id_, shown)}

    with reading_a_page():
        page, counts = await asyncio.to_thread(read)
    own = entity_path(id_)
    query = {name: value for name, value in request.query.items() if name != "id"} if "?" in own else request.query

    def changed(**changes: str | list[str] | None) -> str:
        made = address("", query, **changes)
        return own + (made.replace("?", "&", 1) if "?" in own else made)

    search = {name: value for name, value in request.query.items() if name in (*FIELDS, "each")}
    search |= {"about" if view == "about" else "speaker": id_}
    periods, weekly = periods_of(found.days)
    return site.page(
        "entity.html",
        request,
        entity=found,
        view=view,
        page=page,
        counts=counts,
        once=each == "statement",
        asked=asked,
        own=own,
        fields=field_values(request.query, FIELDS),
        changed=changed,
        chips=chips_of(asked, request.query, changed, but=("speaker", "about")),
        **page_links(request.query, changed, page.next),
        search=address("/search", search),
        feed=address("/search.atom", search, each=None),
        periods=periods,
        weekly=weekly,
    )


def periods_of(days: Sequence[Period]) -> tuple[list[Period], bool]:
    """The days up to the last of `days`, also those on which nothing was, two weeks at the least; weeks, each by its
    Monday, where that would be more than two months; what is more than ten years before the last is left out. Whether
    it is weeks."""
    if not days:
        return [], False
    known = {period.day: period for period in days}
    last = date.fromisoformat(days[-1].day)
    first = min(date.fromisoformat(days[0].day), last - timedelta(days=LEAST_DAYS - 1))
    first = max(first, last - timedelta(days=LONGEST_DAYS))
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    if len(every) <= LONGEST_IN_DAYS:
        return [known.get(day.isoformat()) or Period(day=day.isoformat(), quotes=0, articles=0) for day in every], False
    mondays = sorted({day - timedelta(days=day.weekday()) for day in every})
    sums = {monday.isoformat(): [0, 0] for monday in mondays}
    for period in days:
        day = date.fromisoformat(period.day)
        if day < first:
            continue
        total = sums[(day - timedelta(days=day.weekday())).isoformat()]
        total[0] += period.quotes
        total[1] += period.articles
    return [Period(day=day, quotes=quotes, articles=articles) for day, (quotes, articles) in sums.items()], True
