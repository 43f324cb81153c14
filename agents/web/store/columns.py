"""What quotes are counted by, as columns in memory: who, where, when and how.

Each article's quotes lie in the store as one blob of rows of a fixed size, so that all of them are there in some
milliseconds. Nothing else counts as fast over the whole store: what is asked for becomes a mask over the columns.
"""

import logging
import math
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from agents.web.store.quote_query import Each
from schemas.records import Gender, GenderSource, QuoteType, SpeakerKind

log = logging.getLogger("redefluss.columns")

TYPES: tuple[str, ...] = get_args(QuoteType)
GENDERS: tuple[str, ...] = get_args(Gender)
EVIDENCE: tuple[str, ...] = get_args(GenderSource)
KINDS: tuple[str, ...] = get_args(SpeakerKind)
NO_PERSONS = ("organisation", "place", "group", "document")
NO_PERSON = len(GENDERS) + 1
"""In place of a gender, of a speaker who is none of those that have one."""
SPARSE = 20
"""So many numbers for each quote, and a table of all numbers would be too large."""
ROW = np.dtype(
    [
        ("num", "<i8"),
        ("said", "<i8"),
        ("article", "<i8"),
        ("same", "<i8"),
        ("at", "<f8"),
        ("arrived", "<f8"),
        ("day", "<i4"),
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
publication or else arrival, `arrived`: when the first version of the article with these words came; both in seconds
since 1970 UTC. `day`: that of `at` in Germany, in days since 1 January 1970. `entity`, `source`, `party`, `agency`,
`role`: numbers in the store. `type`, `gender`, `evidence`, `kind`: places in TYPES and so on, from 1 on. `whole`: the
type of the quote of the same speaker that this is a fragment of. 0 everywhere: none."""

_ROWS = "SELECT rows FROM quote_columns"
CHEAP_SECONDS = 0.005
REFRESH_SHARE = 0.05
"""Of one core, at most, for reading the columns anew while the store changes, unless that is cheap."""
STALE_SECONDS = 1.0
"""By so much they may be older than that, so that nobody waits for them while they are asked for again and again."""


def code(values: Sequence[str], value: str | None) -> int:
    """A value's place among `values`, from 1 on; 0: it is none of them."""
    return values.index(value) + 1 if value in values else 0


class Columns:
    """All quotes that are kept, the latest first, as an array for each field of `ROW`.

    Args:
        rows: in any order.
    """

    def __init__(self, rows: NDArray[Any]) -> None:
        latest_first = np.lexsort((rows["num"], rows["at"]))[::-1]
        self._fields = {name: np.ascontiguousarray(rows[name])[latest_first] for name in ROW.names or ()}

    def __getitem__(self, field: str) -> NDArray[Any]:
        return self._fields[field]

    def __len__(self) -> int:
        return len(self["num"])

    def with_nums(self, nums: NDArray[np.int64]) -> NDArray[np.bool_]:
        """For each quote whether its number is one of these."""
        if not len(self) or not len(nums):
            return np.zeros(len(self), dtype=bool)
        least, most = self._range
        if most - least > SPARSE * len(self):
            return np.isin(self["num"], nums)
        known = np.zeros(most - least + 1, dtype=bool)
        known[nums[(nums >= least) & (nums <= most)] - least] = True
        found: NDArray[np.bool_] = known[self["num"] - least]
        return found

    @cached_property
    def _range(self) -> tuple[int, int]:
        return int(self["num"].min()), int(self["num"].max())

    @cached_property
    def said(self) -> NDArray[np.int32]:
        """For each quote the number of its statement, counted from 0 without gaps."""
        return np.unique(self["said"], return_inverse=True)[1].astype(np.int32)

    @cached_property
    def said_in_paper(self) -> NDArray[np.int32]:
        """For each quote the number of its statement in its paper, or without a paper in its article, from 0 without
        gaps."""
        papers = self["source"].astype(np.int64)
        papers = np.where(papers > 0, papers, papers.max(initial=0) + 1 + self.articles)
        pairs = self.said * (papers.max(initial=0) + 1) + papers
        return np.unique(pairs, return_inverse=True)[1].astype(np.int32)

    def things(self, each: Each) -> NDArray[np.int32]:
        """For each quote the number of what counts once."""
        return self.said_in_paper if each == "paper" else self.said

    @cached_property
    def articles(self) -> NDArray[np.int32]:
        """For each quote the number of its article, counted from 0 with few gaps."""
        return _from_zero(self["article"])

    @cached_property
    def texts(self) -> NDArray[np.int32]:
        """For each quote the number that articles of the same text share, counted from 0 with few gaps."""
        return _from_zero(self["same"])

    @cached_property
    def gender_groups(self) -> NDArray[np.uint8]:
        """For each quote the speaker's gender: a place in GENDERS from 1 on; 0: not known; NO_PERSON."""
        no_person = np.zeros(len(KINDS) + 1, dtype=bool)
        no_person[[code(KINDS, kind) for kind in NO_PERSONS]] = True
        gender = self["gender"]
        return np.where(no_person[self["kind"]] & (gender == 0), NO_PERSON, gender).astype(np.uint8)


def gender_group(name: str) -> int:
    """The number of f, m, unknown or none in `Columns.gender_groups`."""
    return {"unknown": 0, "none": NO_PERSON}.get(name) or code(GENDERS, name)


def _from_zero(numbers: NDArray[np.int64]) -> NDArray[np.int32]:
    return (numbers - (numbers.min() if len(numbers) else 0)).astype(np.int32)


def read_columns(connection: sqlite3.Connection) -> Columns:
    """All of them, as they are now."""
    return Columns(np.frombuffer(b"".join(rows for (rows,) in connection.execute(_ROWS)), dtype=ROW))


class ColumnCache:
    """The columns of a store, read anew when it has changed, and not too often. Thread-safe.

    Where reading them takes long, they are read in a thread of their own, and whoever asks meanwhile has them as they
    were a moment ago.

    Args:
        open_store: gives a connection to the store, for the length of a `with` block.
    """

    def __init__(
        self,
        open_store: Callable[[], AbstractContextManager[sqlite3.Connection]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_store = open_store
        self._clock = clock
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._known: Columns | None = None
        self._changes = -1
        self._again = self._too_old = 0.0
        self._looked_at = -math.inf

    def columns(self, connection: sqlite3.Connection, *, seconds: float = math.inf) -> Columns:
        """As they are now, or were a moment ago; at most so many seconds ago, however long reading them takes."""
        known, now = self._known, self._clock()
        young = now - self._looked_at <= seconds
        if known is not None and young and now < self._again:
            return known
        if known is not None and young and now < self._too_old:
            if self._reading.acquire(blocking=False):
                threading.Thread(target=self._read_aside, name="columns", daemon=True).start()
            return known
        with self._lock:
            now = self._clock()
            if self._known is None or now >= self._again or now - self._looked_at > seconds:
                self._read(connection)
            assert self._known is not None
            return self._known

    def _read_aside(self) -> None:
        try:
            with self._open_store() as connection, self._lock:
                self._read(connection)
        except Exception as error:  # whoever asks next, when they are too old, is told
            log.debug("columns not read anew: %r", error)
        finally:
            self._reading.release()

    def _read(self, connection: sqlite3.Connection) -> None:
        looked_at = self._clock()
        (changes,) = connection.execute("SELECT n FROM changes").fetchone()
        if self._known is not None and changes == self._changes:
            self._looked_at = looked_at
            return
        begun = self._clock()
        columns = read_columns(connection)
        _ = columns.said
        took = self._clock() - begun
        self._known, self._changes, self._looked_at = columns, changes, looked_at
        self._again = self._too_old = self._clock()
        if took > CHEAP_SECONDS:
            self._again += took / REFRESH_SHARE
            self._too_old = self._again + STALE_SECONDS
