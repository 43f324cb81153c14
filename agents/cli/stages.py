"""`redefluss clean`, `entities`, `quotes`: one article through the stages, without a broker."""

import gzip
import sys
import zlib
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import asdict
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from agents.cli import articles, console, input_files
from agents.cli.errors import CommandError, ExitCode, load_settings
from agents.settings import Settings
from pipeline.stages import stages_between
from schemas.codec import BYTE_ORDER_MARK, RecordError, decode, encode
from schemas.records import CleanArticle, EntityArticle, QuoteArticle, RawArticle

if TYPE_CHECKING:
    from rich.console import RenderableType

ArticleRecord = RawArticle | CleanArticle

WRITTEN: dict[str, type[CleanArticle]] = {
    str(kind.model_fields["schema_"].default): kind for kind in (CleanArticle, EntityArticle, QuoteArticle)
}
"""What stages have written, by the name on the wire."""

File = Annotated[str, typer.Argument(metavar="FILE", help="text, HTML or a JSON record; - for standard input")]


def clean(
    file: File,
    explain: Annotated[
        bool, typer.Option("--explain", help="what was decided about each line, and by which rule")
    ] = False,
) -> int:
    """Clean one article: readable on a terminal, JSON in a pipe."""
    from agents.cli import display

    settings = load_settings()
    if not explain:
        return _through(settings, file, CleanArticle, display.article)
    from pipeline.cleaning import Cleaner

    record = read_record(file, settings)
    if not isinstance(record, RawArticle):
        raise CommandError(f"{file} is cleaned already: {record.schema_}")
    _, lines = Cleaner(settings.pipeline).explain(record)
    if console.for_people():
        console.out().print(display.verdicts(lines))
    else:
        console.write_bytes(orjson.dumps(asdict(line), option=orjson.OPT_APPEND_NEWLINE) for line in lines)
    return ExitCode.OK


def entities(file: File) -> int:
    """Find the people, organisations and places in one article: readable on a terminal, JSON in a pipe."""
    from agents.cli import display

    return _through(load_settings(), file, EntityArticle, display.entities)


def quotes(file: File) -> int:
    """Find who says what in one article: readable on a terminal, JSON in a pipe."""
    from agents.cli import display

    return _through(load_settings(), file, QuoteArticle, display.quotes)


def read_record(name: str, settings: Settings) -> ArticleRecord:
    """The one article in a file: a raw one in any form, or the record of a later stage.

    Raises:
        CommandError: the file holds no article, or several.
    """
    files = input_files.found([name])
    if len(files) != 1:
        raise CommandError(f"{name}: {len(files)} files in it, one article is needed")
    (file,) = files
    with nullcontext(sys.stdin.buffer) if file == input_files.STDIN else Path(file).open("rb") as raw:
        data = raw.read(articles.DOCUMENT_BYTES + 1)
    if len(data) > articles.DOCUMENT_BYTES:
        raise CommandError(f"{name}: no article has more than {articles.DOCUMENT_BYTES:,} bytes")
    if record := _later_record(file, data):
        return record
    items = list(islice(articles.in_bytes(file, data, limit_bytes=settings.max_raw_bytes), 2))
    if len(items) != 1:
        raise CommandError(f"{name}: {'several articles' if items else 'no article'} in it, one is needed")
    if isinstance(items[0], articles.RefusedInput):
        raise CommandError(f"{items[0].origin}: {items[0].reason}")
    return decode(items[0].value, RawArticle)


def _later_record(name: str, data: bytes) -> CleanArticle | None:
    if data.startswith(b"\x1f\x8b"):
        with suppress(OSError, EOFError, zlib.error):  # told by whoever reads it as a raw article
            data = gzip.GzipFile(fileobj=BytesIO(data)).read(articles.DOCUMENT_BYTES)  # a few can become very many
    data = data.removeprefix(BYTE_ORDER_MARK)
    if not data.lstrip().startswith(b"{"):
        return None
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    record_class = WRITTEN.get(str(value.get("schema")))
    if record_class is None:
        return None
    try:
        return decode(data, record_class)
    except RecordError as error:
        raise CommandError(f"{name}: {error}") from None


def _through(
    settings: Settings, file: str, wanted: type[CleanArticle], shown: "Callable[[Any], RenderableType]"
) -> int:
    record: Any = read_record(file, settings)
    try:
        way = stages_between(type(record), wanted)
    except ValueError:
        raise CommandError(f"{file} is past that stage: {record.schema_}") from None
    for stage in way:
        record = stage.load(settings.pipeline)(record)
    if console.for_people():
        console.out().print(shown(record))
    else:
        console.write_bytes([encode(record), b"\n"])
    return ExitCode.OK
