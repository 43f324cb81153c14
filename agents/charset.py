"""Decodes pages and files, which may or may not declare their encoding."""

import codecs
import re

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NO_PAGES = frozenset({"punycode", "idna", "utf-7", "unicode-escape", "raw-unicode-escape", "undefined", "ascii"})
"""Encodings of Python that are not used for pages. Some take a time that grows with the square of the length; and where
"ascii" is declared, bytes beyond it are in some other encoding."""
_AS_BROWSERS_READ = {"iso8859-1": "cp1252"}
"""By Python's name: pages with this label have Windows' quotation marks and dashes, where the standard has controls."""
_DECLARED = re.compile(rb"<meta[^>]+charset=[\"']?\s*([a-z0-9_-]+)", re.IGNORECASE)


def is_utf_16(data: bytes) -> bool:
    """Whether the data begins with a byte order mark of UTF-16."""
    return data[:2] in _UTF_16_MARKS


def decoded(data: bytes, *, declared: str | None = None) -> str:
    """The text: UTF-8 or UTF-16 by its mark, what was declared, UTF-8, what the page declares, else Windows-1252.

    Args:
        declared: the encoding that came with the data, as in HTTP's Content-Type.
    """
    if is_utf_16(data):
        return data.decode("utf-16", errors="replace")
    if declared is not None and (text := _tried(data, declared)) is not None:
        return text
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        found = _DECLARED.search(data[:4096])
        text = _tried(data, found[1].decode("ascii")) if found else None
        return data.decode("cp1252", errors="replace") if text is None else text


def _tried(data: bytes, encoding: str) -> str | None:
    """The text; None if there is no such encoding of text, or none that pages have."""
    try:
        name = codecs.lookup(encoding).name.replace("_", "-")
        if name in _NO_PAGES:
            return None
        return data.decode(_AS_BROWSERS_READ.get(name, encoding), errors="replace").removeprefix("\ufeff")
    except (LookupError, ValueError):
        return None
