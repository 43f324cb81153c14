"""Long texts in windows."""

import numpy as np
import pytest

from pipeline.encoder.pieces import Pieces
from pipeline.quotes.learned.windows import LONGEST, WordPieces, align, cut
from pipeline.quotes.learned.words import split_words


def one_piece_a_word(count: int) -> WordPieces:
    numbers = np.arange(count, dtype=np.int64)
    return WordPieces(ids=numbers, first=numbers, last=numbers, starts=numbers[::20])


@pytest.mark.parametrize("count", [1, 5, LONGEST - 1, LONGEST, LONGEST + 1, 2 * LONGEST, 7 * LONGEST + 13])
def test_every_word_is_kept_once_and_seen_whole(count: int) -> None:
    pieces = one_piece_a_word(count)
    windows = cut(pieces)
    kept = [word for window in windows for word in range(window.words_begin, window.words_end)]
    assert kept == list(range(count))
    for window in windows:
        assert window.end - window.begin <= LONGEST
        inside = slice(window.words_begin, window.words_end)
        assert (pieces.first[inside] >= window.begin).all()
        assert (pieces.last[inside] < window.end).all()


def test_a_word_longer_than_a_window_is_still_covered() -> None:
    pieces = WordPieces(ids=np.arange(2000), first=np.array([0, 900]), last=np.array([899, 1999]), starts=np.array([0]))
    windows = cut(pieces)
    assert [word for w in windows for word in range(w.words_begin, w.words_end)] == [0, 1]
    for window in windows:
        for places in window.places(pieces):
            assert ((places >= 0) & (places < window.end - window.begin)).all()


def test_windows_begin_with_sentences() -> None:
    assert all(window.begin % 20 == 0 for window in cut(one_piece_a_word(5 * LONGEST)))


def test_no_words_no_windows() -> None:
    assert cut(one_piece_a_word(0)) == []


def test_pieces_and_words_meet_by_their_offsets() -> None:
    words = split_words("Sie rief. Halt")
    pieces = Pieces(
        ids=np.array([7, 8, 9, 10], dtype=np.int32),
        begins=np.array([0, 4, 6, 10], dtype=np.int32),
        ends=np.array([3, 6, 9, 14], dtype=np.int32),
    )
    aligned = align(pieces, words)
    assert aligned.first.tolist() == [0, 1, 2, 3]
    assert aligned.last.tolist() == [0, 2, 2, 3]
    assert aligned.starts.tolist() == [0, 3]
