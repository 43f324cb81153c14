"""`redefluss produce`: articles from files to the first topic."""

import asyncio
from typing import Annotated

import typer

from agents.cli import articles, console, input_files
from agents.cli.errors import ExitCode, load_settings
from agents.settings import Settings
from pipeline.stages import RAW_TOPIC

SHOWN_REFUSALS = 20


def produce(
    paths: Annotated[list[str], typer.Argument(metavar="PATH… | -", help="files, folders, or - for standard input")],
) -> int:
    """Send articles to articles.raw: plain text, HTML, JSON, JSON lines, gzip of these, and folders of them.

    Every message is confirmed by the broker. Exit code 1 if something was refused or not confirmed.
    """
    settings = load_settings()
    files = input_files.found(paths)
    return asyncio.run(_produce(settings, files))


async def _produce(settings: Settings, files: list[str]) -> int:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    from agents.cli.clients import connected_producer
    from agents.cli.sending import send

    topic = settings.topic(RAW_TOPIC)
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[sent]:,} sent"),
        TimeElapsedColumn(), console=console.err(), transient=True, disable=not console.err().is_terminal,
    )  # fmt: skip
    shown = 0
    async with connected_producer(settings) as producer:
        with progress:
            task = progress.add_task(topic, total=input_files.size_bytes(files), sent=0)
            sent = 0

            def refuse(problem: articles.RefusedInput) -> None:
                nonlocal shown
                shown += 1
                if shown <= SHOWN_REFUSALS:
                    progress.console.print(f"refused: {problem.origin}: {problem.reason}", markup=False)

            def confirm(*_: object) -> None:
                nonlocal sent
                sent += 1
                progress.update(task, sent=sent)

            items = articles.messages(
                files,
                limit_bytes=settings.max_raw_bytes,
                advance=lambda count: progress.advance(task, count),
            )
            result = await send(producer, topic, items, confirmed=confirm, refused=refuse)
    if shown > SHOWN_REFUSALS:
        console.note(f"… and {shown - SHOWN_REFUSALS:,} more")
    console.note(
        f"Sent {result.confirmed:,} to {topic}; refused {result.refused:,}"
        + (f"; not confirmed {result.unconfirmed:,}" if result.unconfirmed else "")
        + ("; there was no article" if result.complete and not result.confirmed else "")
    )
    return ExitCode.OK if result.complete and result.confirmed else ExitCode.INCOMPLETE
