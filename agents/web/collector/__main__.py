"""Entry of the collector's process.

Reads JSON lines from standard input: first the settings, then whatever the
worker has to say to the others. The end of the input is the end of the worker,
and of this process. Writes to standard output, a line each time, why the store
cannot be written: the store itself could not say so.
"""

import asyncio
import fcntl
import logging
import os
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import IO, Any

import orjson
from aiokafka.errors import KafkaError

from agents import logs
from agents.announcements import LAST_REPORT_SECONDS, announce
from agents.permissions import AUTHORIZATION_ERRORS, MissingPermission, in_words
from agents.settings import Settings
from agents.web.collector.collector import Collector
from agents.web.store.tables import is_corrupt, remove_store
from agents.web.store.writer import StoreGone, StoreWriter
from schemas.codec import one_line

RETRY_SECONDS = 2.0
PERMISSION_SECONDS = 30.0
"""Between tries while a permission is missing, which somebody has to grant."""
NICENESS = 5
"""The stream goes first: a page may be a moment late."""

log = logging.getLogger("agents.web.collector")


async def collect(settings: Settings, path: Path) -> None:
    """Fill the store at `path`; where another process of this host does so already, wait until it ends."""
    while True:
        try:
            async with _lock(path.with_suffix(".lock")):
                await _fill(settings, path)
        except OSError as error:
            _tell(f"{error.filename or path} cannot be written: {error.strerror or error}")
            await asyncio.sleep(RETRY_SECONDS)


async def _fill(settings: Settings, path: Path) -> None:
    """Until the store is removed: its lock may have been removed with it."""
    gone = False
    while not gone:
        try:
            with closing(_writer(settings, path)) as writer:
                await Collector(settings, writer).run()
        except* StoreGone as errors:
            log.warning("the pages stand still: %s; it is made again", errors.exceptions[0])
            gone = True
        except* (MissingPermission, *AUTHORIZATION_ERRORS) as errors:
            first = errors.exceptions[0]
            log.warning("the pages stand still: %s; next try in %.0f s", in_words(first) or first, PERMISSION_SECONDS)
            await asyncio.sleep(PERMISSION_SECONDS)
        except* sqlite3.Error as errors:
            _tell(f"{path} cannot be written: {errors.exceptions[0]}")
            if any(is_corrupt(error) for error in errors.exceptions):
                remove_store(path)
        except* (KafkaError, OSError) as errors:
            log.warning("the web view's collector reconnects: %s", errors.exceptions[0])
        await asyncio.sleep(RETRY_SECONDS)


def _tell(why: str) -> None:
    """Why the store cannot be written, to the log and to the worker."""
    log.warning("the pages stand still: %s; trying again", one_line(why))
    sys.stdout.write(f"{one_line(why)}\n")
    sys.stdout.flush()


async def main() -> None:
    """Run until standard input ends."""
    reader = asyncio.StreamReader(limit=16_000_000)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    first = orjson.loads(await reader.readline())
    settings = Settings.model_validate(first["settings"])
    logs.configure(settings.log_level, settings.log_format)
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    tasks = [
        asyncio.create_task(collect(settings, Path(first["path"]))),
        asyncio.create_task(announce(settings, lines)),
        asyncio.create_task(_listen(reader, lines)),
    ]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    with suppress(TimeoutError):
        await asyncio.wait_for(lines.join(), LAST_REPORT_SECONDS)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _listen(reader: asyncio.StreamReader, lines: asyncio.Queue[bytes]) -> None:
    while line := await reader.readline():
        while lines.qsize() > 100:
            lines.get_nowait()
            lines.task_done()
        lines.put_nowait(line.rstrip(b"\n"))


def _writer(settings: Settings, path: Path) -> StoreWriter:
    return StoreWriter(path, keep_articles=settings.web_keep_articles, keep_days=settings.web_keep_days)


@asynccontextmanager
async def _lock(path: Path) -> AsyncIterator[None]:
    """Alone among the processes of this host. The file is opened for each try, since it may have been removed."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "ab") as lock:
            if _locked(lock, path):
                yield
                return
        await asyncio.sleep(RETRY_SECONDS)


def _locked(lock: IO[Any], path: Path) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(path.stat(), os.fstat(lock.fileno()))
    except (BlockingIOError, FileNotFoundError):
        return False


if __name__ == "__main__":
    os.nice(NICENESS)
    asyncio.run(main())
