"""What the line classifiers see of each line: its words, its place, its neighbours and, on a page, its markup."""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from pipeline.cleaning import shapes
from pipeline.cleaning.cohesion import COHESION_COLUMNS, cohesion_rows
from pipeline.cleaning.counts import character_counts
from pipeline.cleaning.cues import Cues
from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import Line
from pipeline.cleaning.page_features import MARKUP_COLUMNS, PAGE_COLUMNS, Context, Matrix, markup_rows, page_rows
from pipeline.cleaning.rules import LineReading
from pipeline.cleaning.sentences import ends_sentence
from pipeline.cleaning.wording import WORDING_COLUMNS, wording_rows

_REASONS = {
    reason: number
    for number, reason in enumerate(
        ("newsletter", "share", "comments", "related", "teaser", "advert", "legal", "navigation", "credit", "other"),
        start=1,
    )
}
_HOW = {"line": 1, "section": 2, "start": 3, "contains": 4}
_BRACKET_CUE = re.compile(
    r"\((?:archiv|symbol|l\.|r\.|m\.|links|rechts|mitte|hinten|vorne|undatiert|archivbild|symbolbild|archivfoto|symbolfoto)"
)
_CAPTION_CUE = re.compile(
    r"\bv\. ?l\.|\bim bild|\bauf dem (?:foto|bild)|\bzu sehen\b|\bsymbol(?:bild|foto)\b|\barchiv(?:bild|foto)\b"
)
# Beginning at a word's start; the look behind comes after the digit, so that only digits are looked at.
_RUNNING_TIME = re.compile(r"\d(?<!\w\d)(?:\d?:\d{2} ?(?:min|std|uhr)?\b|\d* min\b)")
_ADDRESS = re.compile(r"https?://|www\.|\w@\w|\.html?\b|\.jpe?g\b|\.de\b|\.com\b")
_INTERVIEW_TURN = re.compile(r"[A-ZÄÖÜ][\w.-]*(?: [A-ZÄÖÜ][\w.-]*){0,3}: [A-ZÄÖÜ„\"»]")
_CUES = Cues(
    ("v.l.", "v. l.", "bild", "foto", "zu sehen"),
    ("http", "www.", ".htm", ".jpg", ".jpeg", ".com"),
    shapes.AUTHOR_CUES,
)
_NEIGHBOURS = (-3, -2, -1, 1, 2, 3)
_WINDOWS = (2, 5, 10)
_FAR = 60
# Paragraphs above and below a line: there are few texts to learn from that have more.
_MOST_PARAGRAPHS = 60


def features(lines: Sequence[Line], readings: Sequence[LineReading], context: Context) -> Matrix:
    """One row of numbers for each line; those of markup only where the lines come from a page."""
    if not lines:
        return np.zeros((0, len(names(markup=False))), dtype=np.float32)
    counts = character_counts([line.text for line in lines])
    cues = _CUES.lines_with([line.lowered for line in lines])
    table = [_own(*line) for line in zip(lines, readings, counts, cues, strict=True)]
    numbers = np.fromiter(chain.from_iterable(table), dtype=np.float32, count=len(table) * len(table[0]))
    own = np.concatenate([numbers.reshape(len(table), -1), wording_rows(lines)], axis=1)
    sentences = own[:, _OWN.index("sentences")].tolist()
    parts = [own, _neighbours(own), _places(lines, readings), cohesion_rows(lines, sentences, context.title)]
    if lines[0].markup is not None:
        parts += [markup_rows(lines), page_rows(lines, context)]
    return np.concatenate(parts, axis=1)


_OWN = (
    "characters", "words", "ends_sentence", "sentences", "first", "capitals", "digits", "quotes",
    "end",
    "bullet", "gap", "paragraph", "commas", "word_length", "reason", "how", "byline", "time", "credit", "photographer",
    "agency", "key_value", "caption_cue", "running_time", "address", "turn", "pipes",
    "about_author", "ellipsis", "exclaims", "function", "pictured", *WORDING_COLUMNS,
)  # fmt: skip


def names(*, markup: bool) -> list[str]:
    """The columns' names, in order."""
    columns = list(_OWN)
    columns += [f"{name}{step:+d}" for step in _NEIGHBOURS for name in _NEAR_COLUMNS]
    columns += list(_PLACES) + list(COHESION_COLUMNS)
    if markup:
        columns += MARKUP_COLUMNS + PAGE_COLUMNS
    return columns


def _own(line: Line, reading: LineReading, counts: tuple[int, int, int, int], cues: tuple[bool, ...]) -> list[float]:
    capitals, numbers, quotes, sentences = counts
    caption, address, author = cues
    text, lowered, hit = line.text, line.lowered, reading.hit
    count = max(1, len(line.words))
    characters = len(text)
    begin, end = text[0], text[-1]
    return [
        math.log1p(characters),
        math.log1p(count),
        ends_sentence(text),
        min(8, sentences) if characters > 20 else 0,
        1 if begin.isupper() else 2 if begin in '„"»“' else 3 if begin.isdigit() else 4 if begin.islower() else 0,
        capitals / count,
        numbers / count,
        quotes > 0,
        '.!?:,;“"'.find(end) + 1,
        line.bullet,
        line.gap,
        is_paragraph(line),
        text.count(",") / count,
        characters / count,
        _REASONS[hit.reason] if hit else 0,
        _HOW[hit.how] if hit else 0,
        bool(reading.authors),
        reading.time,
        0 if reading.credit is None else 1 if reading.credit[0] else 2,
        reading.photographer,
        reading.agency,
        shapes.key_value(text) is not None,
        characters < 400 and bool(_BRACKET_CUE.search(lowered) or (caption and _CAPTION_CUE.search(lowered))),
        characters < 400 and (":" in text or " min" in lowered) and _RUNNING_TIME.search(lowered) is not None,
        characters < 400 and (address or "@" in text or ".de" in lowered) and _ADDRESS.search(lowered) is not None,
        ": " in text and _INTERVIEW_TURN.match(text) is not None,
        "|" in text or "•" in text,
        author and shapes.is_about_author(text),
        text.startswith(("...", "…", "+++")),
        text.count("!") + text.count("?"),
        shapes.is_name_and_function(text),
        shapes.begins_like_a_caption(text),
    ]


