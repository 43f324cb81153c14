"""Finds the new quotes of saved searches and sends them in signed requests, again until accepted, and not too often."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

import aiohttp
import orjson

from agents.retry_after import retry_after_seconds
from agents.saved_searches.outbox import Outbox
from agents.saved_searches.search_list import SavedSearch
from agents.sinks.webhook import AGAIN, LONGEST_WAIT_SECONDS, REQUEST_SECONDS, SIGNATURE_HEADER, signature
from agents.web.models import QuoteHit
from agents.web.store.access import StoreUnavailable
from agents.web.store.quote_query import QuoteQuery
from agents.web.store.reader import StoreReader
from schemas.codec import one_line

SCHEMA = "saved-search/1"
LOOK_SECONDS = 2.0
"""Between two looks for new quotes."""
SETTLE_SECONDS = 3.0
"""So long a quote waits for the statement that it belongs to: what several papers have is told once."""
AT_ONCE = 100
"""Quotes in one request, at most."""
GIVE_UP_SECONDS = 86400.0
"""After so long without an answer what waits is set aside."""

Say = Callable[[str], None]


class Watcher:
    """Works on all searches at once; one search's receiver that does not answer holds up no other.

    Args:
        reader: of the pages' store.
        searches: each with a name of its own.
        secret: what requests are signed with.
        pauses: the first and the longest pause before a request is sent again, in seconds.
        say: is told in a line what a person should know.
    """

    def __init__(
        self,
        reader: StoreReader,
        outbox: Outbox,
        searches: Sequence[SavedSearch],
        *,
        secret: str,
        pauses: tuple[float, float],
        say: Say,
    ) -> None:
        self._reader = reader
        self._outbox = outbox
        self._searches = searches
        self._secret = secret.encode()
        self._pauses = pauses
        self._say = say
        self._seen: dict[tuple[str, int], deque[tuple[float, int]]] = {}
        """By search and store at which moment (monotonic, in seconds) which article was the last."""
        self._unread: dict[str, str] = {}
        """By search why the store cannot be read, as far as that was said."""

    async def forever(self) -> None:
        """Look and tell until cancelled."""
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
            for search in self._searches:
                group.create_task(self._watch(session, search))

    async def _watch(self, session: aiohttp.ClientSession, search: SavedSearch) -> None:
        failing_since: float | None = None
        pause, next_at = self._pauses[0], 0.0
        while True:
            await self._look(search)
            items = self._outbox.waiting(search.name, AT_ONCE)
            if items and time.monotonic() >= next_at:
                nums = [num for num, _ in items]
                now = await self._as_it_is_now(search, [item for _, item in items])
                if not now:
                    self._outbox.sent(nums)
                    continue
                again, why = await self._send(session, search, now)
                failing_since = (failing_since or time.monotonic()) if again is not None else None
                if failing_since is not None and time.monotonic() - failing_since > GIVE_UP_SECONDS:
                    failing_since, next_at, pause = None, 0.0, self._pauses[0]
                    count = self._outbox.refuse_all(search.name, time.time(), why)
                    self._say(f"{search.name}: {why}; all that waits is set aside ({count:,})")
                elif again is not None:
                    self._say(f"{search.name}: {why}; again in {max(again, pause):.0f} s")
                    next_at, pause = time.monotonic() + max(again, pause), min(2 * pause, self._pauses[1])
                else:
                    next_at, pause = time.monotonic() + 60 / search.per_minute, self._pauses[0]
                    if why:
                        self._outbox.refuse(nums, time.time(), why)
                        self._say(f"{search.name}: {why}; set aside")
                    else:
                        self._outbox.sent(nums)
            await asyncio.sleep(min(LOOK_SECONDS, max(0.05, next_at - time.monotonic()) if items else LOOK_SECONDS))

    async def _look(self, search: SavedSearch) -> None:
        try:
            store, last = await asyncio.to_thread(self._reader.store_and_last_sequence)
            since, upto = self._outbox.mark(search.name, time.time(), last, store=store)
            seen = self._seen.setdefault((search.name, store), deque())
            seen.append((time.monotonic(), last))
            settled = 0
            while seen and seen[0][0] <= time.monotonic() - SETTLE_SECONDS:
                settled = seen.popleft()[1]
            if settled in (0, upto):
                return
            after = upto if upto < settled else 0  # a copy of former days was put in the store's place
            asked = replace(search.asked, after=after, upto=settled, arrived_since=since)
            found = await asyncio.to_thread(self._all, asked)
        except StoreUnavailable as error:
            if self._unread.get(search.name) != str(error):
                self._unread[search.name] = str(error)
                self._say(f"{search.name}: the pages' store: {error}")
            return
        self._unread.pop(search.name, None)
        items = [(_known_by(hit), orjson.dumps(hit.model_dump())) for hit in reversed(found)]
        self._outbox.put(search.name, items, settled, time.time())

    def _all(self, asked: QuoteQuery) -> list[QuoteHit]:
        hits: list[QuoteHit] = []
        cursor: str | None = None
        while True:
            page = self._reader.quotes(asked, limit=200, cursor=cursor, each="statement")
            hits += page.items
            cursor = page.next
            if cursor is None:
                return hits

    async def _as_it_is_now(self, search: SavedSearch, items: Sequence[bytes]) -> list[bytes]:
        """What of these items is to be sent."""
        try:
            return await asyncio.to_thread(self._without_taken_back, search, items)
        except StoreUnavailable:
            return [*items]

    def _without_taken_back(self, search: SavedSearch, items: Sequence[bytes]) -> list[bytes]:
        """Nothing that was withdrawn or corrected since; where another article has the statement, its quote instead."""
        hits = {hit.said: hit for hit in map(QuoteHit.model_validate_json, items)}
        taken_back = self._reader.taken_back(hits.values())
        kept = {said: hit for said, hit in hits.items() if said not in taken_back}
        for said in taken_back:
            if (statement := hits[said].statement) is not None:
                asked = replace(search.asked, statement=statement.id)
                kept |= {hit.said: hit for hit in self._reader.quotes(asked, limit=1, each="statement").items}
        return [orjson.dumps(hit.model_dump()) for hit in kept.values()]

    async def _send(
        self, session: aiohttp.ClientSession, search: SavedSearch, items: Sequence[bytes]
    ) -> tuple[float | None, str]:
        """None and nothing: taken; a pause and why: again; None and why: refused."""
        envelope = {"schema": SCHEMA, "search": {"name": search.name, "query": search.search}}
        body = orjson.dumps(envelope | {"items": [orjson.Fragment(item) for item in items]})
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature(body, self._secret)}
        try:
            async with session.post(search.url, data=body, headers=headers, allow_redirects=False) as answer:
                if answer.ok and answer.status < 300:
                    return None, ""
                why = f"answered {answer.status}"
                if answer.status not in AGAIN:
                    return None, why
                return retry_after_seconds(answer.headers, most_seconds=LONGEST_WAIT_SECONDS) or 0.0, why
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return 0.0, one_line(str(error)) or type(error).__name__


def _known_by(hit: QuoteHit) -> list[str]:
    """Names of what was said: in this article, and of its statement, which may come later than the quote, or never."""
    return [hit.said] if hit.statement is None else [hit.said, hit.statement.id]
