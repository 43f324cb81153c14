"""Press releases in a mailbox file (mbox): each mail is an article."""

import re
from collections.abc import Iterator
from datetime import UTC
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO

from agents.charset import decoded
from agents.cli.articles import ArticleMessage, RefusedInput
from agents.imports.messages import Skipped, message
from schemas.codec import one_line
from schemas.records import RawArticle

FROM_LINE = b"From "
HEADER_BYTES = 32_768
"""Of all headers of a mail: Python reads some of them in a time that grows with the square of their length."""
_END_OF_HEADERS = re.compile(rb"\n\r?\n")
BASE64_SHARE = 2
"""A mail may be so many times the limit of a message: it is encoded, and its attachments are not sent."""


def articles(path: Path, raw: IO[bytes], limit_bytes: int) -> Iterator[ArticleMessage | RefusedInput | Skipped]:
    """Every mail of the mailbox; one without a text of its own (a picture, a receipt) is passed over, and counted."""
    for number, data in enumerate(_mails(raw, BASE64_SHARE * limit_bytes), 1):
        origin = f"{path}#{number}"
        if data is None:
            yield RefusedInput(origin, f"larger than {BASE64_SHARE * limit_bytes:,} bytes")
            continue
        if _END_OF_HEADERS.search(data, 0, HEADER_BYTES) is None and len(data) > HEADER_BYTES:
            yield RefusedInput(origin, f"no mail that can be read: its headers have more than {HEADER_BYTES:,} bytes")
            continue
        try:
            mail = BytesParser(policy=policy.default).parsebytes(data)
            assert isinstance(mail, EmailMessage)
            article = _article(mail)
        except Exception as error:  # Python's parser of headers raises whatever comes where a mail is none
            yield RefusedInput(origin, f"no mail that can be read: {one_line(str(error)) or type(error).__name__}")
            continue
        yield Skipped(origin) if article is None else message(origin, article, limit_bytes)


def _mails(raw: IO[bytes], limit_bytes: int) -> Iterator[bytes | None]:
    """The mails between the lines that begin with "From "; None in place of one that is too large."""
    lines: list[bytes] = []
    size, begun, blank = 0, False, True
    while line := raw.readline(limit_bytes + 1):
        if blank and line.startswith(FROM_LINE):
            if begun:
                yield _joined(lines, size, limit_bytes)
            lines, size, begun = [], 0, True
        else:
            begun = begun or bool(line.strip())
            size += len(line)
            if size <= limit_bytes:
                quoted = line.lstrip(b">").startswith(FROM_LINE) and line.startswith(b">")
                lines.append(line[1:] if quoted else line)
        blank = not line.strip()
    if begun:
        yield _joined(lines, size, limit_bytes)


def _joined(lines: list[bytes], size: int, limit_bytes: int) -> bytes | None:
    """A mail without the empty line that ends it in the file."""
    if size > limit_bytes:
        return None
    return b"".join(lines[:-1] if lines and not lines[-1].strip() else lines)


def _article(mail: EmailMessage) -> RawArticle | None:
    text, html = _text(mail, "plain"), None
    if text is None:
        html = _text(mail, "html")
    if text is None and html is None:
        return None
    sender = mail["From"].addresses[0] if mail["From"] is not None and mail["From"].addresses else None
    identifier = str(mail["Message-ID"] or "").strip(" <>") or None
    known = {"from": str(mail["From"] or ""), "list_id": str(mail["List-Id"] or ""), "message_id": identifier or ""}
    return RawArticle(
        id=identifier,
        title=str(mail["Subject"] or "").strip() or None,
        source=(sender.display_name or sender.domain or None) if sender is not None else None,
        text=text,
        html=html,
        published_at=_moment(mail),
        meta={"mail": {name: value for name, value in known.items() if value}},
    )


def _text(mail: EmailMessage, subtype: str) -> str | None:
    """What its part of this subtype says; None where it has none, or an empty one."""
    part = mail.get_body((subtype,))
    data = None if part is None else part.get_payload(decode=True)
    if part is None or not isinstance(data, bytes):
        return None
    text = decoded(data, declared=part.get_content_charset())
    return text if text.strip() else None


def _moment(mail: EmailMessage) -> str | None:
    """When it was sent; None where it does not say."""
    if not mail["Date"]:
        return None
    try:
        moment = parsedate_to_datetime(str(mail["Date"]))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
