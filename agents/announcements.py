"""Reports of programs beside the workers, feeds and sinks, on the topic `workers`, for the pages.

A report is JSON: `program` and `name` say whose it is, `host`, `pid` and `version` where that runs, and the rest is the
program's own. The last report of a program that ends by itself has `ended`.
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

REPORT_SECONDS = 10.0
"""Between two reports of a program."""
RETRY_SECONDS = 2.0
LAST_REPORT_SECONDS = 2.0
"""For the last report to be sent."""

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
    settings: Settings, program: str, name: str, report: Callable[[], dict[str, Any]]
) -> AsyncIterator[None]:
    """Report every ten seconds how a program is, for the length of a `with` block, and at its end that it has ended.

    Args:
        settings: where the topic is. Where there is none, or it may not be written, nobody hears of it.
        program: "feed" or "sink".
        name: the same after a restart.
        report: gives the program's own part of a report: how it is.
    """
    known = {
        "program": program,
        "name": name,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "version": installed_version(),
    }
    async with reporting(
        settings, lambda: known | report(), lambda: known | report() | {"ended": True}, seconds=REPORT_SECONDS
    ):
        yield


@asynccontextmanager
async def reporting(
    settings: Settings,
    report: Callable[[], dict[str, Any]],
    last_report: Callable[[], dict[str, Any]],
    *,
    seconds: float,
) -> AsyncIterator[None]:
    """Send a report to the topic of the workers every so many seconds, and the last one at the end of the `with` block.

    One that cannot be made, as where a file cannot be read at the moment, is left out; the next one is tried again.
    """
    lines: asyncio.Queue[bytes] = asyncio.Queue()

    def enqueue(make: Callable[[], dict[str, Any]]) -> None:
        try:
            line = orjson.dumps(make())
        except Exception as error:
            log.warning("the state of this program cannot be told at the moment: %r", error)
            return
        while not lines.empty():  # of a broker that is away
            lines.get_nowait()
            lines.task_done()
        lines.put_nowait(line)

    async def report_regularly() -> None:
        while True:
            enqueue(report)
            await asyncio.sleep(seconds)

    tasks = [asyncio.create_task(announce(settings, lines)), asyncio.create_task(report_regularly())]
    try:
        yield
    finally:
        tasks[1].cancel()
        enqueue(last_report)
        with suppress(TimeoutError):
            await asyncio.wait_for(lines.join(), LAST_REPORT_SECONDS)
        tasks[0].cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.warning(
                    "the state of this program could not be sent to the topic of the workers, so no page shows it: %s",
                    outcome,
                )
