"""Frames without a verb: "laut X", "nach Angaben von X", "X zufolge", "so X", "demnach"."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.quotes.candidates import Medium
from pipeline.quotes.phrases import apposition, noun_phrase
from pipeline.quotes.text import AnalysedText
from pipeline.quotes.words import DETERMINERS, RELATIVES, SOURCE_NOUNS

_THOUGHT = frozenset(
    [
        "ansicht",
        "auffassung",
        "meinung",
        "einschätzung",
        "einschätzungen",
        "eindruck",
        "überzeugung",
        "dafürhalten",
        "erachtens",
        "vermutung",
        "vermutungen",
        "empfinden",
        "vorstellung",
        "vorstellungen",
        "schätzung",
        "schätzungen",
        "verständnis",
        "sicht",
        "wahrnehmung",
    ]
)
_NAMED_SOURCES = (
    "angaben",
    "berichten",
    "meldungen",
    "informationen",
    "aussagen",
    "schätzungen",
    "prognosen",
    "umfragen",
)


@dataclass(frozen=True, slots=True)
class SourcePhrase:
    """Tokens `first` to `last` (excluded) that name a source; the speaker's tokens and the cue's within."""

    first: int
    last: int
    speaker: tuple[int, int] | None
    cue: tuple[int, ...]
    medium: Medium


def _is_source(word: str) -> bool:
    return word in SOURCE_NOUNS or word.endswith(_NAMED_SOURCES)


def source_phrases(analysed: AnalysedText, first: int, last: int) -> Iterator[SourcePhrase]:
    """The source phrases among tokens `first` to `last`, in text order."""
    tokens = analysed.tokens
    at = first
    while at < last:
        lower = tokens[at].lower
        found: SourcePhrase | None = None
        if lower == "laut" or (lower == "gemäß" and at + 1 < last):
            end = noun_phrase(tokens, at + 1, last)
            if end is not None and not (lower == "gemäß" and not _sourcelike(analysed, at + 1, end)):
                further = apposition(tokens, end, last)
                if further is not None and further < last and tokens[further].text == ",":
                    end = further
                found = SourcePhrase(at, end, (at + 1, end), (at,), "SW")
        elif lower in {"nach", "aus", "entsprechend"} and at + 1 < last:
            found = _with_noun(analysed, at, last, needs_sight=lower == "aus")
        elif lower in {"zufolge", "nach"} or (lower == "zu" and at + 1 < last and tokens[at + 1].lower == "folge"):
            found = _behind(analysed, at, first)
        elif lower == "folge" and at > first and tokens[at - 1].lower == "zu":
            found = None
        if found is None and lower == "nach":
            found = _behind(analysed, at, first)
        if found is not None:
            yield found
            at = max(found.last, at + 1)
        else:
            at += 1


def _sourcelike(analysed: AnalysedText, begin: int, end: int) -> bool:
    return any(_is_source(token.lower) for token in analysed.tokens[begin:end])


def _with_noun(analysed: AnalysedText, at: int, last: int, *, needs_sight: bool) -> SourcePhrase | None:
    """ "nach Angaben der Polizei", "nach den Worten von X", "aus Sicht des Ministers"."""
    tokens = analysed.tokens
    head = at + 1
    while head < last and head < at + 5 and not tokens[head].capital:
        head += 1
    if head >= last:
        return None
    word = tokens[head].lower
    if needs_sight:
        if word != "sicht":
            return None
    elif not (_is_source(word) and word not in {"plan", "wort", "gesetz", "sicht"}):
        return None
    end = noun_phrase(tokens, at + 1, last)
    if end is None or end <= head:
        return None
    if end < last and tokens[end].lower in {"von", "vom", "aus", "der", "des"}:
        further = noun_phrase(tokens, end + 1 if tokens[end].lower in {"von", "vom", "aus"} else end, last)
        if further is not None:
            end = further
    further = apposition(tokens, end, last)
    if further is not None and further < last and tokens[further].text == ",":
        end = further
    medium: Medium = "ST" if word in _THOUGHT else "SW"
    return SourcePhrase(at, end, (at + 1, end), (at,), medium)


def _behind(analysed: AnalysedText, at: int, first: int) -> SourcePhrase | None:
    """ "X zufolge", "meiner Meinung nach"."""
    tokens = analysed.tokens
    for start in range(max(first, at - 12), at):
        if noun_phrase(tokens, start, at) == at:
            if tokens[at].lower == "nach" and tokens[at - 1].lower not in SOURCE_NOUNS:
                return None
            if tokens[start].lower in DETERMINERS or tokens[start].capital or start == first:
                cue = (at, at + 1) if tokens[at].lower == "zu" else (at,)
                medium: Medium = "ST" if tokens[at - 1].lower in _THOUGHT else "SW"
                return SourcePhrase(start, cue[-1] + 1, (start, at), cue, medium)
    return None


def says_so(analysed: AnalysedText, first: int, last: int, limit: int) -> SourcePhrase | None:
    """The clause ", so X" that begins at token `first`, with an apposition that follows it."""
    tokens = analysed.tokens
    if tokens[first].lower != "so" or first + 1 >= last:
        return None
    start = first + 1
    if tokens[start].lower in {"jedenfalls", "zumindest", "etwa", "auch", "weiter"}:
        start += 1
    end = noun_phrase(tokens, start, last)
    if end is None:
        return None
    further = apposition(tokens, end, limit) if end == last else None
    if further is not None and tokens[last + 1].lower not in RELATIVES - DETERMINERS:
        end = further
    return SourcePhrase(first, end, (start, end), (first,), "Speech")
