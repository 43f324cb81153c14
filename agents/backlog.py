"""What waits before each stage: since when, whether it becomes more, and how long it will take."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiokafka import TopicPartition

from agents.progress import PartitionProgress
from agents.settings import Settings
from agents.topic_reader import first_timestamps

LOOK_SECONDS = 15.0
"""Between questions to the broker when the oldest messages were written."""
TREND_SECONDS = 300.0
"""The period over which the development of a backlog is judged."""


@dataclass(frozen=True)
class BacklogSample:
    """A stage at a moment (seconds since 1970 UTC): messages done since the topic began, and those that wait."""

    at: float
    committed: int
    lag: int


@dataclass(frozen=True)
class Trend:
    """How a stage's backlog develops.

    Attributes:
        seconds: over which time that was looked at; 0 if nothing is known.
        lag: what waits now.
        growth: by how much that has become more, or less if negative.
        done: messages done in the time.
    """

    seconds: float = 0.0
    lag: int = 0
    growth: int = 0
    done: int = 0

    @property
    def work_seconds(self) -> float:
        """How long what waits now takes by itself, at the rate of that time; infinite if nothing was done."""
        if not self.lag:
            return 0.0
        return self.lag * self.seconds / self.done if self.done > 0 else math.inf

    @property
    def until_done_seconds(self) -> float | None:
        """When nothing will wait any more if all goes on as it did; None if it does not become less."""
        if not self.lag:
            return 0.0
        return self.lag * self.seconds / -self.growth if self.growth < 0 else None


def trend(samples: Sequence[BacklogSample], now: float) -> Trend:
    """Over the last minutes; `samples` in order."""
    recent = [sample for sample in samples if sample.at >= now - TREND_SECONDS]
    if not recent:
        return Trend()
    first, last = recent[0], recent[-1]
    return Trend(last.at - first.at, last.lag, last.lag - first.lag, max(0, last.committed - first.committed))


class OldestUnread:
    """Knows when the oldest message that a stage has not done was written.

    Args:
        settings: where to ask.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[TopicPartition, dict[int, float]] = {}
        """By partition, when the message at an offset was written."""
        self._asked_at = -math.inf

    async def look(self, places: Mapping[str, Sequence[PartitionProgress]]) -> dict[tuple[str, int], float]:
        """By stage and partition where messages wait: when the oldest was written, in seconds since 1970 UTC.

        At most `LOOK_SECONDS` old, so that the oldest message may have been done meanwhile.
        """
        behind = [place for found in places.values() for place in found if place.lag]
        at = {(place.stage, place.partition): TopicPartition(place.topic, place.partition) for place in behind}
        wanted = {(tp, place.oldest_offset) for place, tp in zip(behind, at.values(), strict=True)}
        held = {tp for place, tp in zip(behind, at.values(), strict=True) if not place.unread}
        if time.monotonic() - self._asked_at >= LOOK_SECONDS:
            self._asked_at = time.monotonic()
            unknown = {tp: offset for tp, offset in wanted if offset not in self._known.get(tp, {})}
            found = await first_timestamps(self._settings, {tp: unknown[tp] for tp in unknown.keys() - held})
            found |= await first_timestamps(
                self._settings, {tp: unknown[tp] for tp in unknown.keys() & held}, isolation_level="read_uncommitted"
            )
            known = {
                tp: {offset: self._known[tp][offset]} for tp, offset in wanted if offset in self._known.get(tp, {})
            }
            self._known = known | {tp: {unknown[tp]: written} for tp, written in found.items()}
        return {key: min(self._known[tp].values()) for key, tp in at.items() if self._known.get(tp)}
