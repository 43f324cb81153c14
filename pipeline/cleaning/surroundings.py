"""What the elements around a page's lines hold: how much text, how much of it linked, how much of it in paragraphs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

_LEVELS = (0, 1, 2, 3, 5)
_MAIN_SHARES = (0.95, 0.8, 0.5)
AROUND_COLUMNS = (
    *(f"{name}_{level}" for level in _LEVELS for name in ("text_in", "linked_in", "paragraphs_in", "lines_in")),
    *(f"in_main_{share}" for share in _MAIN_SHARES), "main_share", "main_linked", "below_main", "place_in_main",
)  # fmt: skip


@dataclass(slots=True)
class Elements:
    """The block elements of a page, by number in the order of their begin; element 0 is the page itself.

    Attributes:
        parents: of each element the number of the one around it.
        depths: of each element how many are around it.
        begins: of each element its first line.
        ends: of each element the line after its last one.
    """

    parents: list[int] = field(default_factory=lambda: [0])
    depths: list[int] = field(default_factory=lambda: [0])
    begins: list[int] = field(default_factory=lambda: [0])
    ends: list[int] = field(default_factory=lambda: [0])

    def open(self, parent: int, line: int) -> int:
        """The number of an element that begins at `line` inside of `parent`."""
        self.parents.append(parent)
        self.depths.append(self.depths[parent] + 1)
        self.begins.append(line)
        self.ends.append(line)
        return len(self.parents) - 1


def around_rows(
    elements: Elements, innermost: Sequence[int], sizes: Sequence[int], linked: Sequence[float], texts: Sequence[int]
) -> Matrix:
    """`AROUND_COLUMNS` of each line of a page.

    Args:
        elements: the page's elements.
        innermost: of each line the element that it stands in.
        sizes: of each line its characters.
        linked: of each line its characters inside links.
        texts: of each line its characters, if it reads like a paragraph, else 0.
    """
    count = len(sizes)
    begins, ends = np.array(elements.begins), np.array(elements.ends)
    begins[0], ends[0] = 0, count
    parents, depths = np.array(elements.parents), np.array(elements.depths)
    sums = np.zeros((3, count + 1))
    sums[:, 1:] = np.cumsum([sizes, linked, texts], axis=1)
    size, link, text = sums[:, ends] - sums[:, begins]
    whole, page_text = max(1.0, size[0]), max(1.0, text[0])
    columns: list[npt.NDArray[np.float64]] = []
    element = np.array(innermost, dtype=np.intp)
    for level in range(_LEVELS[-1] + 1):
        if level in _LEVELS:
            own = np.maximum(1.0, size[element])
            columns += [own / whole, link[element] / own, text[element] / own, np.log1p(ends - begins)[element]]
        element = parents[element]
    numbers = np.arange(count)
    main = 0
    for share in _MAIN_SHARES:
        # Elements that hold more than half of something lie inside one another: the deepest is the last one opened.
        main = int(np.flatnonzero(text > share * page_text)[-1]) if text[0] > 0 else 0
        columns.append(((begins[main] <= numbers) & (numbers < ends[main])).astype(np.float64))
    long = max(1, int(ends[main] - begins[main]))
    columns += [
        np.full(count, size[main] / whole),
        np.full(count, link[main] / max(1.0, size[main])),
        np.clip(depths[np.array(innermost, dtype=np.intp)] - depths[main], -9, 9).astype(np.float64),
        np.clip((numbers - begins[main]) / long, -1.0, 2.0),
    ]
    return np.stack(columns, axis=1).astype(np.float32)
