"""What quotes are counted by, as columns in memory: who, where, when and how.

Each article's quotes lie in the store as one blob of rows of a fixed size, so that all of them are there in some
milliseconds. Nothing else counts as fast over the whole store: what is asked for becomes a mask over the columns.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from schemas.records import Gender, GenderSource, QuoteType, SpeakerKind

TYPES: tuple[str, ...] = get_args(QuoteType)
GENDERS: tuple[str, ...] = get_args(Gender)
EVIDENCE: tuple[str, ...] = get_args(GenderSource)
KINDS: tuple[str, ...] = get_args(SpeakerKind)
ROW = np.dtype(
    [
        ("num", "<i8"),
        ("said", "<i8"),
        ("article", "<i8"),
        ("same", "<i8"),
        ("at", "<f8"),
        ("arrived", "<f8"),
        ("entity", "<i4"),
        ("source", "<i4"),
        ("party", "<i4"),
        ("agency", "<i4"),
        ("role", "<i4"),
        ("type", "u1"),
        ("whole", "u1"),
        ("gender", "u1"),
        ("evidence", "u1"),
        ("kind", "u1"),
    ]
)
"""A quote. `said`: the same number for what is the same statement. `same`: the number of the article's text. `at`: of
publication or else arrival, `arrived`: both in seconds since 1970 UTC. `entity`, `source`, `party`, `agency`, `role`:
numbers in the store. `type`, `gender`, `evidence`, `kind`: places in TYPES and so on, from 1 on. `whole`: the type of
the quote of the same speaker that this is a fragment of. 0 everywhere: none."""

_ROWS = "SELECT rows FROM quote_columns"
CHEAP_SECONDS = 0.005
REFRESH_SHARE = 0.05
"""Of one core, at most, for reading the columns anew while the store changes, unless that is cheap."""


def code(values: Sequence[str], value: str | None) -> int:
    """A value's place among `values`, from 1 on; 0: it is none of them."""
    return values.index(value) + 1 if value in values else 0


class Columns:
    """All quotes that are kept, the latest first, as an array for each field of `ROW`.

    Args:
        rows: in any order.
    """

    def __init__(self, rows: NDArray[Any]) -> None:
        fields = {name: np.ascontiguousarray(rows[name]) for name in ROW.names or ()}
        latest_first = np.lexsort((fields["num"], fields["at"]))[::-1]
        self._fields = {name: field[latest_first] for name, field in fields.items()}

    def __getitem__(self, field: str) -> NDArray[Any]:
        return self._fields[field]

    def __len__(self) -> int:
        return len(self["num"])

    @cached_property
    def said(self) -> NDArray[np.int64]:
        """For each quote the number of its statement, counted from 0 without gaps."""
        found: NDArray[np.int64] = np.unique(self["said"], return_inverse=True)[1]
        return found

    @cached_property
    def articles(self) -> NDArray[np.int64]:
        """For each quote the number of its article, counted from 0 with few gaps."""
        numbers: NDArray[np.int64] = self["article"]
        return numbers - numbers.min() if len(numbers) else numbers


def read_columns(connection: sqlite3.Connection) -> Columns:
    """All of them, as they are now."""
    return Columns(np.frombuffer(b"".join(rows for (rows,) in connection.execute(_ROWS)), dtype=ROW))


class ColumnCache:
    """The columns of a store, read anew when it has changed, and not too often. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: Columns | None = None
        self._changes = -1
        self._again = 0.0

    def columns(self, connection: sqlite3.Connection) -> Columns:
        """As they are now, or were a moment ago."""
        with self._lock:
            if self._known is not None and self._clock() < self._again:
                return self._known
            (changes,) = connection.execute("SELECT n FROM changes").fetchone()
            if self._known is None or changes != self._changes:
                begun = self._clock()
                self._known, self._changes = read_columns(connection), changes
                _ = self._known.said
                took = self._clock() - begun
                self._again = self._clock() + (took / REFRESH_SHARE if took > CHEAP_SECONDS else 0.0)
            return self._known
