"""What no annotator may do, found with the line where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.corpus.kinds import FEMININE, MASCULINE
from pipeline.corpus.model import Article, Mention, Part

REQUIRED = ("id", "genre", "region", "subject")
OPENING = '„“”‚‘’»«›‹"'
_QUOTED = re.compile(r"„[^„“”]*[“”]|»[^»«]*«|«[^«»]*»|\"[^\"\n]*\"")
_SPEECHLESS = ("interview", "ticker", "protocol")


@dataclass(frozen=True)
class Problem:
    """One mistake; `line` counts the file's lines from 1."""

    line: int
    message: str


def check(article: Article) -> list[Problem]:
    """Everything that is wrong in `article`, in the order of its lines."""
    found = [*_head(article), *_chains(article)]
    for part in article.parts:
        found += _quotes(article, part)
        found += _marks(part)
    found += _names(article)
    return sorted(found, key=lambda problem: problem.line)


def _head(article: Article) -> Iterator[Problem]:
    for key in REQUIRED:
        if not article.head.get(key):
            yield Problem(1, f"the head has no {key}")


def _chains(article: Article) -> Iterator[Problem]:
    texts: dict[str, list[str]] = {key: [] for key in article.chains}
    for part, mention in article.mentions():
        words = part.text[mention.begin : mention.end]
        texts[mention.chain].append(words)
        chain = article.chains[mention.chain]
        if mention.kind == "pronoun" and chain.type == "PER":
            wrong = MASCULINE if chain.gender == "f" else FEMININE if chain.gender == "m" else frozenset()
            if words.casefold() in wrong and words[0].islower():
                yield Problem(part.line_at(mention.begin), f"{words!r} cannot mean {chain.name}, gender {chain.gender}")
        if mention.end - mention.begin > 200:
            yield Problem(
                part.line_at(mention.begin),
                f"a mention of {mention.end - mention.begin} characters: is it closed where it should be?",
            )
    whole = " ".join(part.text for part in article.parts)
    for key, chain in article.chains.items():
        if not texts[key] and not any(key in quote.speakers for part in article.parts for quote in part.quotes):
            yield Problem(1, f"the chain {key!r} ({chain.name}) has no mention")
        elif chain.named and not any(_has_name(whole, name) for name in (chain.name, *chain.aliases)):
            yield Problem(1, f"the name {chain.name!r} of {key!r} stands nowhere in the article")


def _has_name(text: str, name: str) -> bool:
    words = [word for word in re.findall(r"[^\W_]+", name) if len(word) > 1]
    return all(word[: max(3, len(word) - 2)].casefold() in text.casefold() for word in words)


def _quotes(article: Article, part: Part) -> Iterator[Problem]:
    quotes = {quote.number: quote for each in article.parts for quote in each.quotes}
    for mention in part.mentions:
        for number in (*mention.speaks, *mention.hears):
            if number not in quotes:
                yield Problem(
                    part.line_at(mention.begin), f"the mention speaks or hears in quote {number}, which is not there"
                )
        for number in mention.speaks:
            quote = quotes.get(number)
            if quote is not None and mention.chain not in quote.speakers:
                yield Problem(
                    part.line_at(mention.begin),
                    f"@{number} stands at {mention.chain!r}, but quote {number} has the speaker {'+'.join(quote.speakers) or '-'}",
                )
    free = any(word in article.head.get("genre", "").lower() for word in _SPEECHLESS)
    blocks = [block for block in part.blocks if block.kind == "quote"]
    for quote in part.quotes:
        begin = quote.spans[0][0]
        if quote.type == "Direct" and not free and part.name == "body":
            marked = any(
                sign in OPENING for span in quote.spans for sign in (part.text[span[0]], part.text[span[1] - 1])
            )
            if not marked and not any(block.begin <= begin < block.end for block in blocks):
                yield Problem(
                    part.line_at(begin),
                    f"quote {quote.number} is direct, but neither begins nor ends with a quotation mark",
                )
        for span_begin, span_end in quote.spans:
            words = part.text[span_begin:span_end]
            if words != words.strip():
                yield Problem(part.line_at(span_begin), f"quote {quote.number} begins or ends with a space")
            if quote.type == "Indirect" and words.endswith((".", ",")) and not words.endswith("..."):
                yield Problem(
                    part.line_at(span_begin),
                    f"quote {quote.number} is indirect and ends with {words[-1]!r}: leave it outside",
                )


def _marks(part: Part) -> Iterator[Problem]:
    annotated = [(begin, end) for quote in part.quotes if quote.type == "Direct" for begin, end in quote.spans]
    annotated += [(none.begin, none.end) for none in part.none]
    if part.name == "byline":
        return
    for match in _QUOTED.finditer(part.text):
        if not any(begin <= match.start() < end or match.start() <= begin < match.end() for begin, end in annotated):
            yield Problem(
                part.line_at(match.start()), f"quotation marks that are neither <q … D> nor <n>: {match.group()[:40]}"
            )
    for opening, closing in (("„", "“”"), ("»", "«")):
        opened = part.text.count(opening)
        closed = sum(part.text.count(sign) for sign in closing)
        if (
            opened != closed
            and opening in part.text
            and not (opening == "»" and "«" in part.text[: part.text.find("»")])
        ):
            yield Problem(
                part.line_at(part.text.find(opening)),
                f"{opened} {opening} and {closed} {closing[0]} in the {part.name}",
            )


def _names(article: Article) -> Iterator[Problem]:
    """Names that are marked in one place and not in another."""
    marked: dict[str, str] = {}
    for part, mention in article.mentions():
        words = part.text[mention.begin : mention.end]
        if mention.kind == "name" and len(words) > 2 and words[0].isupper():
            marked[words] = mention.chain
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
                yield Problem(
                    part.line_at(match.start()),
                    f"{match.group()!r} is marked elsewhere as {marked[match.group()]!r}, here it is not",
                )


def _overlap(match: re.Match[str], begin: int, end: int) -> bool:
    return begin < match.end() and match.start() < end


def mentions_by_chain(article: Article) -> dict[str, list[tuple[Part, Mention]]]:
    """The mentions of every chain."""
    found: dict[str, list[tuple[Part, Mention]]] = {key: [] for key in article.chains}
    for part, mention in article.mentions():
        found[mention.chain].append((part, mention))
    return found
