"""What the block classifier sees of each line: its words, its place, its neighbours and, on a page, its markup."""

import math
import re
from collections.abc import Sequence

import numpy as np

from pipeline.cleaning import shapes
from pipeline.cleaning.cohesion import COHESION_COLUMNS, cohesion_rows
from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import Line
from pipeline.cleaning.page_features import MARKUP_COLUMNS, PAGE_COLUMNS, Context, Matrix, markup_rows, page_rows
from pipeline.cleaning.rules import Reading
from pipeline.cleaning.shapes import has_any
from pipeline.cleaning.wording import WORDING_COLUMNS, wording

_REASONS = {
    reason: number
    for number, reason in enumerate(
        ("newsletter", "share", "comments", "related", "teaser", "advert", "legal", "navigation", "credit", "other"),
        start=1,
    )
}
_HOW = {"line": 1, "section": 2, "start": 3, "contains": 4}
_CAPTION_CUE = re.compile(
    r"\((?:archiv|symbol|l\.|r\.|m\.|links|rechts|mitte|hinten|vorne|undatiert|archivbild|symbolbild|archivfoto|symbolfoto)|"
    r"\bv\. ?l\.|\bim bild|\bauf dem (?:foto|bild)|\bzu sehen\b|\bsymbol(?:bild|foto)\b|\barchiv(?:bild|foto)\b"
)
_CAPTION_CUES = ("(", "v.", "bild", "foto", "zu sehen")
_RUNNING_TIME = re.compile(r"\b\d{1,2}:\d{2} ?(?:min|std|uhr)?\b|\b\d+ min\b")
_ADDRESS = re.compile(r"https?://|www\.|\w@\w|\.html?\b|\.jpe?g\b|\.de\b|\.com\b")
_INTERVIEW_TURN = re.compile(r"[A-ZÄÖÜ][\w.-]*(?: [A-ZÄÖÜ][\w.-]*){0,3}: [A-ZÄÖÜ„\"»]")
_ADDRESS_CUES = ("http", "www.", "@", ".htm", ".jp", ".de", ".com")
# At a word's start; the look behind comes last, so that only capitals and digits are looked at.
_CAPITAL = re.compile(r"[A-ZÄÖÜÉ](?<!\S[A-ZÄÖÜÉ])")
_NUMBER = re.compile(r"\d(?<!\w\d)")
_QUOTED = re.compile(r'[„“"»]')
_NEIGHBOURS = (-3, -2, -1, 1, 2, 3)
_WINDOWS = (2, 5, 10)


def features(lines: Sequence[Line], readings: Sequence[Reading], context: Context) -> Matrix:
    """One row of numbers for each line; those of markup only where the lines come from a page."""
    if not lines:
        return np.zeros((0, len(names(markup=False))), dtype=np.float32)
    own = np.array([_own(line, reading) for line, reading in zip(lines, readings, strict=True)], dtype=np.float32)
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


def _own(line: Line, reading: Reading) -> list[float]:
    text, words = line.text, line.words
    lowered = line.lowered
    count = max(1, len(words))
    characters = len(text)
    end = text[-1]
    return [
        math.log1p(characters),
        math.log1p(count),
        shapes.ends_sentence(text),
        min(8, shapes.sentence_count(text)) if characters > 20 else 0,
        1
        if text[0].isupper()
        else 2
        if text[0] in '„"»“'
        else 3
        if text[0].isdigit()
        else 4
        if text[0].islower()
        else 0,
        len(_CAPITAL.findall(text)) / count,
        len(_NUMBER.findall(text)) / count,
        _QUOTED.search(text) is not None,
        '.!?:,;“"'.find(end) + 1,
        line.bullet,
        line.gap,
        is_paragraph(line),
        text.count(",") / count,
        characters / count,
        _REASONS[reading.hit.reason] if reading.hit else 0,
        _HOW[reading.hit.how] if reading.hit else 0,
        bool(reading.authors),
        shapes.is_time(text),
        0 if reading.credit is None else 1 if reading.credit[0] else 2,
        shapes.is_photo_agency(text, count),
        shapes.is_agency_line(text),
        shapes.key_value(text) is not None,
        characters < 400 and has_any(lowered, _CAPTION_CUES) and _CAPTION_CUE.search(lowered) is not None,
        characters < 400 and (":" in text or " min" in lowered) and _RUNNING_TIME.search(lowered) is not None,
        characters < 400 and has_any(lowered, _ADDRESS_CUES) and _ADDRESS.search(lowered) is not None,
        _INTERVIEW_TURN.match(text) is not None,
        "|" in text or "•" in text,
        shapes.is_about_author(text),
        text.startswith(("...", "…", "+++")),
        text.count("!") + text.count("?"),
        shapes.is_name_and_function(text),
        shapes.begins_like_a_caption(text),
        *wording(line),
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
    "open_section", "after_comments", "comments_at", "after_lists", "lists_at",
)  # fmt: skip


