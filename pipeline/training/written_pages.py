"""Texts of pages that were written to learn from, with a label before each line.

A file is the text of a page as a crawler leaves it. Each line that is not empty begins with a label and a space.
`A` belongs to the article, `X` does not, and `O` is open, because guidelines differ (headlines, bylines). The folder
that the file stands in says whether the labels are those of a newspaper: `newspapers`, or another one.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pipeline.evaluation.gold import GoldError
from pipeline.training.labelled_pages import LabelledTexts

_LINE = re.compile(r"(?P<label>[AXO]) (?P<text>.*)")
_VALUES = {"A": 1.0, "X": 0.0, "O": np.nan}
_NEWSPAPERS = "newspapers"


class WrittenPage(LabelledTexts):
    """A written text.

    Args:
        path: its file.

    Attributes:
        text: without the labels.
        newspaper: whether it is labelled as those of newspapers are.

    Raises:
        GoldError: if a line has no label.
    """

    def __init__(self, path: Path) -> None:
        lines = path.read_text(encoding="utf-8").split("\n")
        found = [(number, _LINE.fullmatch(line)) for number, line in enumerate(lines, 1) if line.strip()]
        labelled = [match for _, match in found if match is not None]
        if wrong := [number for number, match in found if match is None]:
            raise GoldError(f"{path}:{wrong[0]}: a line begins with A, X or O and a space")
        super().__init__([match["text"] for match in labelled], [_VALUES[match["label"]] for match in labelled])
        self.text = "\n".join(line[2:] for line in lines)
        self.newspaper = path.parent.name == _NEWSPAPERS


def written_pages(folder: Path) -> Iterator[WrittenPage]:
    """All texts in the folders of `folder`.

    Raises:
        GoldError: if there is none, or a line has no label.
    """
    paths = sorted(folder.glob("*/*.txt"))
    if not paths:
        raise GoldError(f"{folder}: no folder with written texts")
    return (WrittenPage(path) for path in paths)
