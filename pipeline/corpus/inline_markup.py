"""The markup within the text of an annotated article: mentions, quotes, cues, and what only looks like a quote."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from pipeline.corpus.kinds import kind_of
from pipeline.corpus.model import (
    AnnotatedBlock,
    AnnotatedBlockKind,
    AnnotatedChain,
    AnnotatedMention,
    AnnotatedQuote,
    NoQuote,
    Part,
    PartName,
    Range,
)
from pipeline.spans import CharOffset
from schemas.records import Medium, MentionKind, QuoteType

TYPES: dict[str, QuoteType] = {
    "D": "Direct",
    "I": "Indirect",
    "IFI": "IndirectFreeIndirect",
    "FI": "FreeIndirect",
    "R": "Reported",
}
MEDIA: dict[str, Medium] = {"W": "Writing", "T": "Thought", "SW": "SW", "ST": "ST", "TW": "TW", "S": "Speech"}
KINDS: dict[str, MentionKind] = {"n": "name", "m": "nominal", "p": "pronoun"}
_TAG = re.compile(r"<(?P<name>[qcn]) (?P<rest>[^<>\n]*)>|</(?P<close>[qcn])>")
_KEY = re.compile(r"\|(?P<key>[a-z][a-z0-9]*)(?P<rest>(?: [^\]\[<|]*)?)\]")
_NUMBER = re.compile(r"[0-9]{1,9}")
ESCAPED = "[]<>|\\"


class MarkupError(ValueError):
    """A file that cannot be read; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


@dataclass
class _OpenMention:
    begin: CharOffset
    line: int


@dataclass
class _OpenTag:
    name: str
    begin: CharOffset
    line: int
    number: int = 0
    why: str = ""


@dataclass
class _OpenQuote:
    type: QuoteType
    medium: Medium
    speakers: tuple[str, ...]
    spans: list[Range] = field(default_factory=list)