def _places(lines: Sequence[Line], readings: Sequence[Reading]) -> Matrix:
    rows = len(lines)
    lengths = np.array([len(line.text) for line in lines], dtype=np.float32)
    body = np.array(
        [
            is_paragraph(line) and reading.hit is None and reading.credit is None
            for line, reading in zip(lines, readings, strict=True)
        ],
        dtype=np.float32,
    )
    mass = lengths * body
    total = max(1.0, float(mass.sum()))
    indices = np.arange(rows, dtype=np.float32)
    before = np.cumsum(mass) - mass
    marked = np.flatnonzero(body)
    to_previous = np.full(rows, 60.0, dtype=np.float32)
    to_next = np.full(rows, 60.0, dtype=np.float32)
    if len(marked):
        left = np.searchsorted(marked, np.arange(rows), side="left") - 1
        right = np.searchsorted(marked, np.arange(rows), side="right")
        to_previous = np.where(left >= 0, indices - marked[np.maximum(left, 0)], 60).astype(np.float32)
        to_next = np.where(right < len(marked), marked[np.minimum(right, len(marked) - 1)] - indices, 60).astype(
            np.float32
        )
    section = np.zeros(rows, dtype=np.float32)
    distance = np.full(rows, 60.0, dtype=np.float32)
    opened = np.zeros(rows, dtype=np.float32)
    since = np.full((rows, 4), -1.0, dtype=np.float32)
    last, reason, run = -60, 0, 0
    headings = {"comments": (-1, 0.0), "lists": (-1, 0.0)}
    for number, reading in enumerate(readings):
        section[number], distance[number], opened[number] = reason, min(60, number - last), run
        for place, (line, share) in enumerate(headings.values()):
            if line >= 0:
                since[number, 2 * place : 2 * place + 2] = min(200, number - line), share
        if reading.hit is not None and reading.hit.how == "section":
            kind = "comments" if reading.hit.reason == "comments" else "lists"
            headings[kind] = (number, float(before[number]) / total)
            last, reason, run = number, _REASONS[reading.hit.reason], 1
        elif body[number]:
            run = 0
    padded_body = np.concatenate([[0.0], np.cumsum(body)])
    padded_mass = np.concatenate([[0.0], np.cumsum(np.minimum(lengths, 600) * body)])
    columns = [indices / rows, before / total, padded_body[:-1], padded_body[-1] - padded_body[1:]]
    columns += [np.minimum(to_previous, 60), np.minimum(to_next, 60), section, distance]
    low = {width: np.maximum(0, np.arange(rows) - width) for width in _WINDOWS}
    high = {width: np.minimum(rows, np.arange(rows) + width + 1) for width in _WINDOWS}
    columns += [(padded_body[high[w]] - padded_body[low[w]]) / (high[w] - low[w]) for w in _WINDOWS]
    columns += [(padded_mass[high[w]] - padded_mass[low[w]]) / (high[w] - low[w]) for w in _WINDOWS]
    columns += [np.full(rows, math.log1p(rows)), mass / total, opened, *since.T]
    return np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=1)
