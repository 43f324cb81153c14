"""How much of its vocabulary a line shares with the article around it."""

from collections import Counter
from collections.abc import Sequence

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
    lowered = [line.text.lower() for line in lines]
    counts = Counter(lowered)
    stems = [{word[:_STEM] for word in line.words if len(word) >= _SHORTEST} for line in lines]
    paragraphs = [number for number, line in enumerate(lines) if is_paragraph(line)]
    core: Counter[str] = Counter()
    for number in paragraphs:
        core.update(stems[number])
    is_core = np.zeros(len(lines), dtype=bool)
    is_core[paragraphs] = True
    places = np.cumsum(is_core)
    wanted = {word[:_STEM] for word in words_of(title) if len(word) >= 4} if title else set()
    rows = np.empty((len(lines), len(COHESION_COLUMNS)), dtype=np.float32)
    seen: set[str] = set()
    for number, line in enumerate(lines):
        text, own, size = line.text, stems[number], max(1, len(stems[number]))
        others = 2 if is_core[number] else 1
        following = lines[number + 1].text if number + 1 < len(lines) else ""
        previous = lines[number - 1].text if number else ""
        at = int(places[number]) - is_core[number]
        near = {*paragraphs[max(0, at - _NEAR) : at + _NEAR + 1]} - {number}
        if own:
            frequencies = [core[stem] for stem in own]
            shared = sum(frequency >= others for frequency in frequencies) / size
            often = sum(frequency > others for frequency in frequencies) / size
            around = len(own & set().union(*(stems[other] for other in near))) / size
        else:
            shared = often = around = -1.0
        rows[number] = (
            min(6, counts[lowered[number]]),
            lowered[number] in seen,
            len(text) > 12 and following.startswith(text),
            len(previous) > 12 and text.startswith(previous),
            len(own & wanted) / len(wanted) if wanted else -1,
            len(own & wanted) / size if wanted else -1,
            shared,
            often,
            around,
            0,
            0,
            len(line.words),
            sentences[number],
        )
        seen.add(lowered[number])
    # Against what is usual here: the middle of the paragraphs.
    for column, source in ((9, 6), (10, 8)):
        usual = np.median(rows[paragraphs, source]) if paragraphs else 0.0
        rows[:, column] = rows[:, source] - usual
    for column in (11, 12):
        usual = max(1.0, float(np.median(rows[paragraphs, column]))) if paragraphs else 1.0
        rows[:, column] /= usual
    return rows
