"""How long partitions have stood still."""

from collections.abc import Collection, Hashable


class StallTimer:
    """Remembers since when each partition of a consumer group has been where it is."""

    def __init__(self) -> None:
        self._since: dict[Hashable, tuple[int | None, float]] = {}

    def see(self, key: Hashable, offset: int | None, *, waits: bool, now: float) -> float:
        """For how many seconds `key` has been at `offset` with something to do; 0 if there is nothing to do.

        Args:
            key: a partition of a consumer group.
            offset: the one that it has committed; None if it has committed nothing.
            waits: whether there is something to do.
            now: seconds on a monotonic clock.
        """
        if not waits:
            self._since.pop(key, None)
            return 0.0
        known = self._since.get(key)
        if known is None or known[0] != offset:
            self._since[key] = offset, now
            return 0.0
        return now - known[1]

    def keep(self, keys: Collection[Hashable]) -> None:
        """Forget all others."""
        self._since = {key: since for key, since in self._since.items() if key in keys}

    def clear(self) -> None:
        """Forget all."""
        self._since.clear()
