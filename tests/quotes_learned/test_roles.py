"""What the role decoder sees, and how its pointers are read."""

import numpy as np

from pipeline.quotes.learned.roles import DISTANCES, SENTENCES, WORDS_AFTER, WORDS_BEFORE, pointed_span, role_inputs
from pipeline.quotes.learned.tags import Segment
from pipeline.quotes.learned.words import split_words

TEXT = "Der Bau, sagte Ilka Brandt, sei „viel zu teuer“ und unnötig. " * 40
WORDS = split_words(TEXT)


def test_places_tell_parts_gap_and_other_quotes() -> None:
    outer = Segment(words=(0, 1, 7, 8, 9, 10, 11, 12, 13, 14), type="Indirect", layer=1)
    inner = Segment(words=(8, 9, 10, 11, 12), type="Direct", layer=0)
    seen_outer, seen_inner = role_inputs([outer, inner], [outer, inner], WORDS)
    assert seen_outer.place[:16].tolist() == [1, 1, 3, 3, 3, 3, 3, 2, 5, 5, 5, 5, 5, 2, 2, 0]
    assert seen_inner.place[:16].tolist() == [4, 4, 0, 0, 0, 0, 0, 4, 5, 5, 5, 5, 5, 4, 4, 0]


def test_only_the_surroundings_of_a_quote_are_seen() -> None:
    quote = Segment(words=tuple(range(300, 310)), type="Reported", layer=1)
    seen = role_inputs([quote], [quote], WORDS)[0]
    assert seen.words[0] == 300 - WORDS_BEFORE
    assert seen.words[-1] == 309 + WORDS_AFTER
    assert ((seen.distance >= 0) & (seen.distance < DISTANCES)).all()
    assert ((seen.sentence >= 0) & (seen.sentence < SENTENCES)).all()


def test_the_middle_of_a_very_long_quote_is_left_out() -> None:
    quote = Segment(words=tuple(range(0, 400)), type="Direct", layer=0)
    seen = role_inputs([quote], [], WORDS)[0]
    assert {0, 63, 384, 399, 400} <= set(seen.words.tolist())
    assert 200 not in seen.words


def test_pointers_pick_a_span_or_nothing() -> None:
    begins = np.array([0.0, 1.0, 5.0, 1.0, 0.0], dtype=np.float32)
    ends = np.array([0.0, 9.0, 1.0, 4.0, 0.0], dtype=np.float32)
    assert pointed_span(begins, ends, 0.0) == (0, 1)
    ends[1] = 0.0
    assert pointed_span(begins, ends, 0.0) == (1, 3)
    assert pointed_span(begins, ends, 20.0) is None
    assert pointed_span(begins[:1], ends[:1], 0.0) is None


def test_the_span_that_agrees_with_most_wins() -> None:
    begins = np.array([-9.0, 2.0, 1.8, 1.7, -9.0], dtype=np.float32)
    ends = np.array([-9.0, -9.0, -9.0, -9.0, 5.0], dtype=np.float32)
    assert pointed_span(begins, ends, 0.0) == (1, 4)
