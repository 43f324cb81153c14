"""Tokens, sentences and clauses of an article: plain, fast, and aware of quotation marks."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.lexicon.words import ABBREVIATIONS, AFTER_ORDINAL, BEFORE_X, DETERMINERS, MONTHS, PREPOSITIONS
from pipeline.quotes.marks import QuotedText
from pipeline.spans import CharOffset, CharRange, TokenIndex, TokenRange, char_span, first_from, numbered_tokens

_TOKEN = re.compile(
    r"\d+(?:[.,:]\d+)+|\w+(?:(?:[-–'’/&@\xad]|\.-|[:*](?=in(?:nen)?\b)|\.(?=[a-zäöüß\d])|(?<=\b\w)\.(?=\w))\w+)*(?:-(?=\s|$))?|\.{3}|[^\w\s\xad]"
)
OPENING_MARKS = frozenset("„»«\"“‚‘›‹(['")
CLOSING_MARKS = frozenset("“”\"«»‘’'›‹)]")
_ENDED = re.compile(r"[.!?…]\s?[“”\"«»‘’'›‹]{0,2}\Z")
"""What ends a sentence before a closing mark."""


class Token(NamedTuple):
    """A word or a mark: half-open code points, the word as written and in lower case."""

    begin: CharOffset
    end: CharOffset
    text: str
    lower: str

    @property
    def capital(self) -> bool:
        """Whether it is a word that begins with a capital letter."""
        return self.text[0].isupper()

    @property
    def word(self) -> bool:
        return self.text[0].isalnum()


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens `first` (included) to `last` (excluded); `paragraph` counts the text's paragraphs from 0."""

    first: TokenIndex
    last: TokenIndex
    begin: CharOffset
    end: CharOffset
    paragraph: int


_LONGEST = 300
_LONGEST_QUOTED = 3000
"""Tokens after which a sentence ends in any case, outside and inside quotation marks: a text without full stops."""


class AnalysedText:
    """An article's text with its tokens, its sentences and its quotation marks."""

    def __init__(self, text: str, quotes: Sequence[QuotedText]) -> None:
        self.text = text
        self.quotes = quotes
        self.tokens = [Token(*char_span(m), m.group(), m.group().lower()) for m in _TOKEN.finditer(text)]
        self._begins = [token.begin for token in self.tokens]
        self.sentences = list(_sentences(text, self.tokens, quotes))
        self._sentence_begins = [sentence.begin for sentence in self.sentences]
        self._quote_begins = [quoted.begin for quoted in quotes]
        self._outer = sorted(s for quoted in quotes if quoted.outer for s in quoted.spans)

    def token_range(self, begin: CharOffset, end: CharOffset) -> TokenRange:
        """Indices (half-open) of the tokens that begin within code points `begin` to `end`."""
        return TokenRange(first_from(self._begins, begin), first_from(self._begins, end))

    def quotes_from(self, begin: CharOffset, end: CharOffset) -> Sequence[QuotedText]:
        """The quotes that begin within code points `begin` to `end`, in text order."""
        return self.quotes[bisect_left(self._quote_begins, begin) : bisect_left(self._quote_begins, end)]

    def quoted_before(self, begin: CharOffset, end: CharOffset) -> Iterator[CharRange]:
        """Outer quoted ranges that begin before `end` and go on at `begin`, cut to both, the last first."""
        for index in range(bisect_left(self._outer, (end, 0)) - 1, -1, -1):
            first, last = self._outer[index]
            if last <= begin:
                return
            yield CharRange(max(first, begin), min(last, end))

    def quoted_at(self, position: CharOffset) -> CharRange | None:
        """The outer quoted range, with its marks, that `position` lies in."""
        before = bisect_right(self._outer, position, key=lambda span: span.begin)
        return self._outer[before - 1] if before and position < self._outer[before - 1].end else None

    def sentence_at(self, position: CharOffset) -> int:
        """The index of the sentence that `position` lies in, or that comes before it; 0 if none does."""
        return max(0, bisect_right(self._sentence_begins, position) - 1)


def _ends_sentence(tokens: Sequence[Token], index: TokenIndex, text: str) -> bool:
    """Whether the full stop at `index` ends a sentence, by its neighbours."""
    mark = tokens[index]
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if following is None or "\n" in text[mark.end : following.begin]:
        return True
    before = tokens[index - 1] if index and tokens[index - 1].end == mark.begin else None
    if mark.end == following.begin and following.text not in CLOSING_MARKS:
        forgotten_space = before is not None and before.text.islower() and len(before.text) > 3
        return following.capital and forgotten_space
    if mark.text != ".":
        return following.text not in {",", ";"} and not following.text[0].islower()
    if following.text[0].islower():
        return False
    return before is None or not _is_abbreviation(tokens, index - 1, following)


def _is_abbreviation(tokens: Sequence[Token], index: TokenIndex, following: Token) -> bool:
    """Whether the word at `index` has its full stop for itself: "Dr.", "a. D.", "3." before a month; not "auf X."."""
    word = tokens[index]
    if word.text.isdigit() and len(word.text) <= 3:
        counted = following.lower in MONTHS or following.lower in AFTER_ORDINAL
        return counted or (index > 0 and tokens[index - 1].lower in DETERMINERS | PREPOSITIONS)
    if word.text == "X" and index > 0 and tokens[index - 1].lower in BEFORE_X:
        return False
    return word.lower in ABBREVIATIONS or (len(word.text) == 1 and word.text.isalpha())


def _sentences(text: str, tokens: Sequence[Token], quotes: Sequence[QuotedText]) -> list[Sentence]:
    """Splits at full stops outside quotation marks, after quotes that end a sentence, and at line breaks."""
    inside: list[CharRange] = []
    for quoted in quotes:
        if quoted.outer:
            inside += quoted.spans
    found: list[Sentence] = []
    first = TokenIndex(0)
    paragraph = 0
    quote_index = 0
    for index, token in numbered_tokens(tokens):
        while quote_index < len(inside) and inside[quote_index][1] <= token.begin:
            quote_index += 1
        quote = inside[quote_index] if quote_index < len(inside) and inside[quote_index][0] <= token.begin else None
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        gap = text[token.end : following.begin] if following is not None else "\n"
        broken = "\n" in gap
        if quote is not None and token.end == quote[1]:
            closing = _ENDED.search(text, max(quote[0], token.begin - 4), token.begin) is not None
            begins = following is not None and (
                following.capital or following.text[0].isdigit() or following.text in OPENING_MARKS
            )
            stop = broken or (closing and begins)
        elif quote is not None:
            stop = broken or index - first >= _LONGEST_QUOTED
        else:
            ends = token.text in ".!?…..." and _ends_sentence(tokens, index, text)
            ends = ends or (token.text == ":" and index - first <= 2 and tokens[index - 1].text == "Uhr")
            stop = broken or ends or index - first >= _LONGEST
        if stop:
            found.append(Sentence(first, index + 1, tokens[first].begin, token.end, paragraph))
            first = index + 1
        if broken:
            paragraph += 1
    return found
