"""Which files the paths of a command mean: files as named, and those of folders whose ending is known."""

from collections import Counter
from collections.abc import Collection, Iterable
from enum import Enum
from pathlib import Path

from agents.cli import console
from agents.cli.errors import CommandError

STDIN = "-"
SAMPLES = Path(__file__).with_name("samples")
"""Articles written for the project, in the shapes that crawlers deliver. The people in them are invented."""
SHOWN_ENDINGS = 5


class FileKind(Enum):
    """What a file holds."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"
    JSON_LINES = "json lines"


KIND_OF_ENDING = {
    ".txt": FileKind.TEXT,
    ".text": FileKind.TEXT,
    ".md": FileKind.TEXT,
    ".markdown": FileKind.TEXT,
    ".html": FileKind.HTML,
    ".htm": FileKind.HTML,
    ".xhtml": FileKind.HTML,
    ".json": FileKind.JSON,
    ".jsonl": FileKind.JSON_LINES,
    ".ndjson": FileKind.JSON_LINES,
}


def found(paths: Iterable[str], endings: Collection[str] = KIND_OF_ENDING) -> list[str]:
    """Every file meant by `paths`: files as named, and from folders those with one of `endings`, in order of name.

    Raises:
        CommandError: a path does not exist, or a folder has no article in it.
    """
    files: list[str] = []
    for name in dict.fromkeys(paths):
        path = Path(name)
        if name == STDIN or path.is_file() or path.is_fifo() or path.is_char_device():
            files.append(name)
        elif path.is_dir():
            files += _files_in(path, endings)
        else:
            raise CommandError(f"{name}: no such file or folder")
    return files


def _files_in(folder: Path, endings: Collection[str]) -> list[str]:
    """The files of a folder that have one of these endings, in order of name; one line tells which others it has.

    A link to another place is none of them: an archive of somebody else could publish any file of this machine by one.

    Raises:
        CommandError: it has none.
    """
    files: list[str] = []
    others: Counter[str] = Counter()
    for file in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in file.relative_to(folder).parts):
            continue
        if not (file.is_file() and file.resolve().is_relative_to(folder.resolve())):
            others["links"] += file.is_symlink()
        elif (ending := ending_of(file.name)) in endings:
            files.append(str(file))
        else:
            others[ending or "without an ending"] += 1
    if not files:
        raise CommandError(f"{folder}: no file in it ends in {', '.join(endings)} (or one of these and .gz)")
    if others.total():
        kinds = [f"{count:,} {kind}" for kind, count in others.most_common() if count]
        shown = ", ".join([*kinds[:SHOWN_ENDINGS], *(["…"] if len(kinds) > SHOWN_ENDINGS else [])])
        console.note(f"{folder}: left out {console.counted(others.total(), 'file')} of other kinds: {shown}")
    return files


def size_bytes(files: Iterable[str]) -> int | None:
    """The files' size on disk in bytes; None where one of them is no regular file."""
    sizes = [Path(name).stat().st_size if Path(name).is_file() else None for name in files]
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def ending_of(name: str) -> str:
    """The ending of a file's name in lower case, such as ".csv"; the one before it where the last one is ".gz"."""
    return Path(name.lower().removesuffix(".gz")).suffix
