"""Shares: who or what is quoted how much, with intervals, over time, and compared."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import get_args

from aiohttp.web import Request, Response
from faust import web

from agents.web.charts import lines
from agents.web.chips import chips_of
from agents.web.limits import SEARCHES
from agents.web.models import Shares
from agents.web.openapi import Parameter, Route
from agents.web.pages import Pages
from agents.web.query_parameters import (
    FIELDS,
    PARAMETERS,
    address,
    each_in,
    field_values,
    moment_in,
    one_of,
    quote_query_of,
    speaker_in,
)
from agents.web.site import json_response, site_of
from agents.web.store.quote_query import Each, QuoteQuery
from agents.web.store.share_limits import BY, DRAWN
from agents.web.views.newsroom import sources_of

OTHER = ("vs_speaker", "vs_source", "vs_since", "vs_until")
"""Parameters that select the quotes which the others are compared with."""
BARS = 10
WIDTH, HEIGHT = 640.0, 180.0

pages = Pages("shares")


@pages.page("/shares", name="shares")
async def page(_: web.View, request: Request) -> Response:
    """The shares as charts with a table behind each."""
    found = await _find(request)
    site, asked = site_of(request), quote_query_of(request)
    ids = (asked.speaker, asked.about, request.query.get("vs_speaker", ""))
    names = await asyncio.to_thread(site.reader.entity_names, ids)
    changed = partial(address, "/shares", request.query)
    return site.page(
        "shares.html",
        request,
        found=found,
        asked=asked,
        names=BY,
        fields=field_values(request.query, (*FIELDS, *OTHER)),
        chips=chips_of(asked, request.query, changed, names=names, but=("since", "until")),
        called=_told_apart(request, names),
        sources=await sources_of(site),
        compared=any(request.query.get(name) for name in OTHER),
        searches=[partial(_search, request.query, found.by, fields) for fields in ({}, _instead(request.query))],
        scale=_scale(found),
        drawn=found.values[:DRAWN],
        chart=lines(
            [[period.counts[n] for period in found.over_time] for n in range(min(DRAWN, len(found.values)))],
            width=WIDTH,
            height=HEIGHT,
        ),
        api=address("/api/shares", request.query),
        search=address("/search", request.query, **dict.fromkeys(("by", *OTHER))),
    )


@pages.page("/api/shares", name="api-shares")
async def shares(_: web.View, request: Request) -> Response:
    """The commonest values of `by` among the statements that match, with shares, 95 % intervals, and over time."""
    return json_response(await _find(request))


async def _find(request: Request) -> Shares:
    by = one_of("by", request.query.get("by", "speaker"), BY)
    each = each_in(request.query)
    site, asked, other = site_of(request), quote_query_of(request), _compared(request)
    site.limit(request, SEARCHES)
    now = time.time()

    def find() -> Shares:
        found = site.reader.shares(asked, by=by, each=each, now=now)
        if other is None:
            return found
        return found.model_copy(update={"compared": site.reader.shares(other, by=by, each=each, now=now)})

    return await asyncio.to_thread(find)


def _scale(found: Shares) -> float:
    """The end of the axis that all drawn intervals fit on: a round share."""
    both = [*found.values[:BARS], *(found.compared.values[:BARS] if found.compared else ())]
    highest = max((value.high for value in both), default=1.0)
    return next(end for end in (0.05, 0.1, 0.2, 0.5, 1.0) if highest <= end or end == 1.0)


def _instead(query: Mapping[str, str]) -> dict[str, str | None]:
    """The fields that a second search for comparison has in place of those of the first: another speaker, source or
    period, as far as the query names one."""
    named = {name.removeprefix("vs_"): query.get(name, "").strip() or None for name in OTHER}
    period = ("since", "until") if named["since"] or named["until"] else ()
    return {name: value for name, value in named.items() if value or name in period}


def _told_apart(request: Request, names: Mapping[str, str]) -> list[dict[str, str]]:
    """What tells the two searches apart, for each of them; fields are empty where nothing of the kind narrows it.

    Args:
        names: of entities, by their ids.
    """
    query, instead = request.query, _instead(request.query)
    own = {name: ", ".join(query.getall(name, ())) for name in instead}
    called = []
    for fields in (own, instead):
        told = {name: (fields.get(name) or "").strip() for name in ("speaker", "source", "since", "until")}
        called.append(told | {"speaker": names.get(told["speaker"], told["speaker"])})
    return called


def _compared(request: Request) -> QuoteQuery | None:
    """The second search; None: there is none."""
    instead = _instead(request.query)
    if not instead:
        return None
    other = quote_query_of(request)
    if speaker := instead.get("speaker"):
        other = replace(other, speaker=speaker_in(speaker))
    if source := instead.get("source"):
        other = replace(other, sources=(source,))
    if "since" in instead:
        since, until = (
            moment_in(request.rel_url, "vs_since", end=False),
            moment_in(request.rel_url, "vs_until", end=True),
        )
        other = replace(other, since=since, until=until)
    return other


def _search(query: Mapping[str, str], by: str, instead: Mapping[str, str | None], value: str) -> str:
    """The address of the quotes with a value of `by`, in the search with some fields in place of others."""
    return address("/search", query, **{**dict.fromkeys(("by", *OTHER)), **instead, by: value})


ROUTES: tuple[Route, ...] = (
    Route(
        "/api/shares",
        shares,
        Shares,
        (
            *PARAMETERS,
            Parameter("by", "query", "what is counted", {"enum": list(BY), "default": "speaker"}),
            Parameter(
                "each", "query", "a statement counts once, or once for each paper", {"enum": list(get_args(Each))}
            ),
            Parameter("vs_speaker", "query", "compare with this speaker instead", {"type": "string"}),
            Parameter("vs_source", "query", "compare with this source instead", {"type": "string"}),
            Parameter("vs_since", "query", "compare with the time from then on instead", {"type": "string"}),
            Parameter("vs_until", "query", "compare with the time until then instead", {"type": "string"}),
        ),
    ),
)
