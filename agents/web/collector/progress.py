"""Whether a consumer group gets on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where a group stands in a partition.

    Attributes:
        committed: the offset it has committed; None if it never has.
        end: the offset of the next message that will be written.
        still_seconds: how long there has been lag and no commit; 0 without lag.
    """

    partition: int
    committed: int | None
    begin: int
    end: int
    still_seconds: float

    @property
    def lag(self) -> int:
        """Messages still to be done."""
        return max(0, self.end - max(self.committed or 0, self.begin))


class ProgressWatch:
    """Remembers for every partition since when it has stood still."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, int], tuple[int | None, float]] = {}

    def see(self, stage: str, partition: int, *, committed: int | None, begin: int, end: int, now: float) -> Place:
        """Take in where a stage's group stands at `now` (seconds on a monotonic clock)."""
        place = Place(partition, committed, begin, end, 0.0)
        key = stage, partition
        known = self._since.get(key)
        if not place.lag:
            self._since.pop(key, None)
            return place
        if known is None or known[0] != committed:
            self._since[key] = committed, now
            return place
        return Place(partition, committed, begin, end, now - known[1])
