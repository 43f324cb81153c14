"""`redefluss sink`: stores the results, or sends them to a web address."""

import asyncio
import hashlib
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from agents.cli import console
from agents.cli.errors import CommandError, ExitCode, load_settings
from agents.settings import Settings

if TYPE_CHECKING:
    from agents.sinks.store import SinkStore

app = typer.Typer(
    help="Store articles, entities, mentions, quotes and statements. Each start continues where the last one ended.",
    no_args_is_help=True,
)

INSTALL_HINT = "this sink needs packages that are not installed: pip install 'redefluss[sinks]'"

UntilCaughtUp = Annotated[
    bool, typer.Option("--until-caught-up", help="end when everything is stored that was on the topics at the start")
]
FromBeginning = Annotated[
    bool,
    typer.Option(
        "--from-beginning/--from-now",
        help="where a new store begins; a store that is not new continues where it stopped",
    ),
]


@app.command("parquet")
def parquet(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="the tables are DIR/articles/, DIR/quotes/, …")],
    until_caught_up: UntilCaughtUp = False,
    from_beginning: FromBeginning = True,
) -> int:
    """Write Parquet files, by day, for DuckDB, pandas, Polars and Spark. Each message is stored exactly once."""
    with _needed_packages():
        from agents.sinks.parquet import ParquetStore
    return _sink(
        load_settings(), ParquetStore(folder), "parquet", str(folder.resolve()), until_caught_up, from_beginning
    )


@app.command("postgres")
def postgres(
    dsn: Annotated[
        str,
        typer.Argument(metavar="DSN", help="postgresql://user@host/database, or another connection string of libpq"),
    ],
    until_caught_up: UntilCaughtUp = False,
    from_beginning: FromBeginning = True,
) -> int:
    """Fill tables of a PostgreSQL database, made and migrated by this command. Each message is stored exactly once."""
    with _needed_packages():
        from agents.sinks.postgres import PostgresStore
    return _sink(load_settings(), PostgresStore(dsn), "postgres", dsn, until_caught_up, from_beginning)


@app.command("duckdb")
def duckdb(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="created if it does not exist")],
    until_caught_up: UntilCaughtUp = False,
    from_beginning: FromBeginning = True,
) -> int:
    """Fill a DuckDB file. Each message is stored exactly once."""
    with _needed_packages():
        from agents.sinks.duckdb import DuckDBStore
    return _sink(load_settings(), DuckDBStore(file), "duckdb", str(file.resolve()), until_caught_up, from_beginning)


@app.command("opensearch")
def opensearch(
    url: Annotated[str, typer.Argument(metavar="URL", help="https://user:password@host:9200/prefix of the indices")],
    until_caught_up: UntilCaughtUp = False,
    from_beginning: FromBeginning = True,
) -> int:
    """Fill indices of OpenSearch or Elasticsearch, by the bulk API of both."""
    from agents.sinks.opensearch import OpenSearchStore

    return _sink(load_settings(), OpenSearchStore(url), "opensearch", url, until_caught_up, from_beginning)


@app.command("webhook")
def webhook(
    url: Annotated[str, typer.Argument(metavar="URL", help="gets a signed POST for each batch of messages")],
    until_caught_up: UntilCaughtUp = False,
    from_beginning: FromBeginning = True,
) -> int:
    """Send every article and statement to a web address, in requests signed with REDEFLUSS_WEBHOOK_SECRET."""
    from agents.sinks.webhook import WebhookStore

    settings = load_settings()
    if settings.webhook_secret is None:
        raise CommandError("requests are signed: set REDEFLUSS_WEBHOOK_SECRET")
    store = WebhookStore(url, settings.webhook_secret.get_secret_value())
    return _sink(settings, store, "webhook", url, until_caught_up, from_beginning)


@contextmanager
def _needed_packages() -> Iterator[None]:
    """For the length of a `with` block that imports a sink, tell how what it needs is installed.

    Raises:
        CommandError: it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name in {"duckdb", "psycopg", "pyarrow"}:
            raise CommandError(INSTALL_HINT) from None
        raise
    except ImportError as error:  # psycopg without a libpq
        raise CommandError(f"{INSTALL_HINT} ({error})") from None


def _sink(
    settings: Settings, store: "SinkStore", kind: str, target: str, until_caught_up: bool, from_beginning: bool
) -> int:
    return asyncio.run(_run(settings, store, kind, group_of(settings, kind, target), until_caught_up, from_beginning))


def group_of(settings: Settings, kind: str, target: str) -> str:
    """The consumer group of a sink: another for each target; no password of the target can be read off it.

    For a webhook it says how far the sink is, and what stands after the question mark belongs to the target. In the
    address of a database, a password can stand there.
    """
    parts = urlsplit(target)
    host = parts.netloc.rpartition("@")[2] if "://" in target else ""
    query = f"?{parts.query}" if kind == "webhook" and parts.query else ""
    known = f"{parts.scheme}://{host}{parts.path}{query}" if host else target
    return settings.group(f"sink-{kind}-{hashlib.blake2b(known.encode(), digest_size=4).hexdigest()}")


async def _run(
    settings: Settings, store: "SinkStore", kind: str, group: str, until_caught_up: bool, from_beginning: bool
) -> int:
    from agents.announcements import announced
    from agents.cli.clients import reach_broker
    from agents.exposition import served
    from agents.needed_permissions import on_topics
    from agents.permissions import Need
    from agents.sinks.consumer import KINDS, Sink
    from agents.sinks.metrics import registry_of, report_of

    await reach_broker(settings, [Need("READ", "group", group), *on_topics(settings, "READ", *KINDS)])
    sink = Sink(settings, store, group=group, from_now=not from_beginning, say=console.note)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        console.note("Storing what was read; once more to leave at once")
        sink.stop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
            signal.signal(number, signal.default_int_handler)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    console.note(f"To {store.name}, as consumer group {group}")
    done = sink.progress
    async with (
        served(registry_of(kind, done), settings.web_host, settings.sink_metrics_port, lambda: done.problem),
        announced(settings, "sink", group, lambda: report_of(kind, store.name, done)),
    ):
        complete = await sink.run(until_caught_up=until_caught_up)
    rows = [{"table": table, "rows": count} for table, count in done.rows.items()]
    console.show(rows, title="Rows written", columns={"table": "table", "rows": "rows"})
    console.note(
        f"{console.counted(done.read, 'message')} stored, {done.unchanged:,} of them changed nothing, "
        f"{done.removed:,} taken back; {done.refused:,} refused; {done.lag:,} behind"
    )
    if not complete:
        return ExitCode.INTERRUPTED
    return ExitCode.INCOMPLETE if done.refused else ExitCode.OK
