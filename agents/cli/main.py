"""The command `redefluss`: its commands, and what becomes of their errors."""

import os
import signal
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException

from agents.cli import (
    console,
    consume,
    corpus,
    dead_letters,
    evaluate,
    feed,
    gazetteer,
    import_,
    produce,
    run,
    schema,
    settings,
    sink,
    stages,
    topics,
    train,
    watch,
    withdraw,
    worker,
)
from agents.cli.errors import CommandError, ExitCode, explained
from agents.headers import installed_version


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"redefluss {installed_version()}\n")
        raise typer.Exit


app = typer.Typer(
    help="Who is in the German news, and who said what: an event-driven pipeline over Kafka.",
    epilog="Exit codes: 0 success; 1 something was refused, was not confirmed, or did not come out; 2 wrong arguments, "
    "settings or files; 3 no broker answers; 4 the broker refuses the connection; 5 a permission is missing; "
    "130 interrupted.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="print the version and end")
    ] = False,
) -> None:
    pass


app.command("run")(run.run)
app.command("broker")(worker.broker)
app.command("worker")(worker.worker)
app.command("produce")(produce.produce)
app.command("consume")(consume.consume)
app.command("withdraw")(withdraw.withdraw)
app.command("feed")(feed.feed)
app.command("watch")(watch.watch)
app.command("import")(import_.import_)
app.add_typer(gazetteer.app, name="gazetteer")
app.add_typer(topics.app, name="topics")
app.add_typer(dead_letters.app, name="dead-letters")
app.command("settings")(settings.settings)
app.command("schema")(schema.schema)
app.command("clean")(stages.clean)
app.command("entities")(stages.entities)
app.command("quotes")(stages.quotes)
app.add_typer(sink.app, name="sink")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(train.app, name="train")
app.add_typer(corpus.app, name="corpus")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code (`agents.cli.errors.ExitCode`)."""
    sys.exit(execute(arguments))


def execute(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Mistakes are told in one line on stderr, bugs raise."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a script's background jobs are started with SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    _open_missing_streams()
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        if "" in given:
            raise CommandError("an argument is empty; is a variable not set?")
        result = app(given, standalone_mode=False, prog_name="redefluss")
    except TyperException as error:
        return _failed(error.format_message(), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # the reader of the pipe has enough
        console.abandon_stdout()
        return ExitCode.OK
    except Exception as error:
        mistake = _no_utf_8(error, given) or explained(error)
        if mistake is None:
            raise
        return _failed(str(mistake), mistake.code)
    return result if isinstance(result, int) else ExitCode.OK


def _open_missing_streams() -> None:
    """Whoever starts the command may have closed its standard streams: nothing is read then, and nothing is shown."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def _no_utf_8(error: Exception, arguments: Sequence[str]) -> CommandError | None:
    """What to tell of an argument that is no UTF-8 where something else is wanted than the name of a file."""
    if isinstance(error, UnicodeEncodeError) and any(error.object in argument for argument in arguments):
        return CommandError(f"an argument is no UTF-8: {error.object!a}")
    return None


def _failed(message: str, code: int) -> int:
    console.note(message if message.startswith("Usage:") else f"redefluss: {message}")
    return code
