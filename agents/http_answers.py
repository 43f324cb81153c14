"""Reads the answer of a server up to a limit, however much it sends."""

import asyncio
from contextlib import suppress

import aiohttp

from schemas.codec import one_line

WORDS_SECONDS = 5.0
"""How long the text of an answer is waited for."""


async def words_of(answer: aiohttp.ClientResponse, most: int) -> str:
    """The text of an answer, or what of it comes in time, in a line of at most so many characters."""
    told = bytearray()
    with suppress(aiohttp.ClientError, OSError, TimeoutError):
        async with asyncio.timeout(WORDS_SECONDS):
            async for piece in answer.content.iter_any():
                told += piece
                if len(told) >= 4 * most:
                    break
    return one_line(told[: 4 * most].decode("utf-8", "replace"), most)


async def body_of(answer: aiohttp.ClientResponse, most: int) -> bytes | None:
    """The body of an answer; None if it has more than so many bytes. How long it may take is its session's to say."""
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > most:
            return None
    return bytes(body)
