"""`redefluss worker` and `redefluss broker`: the long-running processes, in the foreground."""

import signal
from typing import Annotated
from urllib.parse import urlsplit

import typer

from agents.cli import console
from agents.cli.errors import CommandError, ExitCode, load_settings
from agents.settings import Settings
from pipeline.stages import STAGES

STAGE_NAMES = ", ".join(stage.name for stage in STAGES)


def worker(
    stage: Annotated[
        list[str] | None,
        typer.Option("--stage", help=f"run only this stage ({STAGE_NAMES}); can be given several times"),
    ] = None,
) -> int:
    """Run all stages, or some. At Ctrl-C or SIGTERM, finish the messages in work, commit their offsets and end."""
    from agents.worker import run

    return run(load_settings(logged=True), stage or ())


def broker(
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="where it listens, on 127.0.0.1 (default: the port in REDEFLUSS_BROKER, else 9092)"
        ),
    ] = None,
) -> int:
    """Run the embedded broker, for trying things out: it speaks Kafka's protocol and keeps everything in memory."""
    from agents.broker import EmbeddedBroker

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with EmbeddedBroker(port=port or _own_port(load_settings())) as running:
        console.note(f"Broker at {running.address} (in memory; Ctrl-C ends it)")
        try:
            code = running.wait()
        except KeyboardInterrupt:
            console.note("Broker stopped")
            return ExitCode.OK
    raise CommandError(f"the broker ended by itself with exit code {code}", ExitCode.INCOMPLETE)


def _own_port(settings: Settings) -> int:
    """The port at which all other commands look for a broker on this machine."""
    address = urlsplit(f"//{settings.bootstrap_servers[0]}")
    if address.hostname not in {"127.0.0.1", "localhost"}:
        raise CommandError(f"REDEFLUSS_BROKER is {settings.broker}: give --port, or its port on 127.0.0.1")
    return address.port or 9092
