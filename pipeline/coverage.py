"""Which places of a text are covered by ranges, looked up in a time that does not grow with their number."""


class Coverage:
    """Places 0 to `length` (excluded), in code points or tokens, of which ranges take some."""

    def __init__(self, length: int) -> None:
        self._taken = bytearray(length)

    def add(self, begin: int, end: int) -> None:
        """Take the places from `begin` to `end` (excluded)."""
        self._taken[begin:end] = b"\x01" * (end - begin)

    def meets(self, begin: int, end: int) -> bool:
        """Whether any place from `begin` to `end` (excluded) is taken."""
        return self._taken.find(1, begin, end) >= 0
