"""Articles in web archives: the pages of WARC files and the texts of WET files."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from zstandard import ZstdDecompressor, ZstdError

from agents.charset import decoded
from agents.cli.articles import ArticleMessage, RefusedInput
from agents.decompression import WINDOW_BYTES
from agents.imports.messages import Skipped, message
from schemas.codec import one_line
from schemas.records import RawArticle

PAGES = ("text/html", "application/xhtml+xml")
INFLATED_BY_WARCIO = ("", "identity", "gzip", "deflate")
CUT_OFF = "the archive is cut off here"
REASON_CHARACTERS = 200
BLOCK_BYTES = 65_536

# It warns of an address with spaces by printing it, with all that a terminal would obey.
logging.getLogger("warcio.recordloader").setLevel(logging.ERROR)


class _Archive(ArchiveIterator):  # type: ignore[misc]
    """The records of an archive, and whether it ends where a record does: warcio takes what is there for the whole."""

    cut_off = False
    gzipped_as_a_whole = False

    def ends_within(self, record: Any) -> bool:
        """Whether the archive has less of the record than its heading says; reads it to its end."""
        if not (record.rec_headers.get_header("Content-Length") or "").strip():  # the heading is cut off, too
            return True
        while record.raw_stream.read(BLOCK_BYTES):
            pass
        return record.raw_stream.limit > 0 and self._may_be_cut_off()

    def close(self) -> None:
        """Called by warcio where it finds no further record."""
        read_bytes = self.fh.tell() - self.reader.rem_length()
        self.cut_off = (read_bytes > self.offset or self.gzipped_as_a_whole) and self._may_be_cut_off()
        super().close()

    def _raise_invalid_gzip_err(self) -> None:
        """Called by warcio where several records are gzipped together: nobody seeks in them here, so it reads on."""
        self.gzipped_as_a_whole = True

    def _may_be_cut_off(self) -> bool:
        """Whether what was read last may lack its end, which the data tell only where they are gzipped."""
        inflater = self.reader.decompressor
        return inflater is None or not inflater.eof


class EncodingError(Exception):
    """A page is encoded in a way that cannot be undone: one line."""


def articles(path: Path, raw: IO[bytes], limit_bytes: int) -> Iterator[ArticleMessage | RefusedInput | Skipped]:
    """Every page of the archive; what is none (requests, pictures, errors, redirects) is passed over, and counted."""
    archive = _Archive(raw, arc2warc=True)
    records = iter(archive)
    number = 0
    while True:
        number += 1
        origin = f"{path}#{number}"
        try:
            record = next(records, None)
            if record is None:
                if archive.cut_off:
                    yield RefusedInput(origin, CUT_OFF)
                return
            found = _article(origin, record, limit_bytes)
            if archive.ends_within(record):
                yield RefusedInput(origin, CUT_OFF)
                return
            yield found
        except (ArchiveLoadFailed, AttributeError, EOFError, OSError, OverflowError, ValueError) as error:
            lacking = isinstance(error, AttributeError)  # warcio has None there
            reason = "the heading of a record is not whole" if lacking else one_line(str(error))[:REASON_CHARACTERS]
            yield RefusedInput(origin, f"the archive is damaged here; the rest is not read: {reason}")
            return


def _article(origin: str, record: Any, limit_bytes: int) -> ArticleMessage | RefusedInput | Skipped:
    url = record.rec_headers.get_header("WARC-Target-URI")
    kind, charset = _content_type(record)
    page = record.rec_type == "response" and kind in PAGES and record.http_headers.get_statuscode() == "200"
    if not page and record.rec_type != "conversion":
        return Skipped(origin)
    try:
        data = _inflated(record, limit_bytes + 1)
    except EncodingError as error:
        return RefusedInput(origin, str(error))
    if len(data) > limit_bytes:
        return RefusedInput(origin, f"larger than {limit_bytes:,} bytes, the limit of a message")
    text = decoded(data, declared=charset)
    if not text.strip():
        return RefusedInput(origin, "empty")
    headers = {name: record.rec_headers.get_header(f"WARC-{name}") for name in ("Date", "Record-ID")}
    meta = {"warc": {name.lower().replace("-", "_"): value for name, value in headers.items() if value}}
    article = RawArticle(url=url, html=text if page else None, text=None if page else text, meta=meta)
    return message(origin, article, limit_bytes)


def _inflated(record: Any, most: int) -> bytes:
    """The page or text, at most so many bytes of it.

    Raises:
        EncodingError: it is encoded in a way that cannot be undone.
    """
    encoding = ((record.http_headers and record.http_headers.get_header("Content-Encoding")) or "").strip().lower()
    if encoding in INFLATED_BY_WARCIO:
        return cast(bytes, record.content_stream().read(most))
    if encoding != "zstd":
        raise EncodingError(f"the Content-Encoding {encoding[:40]!r} cannot be undone")
    inflater = ZstdDecompressor(max_window_size=WINDOW_BYTES)
    try:
        return inflater.stream_reader(record.content_stream(), read_across_frames=True).read(most)
    except ZstdError as error:
        raise EncodingError(f"the Content-Encoding 'zstd' cannot be undone: {one_line(str(error))}") from None


def _content_type(record: Any) -> tuple[str, str | None]:
    if record.http_headers is None:
        return "", None
    kind, *parameters = (record.http_headers.get_header("Content-Type") or "").split(";")
    named = dict(part.strip().lower().partition("=")[::2] for part in parameters)
    return kind.strip().lower(), named.get("charset", "").strip("\"' ") or None
