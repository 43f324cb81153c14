"""What a receiver of the webhook gets, and what its answers do."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from agents import http_answers
from agents.sinks import webhook
from agents.sinks.store import Batch, SinkError, SinkUnavailable
from agents.sinks.webhook import WebhookStore
from pipeline.tables.rows import change_of
from tests.sinks.records import article

SECRET = "geheim"


class Receiver:
    """Answers as told, and keeps what it got."""

    def __init__(self) -> None:
        self.answers: list[web.Response] = []
        self.got: list[tuple[bytes, str]] = []

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((await request.read(), request.headers["X-Redefluss-Signature"]))
        return self.answers.pop(0) if self.answers else web.Response(status=204)


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, WebhookStore]]:
    made, app = Receiver(), web.Application()
    app.router.add_post("/", made.take)
    async with TestServer(app) as server:
        store = WebhookStore(str(server.make_url("/")), SECRET)
        await store.open()
        yield made, store
        await store.close()


def batch(*values: bytes | None) -> Batch:
    made = Batch()
    for offset, value in enumerate(values):
        record: Any = SimpleNamespace(
            topic="articles.quotes", partition=1, offset=offset, timestamp=5, value=value, headers=[("revision", b"2")]
        )
        made.messages.append((record, change_of("article", b"a-1", value, timestamp_ms=5)))
    return made


async def test_a_batch_is_one_signed_request(receiver: tuple[Receiver, WebhookStore]) -> None:
    told, store = receiver
    written = await store.write(batch(article("a-1"), None))
    ((body, signed),) = told.got
    assert signed == f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"
    first, second = orjson.loads(body)["items"]
    assert first["value"] == orjson.loads(article("a-1"))
    assert (first["key"], first["revision"], first["offset"]) == ("a-1", "2", 0)
    assert (second["value"], second["offset"]) == (None, 1)
    assert (written.rows["quotes"], written.removed) == (1, 1)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
async def test_it_comes_again_later(receiver: tuple[Receiver, WebhookStore], status: int) -> None:
    told, store = receiver
    told.answers = [web.Response(status=status, headers={"Retry-After": "7"})]
    with pytest.raises(SinkUnavailable) as raised:
        await store.write(batch(article("a-1")))
    assert raised.value.after_seconds == 7
    await store.write(batch(article("a-1")))
    assert told.got[0] == told.got[1]


@pytest.mark.parametrize("status", [302, 400, 401, 404, 410])
async def test_a_refusal_ends_it(receiver: tuple[Receiver, WebhookStore], status: int) -> None:
    told, store = receiver
    told.answers = [web.Response(status=status, text="so\nnicht", headers={"Location": "/"})]
    with pytest.raises(SinkError, match=f"{status}: so nicht"):
        await store.write(batch(article("a-1")))
    assert len(told.got) == 1


@pytest.mark.parametrize("status", [200, 400])
async def test_a_status_counts_though_what_follows_it_never_ends(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """A refusal was sent again and again, since its words did not come."""
    monkeypatch.setattr(http_answers, "WORDS_SECONDS", 0.05)
    monkeypatch.setattr(webhook, "REQUEST_SECONDS", 0.2)

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={"Content-Length": "1000000"})
        await response.prepare(request)
        await asyncio.sleep(60)
        return response

    app = web.Application()
    app.router.add_post("/", endless)
    async with TestServer(app, handler_cancellation=True) as server:
        store = WebhookStore(str(server.make_url("/")), SECRET)
        await store.open()
        if status == 200:
            await store.write(batch(article("a-1")))
        else:
            with pytest.raises(SinkError, match="answers 400"):
                await store.write(batch(article("a-1")))
        await store.close()


async def test_nobody_there_is_a_reason_to_wait() -> None:
    store = WebhookStore("http://127.0.0.1:9/", SECRET)
    assert store.name == "http://127.0.0.1:9/"
    await store.open()
    with pytest.raises(SinkUnavailable):
        await store.write(batch(article("a-1")))
    await store.close()


def test_addresses() -> None:
    for url in (
        "ftp://example.org/", "http://[", "http://a:99999", "http://a:0/", "http://a..example.org/", "http://a b/",
        f"http://{'a' * 64}.example.org/", "http://1.2.3.4.5/", "http://a\\b/", "http://ä\u2028/",
    ):  # fmt: skip
        with pytest.raises(SinkError, match="is not an address"):
            WebhookStore(url, SECRET)
    for url in ("http://a_b.example.org./x?y=ä", "https://müller.example:1/", "http://[::1]:80/", "http://127.0.0.1"):
        WebhookStore(url, SECRET)
