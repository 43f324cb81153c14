"""Tokens are used while they are fresh, and each way in which there is none is told apart."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiokafka.errors import KafkaConnectionError, SaslAuthenticationFailed

from agents import oauth
from agents.oauth import TokenEndpoint, TokenFile


class Endpoint:
    """Answers as it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer: Any = {"access_token": "t", "expires_in": 3600}
        self.status = 200
        self.asked: list[tuple[str | None, dict[str, Any]]] = []
        self.url = ""

    async def give(self, request: web.Request) -> web.Response:
        self.asked.append((request.headers.get("Authorization"), dict(await request.post())))
        if isinstance(self.answer, str):
            return web.Response(text=self.answer, status=self.status)
        return web.json_response(self.answer, status=self.status)

    def provider(self, scope: str | None = None) -> TokenEndpoint:
        return TokenEndpoint(self.url, "näme:1", "a+b %c", scope)


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    endpoint = Endpoint()
    application = web.Application()
    application.router.add_post("/token", endpoint.give)
    async with TestServer(application) as server:
        endpoint.url = str(server.make_url("/token"))
        yield endpoint


async def test_a_token_is_asked_for_by_the_clients_credentials_and_used_while_it_is_fresh(endpoint: Endpoint) -> None:
    provider = endpoint.provider("kafka")
    assert [await provider.token() for _ in range(3)] == ["t", "t", "t"]
    login = "Basic " + base64.b64encode(b"n%C3%A4me%3A1:a%2Bb+%25c").decode()
    assert endpoint.asked == [(login, {"grant_type": "client_credentials", "scope": "kafka"})]


async def test_another_one_is_asked_for_before_it_runs_out(endpoint: Endpoint) -> None:
    endpoint.answer = {"access_token": "t", "expires_in": 0.5}
    provider = endpoint.provider()
    await provider.token()
    await asyncio.sleep(0.45)
    endpoint.answer = {"access_token": "u"}
    assert await provider.token() == "u"
    assert endpoint.asked[1][1] == {"grant_type": "client_credentials"}


@pytest.mark.parametrize(
    ("status", "answer"), [(401, {"error": "invalid_client"}), (400, "no"), (200, {}), (200, "no JSON"), (302, "")]
)
async def test_a_refusal_does_not_pass(endpoint: Endpoint, status: int, answer: Any) -> None:
    endpoint.status, endpoint.answer = status, answer
    with pytest.raises(SaslAuthenticationFailed, match=f"gives no token \\({status}: "):
        await endpoint.provider().token()


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_trouble_of_the_endpoint_may_pass(endpoint: Endpoint, status: int) -> None:
    endpoint.status, endpoint.answer = status, "wait"
    with pytest.raises(KafkaConnectionError, match=f"answers with {status}"):
        await endpoint.provider().token()


@pytest.mark.parametrize(("status", "told"), [(401, "xxx"), (200, "more than 1,000 bytes")])
async def test_an_answer_that_never_ends_is_read_to_a_limit(
    monkeypatch: pytest.MonkeyPatch, status: int, told: str
) -> None:
    """A refusal counted as no answer, so that it was asked for again and again."""
    monkeypatch.setattr(oauth, "ANSWER_BYTES", 1000)

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status)
        await response.prepare(request)
        while True:
            await response.write(b"x" * 10_000)

    application = web.Application()
    application.router.add_post("/token", endless)
    async with TestServer(application, handler_cancellation=True) as server:
        with pytest.raises(SaslAuthenticationFailed, match=f"gives no token \\({status}: {told}"):
            await TokenEndpoint(str(server.make_url("/token")), "a", "b").token()


async def test_an_endpoint_that_does_not_answer_may_pass(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oauth, "ENDPOINT_SECONDS", 2.0)
    with pytest.raises(KafkaConnectionError, match="does not answer"):
        await TokenEndpoint("http://127.0.0.1:1/token", "a", "b").token()


async def test_a_file_is_read_each_time(tmp_path: Path) -> None:
    path = tmp_path / "token"
    provider = TokenFile(path)
    with pytest.raises(SaslAuthenticationFailed, match=f"the token file {path} cannot be read"):
        await provider.token()
    path.write_text(" t\n")
    assert await provider.token() == "t"
    path.write_text("u")
    assert await provider.token() == "u"
    path.write_text("\n")
    with pytest.raises(SaslAuthenticationFailed, match=f"the token file {path} is empty"):
        await provider.token()
