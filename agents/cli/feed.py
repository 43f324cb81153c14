"""`redefluss feed`: articles from their publishers' feeds to the first topic."""

import asyncio
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agents.cli import console
from agents.cli.errors import ExitCode, load_settings
from agents.settings import Settings
from pipeline.stages import RAW_TOPIC

if TYPE_CHECKING:
    from agents.feed.feed_list import FeedSource


def feed(
    feeds: Annotated[Path, typer.Argument(metavar="FEEDS.toml", help="the list of feeds")],
    once: Annotated[bool, typer.Option("--once", help="poll each feed once, fetch what is new, and end")] = False,
) -> int:
    """Poll RSS, Atom and news sitemaps, and send new and changed articles to articles.raw.

    Every message is confirmed by the broker. With --once, exit code 1 if something failed.
    """
    from agents.feed import feed_list

    settings = load_settings(logged=True)
    known = feed_list.load(feeds)
    try:
        return asyncio.run(_feed(settings, known, once))
    except asyncio.CancelledError:  # Ctrl-C or SIGTERM
        console.note("Interrupted" if once else "Stopped")
        return ExitCode.INTERRUPTED if once else ExitCode.OK


async def _feed(settings: Settings, feeds: "list[FeedSource]", once: bool) -> int:
    from agents.announcements import announced
    from agents.cli.clients import connected_producer, send_within
    from agents.exposition import served
    from agents.feed.fetching import Fetcher
    from agents.feed.hosts import Hosts
    from agents.feed.metrics import FeedMetrics
    from agents.feed.page_producer import PageProducer
    from agents.feed.poll_result import PollResult
    from agents.feed.poller import Poller
    from agents.feed.seen import SeenPages
    from agents.feed.status import status
    from agents.outgoing import Outgoing
    from pipeline.cleaning.cleaner import Cleaner
    from schemas.records import RawArticle

    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    topic = settings.topic(RAW_TOPIC)
    results: list[PollResult] = []

    def report(result: PollResult) -> None:
        console.note(result.line())

    async with connected_producer(settings) as producer:

        async def send(article: RawArticle, value: bytes) -> None:
            message = Outgoing(topic, str(article.id).encode(), value)
            await send_within(settings.publish_timeout_seconds, producer, message)

        seen = SeenPages(settings.data_dir / "feed")
        try:
            seen.forget_old()
            metrics = FeedMetrics()
            hosts = Hosts(pause_seconds=settings.feed_pause_seconds, until=seen.hosts(), on_change=seen.save_host)
            fetcher = Fetcher(
                hosts,
                user_agent=settings.feed_user_agent,
                allow_private=settings.feed_allow_private,
                timeout_seconds=settings.feed_timeout_seconds,
            )
            poller = Poller(
                feeds,
                seen,
                fetcher,
                PageProducer(
                    seen, send, Cleaner(settings.pipeline), max_message_bytes=settings.max_raw_bytes, metrics=metrics
                ),
                max_page_bytes=settings.max_article_bytes,
                follow_seconds=settings.feed_follow_hours * 3600,
                metrics=metrics,
            )
            name = f"{socket.gethostname()}:{settings.data_dir}"
            async with (
                fetcher,
                served(metrics.registry, settings.web_host, settings.feed_metrics_port),
                announced(settings, "feed", name, lambda: status(feeds, seen, poller.problems)),
            ):
                if not once:
                    console.note(f"Polling {console.counted(len(feeds), 'feed')}; Ctrl-C ends it")
                    await poller.forever(report)
                results = await poller.once(report)
        finally:
            seen.close()
    sent = sum(result.new + result.revised for result in results)
    console.note(f"Sent {console.counted(sent, 'article')} to {topic}")
    return ExitCode.INCOMPLETE if any(result.failed for result in results) else ExitCode.OK
