"""The pages of dead letters: what failed, why, its bytes, and sending it again."""

import asyncio
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from aiohttp.web import HTTPFound, HTTPSeeOther, Request, Response
from faust import web

from agents.web.dead_letters import (
    BULK,
    find_letter,
    find_letters,
    moment,
    open_letter,
    replay_letter,
    replay_selected,
)
from agents.web.forms import fields_of
from agents.web.limits import REPLAYS
from agents.web.pages import Pages
from agents.web.query_parameters import address, page_links
from agents.web.site import number_in, site_of
from schemas.records import FAILURE_REASONS

TIMES = ("1h", "24h", "7d")
"""Offered on the page, of the last of which letters are shown."""
SEEN_COOKIE = "redefluss_letters"
VISIT_SECONDS = 1800.0
"""Looks that are less apart are one visit."""
PREVIEW_BYTES = 4096
BYTES_IN_ROW = 16

pages = Pages("dead-letters")


@pages.page("/dead-letters", name="dead-letters")
class DeadLettersPage(web.View):
    """The latest, perhaps of one stage, for one reason or of the last hours; and replays of all of them."""

    async def get(self, request: Request) -> Response:
        """The list, with what is new since the last visit."""
        seen, cookie = _visits(request.cookies.get(SEEN_COOKIE, ""), time.time())
        counts = {name: number_in(request, name, 0, least=0, most=10**9) for name in ("sent", "skipped", "failed")}
        report = counts if "sent" in request.query else None
        response = await _list(request, request.query, seen=seen, report=report)
        response.set_cookie(
            SEEN_COOKIE, cookie, max_age=30 * 86_400, httponly=True, samesite="Strict", path=request.path
        )
        return response

    async def post(self, request: Request) -> Response:
        """Replay what the form selects, or say what that would send."""
        site = site_of(request)
        if not site.guard.knows(request):
            raise HTTPFound(request.rel_url.with_path("/login").with_query(next=request.path))
        site.limit(request, REPLAYS)
        form = await fields_of(request)
        report = await replay_selected(request, form, dry_run=form.get("act") != "send")
        if form.get("act") != "send":
            return await _list(request, form, seen=None, report=report, dry_run=True)
        selected: dict[str, str | int] = {name: form[name] for name in ("stage", "reason", "since") if form.get(name)}
        raise HTTPSeeOther(str(request.rel_url.with_query({**selected, **report})))


async def _list(
    request: Request,
    asked: Mapping[str, str],
    *,
    seen: float | None,
    report: Mapping[str, int] | None,
    dry_run: bool = False,
) -> Response:
    found = await find_letters(request, asked)
    values: dict[str, Any] = {name: asked.get(name) or None for name in ("stage", "reason", "since")}
    fresh = 0
    if seen is not None:
        since = max(seen, moment(values["since"]) or 0.0)
        letters = partial(site_of(request).reader.dead_letters, stage=values["stage"], reason=values["reason"], limit=1)
        fresh = (await asyncio.to_thread(letters, since=since)).total
    changed = partial(address, "/dead-letters", values)
    return site_of(request).page(
        "dead_letters.html", request, found=found, reasons=FAILURE_REASONS, seen=seen, fresh=fresh, report=report,
        dry_run=dry_run, times=TIMES, most=BULK, changed=changed, **page_links(asked, changed, found.next), **values,
    )  # fmt: skip


def _visits(cookie: str, now: float) -> tuple[float | None, str]:
    """When the visit before this one was, in seconds since 1970 UTC, and the cookie that remembers this one."""
    former, _, last = cookie.partition(".")
    if not (former.isdecimal() and last.isdecimal() and len(cookie) < 30):
        return None, f"0.{now:.0f}"
    if now - int(last) > VISIT_SECONDS:
        former = last
    return float(former) or None, f"{former}.{now:.0f}"


@pages.page("/dead-letters/{partition:[0-9]{1,9}}/{offset:[0-9]{1,18}}", name="dead-letter")
class DeadLetterPage(web.View):
    """One dead letter."""

    async def get(self, request: Request, partition: str, offset: str) -> Response:
        """Its message as text and as bytes."""
        line, letter = await open_letter(request, int(partition), int(offset))
        value = letter.value_bytes or b""
        return site_of(request).page(
            "dead_letter.html",
            request,
            line=line,
            letter=letter,
            size=len(value),
            text=value[:PREVIEW_BYTES].decode("utf-8", "backslashreplace"),
            rows=hex_rows(value[:PREVIEW_BYTES]),
            cut=len(value) > PREVIEW_BYTES,
            replayed={"0": False, "1": True}.get(request.query.get("replayed", "")),
        )

    async def post(self, request: Request, partition: str, offset: str) -> Response:
        """Replay it, and show it again."""
        site = site_of(request)
        if not site.guard.knows(request):
            raise HTTPFound(request.rel_url.with_path("/login").with_query(next=request.raw_path))
        line = await find_letter(site, int(partition), int(offset))
        site.limit(request, REPLAYS)
        sent = await replay_letter(site, line, by=f"web {request.remote}")
        raise HTTPSeeOther(f"{request.path}?replayed={int(sent)}")


def hex_rows(value: bytes) -> list[tuple[str, str, str]]:
    """Rows of a hex dump: offset, bytes, and the ASCII characters among them."""
    rows = []
    for start in range(0, len(value), BYTES_IN_ROW):
        part = value[start : start + BYTES_IN_ROW]
        readable = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in part)
        rows.append((f"{start:06x}", part.hex(" "), readable))
    return rows
