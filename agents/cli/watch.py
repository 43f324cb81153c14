"""`redefluss watch`: sends the new quotes of saved searches to web addresses."""

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from agents.cli import console
from agents.cli.errors import CommandError, ExitCode, load_settings
from agents.settings import Settings
from schemas.times import instant_at

if TYPE_CHECKING:
    from agents.saved_searches.outbox import Outbox
    from agents.saved_searches.search_list import SavedSearch


def watch(
    searches: Annotated[Path, typer.Argument(metavar="SEARCHES.toml", help="the list of searches")],
    dead: Annotated[
        bool, typer.Option("--dead", help="list the quotes that receivers refused, as JSON, and end")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="send the quotes that receivers refused once more")] = False,
) -> int:
    """Send the new quotes of saved searches to web addresses, in signed requests, until Ctrl-C.

    Reads the store of the web view on this host, which a worker with the same REDEFLUSS_DATA_DIR fills.
    """
    from agents.saved_searches import search_list
    from agents.saved_searches.outbox import Outbox
    from agents.web.store.location import store_path

    settings = load_settings()
    known = search_list.load(searches)
    outbox = Outbox(store_path(settings).with_suffix(".watch"))
    try:
        if dead:
            for item in outbox.dead():
                at = instant_at(item.at).isoformat(timespec="seconds")
                line = {"search": item.search, "at": at, "why": item.why, "item": orjson.Fragment(item.item)}
                console.write_json(line)
            return ExitCode.OK
        if settings.webhook_secret is None:
            raise CommandError("REDEFLUSS_WEBHOOK_SECRET is not set: requests are signed with it")
        if again:
            console.note(f"{console.counted(outbox.retry_dead(), 'item')} once more")
        if not outbox.claim():
            if again:
                return ExitCode.OK  # the other one sends them
            raise CommandError(
                "another `redefluss watch` runs on this REDEFLUSS_DATA_DIR: add the searches to its list"
            )
        return asyncio.run(_watch(settings, known, outbox))
    except asyncio.CancelledError:
        console.note("Stopped")
        return ExitCode.OK
    finally:
        outbox.close()


async def _watch(settings: Settings, known: "list[SavedSearch]", outbox: "Outbox") -> int:
    from agents.saved_searches.watcher import Watcher
    from agents.web.store.location import store_path
    from agents.web.store.reader import StoreReader

    task = asyncio.current_task()
    assert task is not None
    assert settings.webhook_secret is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    console.note(f"Watching {', '.join(search.name for search in known)}; Ctrl-C ends it")
    watcher = Watcher(
        StoreReader(store_path(settings)),
        outbox,
        known,
        secret=settings.webhook_secret.get_secret_value(),
        pauses=(settings.retry_initial_seconds, settings.retry_max_seconds),
        say=console.note,
    )
    await watcher.forever()
    return ExitCode.OK
