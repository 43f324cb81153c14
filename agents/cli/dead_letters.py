"""`redefluss dead-letters`: look at what could not be processed, and send it through again."""

import asyncio
import getpass
import os
import re
import socket
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

import orjson
import typer

from agents.cli import console
from agents.cli.errors import CommandError, ExitCode, load_settings
from pipeline.stages import DEAD_LETTER_TOPIC, STAGES
from schemas.records import FAILURE_REASONS

if TYPE_CHECKING:
    from agents.dead_letters import StoredLetter
    from agents.permissions import Need
    from agents.settings import Settings

app = typer.Typer(help="What could not be processed: list, show, replay.", no_args_is_help=True)

StageOption = Annotated[str | None, typer.Option("--stage", help=", ".join(stage.name for stage in STAGES))]
Reason = Annotated[str | None, typer.Option("--reason", help=", ".join(FAILURE_REASONS))]
Since = Annotated[
    str | None,
    typer.Option("--since", help="written at or after: 2026-05-01T12:00, or 30m, 2h, 7d ago", metavar="TIME"),
]
Until = Annotated[str | None, typer.Option("--until", help="written before; as --since", metavar="TIME")]

_AGO = re.compile(r"(\d+)\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Filters(TypedDict):
    """What `agents.dead_letters.read` selects by."""

    stage: str | None
    reason: str | None
    since: datetime | None
    until: datetime | None


@app.command("list")
def list_letters(stage: StageOption = None, reason: Reason = None, since: Since = None, until: Until = None) -> int:
    """List the dead letters, oldest first."""
    rows = asyncio.run(_list(filters(stage, reason, since, until)))
    headings = {name: name for name in ("id", "stage", "reason", "key", "detail", "replayed")}
    console.show(rows, title=f"{len(rows):,} dead letters", columns=headings)
    return ExitCode.OK


@app.command("show")
def show_letter(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="PARTITION:OFFSET, as in the list")],
    raw: Annotated[bool, typer.Option("--bytes", help="only the failed message, byte for byte")] = False,
) -> int:
    """Show one dead letter: the reason, where the message was, and the message itself."""
    letter = asyncio.run(_show(identifier))
    value = letter.letter.value_bytes
    if raw:
        console.write_bytes([value or b""])
        return ExitCode.OK
    record = letter.letter.model_dump(by_alias=True)
    console.write_json({"id": letter.id, "replayed_at": _time(letter.replayed_at)} | record | _readable(value))
    return ExitCode.OK


@app.command("replay")
def replay_letters(
    identifiers: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]…", help="the letters to replay; by default all that the options select"),
    ] = None,
    *,
    stage: StageOption = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    to: Annotated[Literal["stage", "start"], typer.Option(help="the stage that failed, or the first one")] = "stage",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be sent, and send nothing")] = False,
) -> int:
    """Send failed messages to their stages again. Letters that were replayed before are left out."""
    selected = filters(stage, reason, since, until)
    return asyncio.run(_replay(identifiers or [], selected, to="start" if to == "start" else "failed", dry_run=dry_run))


def filters(stage: str | None, reason: str | None, since: str | None, until: str | None) -> Filters:
    """Checked selections.

    Raises:
        CommandError: naming what there is.
    """
    stages = [known.name for known in STAGES]
    if stage is not None and stage not in stages:
        raise CommandError(f"no stage {stage!r}; there are {', '.join(stages)}")
    if reason is not None and reason not in FAILURE_REASONS:
        raise CommandError(f"no reason {reason!r}; there are {', '.join(FAILURE_REASONS)}")
    return Filters(stage=stage, reason=reason, since=moment(since), until=moment(until))


def moment(words: str | None) -> datetime | None:
    """A time in ISO 8601 (local, if it names no zone), or so long ago ("30m", "2h", "7d")."""
    if words is None:
        return None
    try:
        if match := _AGO.fullmatch(words.strip().removesuffix("ago").strip()):
            return datetime.now(UTC) - timedelta(**{_UNITS[match[2]]: int(match[1])})
        return datetime.fromisoformat(words).astimezone()
    except (ValueError, OverflowError):
        raise CommandError(f"{words!r} is no time such as 2026-05-01T12:00 or 2h") from None


async def _list(selected: Filters) -> list[dict[str, Any]]:
    """The rows of a table; a pipe gets each as it is read, since there can be millions."""
    from agents import dead_letters

    settings = load_settings()
    await _reach(settings)
    rows = []
    async for letter in dead_letters.read(settings, **selected):
        if console.for_people():
            rows.append(_row(letter))
        else:
            console.write_json(_row(letter))
    return rows


async def _show(identifier: str) -> "StoredLetter":
    from agents import dead_letters

    settings = load_settings()
    await _reach(settings)
    return await dead_letters.show(settings, identifier)


async def _replay(identifiers: list[str], selected: Filters, *, to: Literal["failed", "start"], dry_run: bool) -> int:
    from agents import dead_letters

    if identifiers and any(selected.values()):
        raise CommandError("either ids or --stage, --reason, --since, --until")
    settings = load_settings()
    await _reach(settings, dead_letters.needed(settings, dry_run=dry_run))
    letters = _named(settings, identifiers) if identifiers else dead_letters.read(settings, **selected)
    report = await dead_letters.replay(settings, letters, to=to, dry_run=dry_run, by=_user())
    for problem in report.impossible:
        console.note(f"cannot be replayed: {problem}")
    verb = "Would send" if dry_run else "Sent"
    console.note(f"{verb} {report.sent:,} again; {report.skipped_already_replayed:,} were replayed before")
    return ExitCode.INCOMPLETE if report.impossible else ExitCode.OK


async def _reach(settings: "Settings", more: Sequence["Need"] = ()) -> None:
    from agents.cli.clients import reach_broker
    from agents.needed_permissions import on_topics
    from agents.topics import REPLAYED_TOPIC

    await reach_broker(settings, [*on_topics(settings, "READ", DEAD_LETTER_TOPIC, REPLAYED_TOPIC), *more])


async def _named(settings: "Settings", identifiers: list[str]) -> AsyncIterator["StoredLetter"]:
    from agents import dead_letters

    for identifier in dict.fromkeys(identifiers):
        yield await dead_letters.show(settings, identifier)


def _user() -> str:
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (OSError, KeyError):  # a number without a name, as in containers
        return f"{os.getuid()}@{socket.gethostname()}"


def _row(stored: "StoredLetter") -> dict[str, Any]:
    names = ("stage", "reason", "key", "detail", "topic", "partition", "offset", "timestamp", "attempts")
    letter = {name: getattr(stored.letter, name) for name in names}
    return {"id": stored.id} | letter | {"replayed": _time(stored.replayed_at)}


def _time(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _readable(value: bytes | None) -> dict[str, Any]:
    """The failed message as JSON or text beside its base64, where it is that."""
    if value is None:
        return {}
    try:
        found = {"value_json": orjson.loads(value)}
        orjson.dumps(found)  # what is nested too deeply is read, and not written
    except (orjson.JSONDecodeError, TypeError):
        pass
    else:
        return found
    try:
        return {"value_text": value.decode()}
    except UnicodeDecodeError:
        return {}
