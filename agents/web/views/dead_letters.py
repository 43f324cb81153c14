"""Dead letters: what failed, why, its bytes, and sending it again."""

import asyncio

from aiohttp.web import HTTPFound, HTTPNotFound, HTTPSeeOther, HTTPServiceUnavailable, Request, Response
from aiokafka.errors import KafkaError
from faust import web

from agents.dead_letters import StoredLetter, replay
from agents.permissions import MissingPermission
from agents.topic_reader import MessageGone, message_at
from agents.topics import TopicError
from agents.web.limits import RECORDS, REPLAYS
from agents.web.models import DeadLetterLine, DeadLetterList
from agents.web.pages import Pages
from agents.web.site import Site, number_in, site_of
from pipeline.stages import DEAD_LETTER_TOPIC
from schemas.codec import RecordError, decode
from schemas.records import FAILURE_REASONS, DeadLetter

SHOWN = 100
PREVIEW_BYTES = 4096
BYTES_IN_ROW = 16

pages = Pages("dead-letters")


@pages.page("/dead-letters", name="dead-letters")
async def dead_letters(_: web.View, request: Request) -> Response:
    """The latest, perhaps of one stage or for one reason."""
    found = await find_letters(request)
    stage, reason = request.query.get("stage"), request.query.get("reason")
    return site_of(request).page(
        "dead_letters.html", request, found=found, stage=stage, reason=reason, reasons=FAILURE_REASONS
    )


@pages.page("/dead-letters/{partition:[0-9]{1,9}}/{offset:[0-9]{1,18}}", name="dead-letter")
class DeadLetterPage(web.View):
    """One dead letter."""

    async def get(self, request: Request, partition: str, offset: str) -> Response:
        """Its message as text and as bytes."""
        site = site_of(request)
        site.limit(request, RECORDS)
        line = await find_letter(site, int(partition), int(offset))
        letter = await load_letter(site, line)
        value = letter.value_bytes or b""
        return site.page(
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
        sent = await replay_letter(site, line)
        raise HTTPSeeOther(f"{request.path}?replayed={int(sent)}")


async def find_letters(request: Request) -> DeadLetterList:
    """The latest of the stage and for the reason that are asked for, and the counts of all."""
    stage, reason = request.query.get("stage") or None, request.query.get("reason") or None
    limit = number_in(request, "limit", SHOWN, most=1000)
    read = site_of(request).reader.dead_letters
    return await asyncio.to_thread(read, stage=stage, reason=reason, limit=limit)


async def find_letter(site: Site, partition: int, offset: int) -> DeadLetterLine:
    """The dead letter at that place.

    Raises:
        HTTPNotFound: there is none.
    """
    found = await asyncio.to_thread(site.reader.dead_letter, partition, offset)
    if found is None:
        raise HTTPNotFound(text="no such dead letter is kept")
    return found


async def load_letter(site: Site, line: DeadLetterLine) -> DeadLetter:
    """The dead letter with its message, from its topic.

    Raises:
        HTTPNotFound: the broker no longer has it.
    """
    try:
        message = await message_at(site.settings, DEAD_LETTER_TOPIC, line.partition, line.offset)
        return decode(message.value, DeadLetter)
    except (MessageGone, RecordError) as error:
        raise HTTPNotFound(text=str(error)) from None


async def replay_letter(site: Site, line: DeadLetterLine) -> bool:
    """Send the message once more to where it failed; whether it was sent, or had been before.

    Raises:
        HTTPNotFound: the broker no longer has it.
        HTTPServiceUnavailable: the broker does not answer.
    """
    letter = StoredLetter(line.partition, line.offset, await load_letter(site, line))
    try:
        report = await replay(site.settings, [letter])
    except (KafkaError, OSError, TopicError, MissingPermission) as error:
        raise HTTPServiceUnavailable(text=f"the broker did not take it: {error}") from None
    return report.sent > 0


def hex_rows(value: bytes) -> list[tuple[str, str, str]]:
    """Rows of a hex dump: offset, bytes, and the ASCII characters among them."""
    rows = []
    for start in range(0, len(value), BYTES_IN_ROW):
        part = value[start : start + BYTES_IN_ROW]
        readable = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in part)
        rows.append((f"{start:06x}", part.hex(" "), readable))
    return rows
