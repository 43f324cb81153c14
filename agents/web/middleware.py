"""What every request passes through: headers, Host names, the token, and errors as pages or JSON."""

import errno
import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from aiohttp.typedefs import Middleware
from aiohttp.web import HTTPException, HTTPFound, Request, Response, StreamResponse, middleware
from aiohttp.web_urldispatcher import AbstractResource

from agents.web.models import ErrorAnswer
from agents.web.problems import Problem
from agents.web.site import json_response, language_of, site_of
from agents.web.store.access import StoreUnavailable

log = logging.getLogger("redefluss.web")
Handler = Callable[[Request], Awaitable[StreamResponse]]

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

OPEN_PATHS = ("/login", "/static/", "/health/")
"""Reachable without the token wherever the web view listens."""


async def add_headers(request: Request, response: StreamResponse) -> None:
    """Tell browsers to trust nothing but this server's own files. Called for every answer before it begins."""
    response.headers.update(HEADERS)
    cache = "public, max-age=600" if request.path.startswith("/static/") else "no-store"
    response.headers.setdefault("Cache-Control", cache)


@middleware
async def errors(request: Request, handler: Handler) -> StreamResponse:
    """Say what went wrong in the form that was asked for, and nothing of the inside."""
    try:
        return await handler(request)
    except HTTPException as error:
        if error.status < 400:
            raise
        if isinstance(error, Problem):
            response = _problem(request, error.status, error.message, error.message_values)
        else:
            response = _problem(request, error.status, error.text or error.reason)
        response.headers.update(
            {name: error.headers[name] for name in ("Retry-After", "Allow") if name in error.headers}
        )
        return response
    except StoreUnavailable as error:
        return _problem(request, 503, str(error))
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:  # of a file below /static/
            return _problem(request, 404, f"404: {HTTPStatus(404).phrase}")
        log.exception("%s %s failed", request.method, request.path)
        return _problem(request, 500, "an error inside; it is in the worker's log")


@middleware
async def connection(request: Request, handler: Handler) -> StreamResponse:
    """Tell for how long a connection keeps the server at work, and for how long waiting."""
    connections = site_of(request).connections
    connections.mark(request.protocol, busy=True)
    try:
        return await handler(request)
    finally:
        connections.mark(request.protocol, busy=False)


def guard(own: frozenset[AbstractResource]) -> Middleware:
    """A middleware that asks for the token.

    Args:
        own: this web view's resources. All others are Faust's built-in pages, which show
            the inside of tables and the like: they need the token even on loopback.
    """

    @middleware
    async def check(request: Request, handler: Handler) -> StreamResponse:
        rules = site_of(request).guard
        if not rules.host_is_right(request):
            return _problem(request, 421, "this server is not known under that name")
        site_of(request).check_guesses(request)
        resource = request.match_info.route.resource
        builtin = resource is not None and resource not in own
        closed = not rules.local and not request.path.startswith(OPEN_PATHS)
        if (builtin or closed) and not rules.knows(request):
            if closed and "text/html" in request.headers.get("Accept", "") and request.method == "GET":
                raise HTTPFound(request.rel_url.with_path("/login").with_query(next=request.raw_path))
            return _unauthorized(request)
        changing = request.method not in {"GET", "HEAD", "OPTIONS"} and not rules.origin_is_right(request)
        if changing or rules.asked_from_elsewhere(request):
            return _problem(request, 403, "the request comes from another site")
        return await handler(request)

    return check


def _unauthorized(request: Request) -> Response:
    response = _problem(request, 401, "this needs the token (REDEFLUSS_WEB_TOKEN)")
    response.headers["WWW-Authenticate"] = 'Bearer realm="redefluss"'
    return response


def _problem(request: Request, status: int, detail: str, values: Mapping[str, object] | None = None) -> Response:
    """The answer to what went wrong; `detail`: in English, with `%(name)s` for each of `values`."""
    if "text/html" in request.headers.get("Accept", "") and not request.path.startswith(("/api/", "/health/")):
        from agents.web.localisation import translations

        said = translations(language_of(request)).gettext(detail)
        if detail == f"{status}: {HTTPStatus(status).phrase}":
            said = ""  # aiohttp's own words, which the heading has in the reader's language
        elif values:
            said %= values
        return site_of(request).page("error.html", request, status=status, code=status, detail=said)
    return json_response(ErrorAnswer(error=detail % values if values else detail), status=status)
