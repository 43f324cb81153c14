"""States that nobody works on at the moment, in about a tenth of their memory."""

import pickle
import zlib
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

FASTEST = 1
"""Of zlib's levels: what is packed is mostly unpacked again."""


class PackedStates:
    """Bytes of states by key; unpacking one takes a fraction of the time in which it is restored from what it gave out.

    Args:
        limit_bytes: beyond, those that were packed longest ago are dropped.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._packed: OrderedDict[Hashable, bytes] = OrderedDict()
        self._bytes = 0

    def put(self, key: Hashable, state: Any) -> None:
        """Keep a state whose key is not here."""
        data = zlib.compress(pickle.dumps(state, pickle.HIGHEST_PROTOCOL), FASTEST)
        self._packed[key] = data
        self._bytes += len(data)
        while self._bytes > self._limit_bytes:
            _, dropped = self._packed.popitem(last=False)
            self._bytes -= len(dropped)

    def take(self, key: Hashable) -> Any | None:
        """Give a state back, which is no longer here then; None: it is not here."""
        data = self._packed.pop(key, None)
        if data is None:
            return None
        self._bytes -= len(data)
        return pickle.loads(zlib.decompress(data))

    def clear(self) -> None:
        """Drop all."""
        self._packed.clear()
        self._bytes = 0
