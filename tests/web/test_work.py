"""How much is done for a search and for shares: asked once, and not once for each quote that is found."""

import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

from agents.web.store import access
from agents.web.store.counting import count_distinct
from agents.web.store.quote_query import QuoteQuery
from agents.web.store.reader import StoreReader
from agents.web.store.tables import open_for_reading
from agents.web.store.writer import StoreWriter
from benchmarks.made_up_news import QUOTES, News, fill, multiply

ARTICLES = 30
TIMES = 12
NOW = time.time()
NEWS = News(1)
COMMON = f"{NEWS.words[0]} "
"""In nearly every quote."""


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One store, and one with `TIMES` as much of the same."""
    paths = []
    for times in (1, TIMES):
        path = tmp_path_factory.mktemp("store") / "web.sqlite"
        writer = StoreWriter(path, keep_articles=10**6, keep_days=30)
        fill(writer, News(1).articles(ARTICLES, NOW), NOW)
        writer.close()
        multiply(path, times)
        paths.append(path)
    return paths


ASKED: dict[str, Callable[[StoreReader], Any]] = {
    "search": lambda reader: reader.quotes_and_facets(QuoteQuery(words=COMMON), limit=10),
    "shares": lambda reader: reader.shares(QuoteQuery(words=COMMON), by="gender", now=NOW),
    "shares against the time before": lambda reader: reader.shares(
        QuoteQuery(words=COMMON, since=NOW - 2 * 86400), by="source", now=NOW
    ),
}


SPEAKER = f"per/{NEWS.names[0].lower().replace(' ', '-')}"
"""Named in most articles."""
ENTITY: dict[str, Callable[[StoreReader], Any]] = {"entity": lambda reader: reader.entity(SPEAKER)}
STATEMENTS = 50
"""Of SQL, at most: two for each quote that is shown, and one or two for each thing that is counted."""
STEPS_FOR_EACH = 15
"""Of SQLite's instructions, at most, for each article that names someone: none of the articles is looked up."""


class Work:
    """What SQLite does for an answer: statements, and instructions by tens."""

    def __init__(self, path: Path, ask: Callable[[StoreReader], Any], monkeypatch: pytest.MonkeyPatch) -> None:
        self.statements: Counter[str] = Counter()
        self.steps = 0
        reader = StoreReader(path)
        ask(reader)  # the columns are read already
        with monkeypatch.context() as patched:
            patched.setattr(access, "open_for_reading", self._open)
            ask(reader)

    def _open(self, path: Path) -> "Work.Watched":
        connection = open_for_reading(path)
        connection.set_trace_callback(lambda statement: self.statements.update([statement]))
        connection.set_progress_handler(self._step, 10)
        return self.Watched(connection)

    def _step(self) -> int:
        self.steps += 10
        return 0

    class Watched:
        """A connection whose progress is watched here alone."""

        def __init__(self, connection: sqlite3.Connection) -> None:
            self._connection = connection

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

        def set_progress_handler(self, *_: Any) -> None:
            """Nothing: the time is not limited."""


def steps_of(path: Path, ask: Callable[[StoreReader], Any]) -> int:
    """How many of Python's instructions the store's own modules take for an answer, the columns being read already."""
    folder, count = str(Path(access.__file__).parent), 0
    reader = StoreReader(path)
    ask(reader)

    def step(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(folder):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        ask(reader)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("what", ASKED)
def test_python_takes_no_step_for_each_quote_found(stores: list[Path], what: str) -> None:
    few, many = (steps_of(path, ASKED[what]) for path in stores)
    found = [StoreReader(path).quotes(QuoteQuery(words=COMMON), limit=1).total for path in stores]
    assert found[0] > ARTICLES * QUOTES / 2
    assert found[1] == TIMES * found[0]
    assert many < 1.2 * few


@pytest.mark.parametrize("what", ASKED)
def test_the_words_are_looked_up_once(stores: list[Path], what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    statements = Work(stores[1], ASKED[what], monkeypatch).statements
    assert sum(count for statement, count in statements.items() if "quote_search MATCH" in statement) == 1


@pytest.mark.parametrize("what", [*ASKED, *ENTITY])
def test_names_are_not_asked_for_one_by_one(stores: list[Path], what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Work(stores[1], (ASKED | ENTITY)[what], monkeypatch).statements.total() <= STATEMENTS


def test_who_is_named_often_costs_little_for_each_time(stores: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    work = [Work(path, ENTITY["entity"], monkeypatch).steps for path in stores]
    found = [StoreReader(path).entity(SPEAKER) for path in stores]
    named = [0 if entity is None else entity.article_count for entity in found]
    assert named[1] == TIMES * named[0] > TIMES * ARTICLES / 2
    assert work[1] - work[0] < STEPS_FOR_EACH * (named[1] - named[0])


def test_counting_is_what_sets_of_pairs_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.web.store.counting.MOST_CELLS", 100)
    chance = np.random.default_rng(5)
    for size, values, things in ((1, 1, 1), (50, 3, 400), (400, 40, 30), (300, 500, 700)):
        value, thing = chance.integers(0, values, size), chance.integers(0, things, size)
        by_hand = Counter(value for value, _ in {*zip(value.tolist(), thing.tolist(), strict=True)})
        counts = count_distinct(value, thing)
        assert {number: int(count) for number, count in enumerate(counts) if count} == by_hand
