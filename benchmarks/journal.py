"""What was measured, a JSON line for each measurement, so that a run can be made in pieces and reported as one."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from agents.settings import Settings
from benchmarks.flood import Flood
from benchmarks.usage import Usage


class Journal:
    """Lines of a file, or of memory alone.

    Every line has `part` (what was measured), `turn` (what is compared within one stands in one), `model_de` and
    `quote_model`; the others depend on the part.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.lines: list[dict[str, Any]] = []
        if path is not None and path.exists():
            self.lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]

    def add(self, part: str, turn: str, **values: Any) -> None:
        """Write a line."""
        settings = Settings()
        models = {"model_de": settings.model_de, "quote_model": settings.quote_model}
        line = {"part": part, "turn": turn, **models, **values}
        self.lines.append(line)
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(orjson.dumps(line) + b"\n")

    def of(self, part: str) -> list[dict[str, Any]]:
        """The lines of a part."""
        return [line for line in self.lines if line["part"] == part]


def new_turn() -> str:
    """A name for a turn: when it began."""
    return time.strftime("%Y-%m-%dT%H:%M:%S")


def as_line(flood: Flood) -> dict[str, Any]:
    """A flood as plain JSON values."""
    return asdict(flood)


def flood_of(line: dict[str, Any]) -> Flood:
    """A flood from its line."""
    values = dict(line["flood"])
    return Flood(**(values | {"processes": [Usage(**usage) for usage in values["processes"]]}))
