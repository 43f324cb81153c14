"""What archives of the tests are read to."""

from pathlib import Path
from typing import Any

import orjson

from agents.cli.articles import ArticleMessage, RefusedInput
from agents.imports.archives import items
from agents.imports.csv_rows import column_map

LIMIT = 100_000


def read(path: Path, columns: str = "") -> list[Any]:
    return list(items(str(path), columns=column_map(columns), limit_bytes=LIMIT))


def values(read_items: list[Any]) -> list[dict[str, Any]]:
    return [orjson.loads(item.value) for item in read_items if isinstance(item, ArticleMessage)]


def refused(read_items: list[Any]) -> list[tuple[str, str]]:
    return [(Path(item.origin).name, item.reason) for item in read_items if isinstance(item, RefusedInput)]
