"""The lexicon of what pages put around an article, and its matching against lines."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import count
from operator import attrgetter
from typing import get_args

from pipeline.cleaning.lines import STEM, stems_of, words_of
from schemas.records import RemovalReason

_AROUND = " \t.:;,!?-–—|•·*…>»«\"'()[]"
_COUNT = re.compile(r"\(?\d{1,5}\)?$|^\d{1,5} ")
_LONGEST_LINE = 1200
_MOST_WHOLE_WORDS = 8
_rank = attrgetter("rank")


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """A line that the lexicon knows.

    Attributes:
        reason: why such a line is removed.
        how: the kind of entry that matched: line, section, start or contains.
        phrase: the entry, or for "contains" and "start" the words that matched.
    """

    reason: RemovalReason
    how: str
    phrase: str

    @property
    def certain(self) -> bool:
        """Whether the whole line is boilerplate beyond doubt."""
        return self.how in ("line", "section")


@dataclass(frozen=True, slots=True)
class _PhraseEntry:
    """An entry under "start" or "contains".

    Attributes:
        rank: its place in the lexicon; within a table those under "start" come first.
        phrase: as the file has it.
        max_words: how many words a line that it knows has at most.
        hit: what to say of such a line.
    """

    rank: int
    phrase: str
    max_words: int
    hit: PhraseHit

    def knows(self, lowered: str, begun: str) -> bool:
        """Whether it is in a line, in lower case, of which `begun` leaves out the punctuation at the start."""
        if self.hit.how == "start":
            return lowered.startswith(self.phrase) or begun.startswith(self.phrase)
        found = lowered.find(self.phrase)
        return found == 0 or (found > 0 and not lowered[found - 1].isalnum())


class _Lexicon:
    """The phrases of all tables, looked up together; where several know a line, the first of them counts.

    Attributes:
        whole: those that are a whole line, by that.
        start: those that begin one, by `_key`.
        contains: those that are anywhere in one, by `_key`.
        words: those keys of `contains` that are whole words.
        stems: those that are stems of words.
        tails: what is glued to the end of paragraphs.
    """

    def __init__(self, source: dict[str, dict[str, object]]) -> None:
        self.whole: dict[str, PhraseHit] = {}
        self.start: dict[str, list[_PhraseEntry]] = {}
        self.contains: dict[str, list[_PhraseEntry]] = {}
        self.tails: list[tuple[re.Pattern[str], RemovalReason]] = []
        ranks = count()
        for name, table in source.items():
            reason = _reason(name)
            whole = {bare_line(entry): kind for kind in ("line", "section") for entry in _listed(name, table, kind)}
            for bare, kind in whole.items():
                self.whole.setdefault(bare, PhraseHit(reason, kind, bare))
            max_words = int(str(table.get("max_words", 20)))
            for how, entries in (("start", self.start), ("contains", self.contains)):
                for phrase in _listed(name, table, how):
                    hit = PhraseHit(reason, how, phrase.strip() if how == "start" else phrase)
                    entries.setdefault(_key(phrase), []).append(_PhraseEntry(next(ranks), phrase, max_words, hit))
            self.tails += [(re.compile(pattern, re.IGNORECASE), reason) for pattern in _listed(name, table, "tail")]
        phrases = [entry.phrase for entries in self.contains.values() for entry in entries]
        self.words = frozenset(_key(phrase) for phrase in phrases if not _is_word(phrase))
        self.stems = frozenset(_key(phrase) for phrase in phrases if _is_word(phrase))


@cache
def lexicon() -> _Lexicon:
    """The shipped phrases.

    Raises:
        ValueError: if a table is named after no removal reason.
    """
    return _Lexicon(tomllib.loads((files(__package__) / "data" / "phrases.toml").read_text(encoding="utf-8")))


def match(line: str, words: list[str]) -> PhraseHit | None:
    """The first entry that knows `line`, a single normalised line, and `words`, its words in lower case."""
    return match_lowered(line.lower(), words, stems_of(words))


def match_lowered(lowered: str, words: list[str], stems: Iterable[str]) -> PhraseHit | None:
    """The same of a line that is in lower case already, and of which `stems_of` is known."""
    if len(lowered) > _LONGEST_LINE:
        return None
    known, size = lexicon(), len(words)
    if size <= _MOST_WHOLE_WORDS and (hit := known.whole.get(bare_line(lowered))) is not None:
        return hit
    keys = known.words.intersection(words) | known.stems.intersection(stems)
    entries = [entry for key in keys for entry in known.contains[key]]
    first = words[0] if words else ""
    for key in {lowered[:1], first, first[:STEM]}:
        entries += known.start.get(key, ())
    if not entries:
        return None
    begun = lowered.lstrip(_AROUND)
    found = [entry for entry in entries if size <= entry.max_words and entry.knows(lowered, begun)]
    return min(found, key=_rank).hit if found else None


def split_tail(paragraph: str) -> tuple[str, str, RemovalReason] | None:
    """A paragraph and the boilerplate glued to its end, with the reason to remove that; None if there is none."""
    end = paragraph[-240:]
    if "*" not in end and "©" not in end and "(c)" not in end:
        return None
    offset = len(paragraph) - len(end)
    for tail, reason in lexicon().tails:
        found = tail.search(end)
        if found and offset + found.start() > 0:
            begin = offset + found.start()
            return paragraph[:begin].rstrip(), paragraph[begin:].strip(), reason
    return None


def bare_line(lowered: str) -> str:
    """A lower-case line without the punctuation around it and without a count such as "(12)"."""
    bare = lowered.strip(_AROUND)
    if not bare[:1].isdigit() and not bare[-1:].isdigit():
        return bare
    return _COUNT.sub("", bare).strip(_AROUND) or bare


def _reason(name: str) -> RemovalReason:
    if name not in get_args(RemovalReason):
        raise ValueError(f"phrases.toml: [{name}] is no removal reason; they are {', '.join(get_args(RemovalReason))}")
    return name  # type: ignore[return-value]


def _listed(name: str, table: dict[str, object], kind: str) -> list[str]:
    value = table.get(kind, [])
    if not isinstance(value, list):
        raise ValueError(f"phrases.toml: [{name}] {kind} is no list")
    return [str(entry) for entry in value]


def _key(entry: str) -> str:
    """What a line that an entry matches has among its words.

    That is the entry's first word, its stem if it is the only one, or its
    first character if it does not begin with a word.
    """
    words = words_of(entry)
    return (words[0][:STEM] if _is_word(entry) else words[0]) if words and entry[0].isalnum() else entry[0]


def _is_word(entry: str) -> bool:
    """Whether an entry is a single word, in whose place a longer one may stand that begins so."""
    return entry[0].isalnum() and entry[-1].isalnum() and len(words_of(entry)) == 1
