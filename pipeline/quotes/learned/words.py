"""Words of a German text with what the quote model is told about each of them besides its vector."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OPENING, CLOSING = "„", "“"
_ALWAYS_OPENING = "„‟"
_ALWAYS_CLOSING = "”"
_BY_CONTEXT = '"“»«'
_OPENS_AFTER = frozenset("([{–—-/:>")
_WORD = re.compile(r"\d+(?:[.,:]\d+)+|\w+(?:[-’']\w+)*|''|[^\w\s]")
_PARAGRAPH_GAP = re.compile(r"\n\s*\n|\n")
_ABBREVIATION = re.compile(
    "[abdhosuvz]|dr|prof|hr|fr|st|ca|bzw|usw|etc|evtl|ggf|inkl|nr|abs|art|str|mio|mrd|jr|sr|vgl|geb|gest|sog|dipl|ing|hl|"
    "max|min|tel|jan|feb|mär|apr|jun|jul|aug|sept?|okt|nov|dez|mrs?|ms",
    re.IGNORECASE,
)
_LONGEST_OPEN_QUOTE = 400

FEATURE_SIZES = (4, 9, 6, 6, 5)
"""How many values each column of `Words.features` can take: quotation state, shape, distance to the start and to
the end of the sentence, sentence of the paragraph."""


@dataclass(frozen=True)
class Words:
    """Words and punctuation marks of one text, in order.

    `begin`, `end`: half-open code points into the text, int32, one a word. `features`: int64, words x
    len(FEATURE_SIZES). `sentence`: number of the sentence each word stands in, int32.
    """

    begin: NDArray[np.int32]
    end: NDArray[np.int32]
    features: NDArray[np.int64]
    sentence: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.begin)

    def overlapping(self, spans: list[tuple[int, int]]) -> list[int]:
        """Indices of the words that share a character with any of the `spans`, ascending."""
        found: set[int] = set()
        for begin, end in spans:
            first = int(np.searchsorted(self.end, begin, side="right"))
            last = int(np.searchsorted(self.begin, end, side="left"))
            found.update(range(first, last))
        return sorted(found)


def normalise_marks(text: str) -> str:
    """The text with every double quotation mark written „ or “, whatever its style; as long as the original."""
    marks = list(text)
    for i, mark in enumerate(text):
        if mark in _ALWAYS_OPENING:
            marks[i] = OPENING
        elif mark in _ALWAYS_CLOSING:
            marks[i] = CLOSING
        elif mark in _BY_CONTEXT:
            before = text[i - 1] if i else " "
            after = text[i + 1] if i + 1 < len(text) else " "
            opens = (before.isspace() or before in _OPENS_AFTER) and not after.isspace()
            marks[i] = OPENING if opens else CLOSING
    return "".join(marks)


def split_words(text: str) -> Words:
    """The words of a text whose marks are normalised; an empty text has none."""
    matches = [(m.start(), m.end()) for m in _WORD.finditer(text)]
    forms = [text[b:e] for b, e in matches]
    breaks = [m.start() for m in _PARAGRAPH_GAP.finditer(text)]
    begin = np.array([b for b, _ in matches], dtype=np.int32)
    end = np.array([e for _, e in matches], dtype=np.int32)
    paragraph = np.searchsorted(np.array(breaks, dtype=np.int32), begin, side="right").astype(np.int32)
    sentence = _sentences(forms, paragraph)
    features = np.zeros((len(forms), len(FEATURE_SIZES)), dtype=np.int64)
    if forms:
        features[:, 0] = _quotation_states(forms, paragraph)
        features[:, 1] = [_shape(form) for form in forms]
        starts = np.flatnonzero(np.diff(sentence, prepend=-1))
        lengths = np.diff(np.append(starts, len(forms)))
        since = np.arange(len(forms)) - np.repeat(starts, lengths)
        until = np.repeat(starts + lengths, lengths) - 1 - np.arange(len(forms))
        steps = np.array([1, 2, 3, 6, 12])
        features[:, 2] = np.searchsorted(steps, since, side="right")
        features[:, 3] = np.searchsorted(steps, until, side="right")
        first_sentence = np.zeros(int(paragraph.max()) + 1, dtype=np.int32)
        opens_paragraph = np.flatnonzero(np.diff(paragraph, prepend=-1))
        first_sentence[paragraph[opens_paragraph]] = sentence[opens_paragraph]
        features[:, 4] = np.minimum(sentence - first_sentence[paragraph], 4)
    return Words(begin=begin, end=end, features=features, sentence=sentence)


def _sentences(forms: list[str], paragraph: NDArray[np.int32]) -> NDArray[np.int32]:
    """Number of each word's sentence. A paragraph ends one; so does a stop before a capital or a quotation mark,
    unless it belongs to a number or an abbreviation."""
    number = np.zeros(len(forms), dtype=np.int32)
    current, ended = 0, False
    for i, form in enumerate(forms):
        if i and paragraph[i] != paragraph[i - 1]:
            current, ended = current + 1, False
        elif ended and form not in (CLOSING, ")", "]", "’", "‘", "''"):
            if form[0].isupper() or form[0].isdigit() or form in (OPENING, "‚", "''", "–"):
                current += 1
            ended = False
        number[i] = current
        if form in ("!", "?", "…"):
            ended = True
        elif form == "." and i:
            last = forms[i - 1]
            ended = not last.isdigit() and not _ABBREVIATION.fullmatch(last)
    return number


def _quotation_states(forms: list[str], paragraph: NDArray[np.int32]) -> NDArray[np.int64]:
    """0 outside quotation marks, 1 an opening mark, 2 inside, 3 a closing mark."""
    states = np.zeros(len(forms), dtype=np.int64)
    opened: int | None = None
    for i, form in enumerate(forms):
        if opened is not None and (paragraph[i] != paragraph[opened] or i - opened > _LONGEST_OPEN_QUOTE):
            opened = None
        if form == OPENING:
            opened = i
            states[i] = 1
        elif form == CLOSING:
            opened = None
            states[i] = 3
        elif opened is not None:
            states[i] = 2
    return states


def _shape(form: str) -> int:
    if form[0].isdigit():
        return 0
    if form[0].isalpha():
        if len(form) > 1 and form.isupper():
            return 1
        return 2 if form[0].isupper() else 3
    return {".": 4, ",": 5, ":": 6, "?": 7, "!": 7}.get(form, 8)
