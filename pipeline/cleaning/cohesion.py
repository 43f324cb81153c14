"""How much of its vocabulary a line shares with the article around it."""

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, chain

import numpy as np
import numpy.typing as npt

from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import Line, words_of

Matrix = npt.NDArray[np.float32]

COHESION_COLUMNS = (
    "repeats", "seen", "prefix_of_next", "starts_as_previous", "title_share", "in_title", "core_share", "rare_share",
    "near_share", "core_to_usual", "near_to_usual", "length_to_usual", "sentences_to_usual",
)  # fmt: skip
_STEM = 6
_SHORTEST = 5
_NEAR = 3


def cohesion_rows(lines: Sequence[Line], sentences: Sequence[float], title: str | None) -> Matrix:
    """`COHESION_COLUMNS` of each line; words count by their first letters, so that inflection does not matter."""
    lowered = [line.lowered for line in lines]
    counts = Counter(lowered)
    stems = [{word[:_STEM] for word in line.words if len(word) >= _SHORTEST} for line in lines]
    paragraphs = [number for number, line in enumerate(lines) if is_paragraph(line)]
    core: Counter[str] = Counter()
    for number in paragraphs:
        core.update(stems[number])
    in_paragraphs = {least: {stem for stem, times in core.items() if times >= least} for least in (1, 2, 3)}
    is_core = [False] * len(lines)
    for number in paragraphs:
        is_core[number] = True
    places = list(accumulate(is_core))
    wanted = {word[:_STEM] for word in words_of(title) if len(word) >= 4} if title else set()
    table: list[tuple[float, ...]] = []
    seen: set[str] = set()
    for number, line in enumerate(lines):
        text, own, size = line.text, stems[number], max(1, len(stems[number]))
        # A paragraph's own words are among those counted.
        others = 2 if is_core[number] else 1
        following = lines[number + 1].text if number + 1 < len(lines) else ""
        previous = lines[number - 1].text if number else ""
        at = places[number] - is_core[number]
        near = paragraphs[max(0, at - _NEAR) : at + _NEAR + 1]
        if own:
            shared = len(own & in_paragraphs[others]) / size
            often = len(own & in_paragraphs[others + 1]) / size
            around = len(own.intersection(chain.from_iterable(stems[n] for n in near if n != number))) / size
        else:
            shared = often = around = -1.0
        told = len(own & wanted)
        table.append(
            (
                min(6, counts[lowered[number]]),
                lowered[number] in seen,
                len(text) > 12 and following.startswith(text),
                len(previous) > 12 and text.startswith(previous),
                told / len(wanted) if wanted else -1,
                told / size if wanted else -1,
                shared,
                often,
                around,
                0,
                0,
                len(line.words),
                sentences[number],
            )
        )
        seen.add(lowered[number])
    rows = np.array(table, dtype=np.float32)
    # Against what is usual here: the middle of the paragraphs.
    core_share, near_share, length, sentence = (
        np.median(rows[np.ix_(paragraphs, (6, 8, 11, 12))], axis=0) if paragraphs else (0.0, 0.0, 1.0, 1.0)
    )
    rows[:, 9] = rows[:, 6] - core_share
    rows[:, 10] = rows[:, 8] - near_share
    rows[:, 11] /= max(1.0, float(length))
    rows[:, 12] /= max(1.0, float(sentence))
    return rows
