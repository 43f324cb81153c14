"""Who may see and do what.

On loopback the pages are open and only replays ask for the token. As soon as
the web view listens elsewhere, everything does, except the login form, its
style and the health checks. The token comes as `Authorization: Bearer …` or,
from browsers, as the session cookie that the login form sets.
"""

import hmac
import ipaddress
import time
from collections.abc import Iterable
from hashlib import sha256

from aiohttp.web import Request, StreamResponse

COOKIE = "redefluss_session"
SESSION_SECONDS = 12 * 3600
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


class Guard:
    """Checks tokens, sessions, Host names and origins.

    Args:
        token: the secret; None or empty means that there is none, and no replays.
        host: the address that the web view listens on.
        allowed_hosts: further names under which it may be addressed on loopback.

    Raises:
        UnsafeListening: `host` is not loopback and there is no token.
    """

    def __init__(self, *, token: str | None, host: str, allowed_hosts: Iterable[str] = ()) -> None:
        self.local = is_loopback(host)
        if not self.local and not token:
            raise UnsafeListening(
                f"the web view would listen on {host} for everyone: set REDEFLUSS_WEB_TOKEN, "
                "or REDEFLUSS_WEB_HOST=127.0.0.1"
            )
        self._token = (token or "").encode()
        self._allowed_hosts = frozenset(name.lower() for name in allowed_hosts)

    @property
    def has_token(self) -> bool:
        """Whether there is a token to log in with."""
        return bool(self._token)

    def token_is_right(self, given: str) -> bool:
        """Compare in constant time."""
        return self.has_token and hmac.compare_digest(given.encode(), self._token)

    def knows(self, request: Request) -> bool:
        """Whether the request carries the token or a session."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.token_is_right(given.strip()):
            return True
        return self._session_is_right(request.cookies.get(COOKIE, ""))

    def host_is_right(self, request: Request) -> bool:
        """Whether the request was meant for this server, not led here by another site's DNS entry.

        Off loopback the names are the operator's; there the token stands in the way.
        """
        if not self.local:
            return True
        name = _without_port(request.headers.get("Host", "")).lower()
        return is_loopback(name) or name in self._allowed_hosts

    def origin_is_right(self, request: Request) -> bool:
        """Whether a changing request comes from a page of this server, or from no page at all."""
        origin = request.headers.get("Origin")
        if origin is None:
            return request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}
        return origin.partition("://")[2] == request.headers.get("Host")

    def log_in(self, request: Request, response: StreamResponse) -> None:
        """Begin a session."""
        expires = str(int(time.time()) + SESSION_SECONDS)
        secure = request.secure or request.headers.get("X-Forwarded-Proto") == "https"
        response.set_cookie(
            COOKIE,
            f"{expires}.{self._signature(expires)}",
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="Strict",
            secure=secure,
            path="/",
        )

    def log_out(self, response: StreamResponse) -> None:
        """End the session."""
        response.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict")

    def _signature(self, expires: str) -> str:
        return hmac.new(self._token, f"session until {expires}".encode(), sha256).hexdigest()

    def _session_is_right(self, cookie: str) -> bool:
        expires, _, signature = cookie.partition(".")
        if not self.has_token or not expires.isascii() or not expires.isdigit():
            return False
        right = hmac.compare_digest(signature.encode(), self._signature(expires).encode())
        return right and int(expires) > time.time()


def safe_next(path: str) -> str:
    """Where to go after the login: a path on this server, whatever was asked for."""
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if inside else "/"


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
