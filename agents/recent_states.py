"""A cache of the states that were worked on last, limited in size."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class RecentStates:
    """States by key, in the order of their use.

    Args:
        limit: of their sizes together; the latest stays in any case.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._states: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()
        self._size = 0

    def put(self, key: Hashable, state: Any, size: int) -> list[tuple[Hashable, Any]]:
        """Keep a state whose key is not here, as the latest; those that there is no room for any more, with keys."""
        self._states[key] = size, state
        self._size += size
        pushed_out = []
        while self._size > self._limit and len(self._states) > 1:
            oldest, (freed, former) = self._states.popitem(last=False)
            self._size -= freed
            pushed_out.append((oldest, former))
        return pushed_out

    def take(self, key: Hashable) -> Any | None:
        """Give a state back, which is no longer here then; None: it is not here."""
        size, state = self._states.pop(key, (0, None))
        self._size -= size
        return state

    def clear(self) -> None:
        """Drop all."""
        self._states.clear()
        self._size = 0
