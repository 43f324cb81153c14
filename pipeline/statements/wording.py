"""What is compared of a quote: its words, what of them is content, and what turns its meaning."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import pairwise
from math import fsum

from pipeline.statements.spelling import figure, one_spelling
from pipeline.statements.stems import folded, stem

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:[-‑'’&/][^\W_]+)*\d*|[%€$]")
_LEFT_OUT = re.compile(r"\[[^\]]{0,200}\]|\([^)]{0,200}\)|…|\.\.\.")
_INSIDE = re.compile(r"[-‑'’&/]")
_STOP = re.compile(r"(?<=[.!?])(?<!(?<!\d)\d\.)(?<!(?<!\d)\d\d\.)[\"”“«»‘’']*\s+(?=[\"„“»«‚‘]*[A-ZÄÖÜ0-9])")

COMMON_WEIGHT = 0.4
"""What a very common word counts, where a word that says something counts 1."""
SMALL_WEIGHT = 0.25
"""What a word counts that says nothing by itself, in a row of words that is the same word by word."""

REMEMBERED = 64
"""Wordings: a quote is looked at as it comes, and then as it is kept."""
REMEMBERED_WORDS = 4_096
"""With twice as many, one word in thirty fewer is stemmed, for a megabyte more."""


def _lists() -> dict[str, list[str]]:
    text = (files("pipeline.statements") / "data" / "words.toml").read_text(encoding="utf-8")
    return {name: value if isinstance(value, list) else value.split() for name, value in tomllib.loads(text).items()}


_LISTS = _lists()
_FUNCTION = frozenset(folded(word) for word in _LISTS["function"])
_NEGATION = frozenset(folded(word) for word in _LISTS["negation"])
_TURNING = frozenset(folded(word) for word in _LISTS["turning"])
_MODAL = {folded(word): line.split()[0] for line in _LISTS["modal"] for word in line.split()}
_SAME = {stem(folded(word)): stem(folded(line.split()[0])) for line in _LISTS["same"] for word in line.split()}
_WITHOUT_CONTENT = _FUNCTION | _NEGATION | _TURNING | _MODAL.keys()
_PREPOSITIONS = {folded(word): line.split()[0] for line in _LISTS["prepositions"] for word in line.split()}
_TELLING = _PREPOSITIONS | {
    folded(word): line.split()[0] for name in ("persons", "whether") for line in _LISTS[name] for word in line.split()
}
_ASKING = frozenset(folded(word) for word in _LISTS["asking"])
_INTRODUCING = frozenset(stem(folded(word)) for word in _LISTS["introducing"])
_COMMON = frozenset(stem(folded(word)) for word in _LISTS["common"])


@dataclass(frozen=True)
class Wording:
    """The words of a quote, folded and stemmed, in order, without marks and brackets.

    Attributes:
        stems: one a word; of the same length as `words` and `nouns`.
        words: as they are typed, folded.
        nouns: whether a word is written with a capital letter.
        stops: indices before which a new sentence begins.
        gaps: indices before which something was left out or stood between ("…", the frame in the middle).
    """

    stems: tuple[str, ...]
    words: tuple[str, ...]
    nouns: tuple[bool, ...]
    stops: frozenset[int]
    gaps: frozenset[int]

    @classmethod
    @lru_cache(maxsize=REMEMBERED)
    def of(cls, text: str) -> "Wording":
        """The wording of a quote's text."""
        typed: list[str] = []
        gaps: set[int] = set()
        stops: set[int] = set()
        for piece in _LEFT_OUT.split(one_spelling(text)):
            gaps.add(len(typed))
            for sentence in _STOP.split(piece):
                stops.add(len(typed))
                typed += _TOKEN.findall(sentence)
        edges = {0, len(typed)}
        stems, words, nouns = zip(*map(_read, typed), strict=True) if typed else ((), (), ())
        return cls(stems, words, nouns, frozenset(stops - edges), frozenset(gaps - edges))

    @cached_property
    def content(self) -> frozenset[str]:
        """Stems of the words that say something."""
        return frozenset(
            found for word, found in zip(self.words, self.stems, strict=True) if word not in _WITHOUT_CONTENT
        )

    @cached_property
    def written_form(self) -> str:
        """What the words do not tell: figures ("neuen" is folded to "neun"), nouns, ends of sentences, and gaps."""
        nouns = [n for n, noun in enumerate(self.nouns) if noun and self.stems[n] in self.content]
        return f"{sorted(self.numbers)} {nouns} {sorted(self.stops)} {sorted(self.gaps)}"

    @property
    def matter(self) -> frozenset[str]:
        """The content, but for what only says that something was said, to whom and when."""
        return self.content - _INTRODUCING

    @cached_property
    def bare_nouns(self) -> tuple[str, ...]:
        """The nouns that no preposition governs, in order: who does it, and to whom."""
        return tuple(dict.fromkeys(noun for noun, preposition in self._governed if preposition is None))

    @cached_property
    def places(self) -> Mapping[str, str]:
        """The nouns and figures that a preposition governs, each with the first that does: where, when, by how much."""
        return {noun: preposition for noun, preposition in reversed(self._governed) if preposition is not None}

    @cached_property
    def _governed(self) -> list[tuple[str, str | None]]:
        found: list[tuple[str, str | None]] = []
        governing: str | None = None
        for word, found_stem, noun in zip(self.words, self.stems, self.nouns, strict=True):
            if word in _PREPOSITIONS:
                governing = governing if governing == "als" else _PREPOSITIONS[word]  # more than in Kiel
            elif found_stem[:1].isdigit() and governing is not None:
                found.append((found_stem, governing))
            elif noun and found_stem in self.content:
                found.append((found_stem, governing))
                governing = None
        return found

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The figures in it."""
        return frozenset(found for found in self.stems if found[:1].isdigit())

    @property
    def asks(self) -> bool:
        """Whether it begins as a question that is retold."""
        return bool(self.words) and self.words[0] in _ASKING

    @cached_property
    def negations(self) -> int:
        """How often it denies."""
        return sum(word in _NEGATION for word in self.words)

    @cached_property
    def modals(self) -> frozenset[str]:
        """Must, can, may, shall: which of them it uses."""
        return frozenset(_MODAL[word] for word in self.words if word in _MODAL)

    @cached_property
    def turns(self) -> frozenset[str]:
        """Short words that turn a statement round: against, before, less."""
        return frozenset(word for word in self.words if word in _TURNING)

    @cached_property
    def weight(self) -> float:
        """How much content it can be recognised by."""
        return weight(self.content)

    @cached_property
    def verbatim_weight(self) -> float:
        """The same where the words come in this order and form, so that small words count a little too."""
        return self.weight + SMALL_WEIGHT * sum(found not in self.content for found in self.stems)

    @cached_property
    def segments(self) -> tuple[tuple[str, ...], ...]:
        """The stems, cut at the gaps."""
        return tuple(self.stems[begin:end] for begin, end in self._cuts(self.gaps))

    @cached_property
    def sentences(self) -> tuple["Wording", ...]:
        """Each sentence by itself, also what stands between gaps."""
        if not self.stops | self.gaps:
            return (self,)
        return tuple(
            Wording(self.stems[begin:end], self.words[begin:end], self.nouns[begin:end], frozenset(), frozenset())
            for begin, end in self._cuts(self.stops | self.gaps)
        )

    def _cuts(self, where: frozenset[int]) -> list[tuple[int, int]]:
        return [(begin, end) for begin, end in pairwise([0, *sorted(where), len(self.stems)]) if end > begin]


@lru_cache(maxsize=REMEMBERED_WORDS)
def _read(typed: str) -> tuple[str, str, bool]:
    """A word as it is typed: its stem, the word folded, and whether it is written with a capital letter."""
    lower = _INSIDE.sub("", typed).lower()
    word = folded(lower)
    found = figure(lower) or stem(word)
    return _SAME.get(found, found), word, typed[0].isupper()


def telling(words: Iterable[str]) -> frozenset[str]:
    """What small words among folded ones tell: who, when, where and whether; "im" as "in", and "sind" as "bin"."""
    return frozenset(_TELLING[word] for word in words if word in _TELLING)


def weight(stems: Iterable[str]) -> float:
    """The sum over stems: 1 for one that says something, COMMON_WEIGHT for a very common one."""
    return fsum(COMMON_WEIGHT if found in _COMMON else 1.0 for found in stems)  # the same in any order
