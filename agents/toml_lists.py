"""Lists that users write in TOML: what stands in such a file."""

import tomllib
from pathlib import Path
from typing import Any


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
    except (ValueError, RecursionError) as error:  # a number with too many digits is no TOMLDecodeError
        raise failure(f"{path}: {' '.join(str(error).split())}") from None
