"""Fetching a page or a feed: politely, to public addresses alone, and never more than was allowed for.

Redirects are followed one by one, each as a request of its own that is checked
and waits for its host's turn. Bodies are decompressed here, piece by piece,
so that a small answer cannot become a large one in memory.
"""

import asyncio
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

import aiohttp
from yarl import URL

from agents.feed.addresses import AddressRefused, CheckedResolver, Lookup, check
from agents.feed.hosts import HostBackoff, Hosts
from agents.feed.inflater import Inflater
from agents.feed.robots import MAX_BYTES as ROBOTS_BYTES
from agents.feed.robots import Robots, RobotsResponse, RulesUnknown
from agents.retry_after import retry_after_seconds
from schemas.codec import one_line

MAX_REDIRECTS = 5
CONNECTIONS = 64
PIECE_BYTES = 65_536
ACCEPT = "application/rss+xml, application/atom+xml, text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5"
REDIRECTS = {301, 302, 303, 307, 308}
DEFAULT_REST_SECONDS = 30.0
"""After a 429 or 503 that does not say how long to wait, or says no time at all."""
LONGEST_REST_SECONDS = 30 * 86_400.0
"""A host that asks for a longer rest is asked again after this."""

Fate = Literal["refused", "gone", "failed", "busy", "away", "robots"]
"""refused: never fetched, or never used; gone: the server has no such page; failed: may work later; busy: it answered
with 429 or 503, and the host is left alone for now; away: it was not asked, since the host is left alone; robots: its
robots.txt forbids this."""


class FetchError(Exception):
    """Nothing came that could be used: one line.

    Attributes:
        fate: whether it may come later.
        retry_seconds: of `busy` and `away`, when to ask again.
    """

    def __init__(self, message: str, fate: Fate, retry_seconds: float | None = None) -> None:
        super().__init__(message)
        self.fate: Fate = fate
        self.retry_seconds = retry_seconds


