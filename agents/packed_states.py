"""States that nobody works on at the moment, in about a tenth of their memory."""

import gc
import pickle
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from zstandard import DICT_TYPE_RAWCONTENT, ZstdCompressionDict, ZstdCompressor, ZstdDecompressor

FASTEST = 1
"""Of the levels of zstd: what is packed is mostly unpacked again."""
EXAMPLE_BYTES = 32_768


class PackedStates:
    """Bytes of states by key; unpacking one takes a fraction of the time in which it is restored from what it gave out.

    What all states have in common, such as the names of their classes and fields, is half of a small one. So the first
    that is packed serves as the dictionary of the others.

    Args:
        limit_bytes: beyond, those that were packed longest ago are dropped.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._packed: OrderedDict[Hashable, bytes] = OrderedDict()
        self._bytes = 0
        self._compressor: ZstdCompressor | None = None
        self._decompressor: ZstdDecompressor | None = None

    def put(self, key: Hashable, state: Any) -> None:
        """Keep a state whose key is not here."""
        data = self._compressed(pickle.dumps(state, pickle.HIGHEST_PROTOCOL))
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
        assert self._decompressor is not None, "it was made when the first state was packed"
        self._bytes -= len(data)
        # All that comes is needed: collections meanwhile would look through it in vain, and double the time.
        gc.disable()
        try:
            return pickle.loads(self._decompressor.decompress(data))
        finally:
            gc.enable()

    def clear(self) -> None:
        """Drop all."""
        self._packed.clear()
        self._bytes = 0

    def _compressed(self, data: bytes) -> bytes:
        if self._compressor is None:
            example = ZstdCompressionDict(data[:EXAMPLE_BYTES], dict_type=DICT_TYPE_RAWCONTENT)
            self._compressor = ZstdCompressor(FASTEST, dict_data=example)
            self._decompressor = ZstdDecompressor(dict_data=example)
        packed = self._compressor.compress(data)
        return bytes(memoryview(packed))  # in its own place: it was shortened where there was room for all of `data`
