"""Windows cover a text once, whatever its sentences."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.reader.windows import Window, windows


def test_whole_sentences_share_a_window() -> None:
    assert windows([0, 4, 9], 12, size=10, overlap=4) == [Window(0, 9, 0, 9), Window(9, 12, 9, 12)]


def test_a_long_sentence_is_cut_with_overlap() -> None:
    assert windows([0], 25, size=10, overlap=4) == [
        Window(0, 10, 0, 8),
        Window(6, 16, 8, 14),
        Window(12, 22, 14, 20),
        Window(18, 25, 20, 25),
    ]


def test_no_pieces_no_windows() -> None:
    assert windows([], 0, size=10, overlap=4) == []


@given(st.integers(0, 400), st.lists(st.integers(0, 400)), st.integers(8, 60))
def test_every_piece_is_kept_once_and_lies_in_its_window(pieces: int, starts: list[int], size: int) -> None:
    made = windows(starts, pieces, size, overlap=4)
    kept = [piece for window in made for piece in range(window.keep_begin, window.keep_end)]
    assert kept == list(range(pieces))
    for window in made:
        assert window.begin <= window.keep_begin < window.keep_end <= window.end
        assert window.end - window.begin <= size
