"""The last reports of feeds and sinks, which run beside the workers and report on the topic `workers`."""

import time
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from agents.announcements import REPORT_SECONDS
from agents.report_models import ProgramSaid
from agents.web.models import SinkState, SourceState
from agents.web.store.access import StoreUnavailable
from agents.web.store.reader import StoreReader

SILENT_SECONDS = 6 * REPORT_SECONDS
"""A program that has sent no report for so long is taken for dead."""


def sources_of(reader: StoreReader) -> list[SourceState]:
    """The sources of all feeds: those that something is wrong with first, then by name."""
    found: list[SourceState] = []
    for said, about in _said(reader, "feed"):
        for source in said.sources:
            try:
                found.append(SourceState(**source, feed=said.name, **about))
            except (TypeError, ValidationError):  # of another version
                continue
    return sorted(found, key=lambda one: (not (one.drifted or one.problems), one.source.casefold(), one.feed))


def sinks_of(reader: StoreReader) -> list[SinkState]:
    """All sinks, by kind and name."""
    found: list[SinkState] = []
    for said, about in _said(reader, "sink"):
        try:
            found.append(SinkState(**said.model_dump(include=_SAID), **about))
        except ValidationError:
            continue
    return sorted(found, key=lambda one: (one.kind, one.name))


_SAID = set(SinkState.model_fields) - {"ended", "seen_seconds", "alive"}


def _said(reader: StoreReader, program: str) -> Iterator[tuple[ProgramSaid, dict[str, Any]]]:
    """The last reports of programs of a kind, each with whether the program is alive; none without a store."""
    try:
        words = reader.programs(program)
    except StoreUnavailable:
        return
    now = time.time()
    for at, said in words:
        age = max(0.0, now - at)
        alive = not said.ended and age < SILENT_SECONDS
        yield said, {"ended": said.ended, "seen_seconds": round(age, 1), "alive": alive}
