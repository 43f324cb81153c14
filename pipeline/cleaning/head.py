"""Title and kicker of an article that came as text: among the lines before its first paragraph."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from pipeline.cleaning import shapes
from pipeline.cleaning.attributions import is_signed, is_signed_quotation
from pipeline.cleaning.interviews import begins_interview, first_turn, labelled_turns
from pipeline.cleaning.kickers import kicker_over, split_heading
from pipeline.cleaning.lines import Line, stems_of, words_of
from pipeline.cleaning.rules import LineReading
from pipeline.cleaning.sentences import ends_sentence, sentence_count
from pipeline.cleaning.ticker_times import FEWEST_ENTRIES, clock_at_beginning

_HEAD_LINES = 14
_LEAD_WORDS = (8, 60)
_FEWEST_WORDS, _FEWEST_ALONE = 4, 3
"""Of a headline among other lines, and of one that is the only line over the first paragraph."""
_LONGEST_SENTENCE = 20
# A kicker that a page sets over its headline and an extractor runs into it: "Bildung : Mehr Lehrer", "Bildung:Mehr".
_SET_APART = re.compile(r"(?P<kicker>[^:]{3,60}?)(?: : ?|:(?=[A-ZÄÖÜ„\"»]))(?P<title>\S.{11,})")

_RELEASE = re.compile(
    r"(?:presse|medien)(?:mitteilung|information|meldung|aussendung|text)"
    r"(?: (?:nr\.?|\d|vom|von|der|des|\||[–-]).{0,60})?[.:]?",
    re.IGNORECASE,
)
"""What stands over the headline of a press release, which may have a second one below it."""


def is_paragraph(line: Line) -> bool:
    """Whether the line reads like a paragraph of text: long enough and ended like a sentence."""
    if line.paragraph is None:
        words = len(line.words)
        line.paragraph = words >= 30 or (
            words >= 11 and not line.bullet and ends_sentence(line.text) and line.text[-1] != ":"
        )
    return line.paragraph


def may_lead(line: Line) -> bool:
    """Whether a text's first paragraph is as long as leads are."""
    return _LEAD_WORDS[0] <= len(line.words) <= _LEAD_WORDS[1]


def is_headline(line: Line) -> bool:
    """Whether the line could be a headline."""
    return (
        2 <= len(line.words) <= 26
        and not line.bullet
        and line.text.rstrip('“”"«»')[-1:] not in (".", ":", ",", ";", "|")
        and line.text[0] not in "|©"
        and not is_signed_quotation(line.text)
    )


def find_title(
    lines: Sequence[Line], readings: Sequence[LineReading], given: str | None
) -> tuple[str | None, str | None]:
    """Title and kicker, their lines made fields.

    Args:
        lines: all lines of the article.
        readings: what `rules.read` says of each.
        given: the title that the record came with, which wins.
    """
    if given is not None:
        position = _positions(lines, given)
        if not position:
            return given, split_heading(lines, given)
        lines[position[0]].become("title", "is the record's title")
        return given, kicker_over(lines, readings, position[0])
    start = _next(lines, readings, is_paragraph)
    candidates = _candidates(lines, readings, start)
    if all(len(lines[n].words) < _FEWEST_WORDS for n in candidates):
        start = _next(lines, readings, _begins)
        candidates = _candidates(lines, readings, start)
    if not candidates:
        return None, None
    begin = max(0, start - _HEAD_LINES)
    turn = begin + first_turn(lines[begin:start])
    if turn == start and candidates[-1] == start - 1 and begins_interview(lines[start - 1 :]):
        turn = start - 1
    is_interview = candidates[0] < turn < start
    if is_interview:
        start, candidates = turn, [n for n in candidates if n < turn]
    counts = Counter(line.text for line in lines)
    paragraphs = [line.stems for line in lines[start:] if is_paragraph(line)]
    article_stems = set[str]().union(*paragraphs) if paragraphs else None
    # The headline of an interview is what was said in it; who said it stands below, or over it.
    said = [n for n in candidates if (is_interview or _is_under_interview(lines, n)) and _is_said(lines[n].text)]
    scores = {n: _title_score(lines[n], counts[lines[n].text], start - n, article_stems) for n in candidates}
    released = [n for n in candidates if _is_under_release(lines, n) and len(lines[n].words) >= _FEWEST_WORDS]
    best = max(said or released or candidates, key=scores.__getitem__)
    alone = start == 1 and len(lines[0].words) >= _FEWEST_ALONE
    if scores[best] < 0 and not said and not alone:
        return None, None
    lines[best].become("title", "headline before the first paragraph")
    parts = _SET_APART.fullmatch(lines[best].text)
    if parts is not None and len(words_of(parts["title"])) >= _FEWEST_WORDS:
        return parts["title"], parts["kicker"]
    return lines[best].text, kicker_over(lines, readings, best)


