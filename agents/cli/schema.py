"""`redefluss schema`: the wire format as AsyncAPI and JSON Schema."""

from typing import Annotated

import typer

from agents.cli import console
from agents.cli.errors import CommandError, ExitCode, load_settings
from pipeline.stages import channels
from schemas import asyncapi


def schema(
    name: Annotated[str, typer.Argument(help="asyncapi, or a record such as raw-article")] = asyncapi.ASYNCAPI,
    write: Annotated[bool, typer.Option("--write", help="renew the files in schemas/json/")] = False,
) -> int:
    """Print the AsyncAPI document of all topics, or the JSON Schema of one record."""
    if write:
        for path in asyncapi.write(channels()):
            console.note(f"wrote {path}")
        return ExitCode.OK
    documents = asyncapi.documents(channels())
    if name not in documents:
        raise CommandError(f"no document {name!r}; there are {', '.join(sorted(documents))}")
    if name == asyncapi.ASYNCAPI:
        settings = load_settings()
        document = asyncapi.asyncapi(channels(), prefix=settings.topic_prefix, host=settings.bootstrap_servers[0])
    else:
        document = documents[name]
    console.write_bytes([asyncapi.rendered(document).encode()])
    return ExitCode.OK
