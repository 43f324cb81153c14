"""Gold pages: news pages with the paragraphs that are their articles."""

import gzip
from pathlib import Path
from typing import Any

import orjson

_FIELDS = ("name", "url", "title", "authors", "html", "page_text", "extracted_text", "gold")


def read_pages(path: Path) -> list[dict[str, Any]]:
    """The pages of a gold file in JSON lines, gzipped or not.

    Raises:
        ValueError: if a line is no gold page, naming it and what is missing.
    """
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        pages = []
        for number, line in enumerate(lines, start=1):
            page = orjson.loads(line)
            if missing := [field for field in _FIELDS if not isinstance(page, dict) or field not in page]:
                raise ValueError(f"{path.name}, line {number}: no gold page, without {', '.join(missing)}")
            pages.append(page)
    return pages
