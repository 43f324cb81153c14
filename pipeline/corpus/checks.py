"""The checks of annotated articles: each mistake with the line where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from pipeline.corpus.data import tables
from pipeline.corpus.kinds import FEMININE, MASCULINE
from pipeline.corpus.model import AnnotatedArticle, AnnotatedChain, AnnotatedMention, Part
from pipeline.spans import CharOffset, char_span

REQUIRED = ("id", "genre", "region", "subject")
OPTIONAL = ("difficulty", "source")
CLOSED = {"genre": "genres", "region": "regions", "difficulty": "difficulties"}
"""Keys of written articles' heads whose values are those of a list in heads.toml."""
WHY = ("title", "scare", "term", "unreal", "purpose")
"""What `<n …>` can say."""
OPENING = '„“”‚‘’»«›‹"'
_QUOTED = re.compile(r"„[^„“”]*[“”]|»[^»«]*«|«[^«»]*»|\"[^\"\n]*\"|‚[^‚‘\n]*‘|›[^›‹\n]*‹|‹[^‹›\n]*›")
_PAIRS = (("„", "“”"), ("»", "«"), ("‚", "‘"), ("›", "‹"))
_HIS_TITLE, _HER_TITLE = re.compile(r"\bHerrn? (?:Dr\. |Prof\. )*$"), re.compile(r"\bFrau (?:Dr\. |Prof\. )*$")
_HER_ROLE = re.compile(r"(?:die|der|eine|einer|diese|dieser) (?:\w+[en] )?\w+(?:er|or|ist|ent|ant|loge|log|iat)in\b")
LONGEST_MENTION = 200
"""Characters; a longer one is taken for one that was not closed."""
_SPEECHLESS = ("interview", "ticker", "protocol")


@dataclass(frozen=True)
class AnnotationMistake:
    """One mistake; `line` counts the file's lines from 1."""

    line: int
    message: str


def check(article: AnnotatedArticle) -> list[AnnotationMistake]:
    """Everything that is wrong in `article`, in the order of its lines.

    Real text may have lost its quotation marks or be cut off: with `source: real` in the head they may be missing.
    """
    found = [*_head(article), *_chains(article)]
    for part in article.parts:
        found += _pointers(article, part)
        found += _quotes(article, part)
        found += _marks(part, real=article.head.get("source") == "real")
    found += _names(article)
    return sorted(found, key=lambda problem: problem.line)


def _head(article: AnnotatedArticle) -> Iterator[AnnotationMistake]:
    for key in REQUIRED:
        if not article.head.get(key):
            yield AnnotationMistake(1, f"the head has no {key}")
    for key in article.head.keys() - {*REQUIRED, *OPTIONAL}:
        yield AnnotationMistake(1, f"the head knows no {key!r}; it has {', '.join((*REQUIRED, *OPTIONAL))}")
    source = article.head.get("source")
    if source == "real":
        return
    if source is not None:
        yield AnnotationMistake(1, f"the source can only be 'real', or is left out; here stands {source!r}")
    for key, name in CLOSED.items():
        value, known = article.head.get(key), tables("heads")[name]
        if value and value not in known:
            yield AnnotationMistake(1, f"{value!r} is none of the guideline's {name}")


def _chains(article: AnnotatedArticle) -> Iterator[AnnotationMistake]:
    texts: dict[str, list[str]] = {key: [] for key in article.chains}
    for part, mention in article.mentions():
        words = part.text[mention.begin : mention.end]
        texts[mention.chain].append(words)
        chain = article.chains[mention.chain]
        if contradicts(chain, mention, part.text):
            yield AnnotationMistake(
                part.line_at(mention.begin), f"{words!r} cannot mean {chain.name}, gender {chain.gender}"
            )
        if mention.end - mention.begin > LONGEST_MENTION:
            yield AnnotationMistake(
                part.line_at(mention.begin),
                f"a mention of {mention.end - mention.begin} characters: is it closed where it should be?",
            )
    whole = " ".join(part.text for part in article.parts)
    for key, chain in article.chains.items():
        if not texts[key] and not any(key in quote.speakers for part in article.parts for quote in part.quotes):
            yield AnnotationMistake(1, f"the chain {key!r} ({chain.name}) has no mention")
        elif chain.named:
            for name in (chain.name, *chain.aliases):
                if not _has_name(whole, name):
                    yield AnnotationMistake(1, f"the name {name!r} of {key!r} stands nowhere in the article")


def contradicts(chain: AnnotatedChain, mention: AnnotatedMention, text: str) -> bool:
    """Whether a mention's words, or the title before them, say that a person has another gender than the table does.

    A capital "Sie" or "Ihr" may be the polite form, "Er" may not.
    """
    words, before = text[mention.begin : mention.end], text[: mention.begin]
    if chain.gender == "f":
        return (mention.kind == "pronoun" and words.casefold() in MASCULINE) or (
            mention.kind == "name" and _HIS_TITLE.search(before) is not None
        )
    if chain.gender == "m":
        return (
            (mention.kind == "pronoun" and words in FEMININE)
            or (mention.kind == "nominal" and _HER_ROLE.match(words) is not None)
            or (mention.kind == "name" and _HER_TITLE.search(before) is not None)
        )
    return False


def _has_name(text: str, name: str) -> bool:
    words = [word for word in re.findall(r"[^\W_]+", name) if len(word) > 1]
    return all(word[: max(3, len(word) - 2)].casefold() in text.casefold() for word in words)


