"""Tokens for SASL OAUTHBEARER: from a file that something else renews, or from a token endpoint."""

import asyncio
import base64
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import aiohttp
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaConnectionError, SaslAuthenticationFailed

from agents.http_answers import body_of, words_of
from schemas.codec import one_line

ENDPOINT_SECONDS = 10.0
RENEW_SHARE = 0.8
"""Of a token's life, after which another is asked for."""
DEFAULT_LIFE_SECONDS = 60.0
"""Of a token whose life the endpoint does not tell."""
ANSWER_BYTES = 1_000_000
ANSWER_CHARACTERS = 200


class TokenFile(AbstractTokenProvider):  # type: ignore[misc]
    """The token in a file, read at every log-in, since whoever renews it writes the file anew.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def token(self) -> str:
        """The token.

        Raises:
            SaslAuthenticationFailed: there is none in the file.
        """
        try:
            text = (await asyncio.to_thread(self._path.read_text, encoding="utf-8")).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SaslAuthenticationFailed(f"the token file {self._path} cannot be read ({error})") from None
        if not text:
            raise SaslAuthenticationFailed(f"the token file {self._path} is empty")
        return text


class TokenEndpoint(AbstractTokenProvider):  # type: ignore[misc]
    """Tokens of an OAuth 2.0 endpoint by the client's credentials (RFC 6749, section 4.4), each used while it is fresh.

    Any loop may ask: a worker's consumers have loops of their own.

    Args:
        url: of the endpoint.
        client_id: sent with the secret by HTTP Basic authentication, both encoded as in a form (section 2.3.1).
        client_secret: the secret.
        scope: asked for, if given.
    """

    def __init__(self, url: str, client_id: str, client_secret: str, scope: str | None = None) -> None:
        self._url = url
        login = base64.b64encode(f"{quote_plus(client_id)}:{quote_plus(client_secret)}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}"}
        self._form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        self._known: tuple[str, float] = ("", -float("inf"))
        """The token, and until when (monotonic, in seconds) it is used."""

    async def token(self) -> str:
        """A token.

        Raises:
            SaslAuthenticationFailed: the endpoint refuses the credentials, or answers with no token.
            KafkaConnectionError: it cannot be reached, or is in trouble itself.
        """
        token, until = self._known
        if time.monotonic() < until:
            return token
        asked_at = time.monotonic()
        try:
            timeout = aiohttp.ClientTimeout(total=ENDPOINT_SECONDS)
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self._url, data=self._form, headers=self._headers, allow_redirects=False) as response,
            ):
                status = response.status
                answer: Any = None
                if status == 200:
                    answer, told = _read(await body_of(response, ANSWER_BYTES))
                else:
                    told = await words_of(response, ANSWER_CHARACTERS)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise KafkaConnectionError(f"the token endpoint {self._url} does not answer ({error!r})") from None
        if status >= 500 or status == 429:
            raise KafkaConnectionError(f"the token endpoint {self._url} answers with {status}")
        given = answer.get("access_token") if isinstance(answer, dict) else None
        if status != 200 or not isinstance(given, str) or not given:
            raise SaslAuthenticationFailed(f"the token endpoint {self._url} gives no token ({status}: {told})")
        life = answer.get("expires_in")
        seconds = float(life) if isinstance(life, int | float) and life > 0 else DEFAULT_LIFE_SECONDS
        self._known = given, asked_at + RENEW_SHARE * seconds
        return given


def _read(body: bytes | None) -> tuple[Any, str]:
    """An answer as JSON (None if it is none), and its beginning for people."""
    if body is None:
        return None, f"more than {ANSWER_BYTES:,} bytes"
    told = one_line(body[: 4 * ANSWER_CHARACTERS].decode("utf-8", "replace"), ANSWER_CHARACTERS)
    try:
        return json.loads(body), told
    except (ValueError, RecursionError):
        return None, told