class PartReader:
    """Takes the markup out of one part's lines."""

    def __init__(self, name: PartName, chains: dict[str, AnnotatedChain]) -> None:
        self.name: PartName = name
        self.chains = chains
        self.text = ""
        self._open: list[_OpenMention | _OpenTag] = []
        self._mentions: list[AnnotatedMention] = []
        self._quotes: dict[int, _OpenQuote] = {}
        self._cues: dict[int, list[Range]] = defaultdict(list)
        self._none: list[NoQuote] = []
        self._blocks: list[AnnotatedBlock] = []
        self._lines: list[tuple[CharOffset, int]] = []
        self._block: tuple[CharOffset, AnnotatedBlockKind] = (CharOffset(0), "paragraph")

    @property
    def _end(self) -> CharOffset:
        """Where what is read next begins in the text."""
        return CharOffset(len(self.text))

    def begin_block(self, kind: AnnotatedBlockKind, *, glued: bool) -> None:
        if self.text:
            self.text += "\n" if glued else "\n\n"
        self._block = (self._end, kind)

    def end_block(self) -> None:
        begin, kind = self._block
        self._blocks.append(AnnotatedBlock(begin, self._end, kind))

    def read(self, line: str, number: int) -> None:
        line = line.rstrip()
        self._lines.append((self._end, number))
        at = 0
        while at < len(line):
            sign = line[at]
            if sign == "\\" and at + 1 < len(line) and line[at + 1] in ESCAPED:
                self.text += line[at + 1]
                at += 2
            elif sign == "[":
                self._open.append(_OpenMention(self._end, number))
                at += 1
            elif sign == "|":
                at = self._close_mention(line, at, number)
            elif sign == "<":
                at = self._tag(line, at, number)
            elif sign in "]>":
                raise MarkupError(number, f"a {sign!r} that closes nothing; in the text it is written \\{sign}")
            else:
                self.text += sign
                at += 1

    def finish(self) -> None:
        if self._open:
            left = self._open[-1]
            what = "mention" if isinstance(left, _OpenMention) else f"<{left.name}>"
            raise MarkupError(left.line, f"a {what} is opened here and never closed")

    def _close_mention(self, line: str, at: int, number: int) -> int:
        match = _KEY.match(line, at)
        if match is None:
            raise MarkupError(number, f"a mention ends in |key], here stands {line[at : at + 12]!r}")
        opened = self._open.pop() if self._open else None
        if not isinstance(opened, _OpenMention):
            raise MarkupError(
                number, f"the mention of {match['key']!r} ends here, but it does not begin within the same tag"
            )
        chain = self.chains.get(match["key"])
        if chain is None:
            raise MarkupError(number, f"there is no chain {match['key']!r} in the table")
        speaks: list[int] = []
        hears: list[int] = []
        kind: MentionKind | None = None
        for word in match["rest"].split():
            if word[0] in "@>" and _NUMBER.fullmatch(word[1:]):
                (speaks if word[0] == "@" else hears).append(int(word[1:]))
            elif word in KINDS:
                kind = KINDS[word]
            else:
                raise MarkupError(
                    number, f"{word!r} after a mention's key: only @NUMBER, >NUMBER, n, m or p can stand there"
                )
        words = self.text[opened.begin :]
        if not words.strip():
            raise MarkupError(number, "a mention without words")
        usual_kind = kind_of(words, chain)
        self._mentions.append(
            AnnotatedMention(
                opened.begin,
                self._end,
                chain.key,
                kind or usual_kind,
                tuple(speaks),
                tuple(hears),
                kind not in {None, usual_kind},
            )
        )
        return match.end()

    def _tag(self, line: str, at: int, number: int) -> int:
        match = _TAG.match(line, at)
        if match is None:
            # An addressee's sign inside of a mention's key is read with the key; here "<" begins a tag or is escaped.
            raise MarkupError(number, f"no tag: {line[at : at + 20]!r}; the tags are <q …>, <c N> and <n WHY>")
        if match["close"]:
            self._close_tag(match["close"], number)
            return match.end()
        words = match["rest"].split()
        tag = _OpenTag(match["name"], self._end, number)
        if tag.name == "n":
            tag.why = " ".join(words)
        else:
            if not words or not _NUMBER.fullmatch(words[0]):
                raise MarkupError(number, f"<{tag.name}> without a number")
            tag.number = int(words[0])
            if tag.name == "q":
                self._begin_quote(tag.number, words[1:], number)
        self._open.append(tag)
        return match.end()

    def _begin_quote(self, quote: int, words: list[str], number: int) -> None:
        if not words:
            if quote not in self._quotes:
                raise MarkupError(number, f"the first span of quote {quote} carries its type and speaker")
            return
        if quote in self._quotes:
            raise MarkupError(number, f"there is a quote {quote} already; a further span is <q {quote}>")
        if words[0] not in TYPES:
            raise MarkupError(number, f"{words[0]!r} is no type of quote; the types are {', '.join(TYPES)}")
        if len(words) < 2:
            raise MarkupError(number, f"quote {quote} has no speaker: a chain's key, or -")
        speakers = () if words[1] == "-" else tuple(words[1].split("+"))
        for key in speakers:
            if key not in self.chains:
                raise MarkupError(number, f"the speaker of quote {quote}, {key!r}, is not in the table")
        if len(words) > 2 and words[2] not in MEDIA:
            raise MarkupError(number, f"{words[2]!r} is no medium; the media are {', '.join(MEDIA)}")
        medium = MEDIA[words[2]] if len(words) > 2 else "Speech"
        self._quotes[quote] = _OpenQuote(TYPES[words[0]], medium, speakers)

    def _close_tag(self, name: str, number: int) -> None:
        opened = self._open.pop() if self._open else None
        if not isinstance(opened, _OpenTag) or opened.name != name:
            raise MarkupError(number, f"</{name}> closes something else than <{name}>: what opens first closes last")
        begin, end = opened.begin, self._end
        if begin == end:
            raise MarkupError(number, f"an empty <{name}>")
        if name == "q":
            self._quotes[opened.number].spans.append((begin, end))
        elif name == "c":
            self._cues[opened.number].append((begin, end))
        else:
            self._none.append(NoQuote(begin, end, opened.why))

    def part(self) -> Part:
        quotes = [
            AnnotatedQuote(
                number, q.type, q.medium, tuple(sorted(q.spans)), q.speakers, tuple(self._cues.get(number, ()))
            )
            for number, q in self._quotes.items()
        ]
        for number, ranges in self._cues.items():
            if number not in self._quotes:
                line = Part(self.name, self.text, lines=tuple(self._lines)).line_at(ranges[0][0])
                raise MarkupError(line, f"a cue of quote {number}, which is not there")
        return Part(
            self.name,
            self.text,
            tuple(sorted(self._mentions, key=lambda mention: (mention.begin, -mention.end))),
            tuple(sorted(quotes, key=lambda quote: (quote.spans[0][0], -quote.spans[-1][1]))),
            tuple(sorted(self._none, key=lambda none: none.begin)),
            tuple(self._blocks),
            tuple(self._lines),
        )
