"""Who may see and do what.

On loopback the pages are open and only replays ask for the token. As soon as
the web view listens elsewhere, everything does, except the login form, its
style and the health checks. The token comes as `Authorization: Bearer …` or,
from browsers, as the session cookie that the login form sets.
"""

import hmac
import ipaddress
import secrets
import time
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from aiohttp.web import Request, StreamResponse

COOKIE = "redefluss_session"
SESSION_SECONDS = 12 * 3600
SHORTEST_TOKEN = 16
"""Characters, where others than this machine may guess."""
_LOOPBACK_NAMES = frozenset({"localhost", "localhost."})


class UnsafeListening(ValueError):
    """The web view would listen beyond loopback without a token."""


def is_loopback(host: str) -> bool:
    """Whether an address or name is this machine's own."""
    if host.lower() in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def asked_by_tls(request: Request) -> bool:
    """Whether the browser speaks TLS with this server or with a proxy before it. Any proxy is believed: who claims that
    falsely changes nothing but its own answer."""
    return request.secure or request.headers.get("X-Forwarded-Proto") == "https"


class Guard:
    """Checks tokens, sessions, Host names and origins.

    Args:
        token: the secret; None or empty means that there is none, and no replays.
        host: the address that the web view listens on.
        allowed_hosts: further names under which it may be addressed on loopback.
        ended: file in which ended sessions are kept, for all workers of this host; None: in memory.

    Raises:
        UnsafeListening: `host` is not loopback, and there is no token or one that is soon guessed.
    """

    def __init__(
        self, *, token: str | None, host: str, allowed_hosts: Iterable[str] = (), ended: Path | None = None
    ) -> None:
        self.local = is_loopback(host)
        if not self.local and not token:
            raise UnsafeListening(
                f"the web view would listen on {host} for everyone: set REDEFLUSS_WEB_TOKEN, "
                "or REDEFLUSS_WEB_HOST=127.0.0.1"
            )
        if not self.local and len(token or "") < SHORTEST_TOKEN:
            raise UnsafeListening(
                f"REDEFLUSS_WEB_TOKEN is soon guessed: on {host} it needs at least {SHORTEST_TOKEN} characters, "
                "such as openssl rand -hex 16 makes"
            )
        self._ended = EndedSessions(ended)
        self._token = _bytes(token or "")
        self._allowed_hosts = frozenset(name.lower() for name in allowed_hosts)

    @property
    def has_token(self) -> bool:
        """Whether there is a token to log in with."""
        return bool(self._token)

    def token_is_right(self, given: str) -> bool:
        """Compare in constant time."""
        return self.has_token and hmac.compare_digest(_bytes(given), self._token)

    def knows(self, request: Request) -> bool:
        """Whether the request carries the token or a session."""
        return bool(self.bearer_is_right(request)) or self._session_is_right(request.cookies.get(COOKIE, ""))

    def bearer_is_right(self, request: Request) -> bool | None:
        """Whether the token in the header Authorization is right; None if there is none."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        return self.token_is_right(given.strip()) if scheme.lower() == "bearer" else None

    def host_is_right(self, request: Request) -> bool:
        """Whether the request was meant for this server, not led here by another site's DNS entry.

        Off loopback the names are the operator's; there the token stands in the way.
        """
        if not self.local:
            return True
        name = _without_port(request.headers.get("Host", "")).lower()
        return is_loopback(name) or name in self._allowed_hosts

    def asked_from_elsewhere(self, request: Request) -> bool:
        """Whether a page of another site fetches this in the background; a link that somebody follows is all right."""
        fetched = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
        return fetched and request.headers.get("Sec-Fetch-Site") == "cross-site"

    def origin_is_right(self, request: Request) -> bool:
        """Whether a changing request comes from a page of this server, or from no page at all."""
        origin = request.headers.get("Origin")
        if origin is None:
            return request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}
        return origin.partition("://")[2] == request.headers.get("Host")

    def log_in(self, request: Request, response: StreamResponse) -> None:
        """Begin a session."""
        session = f"{int(time.time()) + SESSION_SECONDS}-{secrets.token_hex(8)}"
        response.set_cookie(
            COOKIE,
            f"{session}.{self._signature(session)}",
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="Strict",
            secure=asked_by_tls(request),
            path="/",
        )

    def log_out(self, request: Request, response: StreamResponse) -> None:
        """End the session: from now on, its cookie and all copies of it are invalid."""
        cookie = request.cookies.get(COOKIE, "")
        if self._session_is_right(cookie):
            self._ended.add(cookie.partition(".")[0])
        response.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict")

    def _signature(self, session: str) -> str:
        return hmac.new(self._token, b"session until " + _bytes(session), sha256).hexdigest()

    def _session_is_right(self, cookie: str) -> bool:
        session, _, signature = cookie.partition(".")
        if not self.has_token or not hmac.compare_digest(_bytes(signature), _bytes(self._signature(session))):
            return False
        return _expires(session) > time.time() and session not in self._ended


class EndedSessions:
    """Sessions that were ended before their time.

    Args:
        path: of a file that all workers of this host read and write; None: this process keeps them alone.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: frozenset[str] = frozenset()
        self._read_at = 0

    def add(self, session: str) -> None:
        """A session is over."""
        now = time.time()
        self._known = frozenset(known for known in {*self._look(), session} if _expires(known) > now)
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="ascii") as file:
                file.write(f"{session}\n")

    def __contains__(self, session: str) -> bool:
        return session in self._look()

    def _look(self) -> frozenset[str]:
        try:
            changed_at = 0 if self._path is None else self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return self._known
        if self._path is not None and changed_at != self._read_at:
            self._known |= frozenset(self._path.read_text(encoding="ascii").split())
            self._read_at = changed_at
        return self._known


def _expires(session: str) -> int:
    """When a session ends by itself (seconds since 1970 UTC); 0 for what is none."""
    moment = session.partition("-")[0]
    return int(moment) if moment.isascii() and moment.isdigit() and len(moment) < 20 else 0


def _bytes(text: str) -> bytes:
    """A header may hold any bytes; those that are no UTF-8 stand in it as surrogates."""
    return text.encode("utf-8", "surrogateescape")


def safe_next(path: str) -> str:
    """Where to go after the login: a path on this server, whatever was asked for."""
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if inside else "/"


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
