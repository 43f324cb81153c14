"""What all views share."""

import asyncio
import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from aiohttp.web import AppKey, HTTPTooManyRequests, Request, Response
from pydantic import BaseModel

from agents.settings import Settings
from agents.web.auth import Guard
from agents.web.connections import Connections, Proxies
from agents.web.languages import InterfaceLanguage, negotiate
from agents.web.limits import LOGINS, Allowance, Limiter
from agents.web.operations import Outage, StreamMonitor
from agents.web.problems import BadRequest
from agents.web.store.reader import StoreReader

log = logging.getLogger("redefluss.site")

Value = TypeVar("Value")
CACHE_SECONDS = 2.0
"""What `Site.cached` gives is at most so old, unless who asks says otherwise."""
DIGITS = 19
"""Of the largest number that the store knows."""
TROUBLE_SECONDS = 1.0
"""So long what is known of an outage counts, before it is looked for again."""
MOST_CACHED = 200
"""Values: twice as many as there may be lists of articles whose arrivals are listened to."""
MAKING_SHARE = 0.01
"""Of one core, at most, for making each cached value: what costs more is made less often."""


@dataclass
class Site:
    """The pages' surroundings, one for each app."""

    settings: Settings
    reader: StoreReader
    stream_monitor: StreamMonitor
    guard: Guard
    connections: Connections = field(default_factory=lambda: Connections(Proxies()))
    limiter: Limiter = field(default_factory=Limiter)
    streams: Counter[str] = field(default_factory=Counter)
    """By client, how many listen."""
    files: int = 0
    """How many files are made."""
    file_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    _cache: dict[Any, tuple[float, Any]] = field(default_factory=dict)
    """Values with the moment (monotonic, in seconds) until which they hold, those that were made last at the end.

    Changed by the server's loop alone; threads that make pages put an empty one in its place.
    """
    _last_trouble: tuple[float, Outage | None] = -math.inf, None
    _making: WeakValueDictionary[Any, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """Locks of what is made or waited for at present."""
    _background: set[asyncio.Task[Any]] = field(default_factory=set)

    def render(self, template: str, request: Request, **values: Any) -> str:
        """A template in the language of the request.

        Args:
            values: for the template; a page that is kept for all who ask also says in `here` where a login leads back
                to, so that it holds nothing of a single request.
        """
        from agents.web.rendering import environment

        return (
            environment(language_of(request))
            .get_template(template)
            .render(
                language=language_of(request),
                path=request.path,
                can_log_in=self.guard.has_token,
                logged_in=self.guard.knows(request),
                trouble=self._trouble(),
                **{"here": request.raw_path} | values,
            )
        )

    def _trouble(self) -> Outage | None:
        """As `StreamMonitor.outage` says, at most a moment ago. When that changes, rendered pages are old."""
        moment, known = self._last_trouble
        if time.monotonic() - moment > TROUBLE_SECONDS:
            now = self.stream_monitor.outage()
            if now != known:
                self._cache = {}
            self._last_trouble = time.monotonic(), now
            return now
        return known

    def page(self, template: str, request: Request, *, status: int = 200, **values: Any) -> Response:
        """A template as the answer."""
        return self.answer(self.render(template, request, **values), status=status)

    def answer(self, text: str, *, status: int = 200) -> Response:
        """A rendered page as the answer."""
        response = Response(text=text, content_type="text/html", status=status)
        response.headers["Vary"] = "Accept-Language, Cookie"
        return response

    async def cached(
        self, key: Any, make: Callable[[], Value], *, seconds: float = CACHE_SECONDS, stale_seconds: float = 0.0
    ) -> Value:
        """What `make` gave at most `seconds` ago, or a little longer if it is dear; else it is called in a thread, once
        for all who wait. What is older by less than `stale_seconds` is given as it is, and made anew meanwhile."""
        known = self._cache.get(key)
        age = math.inf if known is None else time.monotonic() - known[0]
        if known is not None and 0 <= age < stale_seconds:
            if not self._making.setdefault(key, asyncio.Lock()).locked():
                self._in_background(self.cached(key, make, seconds=seconds))
            stale: Value = known[1]
            return stale

        def timed() -> tuple[Value, float]:
            begun = time.thread_time()
            value = make()
            return value, time.thread_time() - begun

        self._trouble()
        async with self._making.setdefault(key, asyncio.Lock()):
            known = self._cache.get(key)
            if known is not None and time.monotonic() < known[0]:
                value: Value = known[1]
                return value
            value, cpu_seconds = await asyncio.to_thread(timed)
            self._cache.pop(key, None)
            self._cache[key] = time.monotonic() + max(seconds, cpu_seconds / MAKING_SHARE), value
            if len(self._cache) > MOST_CACHED:
                self._cache.pop(next(iter(self._cache), None), None)
            return value

    def _in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.debug("not made anew: %r", error)  # whoever asks next, when it is too old, is told

    def forget(self, kind: Any, *, keep: Any) -> None:
        """Drop what is cached under `(kind, …)`, but for `(kind, keep)`."""
        for key in [key for key in self._cache if isinstance(key, tuple) and key[0] == kind and key[1] != keep]:
            self._cache.pop(key, None)

    def client_of(self, request: Request) -> str:
        """The address that a request comes from, behind proxies that are trusted."""
        return self.connections.proxies.client_of(request.remote or "", request.headers.getall("X-Forwarded-For", ()))

    def check_guesses(self, request: Request) -> None:
        """Refuse whoever has tried too many wrong tokens lately, whatever it tries now; note a wrong one.

        Raises:
            HTTPTooManyRequests: with the time to wait.
        """
        right = self.guard.bearer_is_right(request)
        if right is not None:
            self.limit(request, LOGINS, count=not right)

    def limit(self, request: Request, allowance: Allowance, *, count: bool = True) -> None:
        """Refuse the request if its client asks too often; without `count` this one does not count.

        Raises:
            HTTPTooManyRequests: with the time to wait.
        """
        wait = self.limiter.wait_seconds(self.client_of(request), allowance, count=count)
        if wait:
            raise HTTPTooManyRequests(headers={"Retry-After": str(int(wait) + 1)})


SITE: AppKey[Site] = AppKey("site", Site)


def site_of(request: Request) -> Site:
    """The site that a request was made to."""
    return request.config_dict[SITE]


def language_of(request: Request) -> InterfaceLanguage:
    """The language that the request's browser likes best."""
    return negotiate(request.headers.get("Accept-Language", ""))


def json_response(value: BaseModel | list[Any], *, status: int = 200) -> Response:
    """A model, or a list of models, as JSON."""
    if isinstance(value, BaseModel):
        text = value.model_dump_json()
    else:
        text = "[" + ",".join(item.model_dump_json() for item in value) + "]"
    return Response(text=text, content_type="application/json", status=status)


def number_in(request: Request, name: str, default: int, *, least: int = 1, most: int) -> int:
    """A whole number from the query.

    Raises:
        HTTPBadRequest: it is none, or out of bounds.
    """
    given = request.query.get(name)
    if given is None:
        return default
    if not given.isascii() or not given.isdigit() or len(given) > DIGITS or not least <= int(given) <= most:
        raise BadRequest("%(name)s: a number from %(least)s to %(most)s", name=name, least=least, most=most)
    return int(given)
