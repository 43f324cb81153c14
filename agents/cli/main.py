"""The command `redefluss`: its commands, and what becomes of their errors."""

import os
import signal
import sys
from collections.abc import Collection, Sequence
from importlib import import_module
from typing import Annotated

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from agents.cli import console
from agents.cli.errors import CommandError, ExitCode, explained
from agents.headers import installed_version


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"redefluss {installed_version()}\n")
        raise typer.Exit


COMMANDS = {
    "run": "run",
    "broker": "worker",
    "worker": "worker",
    "produce": "produce",
    "consume": "consume",
    "withdraw": "withdraw",
    "feed": "feed",
    "watch": "watch",
    "import": "import_",
    "gazetteer": "gazetteer",
    "topics": "topics",
    "dead-letters": "dead_letters",
    "settings": "settings",
    "schema": "schema",
    "clean": "stages",
    "entities": "stages",
    "quotes": "stages",
    "sink": "sink",
    "evaluate": "evaluate",
    "train": "train",
    "corpus": "corpus",
}
"""By command, in the order of the help, the module in `agents.cli` that has it: as a function of this name (with "_"
after a word that Python keeps for itself), or as an `app` of commands of its own."""


def make_app(names: Collection[str] = COMMANDS) -> typer.Typer:
    """The commands of these names. Only their modules are imported: a worker runs for weeks and needs no other's."""
    app = typer.Typer(
        help="Who is in the German news, and who said what: an event-driven pipeline over Kafka.",
        epilog="Exit codes: 0 success; 1 something was refused, was not confirmed, or did not come out; 2 wrong "
        "arguments, settings or files; 3 no broker answers; 4 the broker refuses the connection; 5 a permission is "
        "missing; 130 interrupted.",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    for name in names:
        module = import_module(f"agents.cli.{COMMANDS[name]}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, "import_" if name == "import" else name))
    return app


def _options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="print the version and end")
    ] = False,
) -> None:
    pass


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
        app = get_command(make_app(given[:1] if given[:1] and given[0] in COMMANDS else COMMANDS))
        with app.make_context("redefluss", [*given]) as context:  # its `main` would end a broken pipe with exit code 1
            result = app.invoke(context)
        sys.stdout.flush()
    except typer.Exit as end:
        return end.exit_code
    except TyperException as error:
        return _failed(error.format_message(), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # the reader of the pipe has enough
        console.abandon(sys.stdout)
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
