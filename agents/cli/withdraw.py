"""`redefluss withdraw`: takes articles back, everywhere."""

import asyncio
from typing import Annotated

import typer

from agents.cli import console
from agents.cli.errors import ExitCode, load_settings, one_line
from agents.settings import Settings
from pipeline.stages import RAW_TOPIC


def withdraw(
    ids: Annotated[
        list[str], typer.Argument(metavar="ID…", help="ids of articles, as in the field `id` of the records")
    ],
) -> int:
    """Take articles back: withdraw what was published about them on topics, in statements, on pages and in sinks.

    What an article has given is withdrawn by a message without a value on articles.raw, confirmed by the broker.
    Exit code 1 if one was not confirmed.
    """
    wanted = list(dict.fromkeys(identifier for identifier in ids if identifier.strip()))
    if not wanted:
        raise typer.BadParameter("an id that is not empty is needed")
    return asyncio.run(_withdraw(load_settings(), wanted))


async def _withdraw(settings: Settings, ids: list[str]) -> int:
    from aiokafka.errors import KafkaError

    from agents.cli.clients import connected_producer

    topic = settings.topic(RAW_TOPIC)
    failed = 0
    async with connected_producer(settings) as producer:
        for identifier in ids:
            try:
                await producer.send_and_wait(topic, None, key=identifier.encode())
            except KafkaError as error:
                failed += 1
                console.note(f"not confirmed: {identifier}: {one_line(error)}")
            else:
                console.note(f"withdrawn: {identifier}")
    return ExitCode.INCOMPLETE if failed else ExitCode.OK
