"""Lists that users write in TOML: what stands in such a file, and addresses in it."""

import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


def read_toml(path: Path, failure: type[Exception]) -> tuple[str, dict[str, Any]]:
    """The text of a file, and what it holds.

    Raises:
        failure: it cannot be read, or is no TOML: one line with the place in it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        return text, tomllib.loads(text)
    except OSError as error:
        raise failure(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise failure(f"{path}: not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise failure(f"{path}: {' '.join(str(error).split())}") from None


def http_address(value: str, *, example: str) -> str:
    """`value`, if it is an address of the web.

    Raises:
        ValueError: it is none; one line that gives an `example`.
    """
    try:
        parts = urlsplit(value)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ValueError(f"{value[:100]!r} is no address such as {example}")
    return value
