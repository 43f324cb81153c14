"""`redefluss consume`: what is on a topic, as a table on a terminal and as JSON lines in a pipe."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from agents.cli import console
from agents.cli.errors import ExitCode, load_settings
from agents.settings import Settings
from pipeline.stages import STAGES, follows_deduplication
from schemas import exact_json

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

TEXT_CHARACTERS = 400


def consume(
    topic: Annotated[str, typer.Argument(help="its name, without the prefix")],
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="print all messages of the topic, not only new ones")
    ] = False,
    until_caught_up: Annotated[
        bool, typer.Option("--until-caught-up", help="end when all messages are printed that were there at the start")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="end after this many messages")] = None,
    repeats: Annotated[
        bool, typer.Option("--repeats", help="also print repeats, which are left out on articles.quotes and quotes")
    ] = False,
) -> int:
    """Print the messages of a topic: a table on a terminal, one JSON object a line in a pipe."""
    settings = load_settings()
    return asyncio.run(_consume(settings, topic, from_beginning, until_caught_up, limit, drop_repeats=not repeats))


async def _consume(
    settings: Settings,
    topic: str,
    from_beginning: bool,
    until_caught_up: bool,
    limit: int | None,
    *,
    drop_repeats: bool,
) -> int:
    from agents.cli.clients import connected_consumer
    from agents.open_transactions import held_back
    from agents.repeats import RepeatDetector
    from agents.topic_reader import batches, partitions_of

    shown = 0
    show = TablePrinter().show if console.for_people() else show_lines
    async with connected_consumer(settings) as consumer:
        partitions = await partitions_of(settings, topic)
        seen = RepeatDetector() if drop_repeats and partitions[0].topic in _without_repeats(settings) else None
        async for batch in batches(consumer, partitions, from_beginning=from_beginning, until_end=until_caught_up):
            fresh = [record for record in batch if seen is None or not seen.is_repeat(record)]
            wanted = fresh if limit is None else fresh[: limit - shown]
            show(wanted)
            shown += len(wanted)
            if limit is not None and shown >= limit:
                return ExitCode.OK
        if held := await held_back(settings, consumer, partitions):
            console.note(
                f"{console.counted(held, 'message')} cannot be read yet: a producer has not ended a transaction"
            )
    return ExitCode.OK


def _without_repeats(settings: Settings) -> set[str]:
    """Topics whose records have come through all stages, for which repeats of an article are left out."""
    return {
        settings.topic(output.topic) for stage in STAGES if follows_deduplication(stage) for output in stage.outputs
    }


def show_lines(records: "list[ConsumerRecord]") -> None:
    """One JSON object a line."""
    console.write_bytes(map(as_line, records))


class TablePrinter:
    """Rows under one heading, printed as they come."""

    def __init__(self) -> None:
        self._console = console.out()
        self._begun = False

    def show(self, records: "list[ConsumerRecord]") -> None:
        from rich.markup import escape
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold", expand=True, show_header=not self._begun)
        table.add_column("time", width=8, no_wrap=True)
        table.add_column("place", width=9, no_wrap=True)
        table.add_column("key", ratio=1, overflow="fold")
        table.add_column("message", ratio=4, overflow="fold")
        for record in records:
            message = as_json(record)
            place = f"{message['partition']}:{message['offset']}"
            table.add_row(_clock(message["timestamp"]), place, escape(message["key"] or "–"), escape(in_words(message)))
        self._begun = True
        self._console.print(table)


def _clock(timestamp_ms: int) -> str:
    """The local time of day of a message; a dash where its time stamp, which producers may set, is no time."""
    try:
        return f"{datetime.fromtimestamp(timestamp_ms / 1000).astimezone():%H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return "–"


def in_words(message: Mapping[str, Any]) -> str:
    """A message's value as a person wants to read it in a table: a line or two."""
    if "value_base64" in message:
        return _short(f"base64 {message['value_base64']}")
    for words_of in (_record_in_words, str):
        with suppress(LookupError, TypeError, AttributeError, RecursionError):  # others' values may be anything
            return _short(words_of(message.get("value")))
    return "nested too deeply to be shown"


def _record_in_words(value: Any) -> str:
    if not isinstance(value, dict):
        return orjson.dumps(value).decode()
    match str(value.get("schema", "")).split("/")[0]:
        case "quote":
            quote = value["quote"]
            words = f"{_speaker(quote)} ({quote['type']}): {quote['text']}"
        case "quote-article":
            names = sorted({_speaker(quote) for quote in value["quotes"]})
            words = f"{_title(value)} – {len(value['quotes'])} quotes: {', '.join(names)}"
        case "entity-article":
            names = [entity["name"] for entity in value["entities"]]
            words = f"{_title(value)} – {len(names)} entities: {', '.join(names)}"
        case "clean-article":
            words = f"{_title(value)} – {len(value['text']):,} characters, {len(value['removed'])} lines removed"
        case "dead-letter":
            words = f"{value['stage']}, {value['reason']}: {value['detail']}"
        case _:
            words = _title(value) if value.get("title") else str(value.get("text") or value.get("url") or value)
    return words


def _title(value: Mapping[str, Any]) -> str:
    return str(value.get("title") or value.get("text") or value.get("url") or "")[:120]


def _speaker(quote: Mapping[str, Any]) -> str:
    speaker = quote.get("speaker") or {}
    return str(speaker.get("name") or speaker.get("text") or "–")


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= TEXT_CHARACTERS else words[: TEXT_CHARACTERS - 1] + "…"


def as_line(record: "ConsumerRecord") -> bytes:
    """A message as one line of JSON."""
    shown = as_json(record)
    try:
        return exact_json.dumps(shown, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # nested more deeply than orjson writes, though it reads it
        del shown["value"]
        return orjson.dumps(shown | _as_base64(record.value), option=orjson.OPT_APPEND_NEWLINE)


def as_json(record: "ConsumerRecord") -> dict[str, Any]:
    """A message as it is printed in a pipe; a value that is no JSON stands in base64 under `value_base64`."""
    shown: dict[str, Any] = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": None if record.key is None else record.key.decode("utf-8", "backslashreplace"),
        "headers": {key: (value or b"").decode("utf-8", "backslashreplace") for key, value in record.headers},
    }
    if record.value is None:
        return shown | {"value": None}
    try:
        return shown | {"value": exact_json.loads(record.value)}
    except orjson.JSONDecodeError:
        return shown | _as_base64(record.value)


def _as_base64(value: bytes) -> dict[str, str]:
    return {"value_base64": b64encode(value).decode("ascii")}
