"""How fast the pages answer with many quotes in the store.

    python -m benchmarks.pages_at_size [--quotes 200000] [--asked 60] [--load]

Fills a store with made-up articles, so that words, speakers and papers are as uneven as in the news, multiplies what
is in it by ten, under other ids and with other times, serves the pages over it, and asks each page for something that
it was not asked for before. `--load` keeps every core busy meanwhile, and articles come into the store as fast as a
worker with a full pool makes them. Printed is how long an answer took, and how much processor time of the process that
serves and asks.
"""

import argparse
import asyncio
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing import Event, Process
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from agents.settings import Settings
from agents.web.store.location import store_path
from agents.web.store.writer import StoreWriter
from benchmarks.console import show
from benchmarks.made_up_news import DAYS, PEOPLE, QUOTES, WORDS, News, fill, multiply

TIMES = 10
ARRIVING_PER_SECOND = 30


def burn(end: Any) -> None:
    """Keep a core busy."""
    while not end.is_set():
        sum(number * number for number in range(20_000))


def arriving(path: Path, first: int, end: Any) -> None:
    """Articles as they come in at full load, by a process that is as nice as the collector."""
    os.nice(10)
    writer = StoreWriter(path, keep_articles=10**7, keep_days=30)
    news = News(7)
    while not end.is_set():
        begun = time.monotonic()
        now = time.time()
        made = (news.article(number, now) for number in range(first, first + ARRIVING_PER_SECOND))
        first += fill(writer, made, now, first)
        time.sleep(max(0.0, 1 - (time.monotonic() - begun)))


async def measure(settings: Settings, news: News, asked: int) -> dict[str, list[tuple[float, float]]]:
    """By page for each answer the seconds that it took, and those of the processor."""
    import faust

    from agents.metrics import Metrics
    from agents.web import limits
    from agents.web.auth import Guard
    from agents.web.operations import StreamMonitor
    from agents.web.site import Site
    from agents.web.store.reader import StoreReader
    from agents.web.view import install
    from agents.worker_report import WorkerReporter

    class Idle:
        metrics = Metrics()

        def snapshot(self) -> dict[str, Any]:
            raise NotImplementedError

    path = store_path(settings)
    app = faust.App("pages", store="memory://", autodiscover=False, datadir=settings.data_dir)
    reader, status = StoreReader(path), Idle()
    monitor = StreamMonitor(settings, reader, WorkerReporter(settings, status), status.metrics)
    site = Site(settings, reader, monitor, Guard(token="x", host="127.0.0.1"))
    site.limiter = limits.Limiter(clock=iter(range(10**9)).__next__)  # the one who asks here may ask often
    install(app, site)
    app.web.init_server()
    chance = random.Random(3)

    def word() -> str:
        return news.words[min(WORDS - 1, int(chance.paretovariate(0.7)) - 1)]

    def name() -> str:
        return news.names[min(PEOPLE - 1, int(chance.paretovariate(0.7)) - 1)]

    pages: dict[str, Callable[[], str]] = {
        "newsroom": lambda: "/",
        "newsroom, older": lambda: f"/?cursor={time.time() - chance.random() * DAYS * 86400}_1",
        "search, a word": lambda: f"/search?q={word()}+",
        "search, two words": lambda: f"/search?q={word()}+{word()}",
        "search, speaker and paper": lambda: f"/search?speaker={name()}&source=Blatt+{chance.randrange(9)}",
        "search, all": lambda: f"/search?since=2020-01-{chance.randrange(1, 29):02}",
        "API, quotes": lambda: f"/api/quotes?q={word()}+",
        "shares, all": lambda: f"/api/shares?by={chance.choice(('gender', 'source', 'party', 'speaker'))}",
        "shares, a word": lambda: f"/shares?by=gender&q={word()}+",
        "entity": lambda: f"/entities/per/{name().lower().replace(' ', '-')}",
        "directory": lambda: f"/people?q={name()[:4]}",
    }
    seconds: dict[str, list[tuple[float, float]]] = {page: [] for page in pages}
    web_app: Any = app.web.web_app  # type: ignore[attr-defined]
    async with TestServer(web_app) as server, ClientSession(server.make_url("/")) as session:
        async with session.get("/search?q=x") as answer:
            await answer.read()
        for _ in range(asked):
            for page, address in pages.items():
                path_ = address()
                begun, cpu = time.perf_counter(), time.process_time()
                async with session.get(path_, headers={"Accept": "text/html", "Accept-Language": "de"}) as answer:
                    await answer.read()
                    assert answer.status in {200, 404}, (path_, answer.status)
                seconds[page].append((time.perf_counter() - begun, time.process_time() - cpu))
                await asyncio.sleep(0.02)
    return seconds


def main() -> None:
    """Fill, ask, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quotes", type=int, default=200_000, help="in the store")
    parser.add_argument("--asked", type=int, default=60, help="how often each page is asked for")
    parser.add_argument("--load", action="store_true", help="with every core busy, and articles coming in")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), broker="kafka://127.0.0.1:1")
        news, now = News(1), time.time()
        writer = StoreWriter(store_path(settings), keep_articles=10**7, keep_days=30)
        articles = list(news.articles(args.quotes // QUOTES // TIMES, now))
        begun = time.process_time()
        count = fill(writer, iter(articles), now)
        took = time.process_time() - begun
        writer.close()
        multiply(store_path(settings), TIMES)
        size = store_path(settings).stat().st_size / 1e6
        each = 1000 * took / count
        count *= TIMES
        show(f"{count} articles, {count * QUOTES} quotes, {size:.0f} MB; {each:.2f} ms to write an article")
        end = Event()
        others = [Process(target=burn, args=(end,)) for _ in range(os.cpu_count() or 1)] if args.load else []
        if args.load:
            others.append(Process(target=arriving, args=(store_path(settings), count, end)))
        for process in others:
            process.start()
        try:
            seconds = asyncio.run(measure(settings, news, args.asked))
        finally:
            end.set()
            for process in others:
                process.join()
        for page, times in seconds.items():
            wall, cpu = ([1000 * part for part in column] for column in zip(*times, strict=True))
            show(
                f"{page:28} p50 {statistics.median(wall):5.0f} ms  p95 {statistics.quantiles(wall, n=20)[-1]:5.0f} ms"
                f"   processor p50 {statistics.median(cpu):5.0f} ms  p95 {statistics.quantiles(cpu, n=20)[-1]:5.0f} ms"
            )
        show(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB at most")


if __name__ == "__main__":
    main()
