"""An annotated article as its file: what `pipeline.corpus.markup` reads, without loss."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pipeline.corpus.inline_markup import ESCAPED, KINDS, MEDIA, TYPES
from pipeline.corpus.markup import FURNITURE
from pipeline.corpus.model import AnnotatedArticle, AnnotatedChain, Part

_TYPE_LETTERS = {name: letters for letters, name in TYPES.items()}
_MEDIUM_LETTERS = {name: letters for letters, name in MEDIA.items()}
_KIND_LETTERS = {name: letter for letter, name in KINDS.items()}
_FURNITURE_LETTERS = {name: letter for letter, name in FURNITURE.items()}
_BLOCK_SIGNS = {"paragraph": "", "heading": "## ", "list": "- ", "quote": "> "}


def write_article(article: AnnotatedArticle) -> str:
    """The file's content; reading it gives an equal article, but for the numbers of lines."""
    lines = [f"{key}: {value}" for key, value in article.head.items()]
    lines.append("")
    lines += [_chain_line(chain) for chain in article.chains.values()]
    lines.append("")
    for part in article.parts:
        if part.name != "body":
            lines.append(f"{_FURNITURE_LETTERS[part.name]}: {_marked(part, 0, len(part.text))}")
    body = article.body
    before = 0
    for block in body.blocks:
        glued = before and body.text[before : block.begin] == "\n"
        if not glued:
            lines.append("")
        lines.append(_BLOCK_SIGNS[block.kind] + _marked(body, block.begin, block.end))
        before = block.end
    return "\n".join(lines) + "\n"


def _chain_line(chain: AnnotatedChain) -> str:
    unnamed = not chain.named and chain.type not in {"GRP", "THG"}
    name = ("*" if unnamed or chain.type in {"GRP", "THG"} else "") + chain.name
    if chain.aliases:
        name += " = " + ", ".join(chain.aliases)
    roles, affiliations = "; ".join(chain.roles), "; ".join(chain.affiliations)
    return " | ".join([chain.key, chain.type, chain.gender, name, roles, affiliations])


def _marked(part: Part, begin: int, end: int) -> str:
    """The text of a part from `begin` to `end` with its markup."""
    opening: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    closing: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for order, (first, last, before, after) in enumerate(_elements(part)):
        if begin <= first < end:
            opening[first].append((-last, order, before))
        if begin < last <= end:
            closing[last].append((-first, -order, after))
    pieces = []
    for position in range(begin, end + 1):
        pieces += [sign for _, _, sign in sorted(closing[position])]
        pieces += [sign for _, _, sign in sorted(opening[position])]
        if position < end:
            sign = part.text[position]
            pieces.append(f"\\{sign}" if sign in ESCAPED else sign)
    return "".join(pieces)


def _elements(part: Part) -> Iterator[tuple[int, int, str, str]]:
    """What is marked: begin, end, the sign before and the sign behind; of equal ones the outer one first."""
    for none in part.none:
        yield none.begin, none.end, f"<n {none.why}>", "</n>"
    for quote in part.quotes:
        speakers = "+".join(quote.speakers) or "-"
        medium = "" if quote.medium == "Speech" else f" {_MEDIUM_LETTERS[quote.medium]}"
        for number, (begin, end) in enumerate(quote.spans):
            first = f" {_TYPE_LETTERS[quote.type]} {speakers}{medium}" if not number else ""
            yield begin, end, f"<q {quote.number}{first}>", "</q>"
    for quote in part.quotes:
        for begin, end in quote.cue:
            yield begin, end, f"<c {quote.number}>", "</c>"
    for mention in reversed(part.mentions):  # of equal ones the inner one was read first
        words = [mention.chain]
        words += [f"@{number}" for number in mention.speaks]
        words += [f">{number}" for number in mention.hears]
        words += [_KIND_LETTERS[mention.kind]] if mention.stated else []
        yield mention.begin, mention.end, "[", f"|{' '.join(words)}]"
