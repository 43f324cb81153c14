"""A web server for tests: answers that can be changed while it runs, and a record of what was asked."""

import asyncio
import gzip
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from xml.sax.saxutils import escape

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Asked:
    """A request as it came, and when it was answered (monotonic seconds)."""

    path: str
    headers: dict[str, str]
    begun: float
    ended: float = 0.0


@dataclass
class Site:
    """Runs in a thread of its own, on a free port of the loopback.

    Attributes:
        answers: by path; anything else is 404.
        asked: every request, in the order of their arrival.
    """

    answers: dict[str, Handler] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    def put(
        self,
        path: str,
        body: str | bytes = b"",
        *,
        kind: str = "text/html; charset=utf-8",
        status: int = 200,
        etag: str | None = None,
        last_modified: str | None = None,
        **headers: str,
    ) -> None:
        """Answer `path` with this; with a validator, an unchanged page is 304. `Retry_After=…` is a header."""
        data = body.encode() if isinstance(body, str) else body
        more = {"Content-Type": kind} | {name.replace("_", "-"): value for name, value in headers.items()}
        more |= {"ETag": etag} if etag else {}
        more |= {"Last-Modified": last_modified} if last_modified else {}

        async def answer(request: web.Request) -> web.StreamResponse:
            if (etag and request.headers.get("If-None-Match") == etag) or (
                last_modified and request.headers.get("If-Modified-Since") == last_modified
            ):
                return web.Response(status=304, headers=more)
            return web.Response(status=status, body=data, headers=more)

        self.answers[path] = answer

    def redirect(self, path: str, target: str, status: int = 302) -> None:
        self.put(path, status=status, Location=target)

    def page(self, path: str, headline: str, *paragraphs: str, head: str = "", **options: str) -> None:
        """An article's page."""
        self.put(path, page_of(headline, *paragraphs, head=head), **options)  # type: ignore[arg-type]

    def rss(self, path: str, links: Iterable[str], **options: str) -> None:
        """A feed of these paths or addresses."""
        self.put(path, rss_of(self, links), kind="application/rss+xml", **options)  # type: ignore[arg-type]

    def flood(self, path: str, piece: bytes, *, kind: str = "text/html", pause: float = 0.0, **headers: str) -> None:
        """An answer without end."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": kind} | headers)
            await response.prepare(request)
            while True:
                await response.write(piece)
                await asyncio.sleep(pause)

        self.answers[path] = answer

    def __enter__(self) -> Self:
        started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)

    def _run(self, started: threading.Event) -> None:
        self._loop.run_until_complete(self._serve(started))

    async def _serve(self, started: threading.Event) -> None:
        self._stop = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        started.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(request.path_qs, dict(request.headers), time.monotonic())
        self.asked.append(asked)
        try:
            handler = self.answers.get(request.path_qs)
            return web.Response(status=404) if handler is None else await handler(request)
        finally:
            asked.ended = time.monotonic()


def page_of(headline: str, *paragraphs: str, head: str = "") -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs or (PARAGRAPH, SECOND))
    return (
        f'<!DOCTYPE html><html lang="de"><head><title>{headline}</title>{head}</head><body>'
        f"<nav><a href='/'>Start</a></nav><article><h1>{headline}</h1>{body}</article></body></html>"
    )


PARAGRAPH = (
    "Waldau – „Das tut weh“, sagte Bürgermeisterin Hanna Tölke am Montag nach der Sitzung des Rates. "
    "Der Rat hatte zuvor mit knapper Mehrheit beschlossen, das Freibad im Sommer nicht mehr zu öffnen."
)
SECOND = "Die Kosten für die Sanierung der Becken seien zu hoch, hieß es in der Begründung der Verwaltung."


def rss_of(site: Site, links: Iterable[str], *, date: str = "Mon, 10 Jan 2022 09:00:00 +0100") -> str:
    items = "".join(
        f"<item><title>Titel {number}</title><link>{escape(link if '://' in link else site.url(link))}</link>"
        f"<guid isPermaLink='false'>g-{number}</guid><pubDate>{date}</pubDate>"
        f"<category>Politik</category><description>Kurz gesagt {number}</description></item>"
        for number, link in enumerate(links)
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><title>Waldauer Bote</title>"
        f"<link>{site.url('/')}</link><language>de</language>{items}</channel></rss>"
    )


def gzip_bomb(megabytes: int) -> bytes:
    """Gzip of so many million zero bytes."""
    return gzip.compress(b"\0" * 1_000_000, 9) * megabytes
