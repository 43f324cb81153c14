"""The lexicon of what pages put around an article, and its matching against lines."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import get_args

from pipeline.cleaning.lines import words_of
from schemas.records import RemovalReason

_AROUND = " \t.:;,!?-–—|•·*…>»«\"'()[]"
_COUNT = re.compile(r"\(?\d{1,5}\)?$|^\d{1,5} ")
_LONGEST_LINE = 1200
_PREFIX = 5
_MOST_WHOLE_WORDS = 8


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


@dataclass(frozen=True)
class _Table:
    reason: RemovalReason
    max_words: int
    whole: dict[str, str]
    start: dict[str, tuple[str, ...]]
    contains: dict[str, tuple[str, ...]]
    tails: tuple[re.Pattern[str], ...]


@cache
def lexicon() -> tuple[_Table, ...]:
    """The shipped phrases, in the order of the file.

    Raises:
        ValueError: if a table is named after no removal reason.
    """
    source = tomllib.loads((files(__package__) / "data" / "phrases.toml").read_text(encoding="utf-8"))
    return tuple(_table(reason, entries) for reason, entries in source.items())


def match(line: str, words: list[str]) -> PhraseHit | None:
    """The first entry that knows `line`, a single normalised line, and `words`, its words in lower case."""
    if len(line) > _LONGEST_LINE:
        return None
    lowered = line.lower()
    count = len(words)
    if count <= _MOST_WHOLE_WORDS:
        bare = bare_line(lowered)
        for table in lexicon():
            how = table.whole.get(bare)
            if how is not None:
                return PhraseHit(table.reason, how, bare)
    begun = lowered.lstrip(_AROUND)
    first = {lowered[:1], *(key for word in words[:1] for key in (word, word[:_PREFIX]))}
    known = {*words, *(word[:_PREFIX] for word in words)}
    for table in lexicon():
        if count > table.max_words:
            continue
        for key in table.start.keys() & first:
            for phrase in table.start[key]:
                if lowered.startswith(phrase) or begun.startswith(phrase):
                    return PhraseHit(table.reason, "start", phrase.strip())
        for key in table.contains.keys() & known:
            for phrase in table.contains[key]:
                found = lowered.find(phrase)
                if found == 0 or (found > 0 and not lowered[found - 1].isalnum()):
                    return PhraseHit(table.reason, "contains", phrase)
    return None


def split_tail(paragraph: str) -> tuple[str, str, RemovalReason] | None:
    """A paragraph and the boilerplate glued to its end, with the reason to remove that; None if there is none."""
    end = paragraph[-240:]
    if "*" not in end and "©" not in end and "(c)" not in end:
        return None
    offset = len(paragraph) - len(end)
    for table in lexicon():
        for tail in table.tails:
            found = tail.search(end)
            if found and offset + found.start() > 0:
                begin = offset + found.start()
                return paragraph[:begin].rstrip(), paragraph[begin:].strip(), table.reason
    return None


def bare_line(lowered: str) -> str:
    """A lower-case line without the punctuation around it and without a count such as "(12)"."""
    bare = lowered.strip(_AROUND)
    return _COUNT.sub("", bare).strip(_AROUND) or bare


def _table(reason: str, entries: dict[str, object]) -> _Table:
    if reason not in get_args(RemovalReason):
        raise ValueError(
            f"phrases.toml: [{reason}] is no removal reason; they are {', '.join(get_args(RemovalReason))}"
        )

    def listed(name: str) -> list[str]:
        value = entries.get(name, [])
        if not isinstance(value, list):
            raise ValueError(f"phrases.toml: [{reason}] {name} is no list")
        return [str(entry) for entry in value]

    whole = {bare_line(entry): kind for kind in ("line", "section") for entry in listed(kind)}
    return _Table(
        reason=reason,  # type: ignore[arg-type]
        max_words=int(str(entries.get("max_words", 20))),
        whole=whole,
        start=_by_first_word(listed("start")),
        contains=_by_first_word(listed("contains")),
        tails=tuple(re.compile(pattern, re.IGNORECASE) for pattern in listed("tail")),
    )


def _by_first_word(entries: list[str]) -> dict[str, tuple[str, ...]]:
    """Entries by what a line that they match has among its words.

    That is their first word, a prefix of it if it is the only one, or their
    first character if they do not begin with a word.
    """
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        words = words_of(entry)
        whole = len(words) > 1 or not entry[-1].isalnum()
        key = (words[0] if whole else words[0][:_PREFIX]) if words and entry[0].isalnum() else entry[0]
        found[key] = (*found.get(key, ()), entry)
    return found
