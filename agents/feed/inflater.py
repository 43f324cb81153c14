"""Decompressing what a server sends, piece by piece, so that a small answer cannot become a large one in memory."""

import zlib

_MEMBER = b"\x1f\x8b"
"""What each member of a gzip file begins with."""
_STEP_BYTES = 4096
"""Taken in at a time: zlib copies what is left over behind each member, of which there can be very many."""


class Inflater:
    """Decompresses gzip or deflate, never more of it than is asked for, and passes over what comes behind it."""

    def __init__(self, *, deflate: bool = False) -> None:
        self._deflate = deflate
        self._stream = None if deflate else zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._ended = False

    def inflate(self, data: bytes, most: int) -> bytes:
        """The next of the contents, at most `most` bytes; what is left over then is dropped.

        Raises:
            zlib.error: the data is damaged.
        """
        if self._stream is None:  # some servers send raw deflate, others wrapped in zlib
            wrapped = data[:1] and data[0] & 0x0F == 8
            self._stream = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        out = bytearray()
        for begin in range(0, len(data), _STEP_BYTES):
            step = data[begin : begin + _STEP_BYTES]
            while step and len(out) < most and not self._ended:
                out += self._stream.decompress(step, most - len(out))
                step = self._stream.unconsumed_tail
                if self._stream.eof:
                    step = self._behind(self._stream.unused_data)
        return bytes(out)

    def _behind(self, left: bytes) -> bytes:
        """What is read next behind the end of a stream: the following member, as soon as it is known to be one."""
        if self._deflate or left[:2] not in (b"", _MEMBER[:1], _MEMBER):
            self._ended = True
        if left[:2] != _MEMBER:
            return b""
        self._stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
        return left
