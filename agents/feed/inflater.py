"""Decompressing what a server sends, piece by piece, so that a small answer cannot become a large one in memory."""

import zlib


class Inflater:
    """Decompresses gzip or deflate, never more of it than is asked for."""

    def __init__(self, *, deflate: bool = False) -> None:
        self._deflate = deflate
        self._stream = None if deflate else zlib.decompressobj(16 + zlib.MAX_WBITS)

    def inflate(self, data: bytes, most: int) -> bytes:
        """The next of the contents, at most `most` bytes; what is left over then is dropped.

        Raises:
            zlib.error: the data is damaged.
        """
        if self._stream is None:  # some servers send raw deflate, others wrapped in zlib
            wrapped = data[:1] and data[0] & 0x0F == 8
            self._stream = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        out = bytearray()
        while data and len(out) < most:
            out += self._stream.decompress(data, most - len(out))
            data = self._stream.unconsumed_tail
            if self._stream.eof and not self._deflate and self._stream.unused_data[:2] == b"\x1f\x8b":
                data = self._stream.unused_data  # the next member of the same file
                self._stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
            elif self._stream.eof:
                break
        return bytes(out)
