"""`redefluss gazetteer`: adds people from Wikidata to the user's gazetteer."""

import os
from pathlib import Path
from typing import Annotated

import orjson
import typer

from agents.cli import console
from agents.cli.errors import CommandError, ExitCode, load_settings
from pipeline.errors import ConfigurationError

SHOWN_REFUSALS = 20

app = typer.Typer(no_args_is_help=True)


@app.callback()
def gazetteer() -> None:
    """Your own entities, which take precedence over the model: import."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the result of a Wikidata query, CSV or JSON")],
) -> int:
    """Add the people of a Wikidata query (id, label, aliases, gender, party, positions) to your gazetteer.

    They go into the file that REDEFLUSS_GAZETTEER names, where entries that are there already stay as they are; without
    this setting, to stdout. Workers use the changed file from the next article on.
    """
    from pipeline.entities.gazetteer import read_users
    from pipeline.entities.wikidata import gazetteer_rows, people_of, read_result

    path = load_settings().gazetteer
    if path is not None and path.suffix.lower() == ".csv":
        raise CommandError(f"{path}: an import adds JSON lines; let REDEFLUSS_GAZETTEER name such a file")
    try:
        people, refused = people_of(read_result(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise CommandError(f"{file}: no such file") from None
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} cannot be read: {error}") from None
    except ConfigurationError as error:
        raise CommandError(f"{file}: {error}") from None
    for line in refused[:SHOWN_REFUSALS]:
        console.note(f"{file}, {line}")
    if len(refused) > SHOWN_REFUSALS:
        console.note(f"… and {len(refused) - SHOWN_REFUSALS} further rows")
    known = read_users(path) if path is not None and path.exists() else []
    items, names = {entry.wikidata for entry in known}, {entry.name: entry.id for entry in known}
    new = [person for person in people if person.wikidata not in items]
    for person in new:
        if person.name in names:
            console.note(f"{person.wikidata} is not added: {names[person.name]} has the name {person.name} already")
    rows = list(gazetteer_rows([person for person in new if person.name not in names]))
    lines = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
    if path is None:
        console.write_bytes([lines])
    else:
        _append(path, lines)
        console.note(f"{path}: {len(rows)} added, {len(people) - len(rows)} there already")
    return ExitCode.INCOMPLETE if refused else ExitCode.OK


def _append(path: Path, lines: bytes) -> None:
    """All lines at once, so that no worker reads half of them."""
    before = path.read_bytes() if path.exists() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(before + lines)
        os.replace(new, path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}") from None