def _pointers(article: AnnotatedArticle, part: Part) -> Iterator[AnnotationMistake]:
    """Numbers of quotes that stand twice, and mentions that point to quotes that are not there or another's."""
    quotes = {quote.number: quote for each in article.parts for quote in each.quotes}
    for quote in part.quotes:
        if quotes[quote.number] is not quote:
            yield AnnotationMistake(
                part.line_at(quote.spans[0][0]), f"a quote {quote.number} stands in another part as well"
            )
    for outer, inner in pairwise(part.mentions):
        if (outer.begin, outer.end, outer.chain) == (inner.begin, inner.end, inner.chain):
            yield AnnotationMistake(part.line_at(outer.begin), f"the same mention of {outer.chain!r} twice")
    for mention in part.mentions:
        for number in (*mention.speaks, *mention.hears):
            if number not in quotes:
                yield AnnotationMistake(
                    part.line_at(mention.begin), f"the mention speaks or hears in quote {number}, which is not there"
                )
        for number in mention.speaks:
            pointed = quotes.get(number)
            if pointed is not None and mention.chain not in pointed.speakers:
                speakers = "+".join(pointed.speakers) or "-"
                yield AnnotationMistake(
                    part.line_at(mention.begin),
                    f"@{number} stands at {mention.chain!r}, but quote {number} has the speaker {speakers}",
                )


def _quotes(article: AnnotatedArticle, part: Part) -> Iterator[AnnotationMistake]:
    genre, source = article.head.get("genre", "").lower(), article.head.get("source")
    free = source == "real" or any(word in genre for word in _SPEECHLESS)
    blocks = [block for block in part.blocks if block.kind == "quote"]
    for quote in part.quotes:
        begin = quote.spans[0][0]
        if quote.type == "Direct" and not free and part.name == "body":
            marked = any(
                sign in OPENING for span in quote.spans for sign in (part.text[span[0]], part.text[span[1] - 1])
            )
            if not marked and not any(block.begin <= begin < block.end for block in blocks):
                yield AnnotationMistake(
                    part.line_at(begin),
                    f"quote {quote.number} is direct, but neither begins nor ends with a quotation mark",
                )
        for span_begin, span_end in quote.spans:
            words = part.text[span_begin:span_end]
            if words != words.strip():
                yield AnnotationMistake(part.line_at(span_begin), f"quote {quote.number} begins or ends with a space")
            if quote.type == "Indirect" and words.endswith((".", ",")) and not words.endswith("..."):
                yield AnnotationMistake(
                    part.line_at(span_begin),
                    f"quote {quote.number} is indirect and ends with {words[-1]!r}: leave it outside",
                )


def _marks(part: Part, *, real: bool) -> Iterator[AnnotationMistake]:
    annotated = [(begin, end) for quote in part.quotes if quote.type == "Direct" for begin, end in quote.spans]
    annotated += [(none.begin, none.end) for none in part.none]
    if part.name == "byline":
        return
    for match in _QUOTED.finditer(part.text):
        if not any(begin <= match.start() < end or match.start() <= begin < match.end() for begin, end in annotated):
            yield AnnotationMistake(
                part.line_at(char_span(match)[0]),
                f"quotation marks that are neither <q … D> nor <n>: {match.group()[:40]}",
            )
    for none in part.none:
        if none.why not in WHY:
            yield AnnotationMistake(part.line_at(none.begin), f"<n {none.why}>: it says one of {', '.join(WHY)}")
    if real:
        return
    for opening, closing in _PAIRS:
        opened = part.text.count(opening)
        closed = sum(part.text.count(sign) for sign in closing)
        if opened != closed:
            first = min(at for at in map(part.text.find, opening + closing) if at >= 0)
            yield AnnotationMistake(
                part.line_at(CharOffset(first)), f"{opened} {opening} and {closed} {closing[0]} in the {part.name}"
            )
    if part.text.count('"') % 2:
        yield AnnotationMistake(part.line_at(CharOffset(part.text.find('"'))), f'an odd number of " in the {part.name}')


def _names(article: AnnotatedArticle) -> Iterator[AnnotationMistake]:
    """Names that are marked in one place and not in another, where they may have a genitive's s."""
    marked: dict[str, str] = {}
    for part, mention in article.mentions():
        words = part.text[mention.begin : mention.end]
        if mention.kind == "name" and len(words) > 2 and words[0].isupper():
            marked[words] = mention.chain
            marked.setdefault(f"{words}s", mention.chain)
    for key, chain in article.chains.items():
        for name in (chain.name, *chain.aliases):
            if chain.named and len(name) > 2 and name[0].isupper():
                marked.setdefault(name, key)
    if not marked:
        return
    pattern = re.compile(
        r"(?<![\w-])(?:" + "|".join(sorted(map(re.escape, marked), key=len, reverse=True)) + r")(?![\w])"
    )
    for part in article.parts:
        if part.name == "byline":
            continue
        covered = [(m.begin, m.end) for m in part.mentions]
        for match in pattern.finditer(part.text):
            if not any(_overlap(match, begin, end) for begin, end in covered):
                yield AnnotationMistake(
                    part.line_at(char_span(match)[0]),
                    f"{match.group()!r} is marked elsewhere as {marked[match.group()]!r}, here it is not",
                )


def _overlap(match: re.Match[str], begin: CharOffset, end: CharOffset) -> bool:
    return begin < match.end() and match.start() < end
