"""`redefluss run`: broker, worker, feed and report in one go."""

import asyncio
import contextlib
import signal
import time
from typing import TYPE_CHECKING, Annotated

import typer

from agents.cli import articles, console, input_files
from agents.cli.errors import ExitCode, load_settings
from agents.settings import Settings
from pipeline.stages import RAW_TOPIC

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, TopicPartition

    from agents.cli.sending import Sent
    from agents.cli.tracker import ArticleTracker

IDLE_CHECK_SECONDS = 2.0
"""After so long without a result, it is checked whether the stages have anything left to do."""
REPORT_SECONDS = 5.0
"""Between two reports of the progress, where no bar shows it."""
CLOSE_SECONDS = 2.0
"""For the command's work to end once it is cancelled."""


def run(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]…", help="files or folders; by default the samples")
    ] = None,
    leave: Annotated[
        bool, typer.Option("--exit", help="end when all articles are processed; by default, run until Ctrl-C")
    ] = False,
) -> int:
    """Start a broker (unless one answers) and a worker, feed them articles, and show who said what.

    Exit code 1 if an article was refused or did not come out.
    """
    settings = load_settings()
    files = input_files.found(paths or [str(input_files.SAMPLES)])
    try:
        return asyncio.run(_run(settings, files, leave))
    except asyncio.CancelledError:  # SIGTERM
        return ExitCode.INTERRUPTED


async def _run(settings: Settings, files: list[str], leave: bool) -> int:
    from agents import topics
    from agents.cli import services
    from agents.cli.clients import reach_broker

    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with services.broker(settings) as own, services.data_dir(settings, fresh=own) as folder:
        await reach_broker(settings)
        await topics.ensure(settings)
        console.note(f"Starting the worker: {settings.processes} processes load the models")
        try:
            async with services.worker(settings, folder) as worker:
                watch = asyncio.create_task(services.ended(worker))
                work = asyncio.create_task(_feed_and_report(settings, files))
                code = await _first(work, watch)
                if not leave:
                    console.note("The stream keeps running until Ctrl-C" + _web(settings))
                    with contextlib.suppress(asyncio.CancelledError):
                        await watch
                watch.cancel()
                console.note("Stopping the worker")
        except asyncio.CancelledError:
            console.note("Interrupted")
            raise
    console.note("Stopped")
    return code


async def _first(work: asyncio.Task[int], watch: asyncio.Task[None]) -> int:
    """The work's result; what `watch` raises, if that comes first."""
    try:
        await asyncio.wait((work, watch), return_when=asyncio.FIRST_COMPLETED)
        if watch.done():
            await watch
        return await work
    finally:
        work.cancel()
        await asyncio.wait((work,), timeout=CLOSE_SECONDS)


async def _feed_and_report(settings: Settings, files: list[str]) -> int:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from agents.cli.clients import connected_consumer, connected_producer
    from agents.cli.report import print_report
    from agents.cli.sending import send
    from agents.cli.tracker import ArticleTracker

    started = time.monotonic()
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console.err(), transient=True, disable=not console.err().is_terminal,
    )  # fmt: skip
    task = progress.add_task("processed", total=None)
    tracker = ArticleTracker(settings, came_out=lambda: progress.advance(task))
    async with connected_consumer(settings) as consumer, connected_producer(settings) as producer:
        places = await tracker.assign(consumer)
        result = await send(
            producer,
            settings.topic(RAW_TOPIC),
            articles.messages(files, limit_bytes=settings.max_raw_bytes),
            confirmed=lambda message, place: tracker.sent.update({(place.partition, place.offset): message}),
            refused=lambda problem: console.note(f"refused: {problem.origin}: {problem.reason}"),
        )
        console.note(f"Sent {console.counted(result.confirmed, 'article')} to {settings.topic(RAW_TOPIC)}")
        progress.update(task, total=result.confirmed)
        with progress:
            await _until_all_came_out(tracker, consumer, places)
        if tracker.missing:
            await tracker.look_back(consumer)
    print_report(tracker, result, seconds=time.monotonic() - started)
    return _exit_code(tracker, result)


async def _until_all_came_out(
    tracker: "ArticleTracker", consumer: "AIOKafkaConsumer", places: "list[TopicPartition]"
) -> None:
    """Take in what comes out until nothing is missing, or every stage has done all and that does not change it."""
    came_at = reported_at = time.monotonic()
    idle_since: float | None = None
    while tracker.missing:
        fetched = await consumer.getmany(*places, timeout_ms=200)
        for records in fetched.values():
            for record in records:
                tracker.take(record)
        now = time.monotonic()
        if not console.err().is_terminal and now - reported_at > REPORT_SECONDS:
            reported_at = now
            console.note(f"{len(tracker.sent) - len(tracker.missing):,} of {len(tracker.sent):,} were processed")
        if fetched:
            came_at, idle_since = now, None
        elif now - came_at > IDLE_CHECK_SECONDS and await tracker.idle():
            idle_since = idle_since or now
            if now - idle_since > IDLE_CHECK_SECONDS:
                return


def _exit_code(tracker: "ArticleTracker", result: "Sent") -> int:
    return ExitCode.OK if result.complete and result.confirmed and not tracker.missing else ExitCode.INCOMPLETE


def _web(settings: Settings) -> str:
    return f" – web view: {settings.web_address}" if settings.web_enabled else ""
