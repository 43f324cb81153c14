"""However many connections there are and however slow they are, a health check is answered, and whoever waits goes."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import faust
import pytest
from aiohttp import ClientSession, ClientTimeout, TCPConnector

from agents.faust_adapter import limit_connections
from agents.settings import Settings
from agents.web import connections, event_stream
from agents.web.auth import Guard
from agents.web.connections import Connections, Proxies
from agents.web.operations import StreamMonitor
from agents.web.site import Site
from agents.web.store.location import store_path
from agents.web.store.reader import StoreReader
from agents.web.store.writer import StoreWriter
from agents.web.view import install
from agents.worker_report import WorkerReporter
from tests.support.ports import free_port
from tests.web.conftest import TOKEN, FakeStatus

MOST, MOST_OF_CLIENT = 40, 10
HEALTH_SECONDS = 10.0
KEPT_SECONDS = 60.0
"""So long no connection is dropped for being slow alone: that would let a health check through, only later."""


@pytest.fixture
async def port(
    settings: Settings, writer: StoreWriter, status: FakeStatus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[int]:
    """The web view as a worker serves it, in a thread of its own, with small limits."""
    monkeypatch.setattr(connections, "MOST_OF_CLIENT", MOST_OF_CLIENT)
    monkeypatch.setattr(connections, "WAIT_SECONDS", 2.0)
    monkeypatch.setattr(connections, "SWEEP_SECONDS", 0.2)
    port = free_port()
    app = faust.App(
        "limits", store="memory://", autodiscover=False, datadir=tmp_path,
        web_bind="127.0.0.1", web_host="127.0.0.1", web_port=port, web_in_thread=True,
    )  # fmt: skip
    reader = StoreReader(store_path(settings))
    proxies = Proxies(["127.0.0.9"])
    guard = Guard(token=TOKEN, host="127.0.0.1")
    stream_monitor = StreamMonitor(settings, reader, WorkerReporter(settings, status), status.metrics)
    site = Site(settings, reader, stream_monitor, guard, Connections(proxies, MOST))
    install(app, site)
    limit_connections(app, site.connections)
    await app.web.start()
    yield port
    await app.web.stop()


async def half_a_request(port: int, source: str) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
    writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-")
    return writer


async def seconds_to_health(port: int, source: str = "127.0.0.1") -> float:
    begun = time.monotonic()
    async with (
        ClientSession(connector=TCPConnector(local_addr=(source, 0)), timeout=ClientTimeout(30)) as session,
        session.get(f"http://127.0.0.1:{port}/health/live") as response,
    ):
        assert response.status == 200
        await response.read()
    return time.monotonic() - begun


@asynccontextmanager
async def half_requests(port: int, sources: list[str]) -> AsyncIterator[list[asyncio.StreamWriter]]:
    writers = [await half_a_request(port, source) for source in sources]
    try:
        yield writers
    finally:
        for writer in writers:
            writer.close()


@pytest.mark.parametrize("clients", [1, 30], ids=["one client", "many clients"])
async def test_health_under_half_sent_requests(port: int, clients: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WAIT_SECONDS", KEPT_SECONDS)
    sources = [f"127.0.1.{1 + number % clients}" for number in range(1_100)]
    async with half_requests(port, sources):
        assert await seconds_to_health(port) < HEALTH_SECONDS
        assert await seconds_to_health(port, sources[0]) < HEALTH_SECONDS


async def test_where_there_is_room_for_no_more_the_next_one_takes_the_place_of_a_slow_one(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_SECONDS", KEPT_SECONDS)
    async with half_requests(port, ["127.0.0.1"] * MOST_OF_CLIENT):
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.close()


async def test_a_request_that_never_ends_is_dropped(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for byte in b"GET / HTTP/1.1\r\nX-Slow: " + b"x" * 100:
        with contextlib.suppress(ConnectionError):
            writer.write(bytes([byte]))
            await asyncio.sleep(0.1)
        if reader.at_eof() or reader.exception():
            break
    else:
        raise AssertionError("still open")
    writer.close()


@pytest.mark.parametrize(
    "request_",
    [b"GET /?q=" + b"a" * 9000 + b" HTTP/1.1", b"GET / HTTP/1.1\r\nX: " + b"a" * 9000, b"GET / HTTP/1.1\r\n:"],
)
async def test_what_is_no_request_is_answered_without_a_traceback(
    port: int, request_: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request_ + b"\r\n\r\n")
    assert (await reader.readline()).split()[1] == b"400"
    writer.close()
    assert "Traceback" not in caplog.text


async def test_a_body_that_cannot_be_read_is_no_traceback_where_nobody_needs_it(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n")
    writer.write(b"\r\nnone")
    assert (await reader.readline()).split()[1] == b"405"
    with contextlib.suppress(ConnectionError):
        await reader.read()
    writer.close()
    assert "Traceback" not in caplog.text


async def test_a_connection_that_is_idle_is_dropped(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionError):
            await reader.read()
    writer.close()


async def test_a_body_that_never_ends_is_dropped(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 1.0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n")
    writer.write(b"Content-Type: application/x-www-form-urlencoded\r\n\r\ntoken=")
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
    writer.close()


async def test_health_under_a_flood_of_listeners(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each client has so many streams; all together have so many; who does not read them is dropped."""
    monkeypatch.setattr(connections, "WAIT_SECONDS", KEPT_SECONDS)
    monkeypatch.setattr(event_stream, "STREAMS", 20)
    monkeypatch.setattr(event_stream, "STREAMS_OF_CLIENT", 4)
    codes: list[int] = []
    opened = []
    for number in range(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(f"127.0.2.{1 + number % 8}", 0))
        writer.write(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        opened.append(writer)
        with contextlib.suppress(ConnectionError, IndexError):
            codes.append(int((await reader.readline()).split()[1]))
    assert (codes.count(200), set(codes)) == (20, {200, 503})
    assert await seconds_to_health(port) < HEALTH_SECONDS
    assert await seconds_to_health(port, "127.0.2.1") < HEALTH_SECONDS
    for writer in opened:
        writer.close()


async def test_who_listens_goes_on_however_long_it_takes(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    await reader.readuntil(b"retry: 2000\n\n")
    await asyncio.sleep(2)
    assert not reader.at_eof()
    writer.close()


class Unread:
    """A connection whose other side does not read."""

    def __init__(self) -> None:
        self.sent = 0

    async def write(self, _data: bytes) -> None:
        self.sent += 1
        if self.sent > 1:
            await asyncio.Event().wait()


async def test_who_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "WRITE_SECONDS", 0.1)
    monkeypatch.setattr(event_stream, "PING_SECONDS", 0.0)

    class FakeSite:
        closing = asyncio.Event()

        class reader:
            last_sequence = None

        async def cached(self, *_: Any, **__: Any) -> int:
            return 0

    with pytest.raises(TimeoutError):
        await event_stream._tell(Unread(), FakeSite(), 0, dict, "key", None)  # type: ignore[arg-type]


async def test_the_connection_of_who_does_not_read_is_closed(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async def give_up(*_: Any) -> None:
        raise TimeoutError

    monkeypatch.setattr(event_stream, "_tell", give_up)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 10)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert not answer.endswith(b"0\r\n\r\n"), "as if nothing more were to come"
    writer.close()


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("192.0.2.1", ["203.0.113.5"], "192.0.2.1"),
        ("10.0.0.7", ["203.0.113.5"], "203.0.113.5"),
        ("10.0.0.7", ["198.51.100.1, 203.0.113.5"], "203.0.113.5"),
        ("10.0.0.7", ["198.51.100.1", "203.0.113.5, 10.1.2.3"], "203.0.113.5"),
        ("10.0.0.7", [], "10.0.0.7"),
        ("10.0.0.7", ["unknown"], "unknown"),
        ("", ["203.0.113.5"], ""),
    ],
)
def test_who_asks_behind_a_proxy(remote: str, forwarded: list[str], client: str) -> None:
    assert Proxies(["10.0.0.0/8"]).client_of(remote, forwarded) == client


