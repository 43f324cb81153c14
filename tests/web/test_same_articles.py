"""The texts that the store knows, against comparing each with each."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.web.store.same_articles import MOST_BITS, WITHIN_SECONDS, KnownTexts
from agents.web.store.tables import open_for_writing
from agents.web.store.writer import StoreWriter
from pipeline.cleaning.fingerprint import distance
from tests.web.articles import message, quote_article
from tests.web.conftest import prune

NOTHING = "0" * 16
DAY = 86400.0


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    return open_for_writing(tmp_path_factory.mktemp("store") / "store.sqlite")


near_one = st.sets(st.integers(0, 63), max_size=MOST_BITS + 2).map(lambda bits: sum(1 << bit for bit in bits))
prints = st.one_of(near_one, near_one.map(lambda value: value ^ 0xFFFF_0000_FFFF_0000)).map("{:016x}".format)


@given(
    found=st.lists(st.tuples(prints, st.sampled_from([0, 5, 8, 14])), max_size=12),
    gone=st.sets(st.integers(1, 12)),
    but=st.none() | st.integers(1, 12),
    asked=prints,
)
def test_the_nearest_text_of_the_same_week(
    empty: sqlite3.Connection, found: list[tuple[str, int]], gone: set[int], but: int | None, asked: str
) -> None:
    texts = KnownTexts(empty)
    for seq, (simhash, day) in enumerate(found, start=1):
        texts.add(seq, 100 + seq % 3, simhash, day * DAY)
    texts.remove(gone)
    expected = [
        (distance(simhash, asked), 100 + seq % 3)
        for seq, (simhash, day) in enumerate(found, start=1)
        if seq not in gone and seq != but and simhash != NOTHING
        if distance(simhash, asked) <= MOST_BITS and abs(day - 7) * DAY <= WITHIN_SECONDS
    ]
    nearest = min(expected)[1] if expected and asked != NOTHING else None
    assert texts.same(asked, 7 * DAY, but=but) == nearest
    assert len(texts) == len(set(range(1, len(found) + 1)) - gone)


def test_there_is_room_for_any_number(empty: sqlite3.Connection) -> None:
    texts = KnownTexts(empty)
    rng = np.random.default_rng(1)
    values = rng.integers(1, 2**63, size=3000)
    for seq, value in enumerate(values.tolist(), start=1):
        texts.add(seq, seq, f"{value:016x}", 0.0)
    assert [texts.same(f"{values[at]:016x}", 0.0) for at in (0, 1023, 1024, 2999)] == [1, 1024, 1025, 3000]


@pytest.mark.parametrize("simhash", ["", "xyz", "f" * 17, "-1"])
def test_what_is_no_simhash_is_an_error(empty: sqlite3.Connection, simhash: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        KnownTexts(empty).same(simhash, 0.0)


def same_numbers(path: Path) -> dict[str, int]:
    with sqlite3.connect(path) as connection:
        return dict(connection.execute("SELECT id, same FROM articles").fetchall())


def test_a_restart_knows_the_texts_again(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    for number in (1, 2):
        writer = StoreWriter(path, keep_articles=100, keep_days=30)
        writer.add([message(quote_article(f"a-{number}", simhash="f" * 16), offset=number)])
        writer.close()
    assert len(set(same_numbers(path).values())) == 1


def test_what_is_rolled_back_is_no_text_and_what_it_would_have_replaced_still_is(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    writer = StoreWriter(path, keep_articles=100, keep_days=30)
    writer.add([message(quote_article("a-1", simhash="f" * 16), offset=0)])
    broken = quote_article("a-1", simhash="a" * 16, source="Anderswo")
    broken = broken.model_copy(update={"quotes": [broken.quotes[0].model_copy(update={"spans": []})]})
    writer.add([message(broken, offset=1)])
    assert writer.unreadable == 1
    writer.add([message(quote_article("a-2", simhash="f" * 16), offset=2)])
    writer.add([message(quote_article("a-3", simhash="a" * 16), offset=3)])
    same = same_numbers(path)
    assert same["a-1"] == same["a-2"] != same["a-3"]


def test_where_the_whole_lot_is_rolled_back_none_of_it_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    writer = StoreWriter(path, keep_articles=100, keep_days=30)

    def broken_off():
        yield message(quote_article("a-1", simhash="f" * 16), offset=0)
        raise OSError("the disk")

    with pytest.raises(OSError, match="the disk"):
        writer.add(broken_off())
    for id_ in ("a-2", "a-3"):
        writer.add([message(quote_article(id_, simhash="f" * 16), offset=1)])
    same = same_numbers(path)
    assert same["a-2"] == same["a-3"]
    with sqlite3.connect(path) as connection:
        assert [row[0] for row in connection.execute("SELECT id FROM articles WHERE first ORDER BY id")] == ["a-2"]


def test_what_was_kept_too_long_is_no_text_any_more(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    writer = StoreWriter(path, keep_articles=1, keep_days=30)
    for number in (1, 2):
        writer.add([message(quote_article(f"a-{number}", simhash=f"{number}" * 16), offset=number, at=float(number))])
    prune(writer, 3.0)
    writer.add([message(quote_article("a-3", simhash="1" * 16), offset=3, at=3.0)])
    same = same_numbers(path)
    assert "a-1" not in same
    assert same["a-3"] not in (1, same["a-2"])
