"""`redefluss topics`: which there are, making them, and how far behind their readers are."""

import asyncio
from dataclasses import asdict

import typer

from agents.cli import console
from agents.cli.errors import ExitCode, load_settings

app = typer.Typer(invoke_without_command=True)


@app.callback()
def topics(context: typer.Context) -> int:
    """The topics on the broker: list (default), create, lag."""
    return list_topics() if context.invoked_subcommand is None else ExitCode.OK


@app.command("list")
def list_topics() -> int:
    """List the stream's topics on the broker, with their partitions and messages."""
    return asyncio.run(_list())


@app.command("create")
def create_topics() -> int:
    """Create the topics that are missing, with the partitions and retention of the settings."""
    return asyncio.run(_create())


@app.command("lag")
def show_lag() -> int:
    """Show how many messages each stage has yet to process, by partition of the topic that it reads."""
    return asyncio.run(_lag())


async def _list() -> int:
    from agents.cli.clients import reach_broker
    from agents.permissions import MissingPermission, Need
    from agents.topics import listing

    settings = load_settings()
    await reach_broker(settings)
    infos, hidden = await listing(settings)
    rows = [asdict(info) | {"messages": info.messages} for info in infos]
    if not rows and not hidden:
        console.note("The broker has none of the topics yet: redefluss topics create")
    headings = {"name": "topic", "partitions": "partitions", "replication_factor": "copies", "messages": "messages"}
    console.show(rows, title="Topics", columns=headings)
    if hidden:
        raise MissingPermission(Need("DESCRIBE", "topic", name) for name in hidden)
    return ExitCode.OK


async def _create() -> int:
    from agents.cli.clients import reach_broker
    from agents.topics import ensure

    settings = load_settings()
    await reach_broker(settings)
    rows = [asdict(report) | {"differs": "; ".join(report.differs)} for report in await ensure(settings)]
    headings = {"name": "topic", "partitions": "partitions", "created": "created now", "differs": "differs"}
    console.show(rows, title="Topics", columns=headings)
    return ExitCode.OK


async def _lag() -> int:
    from agents.cli.clients import reach_broker
    from agents.progress import read_progress

    settings = load_settings()
    await reach_broker(settings)
    rows = [asdict(place) | {"lag": place.lag, "held": place.held} for place in await read_progress(settings)]
    headings = {name: name for name in ("stage", "group", "topic", "partition", "committed", "end", "lag", "held")}
    console.show(rows, title="Lag in messages", columns=headings)
    return ExitCode.OK
