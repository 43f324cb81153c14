"""One interface to all kinds of archives: the articles of a file, one after the other."""

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, cast

from agents.cli import articles, input_files
from agents.cli.articles import ArticleMessage, RefusedInput
from agents.imports import csv_rows, json_objects, mbox, warc
from agents.imports.messages import Skipped
from schemas.codec import one_line

WARC_ENDINGS = (".warc", ".wet", ".arc")
TABLE_ENDINGS = (".csv", ".tsv")
MAIL_ENDINGS = (".mbox",)
ARCHIVE_ENDINGS = (*WARC_ENDINGS, *TABLE_ENDINGS, *MAIL_ENDINGS)

JSON_READERS = {
    ".json": json_objects.document,
    ".jsonl": json_objects.lines,
    ".ndjson": json_objects.lines,
}

Item = ArticleMessage | RefusedInput | Skipped


def found(paths: Iterable[str]) -> list[str]:
    """Every file meant by `paths`, each once: as named, and those in folders whose ending is known, in order of name.

    Raises:
        CommandError: a path does not exist, or a folder has no archive in it.
    """
    return list(dict.fromkeys(input_files.found(paths, (*ARCHIVE_ENDINGS, *input_files.KIND_OF_ENDING))))


def items(file: str, *, columns: Mapping[str, str], limit_bytes: int) -> Iterator[Item]:
    """What is in one file; a file that cannot be read on is refused with what is wrong.

    Raises:
        csv_rows.ColumnsError: the table has no column of a name in `columns`.
    """
    ending = input_files.ending_of(file)
    try:
        if ending in WARC_ENDINGS:
            with Path(file).open("rb") as raw:
                yield from warc.articles(Path(file), raw, limit_bytes)
        elif ending in TABLE_ENDINGS:
            with _unzipped(file) as raw:
                yield from csv_rows.articles(Path(file), raw, columns, limit_bytes)
        elif ending in MAIL_ENDINGS:
            with _unzipped(file) as raw:
                yield from mbox.articles(Path(file), raw, limit_bytes)
        elif reader := JSON_READERS.get(ending):
            with _unzipped(file) as raw:
                yield from reader(Path(file), raw, limit_bytes)
        else:
            yield from articles.messages([file], limit_bytes=limit_bytes)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        yield RefusedInput(file, f"the gzip data is damaged: {one_line(str(error))}")
    except OSError as error:
        yield RefusedInput(file, error.strerror or one_line(str(error)))


def _unzipped(file: str) -> IO[bytes]:
    with Path(file).open("rb") as start:
        zipped = start.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(file) if zipped else Path(file).open("rb"))
