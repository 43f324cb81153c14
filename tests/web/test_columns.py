"""The columns in memory: which quotes have a number, and when they are read anew."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from agents.web.store import columns as module
from agents.web.store.columns import ROW, ColumnCache, Columns
from agents.web.store.counting import FirstOfEach, count_distinct


class Store:
    """A store of which only the changes are asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.took = 1.0
        self.readers: list[str] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.connection = sqlite3.connect(":memory:", check_same_thread=False)
        self.connection.executescript("CREATE TABLE changes (n INTEGER NOT NULL); INSERT INTO changes VALUES (0)")
        self.cache = ColumnCache(self.opened, clock=lambda: self.now)
        monkeypatch.setattr(module, "read_columns", self.read)

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        yield self.connection

    def read(self, _: sqlite3.Connection) -> Columns:
        assert self.may_go_on.wait(10)
        self.readers.append(threading.current_thread().name)
        self.now += self.took
        return Columns(np.zeros(len(self.readers), dtype=ROW))

    def change(self) -> None:
        self.connection.execute("UPDATE changes SET n = n + 1")

    def rows(self) -> int:
        return len(self.cache.columns(self.connection))

    def wait(self) -> None:
        """Until nobody reads aside."""
        for thread in threading.enumerate():
            if thread.name == "columns":
                thread.join(10)


@pytest.fixture
def quotes_are_counted_as_they_are_now() -> None:
    """Here they are read at the pace of the program."""


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    return Store(monkeypatch)


def test_what_is_read_quickly_is_read_whenever_the_store_has_changed(store: Store) -> None:
    store.took = 0.001
    assert (store.rows(), store.rows()) == (1, 1)
    store.change()
    assert (store.rows(), store.rows()) == (2, 2)
    assert "columns" not in store.readers


def test_what_takes_long_is_read_beside_those_who_ask(store: Store) -> None:
    assert store.rows() == 1
    store.change()
    assert store.rows() == 1, "it is not old enough yet"
    store.now += store.took / module.REFRESH_SHARE
    store.may_go_on.clear()
    assert (store.rows(), store.rows()) == (1, 1), "nobody waits"
    store.may_go_on.set()
    store.wait()
    assert (store.rows(), store.readers) == (2, ["MainThread", "columns"])


def test_what_nobody_has_asked_for_lately_is_waited_for(store: Store) -> None:
    assert store.rows() == 1
    store.change()
    store.now += store.took / module.REFRESH_SHARE + module.STALE_SECONDS
    assert (store.rows(), store.readers) == (2, ["MainThread", "MainThread"])


def test_who_may_miss_nothing_gets_them_no_older_than_told(store: Store) -> None:
    assert store.rows() == 1
    store.change()
    store.now += 0.5
    looked_at = store.now - 0.5 - store.took
    assert len(store.cache.columns(store.connection, seconds=store.now - looked_at)) == 1
    assert len(store.cache.columns(store.connection, seconds=1.0)) == 2
    store.now += 5.0
    assert len(store.cache.columns(store.connection, seconds=1.0)) == 2, "nothing has changed"
    assert store.readers == ["MainThread", "MainThread"]


@pytest.mark.parametrize("nums", [[5, 9, 7], [-40, 5, 10**12], [5, 10**9]], ids=["dense", "others asked", "sparse"])
def test_quotes_are_found_by_their_numbers(nums: list[int]) -> None:
    rows = np.zeros(3, dtype=ROW)
    rows["num"], rows["at"] = (5, 7, max(nums) if max(nums) < 10**10 else 9), (3, 2, 1)
    columns = Columns(rows)
    assert columns.with_nums(np.array(nums)).tolist() == [num in nums for num in columns["num"]]
    assert columns.with_nums(np.array([], dtype=np.int64)).tolist() == [False] * 3
    assert Columns(rows[:0]).with_nums(np.array(nums)).tolist() == []


@pytest.mark.parametrize("things", [1, 7, 400])
def test_the_first_of_each_and_of_each_of_its_values(things: int) -> None:
    chance = np.random.default_rng(things)
    thing, value = chance.integers(0, things, 500).astype(np.int32), chance.integers(0, 5, 500).astype(np.uint8)
    places = np.flatnonzero(chance.random(500) < 0.6)[::-1]
    firsts: dict[int, int] = {}
    pairs: dict[tuple[int, int], int] = {}
    for place in places.tolist():
        firsts.setdefault(int(thing[place]), place)
        pairs.setdefault((int(thing[place]), int(value[place])), place)
    found = FirstOfEach(places, thing)
    assert found.places.tolist() == list(firsts.values())
    assert sorted(found.of_each_value(value).tolist()) == sorted(pairs.values())
    counts = np.bincount([number for _, number in pairs], minlength=5)
    assert found.count(value).tolist() == counts.tolist() == count_distinct(value[places], thing[places]).tolist()
    assert FirstOfEach(places, None).count(value).tolist() == np.bincount(value[places]).tolist()
