"""Posts of social networks that stand in an article: the words, and below them whose they are, with handle and date."""

import re
from collections.abc import Sequence

from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.marks import solid_lines
from pipeline.quotes.registry import by_rule
from pipeline.quotes.text import AnalysedText
from pipeline.spans import CharOffset, CharRange, char_span

_SHARED = r"(?:(?:A post shared by|Ein Beitrag geteilt von) )?"
_SIGNED = re.compile(
    rf"(?:[–—-]+ ?)?{_SHARED}(?P<name>[^\W_][^\n(@]{{0,60}}\w)[^\w(]{{0,6}}\(@\w[\w.@-]{{0,80}}\)[ ,·–—-]{{1,3}}"
    r"[^\n]{0,30}\b(?:19|20)\d\d\b[^\n]{0,20}"
)
""" "— Hanna Obst (@hobst) 3. Mai 2024": an address with a handle, and a day behind it."""
_LINK = re.compile(r"(?:https?://|pic\.twitter\.com/|t\.co/)\S+")
_WORD = re.compile(r"\S+")
_LONGEST = 160


def signed_posts(analysed: AnalysedText) -> list[QuoteCandidate]:
    """The paragraph over each line with name, handle and date; links at its end are no part of it."""
    text = analysed.text
    lines = solid_lines(text)
    signed = [_SIGNED.fullmatch(text, *line) if line.end - line.begin <= _LONGEST else None for line in lines]
    found = []
    for number, match in enumerate(signed):
        if match is None or number == 0 or signed[number - 1] is not None:
            continue
        words = _words(text, lines, number)
        name = CharRange(*char_span(match, "name"))
        if words is not None:
            candidate = QuoteCandidate([words], "Direct", speaker_spans=[name], frame_spans=[name])
            found.append(by_rule(candidate, "post"))
    return [candidate for candidate in found if candidate is not None]


def _words(text: str, lines: Sequence[CharRange], signature: int) -> CharRange | None:
    """The paragraph that ends right over a signature, all of its lines."""
    first = signature - 1
    while first > 0 and "\n\n" not in text[lines[first - 1].end : lines[first].begin]:
        first -= 1
    begin, end = lines[first].begin, lines[signature - 1].end
    if "\n\n" not in text[lines[signature - 1].end : lines[signature].begin]:
        begin = lines[signature - 1].begin  # no blank lines tell what is a paragraph
    end = _before_links(text, begin, end)
    return CharRange(begin, end) if end > begin else None


def _before_links(text: str, begin: CharOffset, end: CharOffset) -> CharOffset:
    """Where the words end that only links stand behind."""
    words = list(_WORD.finditer(text, begin, end))
    while words and _LINK.fullmatch(words[-1].group()):
        words.pop()
    return char_span(words[-1])[1] if words else begin
