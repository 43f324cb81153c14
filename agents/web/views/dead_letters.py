"""Dead letters: what failed, why, its bytes, and sending it again."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aiohttp.web import HTTPBadRequest, HTTPFound, HTTPNotFound, HTTPSeeOther, HTTPServiceUnavailable, Request, Response
from aiokafka.errors import KafkaError
from faust import web

from agents.dead_letters import StoredLetter, read, replay
from agents.permissions import MissingPermission
from agents.topic_reader import MessageGone, NoAnswer, message_at
from agents.topics import TopicError
from agents.web.forms import fields_of
from agents.web.limits import RECORDS, REPLAYS
from agents.web.models import DeadLetterLine, DeadLetterList
from agents.web.pages import Pages
from agents.web.problems import NotFound, ServiceUnavailable
from agents.web.query_parameters import address, page_links, reading_a_page
from agents.web.site import Site, number_in, site_of
from pipeline.stages import DEAD_LETTER_TOPIC
from schemas.codec import RecordError, decode
from schemas.records import FAILURE_REASONS, DeadLetter
from schemas.times import instant_at

log = logging.getLogger("redefluss.dead_letters")

SHOWN = 100
"""Letters on a page, and in an answer that asks for no other number."""
MOST = 1000
"""Letters that an answer may ask for."""
BULK = 1000
"""Letters replayed at a time: each is confirmed, which takes milliseconds, and the browser waits."""
TIMES = ("1h", "24h", "7d")
"""Offered on the page, of the last of which letters are shown."""
SEEN_COOKIE = "redefluss_letters"
VISIT_SECONDS = 1800.0
"""Looks that are less apart are one visit."""
_AGO = re.compile(r"([0-9]{1,5})([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
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
            return await _list(request, form, seen=None, report=vars(report), dry_run=True)
        selected = {name: form[name] for name in ("stage", "reason", "since") if form.get(name)}
        raise HTTPSeeOther(
            str(request.rel_url.with_query({**selected, **{k: str(v) for k, v in vars(report).items()}}))
        )


@dataclass(frozen=True)
class BulkReport:
    """How many letters were (or would be) sent, had been before, or cannot be."""

    sent: int
    skipped: int
    failed: int


async def replay_selected(request: Request, form: Mapping[str, str], *, dry_run: bool) -> BulkReport:
    """Replay the letters of the stage, reason and time that `form` names, at most `BULK` at a time.

    Raises:
        HTTPServiceUnavailable: the broker does not answer.
    """
    site = site_of(request)
    stage, reason, since = form.get("stage") or None, form.get("reason") or None, moment(form.get("since"))
    begin = None if since is None else datetime.fromtimestamp(since, UTC)
    by = f"web {request.remote}"
    letters = _at_most(BULK, read(site.settings, stage=stage, reason=reason, since=begin))
    try:
        report = await replay(site.settings, letters, dry_run=dry_run, by=by)
    except (KafkaError, OSError, TopicError) as error:
        raise ServiceUnavailable("the broker did not take it: %(detail)s", detail=error) from None
    log.info(
        "%s %s dead letters (stage %s, reason %s, since %s): %d sent, %d sent before, %d cannot be sent",
        *(by, "would replay" if dry_run else "replays", stage or "any", reason or "any", form.get("since") or "ever"),
        *(report.sent, report.skipped_already_replayed, len(report.impossible)),
    )
    return BulkReport(report.sent, report.skipped_already_replayed, len(report.impossible))


async def _at_most(count: int, letters: AsyncIterator[StoredLetter]) -> AsyncIterator[StoredLetter]:
    """Those that were replayed already do not count."""
    async for letter in letters:
        count -= letter.replayed_at is None
        if count < 0:
            return
        yield letter


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


def moment(words: str | None) -> float | None:
    """So long ago ("30m", "24h", "7d"), in seconds since 1970 UTC; None for nothing.

    Raises:
        HTTPBadRequest: it is no time.
    """
    if not words:
        return None
    found = _AGO.fullmatch(words)
    if found is None:
        raise HTTPBadRequest(text="since: a time such as 30m, 24h or 7d")
    return time.time() - int(found[1]) * _UNITS[found[2]]


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


async def find_letters(request: Request, asked: Mapping[str, str] | None = None) -> DeadLetterList:
    """A page of those of the stage, for the reason and of the time that are asked for, and the counts of all."""
    asked = request.query if asked is None else asked
    find = partial(
        site_of(request).reader.dead_letters,
        stage=asked.get("stage") or None,
        reason=asked.get("reason") or None,
        since=moment(asked.get("since")) or 0.0,
        limit=number_in(request, "limit", SHOWN, most=MOST),
        cursor=asked.get("cursor"),
    )
    with reading_a_page():
        return await asyncio.to_thread(find)


async def find_letter(site: Site, partition: int, offset: int) -> DeadLetterLine:
    """The dead letter at that place.

    Raises:
        HTTPNotFound: there is none.
        HTTPServiceUnavailable: none is known, and the store may be old.
    """
    found = await asyncio.to_thread(site.reader.dead_letter, partition, offset)
    if found is None:
        if await asyncio.to_thread(site.stream_monitor.outage) is not None:
            raise HTTPServiceUnavailable(text="the pages stand still, and no such dead letter is known here")
        raise HTTPNotFound(text="no such dead letter is kept")
    return found


async def open_letter(request: Request, partition: int, offset: int) -> tuple[DeadLetterLine, DeadLetter]:
    """The dead letter at that place, with its message.

    Raises:
        HTTPNotFound: there is none, or the broker no longer has it.
        HTTPServiceUnavailable: the broker does not answer.
        HTTPTooManyRequests: the client asks too often.
    """
    site = site_of(request)
    site.limit(request, RECORDS)
    line = await find_letter(site, partition, offset)
    return line, await load_letter(site, line)


async def load_letter(site: Site, line: DeadLetterLine) -> DeadLetter:
    """The dead letter with its message, from its topic.

    Raises:
        HTTPNotFound: the broker no longer has it.
        HTTPServiceUnavailable: the broker does not answer.
    """
    try:
        message = await message_at(site.settings, DEAD_LETTER_TOPIC, line.partition, line.offset)
        return decode(message.value, DeadLetter)
    except NoAnswer as error:
        raise ServiceUnavailable("the message cannot be had: %(detail)s", detail=error) from None
    except (MessageGone, RecordError) as error:
        raise NotFound("the message cannot be had: %(detail)s", detail=error) from None


async def replay_letter(site: Site, line: DeadLetterLine, *, by: str) -> bool:
    """Send the message once more to where it failed; whether it was sent, or had been before.

    Raises:
        HTTPNotFound: the broker no longer has it.
        HTTPServiceUnavailable: the broker does not answer.
    """
    written = instant_at(line.at)
    letter = StoredLetter(line.partition, line.offset, await load_letter(site, line), written_at=written)
    try:
        report = await replay(site.settings, [letter], by=by)
    except (KafkaError, OSError, TopicError, MissingPermission) as error:
        raise ServiceUnavailable("the broker did not take it: %(detail)s", detail=error) from None
    return report.sent > 0


def hex_rows(value: bytes) -> list[tuple[str, str, str]]:
    """Rows of a hex dump: offset, bytes, and the ASCII characters among them."""
    rows = []
    for start in range(0, len(value), BYTES_IN_ROW):
        part = value[start : start + BYTES_IN_ROW]
        readable = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in part)
        rows.append((f"{start:06x}", part.hex(" "), readable))
    return rows
