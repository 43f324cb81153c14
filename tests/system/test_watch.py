"""`redefluss watch` beside a worker: a quote that several papers have is told once, signed, soon after it came out."""

import asyncio
import hashlib
import hmac
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import Any

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

from agents.web.store.access import StoreUnavailable
from agents.web.store.location import store_path
from agents.web.store.reader import StoreReader
from tests.support.ports import free_port
from tests.support.stream import REPOSITORY, article
from tests.support.waiting import until

SECRET = "geheim"
SECONDS = 120.0
RADAR = "„Die Abschaltung des Radars auf Wangerooge war ein schwerer Fehler“"
PEGEL = "„Wir haben die Pegel an der Elbe seit Tagen im Blick“"


def said(identifier: str, line: str) -> tuple[bytes, bytes]:
    return article(identifier, line, source=f"Bote {identifier}")


async def test_a_statement_in_three_papers_is_told_once_and_signed(make_stream: Any) -> None:
    stream = await make_stream(
        loader="tests.support.speakers:load", web_enabled=True, web_port=free_port(), webhook_secret=SECRET
    )
    reader = StoreReader(store_path(stream.settings))
    got: list[dict[str, Any]] = []

    def kept() -> int:
        try:
            return reader.article_count()
        except StoreUnavailable:
            return 0

    def looked_up_to() -> int | None:
        """The number of the last article that the search has looked at, and of which nothing waits to be sent."""
        outbox = store_path(stream.settings).with_suffix(".watch")
        with closing(sqlite3.connect(f"file:{outbox}?mode=ro", uri=True)) as connection:
            (number,) = connection.execute("SELECT max(upto) FROM marks").fetchone()
            (waiting,) = connection.execute("SELECT count(*) FROM waiting").fetchone()
        return None if waiting else number

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        right = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert request.headers["X-Redefluss-Signature"] == right
        got.append(orjson.loads(body))
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/", take)
    stream.start_worker()
    await stream.produce([said("before", f"Jörn Hasselbrink: {RADAR}")])
    await until(lambda: kept() == 1, SECONDS, stream.logs)
    async with TestServer(app) as server:
        searches = stream.folder / "searches.toml"
        searches.write_text(
            f'[[searches]]\nname = "Radar"\nsearch = "q=Radars&speaker=Momsen"\nurl = "{server.make_url("/")}"\n'
            "per_minute = 600\n",
            encoding="utf-8",
        )
        watching = subprocess.Popen(
            [sys.executable, "-m", "agents.cli", "watch", str(searches)],
            cwd=REPOSITORY, env=os.environ | stream.environment, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            assert watching.stderr is not None
            assert b"Watching Radar" in await asyncio.to_thread(watching.stderr.readline)
            await until(lambda: looked_up_to() == reader.last_sequence(), SECONDS)  # it tells what comes from now on
            papers = [said(f"a-{number}", f"Thea Momsen: {RADAR}") for number in range(3)]
            await stream.produce([*papers, said("b", f"Thea Momsen: {PEGEL}"), papers[0]])
            await until(lambda: kept() == 5 and looked_up_to() == reader.last_sequence(), SECONDS, stream.logs)
        finally:
            watching.send_signal(signal.SIGINT)
            code = await asyncio.to_thread(watching.wait, 30)
    assert code == 0
    (item,) = [item for request in got for item in request["items"]]
    assert (item["quote"]["speaker"], item["quote"]["text"]) == ("Thea Momsen", RADAR)
    assert got[0]["search"] == {"name": "Radar", "query": "q=Radars&speaker=Momsen"}
    assert {item["source"], *(copy["source"] for copy in item["copies"])} <= {f"Bote a-{number}" for number in range(3)}
