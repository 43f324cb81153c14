"""Sentences of German news text, as a spaCy component."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.lexicon.words import BEFORE_X
from pipeline.models.catalogue import DATA
from pipeline.spans import CharOffset, char_span


def _words(name: str) -> frozenset[str]:
    return frozenset((DATA / "sentences" / f"{name}.txt").read_text(encoding="utf-8").split())


ABBREVIATIONS = _words("abbreviations")
CAN_END = _words("abbreviations-at-end")
"""Abbreviations that sentences also end with."""

STARTERS = _words("starters")
"""Words that, with a capital, nearly always begin a sentence."""

LONGEST_SENTENCE = 500
"""Words and signs after which a sentence ends in any case; whoever looks through sentences is slow without an end."""

CLOSING = "\"'“”»«‘’)\\]›‹"
_END = re.compile(rf"(?<![.!?…])(?P<mark>[.!?…]++)(?P<closed>[{CLOSING}]*+)(?=\s)")
"""Each run of marks is looked at once: from its beginning, without going back in it."""
_NEXT = re.compile(r"\s+(?P<opened>[\"'„“‚»«›‹(\[–—-]*\s?)(?P<word>\w+)?")
_LINE = re.compile(r"(?P<before>\S)[^\S\n]*\n(?P<blank>\s*\n)?\s*(?P<after>\S)")
_LAST_WORD = re.compile(r"[^\W_]+$")
_WORD = re.compile(r"\w+|[^\w\s]")
_LONGEST_WORD = 40
_ROMAN = re.compile(r"[IVXLC]+")


def sentence_starts(text: str) -> list[CharOffset]:
    """Where sentences begin in `text` (code points), in order; the first word begins the first of them.

    A blank line ends a sentence; so does a single line break, unless the line seems to be wrapped. A full stop does not
    after abbreviations, initials and ordinals, unless the next word is one that begins sentences. No sentence has more
    than `LONGEST_SENTENCE` words and signs.
    """
    if not text.strip():
        return []
    first = CharOffset(len(text) - len(text.lstrip()))
    return list(_bounded(text, sorted({first, *_line_starts(text), *_marked_starts(text)})))


def _bounded(text: str, starts: Sequence[CharOffset]) -> Iterator[CharOffset]:
    """The starts, and others in sentences that are longer than any."""
    for begin, end in pairwise([*starts, CharOffset(len(text))]):
        yield begin
        if end - begin > LONGEST_SENTENCE:
            for word in islice(_WORD.finditer(text, begin, end), LONGEST_SENTENCE, None, LONGEST_SENTENCE):
                yield char_span(word)[0]


def _line_starts(text: str) -> Iterator[CharOffset]:
    at = CharOffset(0)
    while match := _LINE.search(text, at):
        after, _ = char_span(match, "after")
        wrapped = (match["before"].isalnum() or match["before"] in ",;-") and match["after"].islower()
        if match["blank"] or not wrapped:
            yield after
        at = after


def _marked_starts(text: str) -> Iterator[CharOffset]:
    for match in _END.finditer(text):
        following = _NEXT.match(text, match.end())
        if following is None:
            continue
        word = following["word"] or ""
        if not _may_begin(word, opened=bool(following["opened"].strip())):
            continue
        before = text[max(0, match.start() - _LONGEST_WORD) : match.start()]
        if match["mark"] == "." and not match["closed"] and _goes_on(before, word):
            continue
        begin, _ = char_span(following, "opened" if following["opened"] else "word")
        yield begin


def _may_begin(word: str, *, opened: bool) -> bool:
    return word[:1].isupper() or word[:1].isdigit() or (opened and not word)


def _goes_on(before: str, following: str) -> bool:
    """Whether a full stop behind `before` belongs to an abbreviation, an initial or an ordinal."""
    found = _LAST_WORD.search(before)
    if found is None:
        return False
    word = found[0]
    begins = following in STARTERS
    if word.isdigit():
        return len(word) <= 2 and not begins
    if word in CAN_END:
        return not begins
    if word in ABBREVIATIONS:
        return True
    if len(word) == 1 and word.isupper():
        return not begins and not (word == "X" and _is_network(before[: found.start()]))
    return _ROMAN.fullmatch(word) is not None and not begins


def _is_network(before: str) -> bool:
    """Whether the X behind `before` is the social network: "schrieb sie auf X"."""
    return not BEFORE_X.isdisjoint(before.lower().split()[-1:])


@Language.factory("redefluss_sentences")
def make_sentences(nlp: Language, name: str) -> Sentences:  # noqa: ARG001
    return Sentences()


class Sentences:
    """Marks the first token of every sentence."""

    def __call__(self, doc: Doc) -> Doc:
        starts = sentence_starts(doc.text)
        # All at once: for every single one spaCy asks first what the whole document is annotated with.
        marks = np.full(len(doc), -1, dtype=np.int64)
        marks[:1] = 1
        following = 0
        for index, token in enumerate(doc):
            if following < len(starts) and token.idx >= starts[following] and not token.is_space:
                marks[index] = 1
                while following < len(starts) and starts[following] <= token.idx:
                    following += 1
        return doc.from_array(["SENT_START"], marks.astype(np.uint64)[:, None])  # type: ignore[arg-type]