async def test_a_proxy_has_no_limit_of_its_own_and_its_clients_have(port: int) -> None:
    """Behind it, five wrong log-ins of one client keep no other one out."""
    url = f"http://127.0.0.1:{port}/login"
    connector = TCPConnector(local_addr=("127.0.0.9", 0), limit=MOST_OF_CLIENT + 5)
    async with ClientSession(connector=connector, timeout=ClientTimeout(30)) as session:

        async def attempt(client: str) -> int:
            headers = {"X-Forwarded-For": client}
            async with session.post(url, data={"token": "falsch"}, headers=headers) as response:
                return response.status

        assert [await attempt("203.0.113.5") for _ in range(7)] == [403] * 5 + [429] * 2
        assert await attempt("203.0.113.6") == 403
    sources = ["127.0.0.9"] * (MOST_OF_CLIENT + 5)
    async with half_requests(port, sources) as writers:
        await asyncio.sleep(0.3)
        assert all(not writer.is_closing() for writer in writers)


async def test_who_is_no_proxy_is_not_believed(port: int) -> None:
    url = f"http://127.0.0.1:{port}/login"
    async with ClientSession(timeout=ClientTimeout(30)) as session:
        codes = []
        for number in range(7):
            headers = {"X-Forwarded-For": f"203.0.113.{number}"}
            async with session.post(url, data={"token": "falsch"}, headers=headers) as response:
                codes.append(response.status)
    assert codes == [403] * 5 + [429] * 2
