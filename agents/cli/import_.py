"""`redefluss import`: articles from archives to the first topic."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agents.cli import console
from agents.cli.articles import ArticleMessage, RefusedInput
from agents.cli.errors import ExitCode, load_settings
from agents.settings import Settings
from pipeline.stages import RAW_TOPIC

if TYPE_CHECKING:
    from agents.imports.import_progress import ImportProgress

SHOWN_REFUSALS = 20


@dataclass(frozen=True)
class _NumberedMessage(ArticleMessage):
    """A message that knows which item of which file it is."""

    file: str
    number: int


@dataclass(frozen=True)
class _NumberedRefusal(RefusedInput):
    """The same of what was refused: done when it has been told."""

    file: str
    number: int


def import_(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="archives, or folders of them")],
    columns: Annotated[
        str, typer.Option("--columns", metavar="FIELD=COLUMN,…", help="which column of a CSV file holds which field")
    ] = "",
    resume: Annotated[bool, typer.Option("--resume", help="continue an import that was interrupted")] = False,
) -> int:
    """Send the articles of archives to articles.raw: WARC, WET, CSV, JSON lines, mbox, and whatever `produce` takes.

    JSON may have the fields of a raw article, or be the output of fundus or news-please. Every message is confirmed
    by the broker. Exit code 1 if something was refused or not confirmed.
    """
    from agents.imports import archives, csv_rows
    from agents.imports.import_progress import ImportProgress

    settings = load_settings()
    named = csv_rows.column_map(columns)
    files = archives.found(paths)
    place = ImportProgress.of(settings.data_dir / "import", files, named, resume=resume)
    place.write()  # where it cannot be written, nothing is to be sent
    try:
        return asyncio.run(_import(settings, files, named, place))
    finally:
        place.write()


async def _import(settings: Settings, files: list[str], columns: Mapping[str, str], place: "ImportProgress") -> int:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from agents.cli.clients import connected_producer
    from agents.cli.sending import send
    from agents.imports import archives
    from agents.imports.messages import Skipped

    topic = settings.topic(RAW_TOPIC)
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[sent]:,} sent"),
        TimeElapsedColumn(), console=console.err(), transient=True, disable=not console.err().is_terminal,
    )  # fmt: skip
    counts = {"sent": 0, "refused": 0, "skipped": 0, "before": 0}
    async with connected_producer(settings) as producer:
        with progress:
            task = progress.add_task("files", total=len(files), sent=0)

            def items() -> Iterator[ArticleMessage | RefusedInput]:
                for file in files:
                    progress.update(task, description=Path(file).name)
                    before = place.done.get(file, 0)
                    read = archives.items(file, columns=columns, limit_bytes=settings.max_raw_bytes)
                    for number, item in enumerate(read):
                        if number < before:
                            counts["before"] += 1
                        elif isinstance(item, ArticleMessage):
                            yield _NumberedMessage(item.origin, item.key, item.value, file, number)
                        elif isinstance(item, Skipped):
                            place.mark(file, number)
                            counts["skipped"] += 1
                        else:
                            yield _NumberedRefusal(item.origin, item.reason, file, number)
                    progress.advance(task)

            def confirm(message: ArticleMessage, _place: object) -> None:
                assert isinstance(message, _NumberedMessage)
                place.mark(message.file, message.number)
                counts["sent"] += 1
                progress.update(task, sent=counts["sent"])

            def refuse(problem: RefusedInput) -> None:
                if isinstance(problem, _NumberedRefusal):
                    place.mark(problem.file, problem.number)
                counts["refused"] += 1
                if counts["refused"] <= SHOWN_REFUSALS:
                    progress.console.print(f"refused: {problem.origin}: {problem.reason}", markup=False)

            result = await send(producer, topic, items(), confirmed=confirm, refused=refuse)
    if counts["refused"] > SHOWN_REFUSALS:
        console.note(f"… and {counts['refused'] - SHOWN_REFUSALS:,} more")
    parts = [f"Sent {result.confirmed:,} to {topic}", f"refused {result.refused:,}"]
    parts += [f"not confirmed {result.unconfirmed:,}"] if result.unconfirmed else []
    parts += [f"passed over {counts['skipped']:,} that are no pages"] if counts["skipped"] else []
    parts += [f"done before {counts['before']:,}"] if counts["before"] else []
    done = result.confirmed or counts["before"]
    parts += ["there was no article"] if result.complete and not done else []
    console.note("; ".join(parts))
    return ExitCode.OK if result.complete and done else ExitCode.INCOMPLETE
