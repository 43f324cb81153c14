"""Where an article's time goes: its way through the stages, cut at the instants that the stream itself records.

A message's way through a stage:

    arrived    the broker appended it to the stage's topic (its time stamp)
    taken      the stage began with it (its span begins)
    made       the result was there (`produced_at` in the trail); the stage's function took `took`, and may have begun
               before the stage had the message (`agents.head_start`)
    published  the broker appended the result (the result's time stamp)
    confirmed  the stage knew that all copies have it (its span ends)
    committed  the broker appended the commit of its offset

From `published` on the next stage can take it. So confirmation and commit are not on an article's way.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any, NamedTuple

ON_THE_WAY = ("queue", "hand over", "model", "publish")
BESIDE = ("confirm", "commit")
PLACES = (*ON_THE_WAY, *BESIDE)


class Position(NamedTuple):
    """Where a message stands; the topic is without prefix."""

    topic: str
    partition: int
    offset: int


class Commit(NamedTuple):
    """The offset that a stage committed for a partition, and when, in seconds since 1970."""

    offset: int
    at: float


Commits = Mapping[tuple[str, int], Sequence[Commit]]
"""By topic without prefix and partition, in the order of time."""
Spans = Mapping[Position, tuple[float, float]]
"""When the stage that reads a message began with it and ended, in seconds since 1970."""


@dataclass(frozen=True)
class Passage:
    """One message's way through one stage: instants in seconds since 1970, `took` in seconds."""

    stage: str
    arrived: float
    taken: float
    made: float
    took: float
    published: float
    confirmed: float
    committed: float | None

    @property
    def places(self) -> dict[str, float]:
        """Seconds by place: those of ON_THE_WAY add up to the time from `arrived` to `published`."""
        model = min(self.took, self.made - self.taken)
        found = {
            "queue": self.taken - self.arrived,
            "hand over": self.made - self.taken - model,
            "model": model,
            "publish": self.published - self.made,
            "confirm": self.confirmed - self.published,
        }
        return found if self.committed is None else found | {"commit": self.committed - self.confirmed}


def passages(trail: Sequence[Mapping[str, Any]], last: float, spans: Spans, commits: Commits) -> list[Passage]:
    """The way that a message's `trail` tells of, a stage an item.

    Args:
        trail: as `agents.headers.trail_of` gives it.
        last: the time stamp of the message itself, in seconds since 1970.
        spans: of all messages that were read.
        commits: of all offsets.

    Raises:
        KeyError: there is no span of a message.
    """
    ends = [*(step["timestamp"] / 1000 for step in trail[1:]), last]
    return [_passage(step, end, spans, commits) for step, end in zip(trail, ends, strict=True)]


def _passage(step: Mapping[str, Any], published: float, spans: Spans, commits: Commits) -> Passage:
    position = Position(step["topic"], step["partition"], step["offset"])
    taken, confirmed = spans[position]
    return Passage(
        stage=step["stage"],
        arrived=step["timestamp"] / 1000,
        taken=taken,
        made=datetime.fromisoformat(step["produced_at"]).timestamp(),
        took=step["took_ms"] / 1000,
        published=published,
        confirmed=confirmed,
        committed=_committed(commits.get(position[:2], ()), position.offset),
    )


def _committed(commits: Sequence[Commit], offset: int) -> float | None:
    """When the offset behind a message was committed first; None: it was not."""
    number = bisect_right(commits, offset, key=lambda commit: commit.offset)
    return commits[number].at if number < len(commits) else None


def medians(found: Iterable[Passage]) -> dict[str, dict[str, float]]:
    """By stage and place the median, in milliseconds."""
    seconds: dict[str, dict[str, list[float]]] = {}
    for passage in found:
        by_place = seconds.setdefault(passage.stage, {})
        for place, value in passage.places.items():
            by_place.setdefault(place, []).append(value)
    return {
        stage: {place: 1000 * median(values) for place, values in by_place.items()}
        for stage, by_place in seconds.items()
    }
