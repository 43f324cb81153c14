"""What programs beside the workers, feeds and sinks, say of themselves on the topic `workers`, for the pages.

A word is JSON: `program` and `name` say who speaks, `host`, `pid` and `version` where it runs, and the rest is the
program's own. The last word of a program that ends by itself has `ended`.
"""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from agents.headers import installed_version
from agents.kafka import connect
from agents.settings import Settings
from agents.topics import WORKERS_TOPIC

SAY_SECONDS = 10.0
"""Between two reports of a program."""
RETRY_SECONDS = 2.0
LAST_WORD_SECONDS = 2.0
"""For the last report, which says good-bye, to be sent."""

log = logging.getLogger("redefluss.announcements")


async def announce(settings: Settings, lines: asyncio.Queue[bytes]) -> None:
    """Send each line to the topic of the workers. What cannot be sent is dropped: the next line says it again."""
    while True:
        producer = AIOKafkaProducer(**settings.client_options(), request_timeout_ms=5000, acks=1)
        try:
            await connect(producer)
            while True:
                line = await lines.get()
                try:
                    await producer.send_and_wait(settings.topic(WORKERS_TOPIC), line)
                finally:
                    lines.task_done()
        except (KafkaError, OSError) as error:
            log.debug("could not tell the workers' pages: %s", error)
        finally:
            await producer.stop()
        await asyncio.sleep(RETRY_SECONDS)


@asynccontextmanager
async def announced(
    settings: Settings, program: str, name: str, word: Callable[[], dict[str, Any]]
) -> AsyncIterator[None]:
    """Say every ten seconds how a program is, for the length of a `with` block, and at its end that it has ended.

    Args:
        settings: where the topic is. Where there is none, or it may not be written, nobody hears of it.
        program: "feed" or "sink".
        name: the same after a restart.
        word: how it is.
    """
    known = {
        "program": program,
        "name": name,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "version": installed_version(),
    }
    async with repeated(settings, lambda: known | word(), lambda: known | word() | {"ended": True}, SAY_SECONDS):
        yield


@asynccontextmanager
async def repeated(
    settings: Settings, word: Callable[[], dict[str, Any]], last_word: Callable[[], dict[str, Any]], seconds: float
) -> AsyncIterator[None]:
    """Send a word to the topic of the workers every so many seconds, and another at the end of the `with` block.

    One that cannot be made, as where a file cannot be read at the moment, is left out; the next one is tried again.
    """
    lines: asyncio.Queue[bytes] = asyncio.Queue()

    def say(make: Callable[[], dict[str, Any]]) -> None:
        try:
            line = orjson.dumps(make())
        except Exception as error:
            log.warning("the state of this program cannot be told at the moment: %r", error)
            return
        while not lines.empty():  # of a broker that is away
            lines.get_nowait()
            lines.task_done()
        lines.put_nowait(line)

    async def keep_saying() -> None:
        while True:
            say(word)
            await asyncio.sleep(seconds)

    tasks = [asyncio.create_task(announce(settings, lines)), asyncio.create_task(keep_saying())]
    try:
        yield
    finally:
        tasks[1].cancel()
        say(last_word)
        with suppress(TimeoutError):
            await asyncio.wait_for(lines.join(), LAST_WORD_SECONDS)
        tasks[0].cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.warning(
                    "the state of this program could not be sent to the topic of the workers, so no page shows it: %s",
                    outcome,
                )
