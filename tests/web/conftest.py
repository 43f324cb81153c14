"""A web view over a filled store, without a broker."""

import asyncio
import math
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import faust
import pytest
from aiohttp.test_utils import TestClient, TestServer

from agents.metrics import Metrics
from agents.settings import Settings
from agents.web.auth import Guard
from agents.web.operations import StreamMonitor
from agents.web.site import Site
from agents.web.store import columns
from agents.web.store.location import store_path
from agents.web.store.reader import StoreReader
from agents.web.store.writer import StoreWriter, TopicMessage
from agents.web.view import install
from agents.worker_report import WorkerReporter
from pipeline.stages import STAGES
from schemas.codec import encode
from tests.support.missing import missing
from tests.web.articles import hostile_article, quote_article

TOKEN = "ein-geheimes-wort"


class FakeStatus:
    """A worker that is well, unless a test says otherwise."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.said: dict[str, Any] = {}
        self.store_trouble: str | None = None

    def snapshot(self) -> dict[str, Any]:
        return {
            "worker": "this-1",
            "host": "this",
            "pid": 1,
            "version": "0.2.0",
            "started_at": time.time(),
            "stages": [stage.name for stage in STAGES],
            "assignment": {stage.source: [0, 1] for stage in STAGES},
            "loop_beat": time.monotonic(),
            "models": {"state": "ready", "name": "redefluss", "detail": None, "load_seconds": 2.0},
            "pool": {
                "size": 1,
                "busy": 0,
                "waiting": 0,
                "restarts": 0,
                "processes": [{"pid": 4_000_000_000, "state": "idle", "busy_seconds": 0.0, "stage": None}],
            },
            "in_flight": [],
            "errors": [],
        } | self.said


@pytest.fixture(autouse=True)
def quotes_are_counted_as_they_are_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, too, where counts would be those of a moment ago."""
    monkeypatch.setattr(columns, "CHEAP_SECONDS", math.inf)


@pytest.fixture
def status() -> FakeStatus:
    return FakeStatus()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, web_token=TOKEN, broker="kafka://127.0.0.1:1")


@pytest.fixture
def writer(settings: Settings) -> StoreWriter:
    """A store with three articles, and a broker that has just answered."""
    writer = StoreWriter(store_path(settings), keep_articles=100, keep_days=30)
    articles = [
        quote_article("a-1"),
        quote_article("a/2 ü", title="Zweiter Artikel", source="Tagblatt"),
        hostile_article(),
    ]
    now = time.time()
    writer.add(
        TopicMessage("articles.quotes", 0, number, now - 60 + number, encode(article), {})
        for number, article in enumerate(articles)
    )
    all_is_well(writer)
    return writer


def prune(writer: StoreWriter, now: float, *, all_read: bool = True) -> int:
    """Forget all that is to be forgotten at a time (seconds since 1970 UTC); how many articles went."""
    gone = 0
    while some := writer.prune_some(now, all_read=all_read):
        gone += some
    return gone


def all_is_well(writer: StoreWriter, **stages: list[dict[str, Any]]) -> None:
    """Facts about the broker as of now; `stages` replaces the places of some."""
    places = {
        stage.name: [
            {"partition": n, "committed": 5, "begin": 0, "end": 5, "lag": 0, "still_seconds": 0.0} for n in range(2)
        ]
        for stage in STAGES
    }
    writer.put_state("broker", time.time(), {"ok": True, "detail": None})
    writer.put_state("places", time.time(), places | stages)
    writer.put_state("store", time.time(), {"lag": 0, "unreadable": 0})


Serve = Callable[..., Any]


@pytest.fixture
def stream_monitor(settings: Settings, writer: StoreWriter, status: FakeStatus) -> StreamMonitor:
    """What the pages ask for the state of the stream, without their memory of a second."""
    reporter = WorkerReporter(settings, status)
    return StreamMonitor(
        settings, StoreReader(store_path(settings)), reporter, status.metrics, lambda: status.store_trouble
    )


@pytest.fixture
async def serve(settings: Settings, stream_monitor: StreamMonitor) -> AsyncIterator[Serve]:
    """Make a client for a web view; `host` and `token` as in the settings."""
    clients: list[TestClient[Any, Any]] = []

    async def make(*, host: str = "127.0.0.1", token: str | None = TOKEN) -> TestClient[Any, Any]:
        app = faust.App(f"web-{len(clients)}", store="memory://", autodiscover=False, datadir=settings.data_dir)
        reader = StoreReader(store_path(settings))
        install(app, Site(settings, reader, stream_monitor, Guard(token=token, host=host)))
        app.web.init_server()
        client: TestClient[Any, Any] = TestClient(TestServer(app.web.web_app))
        await client.start_server()
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
async def client(serve: Serve) -> TestClient[Any, Any]:
    made: TestClient[Any, Any] = await serve()
    return made


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    webdriver = pytest.importorskip("selenium.webdriver")
    from selenium.webdriver.chrome.service import Service

    browser = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        missing("Chromium or its chromedriver is not installed (Debian: apt-get install chromium chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in ("--headless=new", "--no-sandbox", "--disable-background-networking", "--disable-gpu"):
        options.add_argument(argument)
    options.add_argument("--window-size=1280,1000")
    options.add_experimental_option("prefs", {"intl.accept_languages": "de"})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    running = webdriver.Chrome(options=options, service=Service(driver))
    running.set_script_timeout(120)
    yield running
    running.quit()


@pytest.fixture
def browser(chromium: Any) -> Iterator[Any]:
    """A browser whose console must stay free of errors: a broken script or a breach of the policy would be there."""
    chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})  # of all hosts, and not of the page that is open alone
    chromium.get_log("browser")
    yield chromium
    chromium.get("about:blank")  # no page outlives its server
    severe = [entry["message"] for entry in chromium.get_log("browser") if entry["level"] == "SEVERE"]
    assert not [message for message in severe if "favicon" not in message and "ERR_ABORTED" not in message]


@pytest.fixture
def address(settings: Settings, writer: StoreWriter, status: FakeStatus) -> Iterator[str]:
    """Where the pages over the filled store are served, for a browser."""
    started: Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event, str]] = Queue()

    async def serve() -> None:
        app = faust.App("web-browser", store="memory://", autodiscover=False, datadir=settings.data_dir)
        reader = StoreReader(store_path(settings))
        site = Site(
            settings, reader, StreamMonitor(settings, reader, WorkerReporter(settings, status), status.metrics), guard
        )
        install(app, site)
        app.web.init_server()
        async with TestServer(app.web.web_app) as server:
            end = asyncio.Event()
            started.put((asyncio.get_running_loop(), end, str(server.make_url("")).rstrip("/")))
            await end.wait()
            site.closing.set()

    guard = Guard(token=TOKEN, host="127.0.0.1")
    thread = Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    loop, end, found = started.get(timeout=30)
    yield found
    loop.call_soon_threadsafe(end.set)
    thread.join(30)
