"""What a reader types, as a query for the full-text search of quotes, and where it stands in what was found.

Words are compared folded: in lower case, umlauts however they are typed, so that Kloeckner finds Klöckner. Words in
quotation marks are a phrase; a minus before a word or a phrase excludes it; the last word may be the beginning of one.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.statements.stems import folded

_WORD = re.compile(r"[^\W_]+")
LONG_CHARACTERS = 10_000
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_PART = re.compile(r"(?P<minus>(?<!\S)-)?(?:[\"„“”»«](?P<phrase>[^\"„“”»«]*)[\"“”„»«]|(?P<word>[^\s\"„“”»«]+))")


@dataclass(frozen=True)
class ParsedQuery:
    """A query taken apart: phrases of folded words to be found, and to be absent; whether the last is cut short."""

    wanted: tuple[tuple[str, ...], ...] = ()
    unwanted: tuple[tuple[str, ...], ...] = ()
    open: bool = False

    def expression(self) -> str | None:
        """What must be found, for FTS5; None if nothing must be."""
        whole = self.wanted[:-1] if self.open else self.wanted
        parts = list(dict.fromkeys(map(_phrase, whole)))  # what is typed twice is looked up once
        if self.open and not self._is_in_another():
            parts.append(_phrase(self.wanted[-1]) + "*")
        return " AND ".join(parts) or None

    def _is_in_another(self) -> bool:
        """Whether the last word, which is cut short, is the beginning of another word that is asked for."""
        *others, last = self.wanted
        return len(last) == 1 and any(word.startswith(last[0]) for words in others for word in words)

    def exclusion(self) -> str | None:
        """What must not be found, for FTS5; None if there is no such thing."""
        return " OR ".join(_phrase(words) for words in self.unwanted) or None

    def marks(self, text: str) -> list[tuple[int, int]]:
        """Where in `text` what was asked for stands: code points, half-open, in order."""
        places = [(match.start(), match.end(), folded(match[0])) for match in _WORD.finditer(text)]
        found: set[tuple[int, int]] = set()
        for number, words in enumerate(self.wanted):
            cut_short = self.open and number == len(self.wanted) - 1
            for first in range(len(places) - len(words) + 1):
                here = [place[2] for place in places[first : first + len(words)]]
                last = here[-1].startswith(words[-1]) if cut_short else here[-1] == words[-1]
                if last and here[:-1] == list(words[:-1]):
                    found.add((places[first][0], places[first + len(words) - 1][1]))
        return _without_overlap(found)


def as_in_articles(typed: str) -> str:
    """What was typed, or copied from a page, with its letters as articles have them: without soft hyphens and other
    characters that nobody sees, and each letter as one character."""
    return unicodedata.normalize("NFC", _UNSEEN.sub("", typed))


def parse_query(text: str) -> ParsedQuery:
    """Take apart what a reader typed; whatever it is, it is no error."""
    text = as_in_articles(text)
    wanted, unwanted = [], []
    is_open = False
    for part in _PART.finditer(text):
        words = tuple(folded(word) for word in _WORD.findall(part["phrase"] if part["phrase"] is not None else part[0]))
        if not words:
            continue
        if part["minus"]:
            unwanted.append(words)
        else:
            wanted.append(words)
            is_open = part["phrase"] is None and part.end() == len(text)
    return ParsedQuery(tuple(wanted), tuple(unwanted), is_open)


def folded_words(text: str) -> str:
    """The words of a text, folded, as the index has them."""
    if len(text) <= LONG_CHARACTERS:
        return folded(" ".join(_WORD.findall(text)))
    known: dict[str, str] = {}  # a word of a long text is in memory once, not as often as it occurs
    words = (found[0] for found in _WORD.finditer(text))
    return " ".join(known.get(word) or known.setdefault(word, folded(word)) for word in words)


def _phrase(words: Iterable[str]) -> str:
    return '"' + " ".join(words) + '"'


def _without_overlap(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if kept and begin < kept[-1][1]:
            kept[-1] = kept[-1][0], max(end, kept[-1][1])
        else:
            kept.append((begin, end))
    return kept