def _next(lines: Sequence[Line], readings: Sequence[LineReading], begins: Callable[[Line], bool]) -> int:
    """The number of the line that the text begins with."""
    return next((n for n, line in enumerate(lines) if begins(line) and readings[n].is_free), len(lines))


def _candidates(lines: Sequence[Line], readings: Sequence[LineReading], start: int) -> list[int]:
    """The lines before `start` that could be the headline; the last line of all is text, if anything is."""
    begin = max(0, start - _HEAD_LINES)
    turns = labelled_turns(lines[begin:start])
    candidates = [
        n
        for n in range(begin, min(start, len(lines) - 1))
        if is_headline(lines[n]) and readings[n].is_free and lines[n].open and n - begin not in turns
        if n == 0 or not is_signed(lines[n - 1], lines[n])
    ]
    stamped = {n for n in candidates if clock_at_beginning(lines[n].text) is not None}
    if stamped and sum(clock_at_beginning(line.text) is not None for line in lines) >= FEWEST_ENTRIES:
        return [n for n in candidates if n not in stamped]  # headlines of a ticker's entries
    return candidates


def _begins(line: Line) -> bool:
    """Whether the text may begin with the line: a paragraph, no headline that ends in quoted words or a question."""
    short = len(line.words) < _LONGEST_SENTENCE and sentence_count(line.text) <= 1
    return is_paragraph(line) and not (short and is_headline(line))


def _is_said(text: str) -> bool:
    """Whether a line is a quotation, if need be behind a name ("Muster: „Nein“")."""
    return shapes.is_quotation(text) or shapes.is_quotation(text.partition(": ")[2])


def _is_under_interview(lines: Sequence[Line], number: int) -> bool:
    """Whether the line above says that an interview follows ("Interview mit Schulleiterin Ida Muster")."""
    return number > 0 and lines[number - 1].words[:1] == ["interview"]


def _is_under_release(lines: Sequence[Line], number: int) -> bool:
    """Whether the line above says that a press release follows."""
    return number > 0 and _RELEASE.fullmatch(lines[number - 1].text) is not None


def _positions(lines: Sequence[Line], title: str) -> list[int]:
    wanted = words_of(title) if title.strip() else []
    return [n for n, line in enumerate(lines) if wanted and line.words == wanted and line.open]


def _title_score(line: Line, repeated: int, distance: int, article_stems: set[str] | None) -> float:
    words = len(line.words)
    content = stems_of(line.words)
    share = (
        sum(stem in article_stems for stem in content) / len(content) if content and article_stems is not None else 0.0
    )
    unlikely = (
        "|" in line.text
        or "://" in line.text
        or (content and article_stems is not None and not share)
        or shapes.begins_like_a_caption(line.text)
        or line.text[0].isdigit()
    )
    return (
        min(words, 9)
        + 2 * (repeated > 1)
        + 2 * (":" in line.text)
        + 6 * share
        - 0.8 * distance
        - 4 * (words < 3)
        - 4 * bool(unlikely)
    )