@dataclass(frozen=True)
class FetchResponse:
    """What came.

    Attributes:
        url: where it came from in the end.
        status: 200, or 304 where it is unchanged.
        body: decompressed.
        headers: of the answer; names in any case.
    """

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def unchanged(self) -> bool:
        return self.status == 304

    @property
    def content_type(self) -> str:
        """As in "text/html"; "" where the server says nothing."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


class Fetcher:
    """All requests go through here; a context that holds the connections.

    Args:
        hosts: their turns.
        user_agent: what this crawler calls itself; its first word is its name for robots.txt.
        allow_private: fetch from private and loopback addresses too.
        timeout_seconds: for one request with its body.
        lookup: how names are resolved; by default by the system.
    """

    def __init__(
        self,
        hosts: Hosts,
        *,
        user_agent: str,
        allow_private: bool = False,
        timeout_seconds: float = 30.0,
        lookup: Lookup | None = None,
    ) -> None:
        self._hosts = hosts
        self._user_agent = user_agent
        self._allow_private = allow_private
        self._timeout = timeout_seconds
        self._lookup = lookup
        agent = user_agent.partition("/")[0].strip()
        self._robots = Robots(agent, self._robots_txt, delay=hosts.set_crawl_delay)

    async def __aenter__(self) -> Self:
        resolver = CheckedResolver(allow_private=self._allow_private, lookup=self._lookup)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver, limit=CONNECTIONS),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            trust_env=False,
            headers={"User-Agent": self._user_agent, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate"},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(
        self,
        url: str,
        *,
        max_bytes: int,
        etag: str | None = None,
        last_modified: str | None = None,
        cut: bool = False,
        robots: bool = True,
    ) -> FetchResponse:
        """Fetch what is at `url`.

        Args:
            max_bytes: of the decompressed body.
            etag, last_modified: of what is known already; unchanged, it comes with status 304 and no body.
            cut: take the beginning of a longer body, instead of refusing it.
            robots: ask robots.txt first.

        Raises:
            FetchError: nothing usable came.
        """
        known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in known.items() if value}
        try:
            at = URL(url)
            for _ in range(MAX_REDIRECTS + 1):
                check(at, allow_private=self._allow_private)
                if robots and not await self._robots.allowed(at):
                    raise FetchError(f"robots.txt of {at.host} does not allow it", "robots")
                answer, target = await self._once(at, headers, max_bytes, cut)
                if answer is not None:
                    return answer
                at = at.join(URL(target))
        except (AddressRefused, aiohttp.InvalidURL) as error:
            raise FetchError(one_line(str(error)), "refused") from None
        except RulesUnknown as error:
            raise FetchError(str(error), "failed") from None
        except HostBackoff as error:
            raise FetchError(str(error), "away", error.seconds) from None
        except TimeoutError:
            raise FetchError(f"no whole answer within {self._timeout:g} s", "failed") from None
        except (aiohttp.ClientError, OSError, ssl.SSLError, zlib.error) as error:
            if (refused := _refusal_behind(error)) is not None:
                raise FetchError(one_line(str(refused)), "refused") from None
            raise FetchError(one_line(str(error)) or type(error).__name__, "failed") from None
        except ValueError as error:  # a URL that is none
            raise FetchError(f"no web address: {one_line(str(error))}", "refused") from None
        raise FetchError(f"more than {MAX_REDIRECTS} redirects", "refused")

    async def _once(
        self, url: URL, headers: dict[str, str], max_bytes: int, cut: bool
    ) -> tuple[FetchResponse | None, str]:
        """One request: what came, or where it is said to be."""
        host = url.host or ""
        async with (
            self._hosts.turn(host),
            asyncio.timeout(self._timeout),
            self._session.get(url, headers=headers, allow_redirects=False) as response,
        ):
            status, target = response.status, response.headers.get("Location")
            if status in REDIRECTS and target:
                return None, target
            if status in (429, 503):
                asked = retry_after_seconds(response.headers, most_seconds=LONGEST_REST_SECONDS)
                seconds = asked or DEFAULT_REST_SECONDS
                self._hosts.postpone(host, seconds)
                raise FetchError(_named(response), "busy", seconds)
            if status in (404, 410):
                raise FetchError(_named(response), "gone")
            if status not in (200, 304):
                raise FetchError(_named(response), "failed" if status >= 500 or status == 408 else "refused")
            body = b"" if status == 304 else await _body(response, max_bytes, cut)
            given = response.headers.copy()
            for name, value in response.headers.items():
                given[name] = _readable(value)
            return FetchResponse(str(response.url), status, body, given), ""

    async def _robots_txt(self, url: URL) -> RobotsResponse:
        try:
            answer = await self.get(str(url), max_bytes=ROBOTS_BYTES, cut=True, robots=False)
        except FetchError as error:
            if error.retry_seconds is not None:
                raise
            return RobotsResponse(404 if error.fate == "gone" or _forbidden(error) else 0, str(error))
        return RobotsResponse(answer.status, answer.body.decode("utf-8", "replace"))


async def _body(response: aiohttp.ClientResponse, max_bytes: int, cut: bool) -> bytes:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise FetchError(f"compressed in a way that was not asked for: {encoding[:40]}", "refused")
    inflater = None if encoding in ("", "identity") else Inflater(deflate=encoding == "deflate")
    body, came = bytearray(), 0
    async for piece in response.content.iter_chunked(PIECE_BYTES):
        came += len(piece)
        body += piece if inflater is None else inflater.inflate(piece, max_bytes + 1 - len(body))
        if len(body) > max_bytes or came > max_bytes:
            if cut:
                return bytes(body[:max_bytes])
            raise FetchError(f"larger than {max_bytes:,} bytes", "refused")
    return bytes(body)


def gunzipped(data: bytes, max_bytes: int) -> bytes:
    """A file that may be gzipped, as it was before.

    Raises:
        FetchError: it is damaged, or larger than `max_bytes`.
    """
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        plain = Inflater().inflate(data, max_bytes + 1)
    except zlib.error as error:
        raise FetchError(f"the gzip data is damaged: {one_line(str(error))}", "failed") from None
    if len(plain) > max_bytes:
        raise FetchError(f"larger than {max_bytes:,} bytes when decompressed", "refused")
    return plain


def _named(response: aiohttp.ClientResponse) -> str:
    return f"HTTP {response.status} {one_line(_readable(response.reason or ''))}".strip()


def _readable(text: str) -> str:
    """What stands in a header, with a sign in place of bytes that are no UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _forbidden(error: FetchError) -> bool:
    return error.fate == "refused" and str(error).startswith("HTTP 4")


def _refusal_behind(error: BaseException) -> AddressRefused | None:
    """The refusal of an address that `error` came of."""
    at: BaseException | None = error
    while at is not None and not isinstance(at, AddressRefused):
        at = at.__cause__ or at.__context__
    return at
