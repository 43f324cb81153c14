"""Who stands below or behind words in quotation marks: name and function, as with the voices to an election."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise

from pipeline.entities.person_words import is_given_name
from pipeline.entities.roles_lexicon import role_word
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.marks import CLOSERS, QuotedText, solid_lines
from pipeline.quotes.registry import by_rule
from pipeline.spans import CharOffset, CharRange, char_span

_NAME = r"[A-ZÄÖÜ][\w.’'-]*(?: (?:(?:von|van|de|der|zu|al) ){0,2}[A-ZÄÖÜ][\w.’'-]*){1,4}"
_NAMED = (
    rf"(?P<name>{_NAME})(?P<party> \([^()]{{2,40}}\))?(?:, (?P<function>(?:[^.!?:;„“”«»\"()]|\be\. ?V\.){{2,90}}))?"
)
_OCCASION = (
    r"(?P<occasion>,? (?:über|nach|vor|zu[mr]?|[ia]m|in|auf|bei|beim|gegenüber|angesichts) "
    r"(?:[^.!?:;„“”«»\"()]|(?<=\d)[.:](?=\d)|(?<=\d)\.(?= )){2,90})?"
)
_SIGNATURES = (
    re.compile(rf"\s*(?P<apart>[–—-] ?)?(?P<signed>{_NAMED}){_OCCASION}\s*"),
    re.compile(rf"\s*(?P<apart>\()(?P<signed>{_NAMED}){_OCCASION}\)\s*"),
)
"""A name in a line: behind a dash or in brackets, or with a function, a party or an occasion behind it."""
_LONGEST = 160
_SEVERAL = 2
"""Quotes with such a line, from which an occasion alone is enough: a single one may be a caption or a heading."""
_APART = frozenset("–—-(")
_ENDS = frozenset(".!?…")


def signatures(text: str, quotes: Sequence[QuotedText]) -> dict[CharOffset, CharRange]:
    """Where name and function stand for each quote, by its begin, that they stand under or right behind in its line.

    The quote begins and ends with a line, or what stands behind it does. Where such a line stands over the first quote,
    each of them belongs to the quote below.
    """
    lines = solid_lines(text)
    begins = [line.begin for line in lines]
    found: dict[CharOffset, re.Match[str]] = {}
    above = -2
    for quoted in quotes:
        first = bisect_right(begins, quoted.begin) - 1
        if not quoted.outer or text[lines[first].begin : quoted.begin].strip():
            continue
        last = bisect_right(begins, quoted.end - 1) - 1
        signed = _signature(text, CharRange(quoted.end, lines[last].end))
        if signed is None and not text[quoted.end : lines[last].end].strip() and last + 1 < len(lines):
            last += 1
            signed = _signature(text, lines[last])
        if signed is not None and (above == first - 1 or not first or not _signature(text, lines[first - 1])):
            found[quoted.begin] = signed
            above = last
    several = len(found) >= _SEVERAL
    return {begin: _person(signed) for begin, signed in found.items() if several or _says_who(signed)}


def signed_lines(text: str, signed: Mapping[CharOffset, CharRange]) -> list[QuoteCandidate]:
    """The lines without quotation marks over a dash or brackets with name and function.

    There are some only where words in marks are `signed` too: a single line may as well be the author's.
    """
    found = []
    for line, below in pairwise(solid_lines(text) if signed else ()):
        signature = _signature(text, below) if text[below.begin] in _APART else None
        name = _person(signature) if signature is not None else None
        if name is None or name in signed.values() or text[line.begin] in CLOSERS or text[line.end - 1] not in _ENDS:
            continue
        found.append(by_rule(QuoteCandidate([line], "Direct", speaker_spans=[name], frame_spans=[name]), "signed"))
    return [candidate for candidate in found if candidate is not None]


def _signature(text: str, span: CharRange) -> re.Match[str] | None:
    """A person's name, and what tells that it is a signature, if nothing else stands in `span`."""
    if span.end - span.begin > _LONGEST:
        return None
    match = next((m for pattern in _SIGNATURES if (m := pattern.fullmatch(text, *span))), None)
    if match is None or not (_says_who(match) or match["occasion"]):
        return None
    *given, _ = match["name"].split()
    words = [word for word in (*given, *(match["function"] or "").split()) if word[0].isupper()]
    named = any(map(is_given_name, given)) or any(role_word(word) is not None for word in words)
    return match if named else None


def _says_who(signature: re.Match[str]) -> bool:
    """Whether the name is set apart, or a function or a party stands behind it."""
    return any(signature[group] for group in ("apart", "function", "party"))


def _person(signature: re.Match[str]) -> CharRange:
    return CharRange(*char_span(signature, "signed"))
