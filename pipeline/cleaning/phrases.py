"""The lexicon of what pages put around an article, and its matching against lines."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import get_args

from schemas.records import RemovalReason

_AROUND = " \t.:;,!?-–—|•·*…>»«\"'()[]"
_COUNT = re.compile(r"\(?\d{1,5}\)?$|^\d{1,5} ")
_LONGEST_LINE = 1200
_PREFIX = 5


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


def match(line: str, words: int) -> PhraseHit | None:
    """The first entry that knows `line`, a single normalised line of `words` words."""
    if len(line) > _LONGEST_LINE:
        return None
    lowered = line.lower()
    bare = bare_line(lowered)
    if words <= 8:
        for table in lexicon():
            how = table.whole.get(bare)
            if how is not None:
                return PhraseHit(table.reason, how, bare)
    tokens = lowered.split()
    begun = lowered.lstrip(_AROUND)
    first = {
        word
        for begin in (tokens[0], begun.partition(" ")[0])
        for word in (begin.strip(_AROUND) or begin, begin[:_PREFIX])
    }
    spaced = " " + " ".join(token.lstrip(_AROUND) for token in tokens)
    known = {token.strip(_AROUND) for token in tokens}
    known |= {token[:_PREFIX] for token in known}
    for table in lexicon():
        if words <= table.max_words:
            for word in table.start.keys() & first:
                for phrase in table.start[word]:
                    if lowered.startswith(phrase) or begun.startswith(phrase):
                        return PhraseHit(table.reason, "start", phrase.strip())
            for word in table.contains.keys() & known:
                for phrase in table.contains[word]:
                    if f" {phrase}" in spaced:
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
        start=_by_first_word(listed("start"), inside=False),
        contains=_by_first_word(listed("contains"), inside=True),
        tails=tuple(re.compile(pattern, re.IGNORECASE) for pattern in listed("tail")),
    )


def _by_first_word(entries: list[str], *, inside: bool) -> dict[str, tuple[str, ...]]:
    """Entries by what must be among a line's words for them to match: their first, a prefix if they have but one."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        words = entry.split()
        whole = len(words) > 1 or entry.endswith(" ")
        key = (words[0].strip(_AROUND) or words[0]) if whole else words[0][:_PREFIX]
        phrase = " ".join(word.lstrip(_AROUND) for word in words) if inside else entry
        found[key] = (*found.get(key, ()), phrase)
    return found
