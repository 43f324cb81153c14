"""Dead letters as pages and programs ask for them: found in the store, opened on their topic, and sent again."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

from aiohttp.web import HTTPBadRequest, HTTPNotFound, HTTPServiceUnavailable, Request
from aiokafka.errors import KafkaError

from agents.dead_letters import StoredLetter, read, replay
from agents.permissions import MissingPermission
from agents.topic_reader import MessageGone, NoAnswer, message_at
from agents.topics import TopicError
from agents.web.limits import RECORDS
from agents.web.models import DeadLetterLine, DeadLetterList
from agents.web.problems import NotFound, ServiceUnavailable
from agents.web.query_parameters import reading_a_page
from agents.web.site import Site, number_in, site_of
from pipeline.stages import DEAD_LETTER_TOPIC
from schemas.codec import RecordError, decode
from schemas.records import DeadLetter
from schemas.times import instant_at

log = logging.getLogger("redefluss.dead_letters")

SHOWN = 100
"""Letters on a page, and in an answer that asks for no other number."""
MOST = 1000
"""Letters that an answer may ask for."""
BULK = 1000
"""Letters replayed at a time: each is confirmed, which takes milliseconds, and the browser waits."""
_AGO = re.compile(r"([0-9]{1,5})([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


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
    with _broker_takes_it():
        return (await replay(site.settings, [letter], by=by)).sent > 0


@contextmanager
def _broker_takes_it() -> Iterator[None]:
    """For the length of a `with` block, what the broker has against a replay becomes HTTPServiceUnavailable."""
    try:
        yield
    except (KafkaError, OSError, TopicError, MissingPermission) as error:
        raise ServiceUnavailable("the broker did not take it: %(detail)s", detail=error) from None


async def replay_selected(request: Request, form: Mapping[str, str], *, dry_run: bool) -> dict[str, int]:
    """Replay the letters of the stage, reason and time that `form` names, at most `BULK` at a time.

    Returns:
        How many were (or would be) "sent", had been before ("skipped"), or cannot be ("failed").

    Raises:
        HTTPServiceUnavailable: the broker does not answer.
    """
    site = site_of(request)
    stage, reason, since = form.get("stage") or None, form.get("reason") or None, moment(form.get("since"))
    begin = None if since is None else datetime.fromtimestamp(since, UTC)
    by = f"web {request.remote}"
    letters = _at_most(BULK, read(site.settings, stage=stage, reason=reason, since=begin))
    with _broker_takes_it():
        report = await replay(site.settings, letters, dry_run=dry_run, by=by)
    counts = {"sent": report.sent, "skipped": report.skipped_already_replayed, "failed": len(report.impossible)}
    log.info(
        "%s %s dead letters (stage %s, reason %s, since %s): %d sent, %d sent before, %d cannot be sent",
        *(by, "would replay" if dry_run else "replays", stage or "any", reason or "any", form.get("since") or "ever"),
        *counts.values(),
    )
    return counts


async def _at_most(count: int, letters: AsyncIterator[StoredLetter]) -> AsyncIterator[StoredLetter]:
    """Those that were replayed already do not count."""
    async for letter in letters:
        count -= letter.replayed_at is None
        if count < 0:
            return
        yield letter


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
