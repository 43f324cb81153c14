"""The webhook sink: sends articles and statements to a web address, a signed request a batch, until it is accepted."""

import hashlib
import hmac
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from agents import headers
from agents.http_address import is_http_address, without_secrets
from agents.http_answers import words_of
from agents.retry_after import retry_after_seconds
from agents.sinks.store import Batch, SinkAddressError, SinkError, SinkUnavailable, WriteResult
from pipeline.tables.rows import Change
from schemas.codec import BYTE_ORDER_MARK, one_line

SCHEMA = "webhook/1"
SIGNATURE_HEADER = "X-Redefluss-Signature"
"""`sha256=` and, in hex, the HMAC-SHA256 of the body under the secret."""
REQUEST_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 3600.0
"""A receiver that asks for a longer pause is asked again after this."""
ANSWER_CHARACTERS = 200
"""Shown of an answer that is an error, at most."""
AGAIN = frozenset({408, 425, 429, *range(500, 600)})
"""Answers after which the same request is sent again; any other but 2xx is a refusal."""


class WebhookStore:
    """Whoever answers at an address; it keeps no offsets, so that Kafka's count.

    Args:
        url: where to POST.
        secret: what requests are signed with.
    """

    batch_bytes = 1_000_000
    flush_seconds = 1.0

    def __init__(self, url: str, secret: str) -> None:
        if not is_http_address(url):
            raise SinkAddressError(f"{without_secrets(url)!r} is not an address such as https://example.org/quotes")
        parts = urlsplit(url)
        self.name = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        self._url = url
        self._secret = secret.encode()
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Nothing is asked of the receiver before there is something to tell."""
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def write(self, batch: Batch) -> WriteResult:
        """One request; it counts once the receiver answers with 2xx."""
        assert self._session is not None
        if batch.messages:
            body = body_of(batch.messages)
            sent = {"Content-Type": "application/json", SIGNATURE_HEADER: signature(body, self._secret)}
            try:
                async with self._session.post(self._url, data=body, headers=sent, allow_redirects=False) as answer:
                    await self._check(answer)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                raise SinkUnavailable(f"{self.name}: {one_line(str(error)) or type(error).__name__}") from None
        return batch.result_of([change for _, change in batch.messages])

    async def _check(self, answer: aiohttp.ClientResponse) -> None:
        if answer.ok and answer.status < 300:
            return
        told = await words_of(answer, ANSWER_CHARACTERS)
        words = one_line(f"{self.name} answers {answer.status}: {told}", ANSWER_CHARACTERS)
        if answer.status in AGAIN:
            raise SinkUnavailable(words, retry_after_seconds(answer.headers, most_seconds=LONGEST_WAIT_SECONDS))
        raise SinkError(f"{words}; nothing was passed by")


def body_of(messages: list[tuple[Any, Change]]) -> bytes:
    """The JSON of a request: the messages in their order, each with where it stands, its key and its record."""
    items = [
        {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "timestamp": record.timestamp,
            "key": change.key,
            "revision": headers.text_of(record.headers, "revision"),
            "value": None if record.value is None else orjson.Fragment(record.value.removeprefix(BYTE_ORDER_MARK)),
        }
        for record, change in messages
    ]
    return orjson.dumps({"schema": SCHEMA, "items": items})


def signature(body: bytes, secret: bytes) -> str:
    """What stands in the header `X-Redefluss-Signature`."""
    return f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"