_NEAR_COLUMNS = (
    "characters", "ends_sentence", "function_words", "reason", "credit", "bullet", "gap", "running_time", "connective",
    "past", "captions", "function", "pictured",
)  # fmt: skip
_NEAR_INDEX = [_OWN.index(name) for name in _NEAR_COLUMNS]


def _neighbours(own: Matrix) -> Matrix:
    columns = own[:, _NEAR_INDEX]
    rows = len(own)
    padded = np.full((rows + 6, columns.shape[1]), -1, dtype=np.float32)
    padded[3:-3] = columns
    return np.concatenate([padded[3 + step : 3 + step + rows] for step in _NEIGHBOURS], axis=1)


_PLACES = (
    "line_share", "text_share", "before_paragraphs", "after_paragraphs", "to_previous", "to_next", "section",
    "section_distance",
    *(f"density_{width}" for width in _WINDOWS), *(f"long_{width}" for width in _WINDOWS), "lines", "paragraph_mass",
    "open_section", "from_title", "after_comments", "comments_at", "after_lists", "lists_at",
)  # fmt: skip


def _places(lines: Sequence[Line], readings: Sequence[LineReading]) -> Matrix:
    rows = len(lines)
    body = [
        is_paragraph(line) and reading.hit is None and reading.credit is None
        for line, reading in zip(lines, readings, strict=True)
    ]
    bodies = np.array(body, dtype=np.float32)
    lengths = np.array([len(line.text) for line in lines], dtype=np.float32)
    mass = lengths * bodies
    total = max(1.0, float(mass.sum()))
    shares = (np.cumsum(mass) - mass) / total
    sums = np.zeros((2, rows + 1))
    sums[:, 1:] = np.cumsum(bodies), np.cumsum(np.minimum(lengths, 600) * bodies)
    numbers, widths = np.arange(rows), np.array(_WINDOWS)[:, None]
    low, high = np.maximum(0, numbers - widths), np.minimum(rows, numbers + widths + 1)
    sections = np.array(list(_sections(readings, body, shares.tolist())), dtype=np.float32)
    table = np.empty((rows, len(_PLACES)), dtype=np.float32)
    table[:, 0] = numbers.astype(np.float32) / rows
    table[:, 1] = shares
    table[:, 2] = np.minimum(sums[0, :-1], _MOST_PARAGRAPHS)
    table[:, 3] = np.minimum(sums[0, -1] - sums[0, 1:], _MOST_PARAGRAPHS)
    table[:, 4] = _steps_from_last(body)
    table[:, 5] = _steps_from_last(body[::-1])[::-1]
    table[:, 6:8] = sections[:, :2]
    table[:, 8:14] = ((sums[:, high] - sums[:, low]) / (high - low)).reshape(-1, rows).T
    table[:, 14] = math.log1p(rows)
    table[:, 15] = mass / total
    table[:, 16] = sections[:, 2]
    table[:, 17] = _from_title(lines)
    table[:, 18:] = sections[:, 3:]
    return table


def _steps_from_last(marked: Sequence[bool]) -> list[int]:
    """How many lines above each line the nearest marked one stands, at most `_FAR`."""
    last, steps = -_FAR, []
    for number, is_marked in enumerate(marked):
        steps.append(min(_FAR, number - last))
        if is_marked:
            last = number
    return steps


def _from_title(lines: Sequence[Line]) -> npt.NDArray[np.int_] | float:
    """How many lines below the title each line stands, at most `_FAR`; far above everything if none is it."""
    title = next((number for number, line in enumerate(lines) if line.field == "title"), None)
    return -2.0 * _FAR if title is None else np.clip(np.arange(len(lines)) - title, -_FAR, _FAR)


def _sections(
    readings: Sequence[LineReading], body: Sequence[bool], shares: Sequence[float]
) -> Iterator[tuple[float, ...]]:
    """Of each line its section's reason and distance, whether that is still open, and the last headings above.

    Of those over comments and over lists it says how far above the line they stand
    and which share of the paragraphs' text stands before them.
    """
    last, reason, run = -_FAR, 0, 0
    comments = lists = (-1, -1.0)
    for number, (reading, is_body) in enumerate(zip(readings, body, strict=True)):
        yield reason, min(_FAR, number - last), run, *_above(comments, number), *_above(lists, number)
        if reading.hit is not None and reading.hit.how == "section":
            if reading.hit.reason == "comments":
                comments = (number, shares[number])
            else:
                lists = (number, shares[number])
            last, reason, run = number, _REASONS[reading.hit.reason], 1
        elif is_body:
            run = 0


def _above(heading: tuple[int, float], number: int) -> tuple[float, float]:
    at, share = heading
    return (min(200, number - at), share) if at >= 0 else (-1.0, -1.0)
