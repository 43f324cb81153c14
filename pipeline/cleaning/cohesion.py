"""How much of its vocabulary a line shares with the article around it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain, count

import numpy as np
import numpy.typing as npt

from pipeline.cleaning.counts import Ints, bounds, tally
from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import STEM, Line, words_of

Matrix = npt.NDArray[np.float32]

COHESION_COLUMNS = (
    "repeats", "seen", "prefix_of_next", "starts_as_previous", "title_share", "in_title", "core_share", "rare_share",
    "near_share", "core_to_usual", "near_to_usual", "length_to_usual", "sentences_to_usual",
)  # fmt: skip
_NEAR = 3


def cohesion_rows(lines: Sequence[Line], sentences: Sequence[float], title: str | None) -> Matrix:
    """`COHESION_COLUMNS` of each line; words count by their first letters, so that inflection does not matter."""
    texts, lowered = [line.text for line in lines], [line.lowered for line in lines]
    times = Counter(lowered)
    first: dict[str, int] = {}
    stems = [line.stems for line in lines]
    sizes = np.array([len(own) for own in stems])
    size = np.maximum(1, sizes)
    core = np.array([is_paragraph(line) for line in lines])
    wanted = {word[:STEM] for word in words_of(title) if len(word) >= 4} if title else set()
    shared_with_title = np.array([len(own & wanted) for own in stems])
    rows = np.empty((len(lines), len(COHESION_COLUMNS)), dtype=np.float32)
    rows[:, 0] = [min(6, times[text]) for text in lowered]
    rows[:, 1] = [first.setdefault(text, number) < number for number, text in enumerate(lowered)]
    rows[:, 2] = [
        len(text) > 12 and after.startswith(text) for text, after in zip(texts, [*texts[1:], ""], strict=True)
    ]
    rows[:, 3] = [
        len(before) > 12 and text.startswith(before) for text, before in zip(texts, ["", *texts[:-1]], strict=True)
    ]
    rows[:, 4] = shared_with_title / len(wanted) if wanted else -1
    rows[:, 5] = shared_with_title / size if wanted else -1
    rows[:, 6:9] = np.where(sizes > 0, _shared(stems, core) / size, -1.0).T
    rows[:, 11] = [len(line.words) for line in lines]
    rows[:, 12] = sentences
    # Against what is usual here: the middle of the paragraphs.
    core_share, near_share, length, sentence = _middle(rows[core][:, (6, 8, 11, 12)]) if core.any() else (0, 0, 1, 1)
    rows[:, 9] = rows[:, 6] - core_share
    rows[:, 10] = rows[:, 8] - near_share
    rows[:, 11] /= max(1.0, float(length))
    rows[:, 12] /= max(1.0, float(sentence))
    return rows


def _shared(stems: Sequence[set[str]], core: npt.NDArray[np.bool_]) -> Ints:
    """How many stems of each line other paragraphs have, two of them have, and those near it have.

    Args:
        stems: those of each line.
        core: which lines are paragraphs.
    """
    sizes = [len(own) for own in stems]
    limits = bounds(sizes)
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    stem = np.fromiter(map(numbers.__getitem__, chain.from_iterable(stems)), dtype=np.intp, count=sum(sizes))
    line = np.repeat(np.arange(len(stems)), sizes)
    is_core = core[line]
    # A paragraph's own words are among those counted.
    others = np.bincount(stem[is_core], minlength=len(numbers))[stem] - is_core
    # The paragraphs that a stem stands in follow one another in `places`; a line is near `_NEAR` of them on both sides.
    before: Ints = np.cumsum(core) - core
    begin = stem * (len(stems) + 2 * _NEAR) + before[line]
    places = np.sort(begin[is_core]) + _NEAR
    near = places.searchsorted(begin + 2 * _NEAR, side="right") - places.searchsorted(begin) - is_core
    return np.stack([tally(others > 0, limits), tally(others > 1, limits), tally(near > 0, limits)])


def _middle(rows: Matrix) -> Matrix:
    """The median of each column, as `np.median` has it, which takes longer for tables as small as these."""
    rows = np.sort(rows, axis=0)
    middle: Matrix = rows[(len(rows) - 1) // 2 : len(rows) // 2 + 1].mean(axis=0)
    return middle
