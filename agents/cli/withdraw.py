"""`redefluss withdraw`: takes articles back, everywhere."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from agents.cli import console
from agents.cli.errors import ExitCode, load_settings, one_line
from agents.settings import Settings
from pipeline.stages import RAW_TOPIC, STATEMENTS_TOPIC

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer


def withdraw(
    ids: Annotated[
        list[str], typer.Argument(metavar="ID…", help="ids of articles, as in the field `id` of the records")
    ],
) -> int:
    """Take articles back: withdraw what was published about them on topics, in statements, on pages and in sinks.

    For each id, a message without a value goes to articles.raw, and is confirmed by the broker. The workers withdraw
    the article as soon as they read it. This command itself takes the article out of statements that are too old for
    the workers to know. Exit code 1 if something was not confirmed.
    """
    wanted = list(dict.fromkeys(identifier for identifier in ids if identifier.strip()))
    if not wanted:
        raise typer.BadParameter("an id that is not empty is needed")
    return asyncio.run(_withdraw(load_settings(), wanted))


async def _withdraw(settings: Settings, ids: list[str]) -> int:
    from aiokafka.errors import KafkaError

    from agents.cli.clients import connected_producer, send_within
    from agents.outgoing import Outgoing

    topic = settings.topic(RAW_TOPIC)
    failed = 0
    async with connected_producer(settings) as producer:
        for identifier in ids:
            try:
                message = Outgoing(topic, identifier.encode(), None)
                await send_within(settings.publish_timeout_seconds, producer, message)
            except KafkaError as error:
                failed += 1
                console.note(f"not confirmed: {identifier}: {one_line(error)}")
            else:
                console.note(f"withdrawn: {identifier}")
        complete = await _out_of_old_statements(settings, ids, producer)
    return ExitCode.OK if complete and not failed else ExitCode.INCOMPLETE


async def _out_of_old_statements(settings: Settings, ids: list[str], producer: "AIOKafkaProducer") -> bool:
    """Take the articles out of statements that no worker knows any more; whether it is done."""
    from aiokafka.errors import KafkaError

    from agents import cluster, old_records
    from agents.cli.clients import send_within
    from agents.needed_permissions import on_topics
    from agents.permissions import MissingPermission

    try:
        await cluster.require(settings, on_topics(settings, "READ", STATEMENTS_TOPIC))
        messages = [found async for found in old_records.without_articles(settings, ids, datetime.now(UTC))]
        if messages:
            await cluster.require(settings, on_topics(settings, "WRITE", STATEMENTS_TOPIC))
        for message in messages:
            await send_within(settings.publish_timeout_seconds, producer, message)
    except (MissingPermission, KafkaError, OSError) as error:
        console.note(f"old statements may still have them: {one_line(error)}; run the command again")
        return False
    if messages:
        console.note(f"old statements changed: {len({message.key for message in messages}):,}")
    return True
