"""When two quotes of one speaker are the same statement.

Wrong joins are worse than missed ones: a count of papers is only worth something if all of them had these words. Hence
whatever could turn the meaning has to agree, and words that anybody says of anything need the same surroundings.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import product

from pipeline.statements.wording import Wording, telling, weight

ENOUGH = 3.0
"""Weight by which words in a row are recognised wherever they stand."""
ENOUGH_RETOLD = 2.2
"""Weight of content by which retold words are recognised."""
LITTLE = 0.12
"""Share of the content that a longer sentence may leave out."""
MORE = 0.6
"""Share of the content that the longer of two retold sentences may have besides."""
SURROUNDINGS = 2.0
"""Weight of what the surroundings of two short quotes have in common at least, and half of the lesser."""
LONGEST_COMPARED = 10_000
"""Characters of a quote, and of the sentences around it, by which it is recognised."""
MOST_PAIRS = 100_000
"""Pairs of equal words in two quotes that are compared word by word; the longest of the news have a fifth of it."""
MOST_UNMATCHED = 10_000
"""Pairs of words that only one of two quotes has, among which slips of the pen are looked for."""
MOST_SENTENCES = 400
"""Pairs of sentences of two quotes that are compared; of more, those that are equal."""
_CLOSING = " \"”“«»‘’'"
_PREFIXES = ("ab", "an", "auf", "aus", "bei", "ein", "fest", "her", "hin", "los", "mit", "nach", "vor", "weg", "zu")


@dataclass(frozen=True)
class ComparedQuote:
    """A quote as it is compared.

    Attributes:
        text: what was said.
        context: the sentences around it.
        verbatim: whether the text stands in quotation marks.
        speaker: name and roles of who said it.
    """

    text: str
    context: str
    verbatim: bool
    speaker: str = ""

    @cached_property
    def wording(self) -> Wording:
        """The words of the text."""
        return Wording.of(self.text[:LONGEST_COMPARED])

    @cached_property
    def asks(self) -> bool:
        """Whether it is a question."""
        return self.text.rstrip(_CLOSING).endswith("?") or self.wording.asks

    @cached_property
    def short(self) -> bool:
        """Whether anybody could say it of anything, so that the surroundings have to tell."""
        return self.wording.verbatim_weight < ENOUGH

    @cached_property
    def surroundings(self) -> frozenset[str]:
        """What the sentences around it say of the matter, and the text does not; nothing where the text is enough."""
        if not self.short:
            return frozenset()
        around = Wording.of(self.context[:LONGEST_COMPARED]).matter
        return around - self.wording.content - Wording.of(self.speaker).content


def same_statement(one: ComparedQuote, other: ComparedQuote) -> bool:
    """Whether two quotes of one speaker say the same: copy, fragment of one another, overlap, or retold."""
    less, more = sorted((one, other), key=lambda compared: _fullness(compared.wording))
    a, b = less.wording, more.wording
    if not a.content:
        return a.words == b.words and bool(a.words) and _shared(less.surroundings, more.surroundings)
    if _contained(a, b) and (not less.short or _similar_surroundings(less, more)):
        return True
    alike = _nearly_alike if one.verbatim and other.verbatim else _retold
    return (alike(a, b) and one.asks is other.asks) or _share_a_sentence(a, b, alike)


def _fullness(wording: Wording) -> tuple[float, int, tuple[str, ...], str]:
    return wording.weight, len(wording.words), wording.words, wording.written_form


def _contained(a: Wording, b: Wording) -> bool:
    """Whether all parts of `a` stand in `b`, in order, each in one piece but for where `b` has a gap itself."""
    begin = 0
    for segment in a.segments:
        found = _find(b.stems, segment, begin)
        if found is None:
            return False
        begin = found + len(segment)
    return True


def _find(stems: Sequence[str], segment: Sequence[str], begin: int) -> int | None:
    first, length = segment[0], len(segment)
    for index in range(begin, len(stems) - length + 1):
        if stems[index] == first and tuple(stems[index : index + length]) == tuple(segment):
            return index
    return None


def _similar_surroundings(less: ComparedQuote, more: ComparedQuote) -> bool:
    """Whether what stands around the shorter one is what the longer one says, or what stands around that."""
    around = less.surroundings
    added = more.wording.content - less.wording.content
    if added and weight(added & around) >= 1 and len(added & around) * 2 >= len(added):
        return True
    return _shared(around, added | more.surroundings)


def _shared(one: frozenset[str], other: frozenset[str]) -> bool:
    common = weight(one & other)
    return common >= SURROUNDINGS and common * 2 >= min(weight(one), weight(other))


def _nearly_alike(a: Wording, b: Wording) -> bool:
    """Whether the words differ by spelling, or by few that say little."""
    if a.weight < ENOUGH or not _agree(a, b):
        return False
    if _pairs(a.stems, b.stems) > MOST_PAIRS:
        return False
    matcher = SequenceMatcher(None, a.stems, b.stems, autojunk=False)
    left_out = 0
    small: tuple[list[str], list[str]] = [], []
    for tag, begin, end, other_begin, other_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        gone = [found for found in a.stems[begin:end] if found in a.content]
        come = [found for found in b.stems[other_begin:other_end] if found in b.content]
        small[0].extend(a.words[begin:end])
        small[1].extend(b.words[other_begin:other_end])
        if gone and come:
            if len(gone) != len(come) or not all(map(_spelt_alike, gone, come)):
                return False
        else:
            left_out += len({*gone, *come})
    return left_out <= max(1, LITTLE * len(a.content)) and not _turned(*small)


def _pairs(one: Sequence[str], other: Sequence[str]) -> int:
    """How many pairs of a word of `one` and the same of `other` there are."""
    counts = Counter(other)
    return sum(count * counts[found] for found, count in Counter(one).items())


def _spelt_alike(one: str, other: str) -> bool:
    """Whether two different stems are a long word with a slip of the pen: a letter more, less or other, two swapped."""
    shorter = min(len(one), len(other))
    if shorter < 5 or abs(len(one) - len(other)) > 1 or one[:1].isdigit() or other[:1].isdigit():
        return False
    head = next((i for i, (x, y) in enumerate(zip(one, other, strict=False)) if x != y), shorter)
    rest, others = one[head:], other[head:]
    if rest[1::-1] + rest[2:] == others:
        return True
    if shorter < 6:
        return False
    return rest[1:] == others or rest == others[1:] or rest[1:] == others[1:]


def _turned(gone: Sequence[str], come: Sequence[str]) -> bool:
    """Whether words that say where, when, who and whether give way to others: "seit" to "bis", "schon" to "erst"."""
    before, now = telling(gone), telling(come)
    return bool(before and now) and before != now


def _share_a_sentence(a: Wording, b: Wording, alike: Callable[[Wording, Wording], bool]) -> bool:
    """Whether a sentence of either is alike, with the same figures, where one of them has more before or behind it."""
    if len(a.sentences) == len(b.sentences) == 1:
        return False
    pairs: Iterable[tuple[Wording, Wording]] = product(a.sentences, b.sentences)
    if len(a.sentences) * len(b.sentences) > MOST_SENTENCES:
        known = {sentence.stems: sentence for sentence in b.sentences}
        pairs = ((sentence, known[sentence.stems]) for sentence in a.sentences if sentence.stems in known)
    for one, other in pairs:
        if len(one.content & other.content) * 2 >= max(len(one.content), len(other.content)) > 0:
            less, more = sorted((one, other), key=_fullness)
            if less.weight >= ENOUGH and less.numbers == more.numbers and alike(less, more):
                return True
    return False


def _retold(a: Wording, b: Wording) -> bool:
    """Whether the content is the same up to inflection and order."""
    if a.weight < ENOUGH_RETOLD:
        return False
    missing, added, prefixes = _unmatched(a.content, b.content)
    if len(missing) > LITTLE * len(a.content) or len(added) > MORE * len(a.content):
        return False
    if missing and added:  # of Eisenach, and not of Rüsselsheim; has risen, and not fallen
        return False
    elsewhere = any(preposition != b.places.get(noun, preposition) for noun, preposition in a.places.items())
    return not elsewhere and _agree(a, b, prefixes) and not _swapped(a, b)


def _agree(a: Wording, b: Wording, prefixes: frozenset[str] = frozenset()) -> bool:
    """Whether figures, denials, "must" or "can", and the words that turn a statement round are the same.

    `prefixes` are of separated verbs, and no such words.
    """
    turned = (a.turns ^ b.turns) - prefixes
    return a.numbers <= b.numbers and a.negations == b.negations and a.modals == b.modals and not turned


def _unmatched(a: frozenset[str], b: frozenset[str]) -> tuple[list[str], list[str], frozenset[str]]:
    """What of either content has nothing like it in the other, and the prefixes by which verbs differ.

    A verb and the same with its separated prefix are one, and so are words with a slip of the pen.
    """
    missing, added = sorted(a - b), sorted(b - a)
    prefixes: set[str] = set()
    if len(missing) * len(added) > MOST_UNMATCHED:
        return missing, added, frozenset()
    for word in list(missing):
        for partner in added:
            short, long = sorted((word, partner), key=len)
            prefix = long.removesuffix(short) if long.endswith(short) and len(short) >= 3 else ""
            if prefix in _PREFIXES or _spelt_alike(word, partner):
                prefixes.add(prefix)
                missing.remove(word)
                added.remove(partner)
                break
    return missing, added, frozenset(prefixes)


def _swapped(a: Wording, b: Wording) -> bool:
    """Whether who does it and whom it is done to have changed places, as far as the order tells.

    Nouns behind a preposition may stand anywhere; in the passive voice the one who does it is among them.
    """
    common = set(a.bare_nouns) & set(b.bare_nouns)
    return [noun for noun in a.bare_nouns if noun in common] != [noun for noun in b.bare_nouns if noun in common]
