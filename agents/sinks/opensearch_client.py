"""Requests to OpenSearch or Elasticsearch, and what their answers mean for a sink."""

import ssl
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp
import orjson

from agents.http_address import is_http_address
from agents.http_answers import body_of, words_of
from agents.retry_after import retry_after_seconds
from agents.sinks.store import SinkAddressError, SinkError, SinkUnavailable
from agents.sinks.webhook import LONGEST_WAIT_SECONDS
from schemas.codec import one_line

REQUEST_SECONDS = 60.0
BULK_BYTES = 8_000_000
"""A request of a bulk is sent once it has so many."""
ANSWER_CHARACTERS = 300
"""Shown of an answer that is an error, at most."""
ANSWER_BYTES = 64_000_000
"""An answer to a bulk request has a few hundred bytes for each of its documents, and for an error somewhat more."""
AGAIN = {408, 425, 429, 500, 502, 503, 504}
"""Statuses after which the same request may be taken later."""

Action = tuple[dict[str, Any], dict[str, Any] | None]
"""What a bulk request does with a document, and the document; None where it is deleted."""


class OpenSearchClient:
    """A server, by its address.

    Args:
        url: https://user:password@host:9200/prefix; without a path the prefix is "redefluss".

    Raises:
        SinkAddressError: `url` is no such address.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url) if is_http_address(url) else None
        prefix = ("" if parts is None else parts.path.strip("/")) or "redefluss"
        if parts is None or not parts.hostname or "/" in prefix or prefix != prefix.lower():
            raise SinkAddressError("not an address such as https://user:password@localhost:9200/redefluss")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self._base = f"{parts.scheme}://{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
        self.prefix = prefix
        """What the names of its indices begin with."""
        self.name = f"OpenSearch {self._base}/{prefix}"
        """For people, without password."""
        user = unquote(parts.username or "")
        login = b64encode(f"{user}:{unquote(parts.password or '')}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}"} if user else {}
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Make requests possible; connections are made by the first of them."""
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def bulk(self, actions: Iterable[Action]) -> None:
        """Do all of the actions, in as many requests as it takes.

        Raises:
            SinkUnavailable: some were not done, for now.
            SinkError: one was refused.
        """
        body = bytearray()
        for action, document in actions:
            body += orjson.dumps(action) + b"\n" + (b"" if document is None else orjson.dumps(document) + b"\n")
            if len(body) >= BULK_BYTES:
                await self._send(bytes(body))
                body.clear()
        if body:
            await self._send(bytes(body))

    async def _send(self, body: bytes) -> None:
        _, answer = await self.ask("POST", "/_bulk", body, kind="application/x-ndjson", needed="errors")
        if not answer["errors"]:
            return
        failed = [done for item in answer["items"] for name, done in item.items() if _has_failed(name, done)]
        lasting = next((done for done in failed if done["status"] not in AGAIN), None)
        if lasting is not None:
            raise SinkError(
                one_line(f"{self.name} refuses {lasting['_id']}: {lasting.get('error')}", ANSWER_CHARACTERS)
            )
        if failed:
            words = one_line(f"{self.name}: {failed[0].get('error')}", ANSWER_CHARACTERS)
            raise SinkUnavailable(f"{words} (and {len(failed) - 1:,} more)")

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        kind: str = "application/json",
        known: tuple[int, ...] = (),
        needed: str | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """A request; its status, and the JSON object that it is answered with.

        Args:
            method: of HTTP.
            path: behind the address of the server.
            body: what is sent.
            kind: of the body.
            known: statuses that are no error.
            needed: a field without which it is not OpenSearch that answers.

        Raises:
            SinkUnavailable: not now.
            SinkError: it is refused, or somebody else answers.
        """
        assert self._session is not None
        try:
            async with self._session.request(
                method, self._base + path, data=body, headers={"Content-Type": kind}, allow_redirects=False
            ) as answer:
                status, headers = answer.status, answer.headers
                taken = 200 <= status < 300 or status in known
                told = await body_of(answer, ANSWER_BYTES) if taken else None
                words = "" if taken else await words_of(answer, ANSWER_CHARACTERS)
        except ssl.SSLError as error:
            raise SinkError(f"{self.name}: {one_line(str(error))}") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise SinkUnavailable(f"{self.name}: {one_line(str(error)) or type(error).__name__}") from None
        if taken:
            if told is None:
                raise SinkError(f"{self.name} answers {method} {path} with more than {ANSWER_BYTES:,} bytes")
            try:
                value = orjson.loads(told)
            except orjson.JSONDecodeError:
                raise SinkError(f"{self.name} answers {method} {path} with something that is no JSON") from None
            if not isinstance(value, dict) or (needed is not None and needed not in value):
                raise SinkError(f"{self.name} answers {method} {path} otherwise than OpenSearch does")
            return status, value
        words = one_line(f"{self.name} answers {status}: {words}", ANSWER_CHARACTERS)
        if status in AGAIN:
            raise SinkUnavailable(words, retry_after_seconds(headers, most_seconds=LONGEST_WAIT_SECONDS))
        raise SinkError(words)


def _has_failed(action: str, done: Mapping[str, Any]) -> bool:
    """Whether one action of a bulk request was not done; what is to go and is not there has gone before."""
    return done["status"] >= 300 and not (action == "delete" and done["status"] == 404)
