"""New versions of an article in which persons, places and bodies have other names, with all of its annotation.

A swap puts one word for another wherever it stands in the article: in every mention, in longer names that hold it, in
the table of chains. So what belonged together before still does. What could go wrong in the words (a place that takes
an article, a surname that is a common noun in the same article, a compound) keeps its name.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from pipeline.corpus.checks import LONGEST_MENTION
from pipeline.corpus.kinds import kind_of
from pipeline.corpus.model import (
    AnnotatedArticle,
    AnnotatedBlock,
    AnnotatedChain,
    AnnotatedMention,
    NoQuote,
    Part,
    Range,
)
from pipeline.corpus.new_names import NewNames
from pipeline.corpus.swap_terms import Term, folded_words, terms_for
from pipeline.spans import CharOffset, char_span


def swap(article: AnnotatedArticle, seed: int) -> AnnotatedArticle:
    """`article` with other names; the same seed gives the same names.

    Its id gets the seed behind it. Numbers, types, mentions and quotes stay as they are; offsets are those of the new
    text.

    Raises:
        LookupError: there are not names enough of a kind that the article needs.
    """
    names = NewNames(Random(f"{article.id} {seed}"), folded_words(article))
    terms: dict[str, Term] = {}
    for term in terms_for(article, names):
        terms.setdefault(term.old, term)
    accepted = _accepted(article, list(terms.values()))
    version = _apply(article, accepted)
    while too_long := _too_long(article, version):
        accepted = [term for term in accepted if not any(form in words for form in term.forms() for words in too_long)]
        version = _apply(article, accepted)
    key = f"{article.id}-{seed}"
    return replace(version, id=key, head={**version.head, "id": key})


def _too_long(article: AnnotatedArticle, version: AnnotatedArticle) -> list[str]:
    """The old words of mentions that only their new names make longer than a mention may be."""
    pairs = zip(article.mentions(), version.mentions(), strict=True)
    return [
        part.text[old.begin : old.end]
        for (part, old), (_, new) in pairs
        if new.end - new.begin > LONGEST_MENTION >= old.end - old.begin
    ]


@dataclass(frozen=True)
class _Edits:
    """Replacements in a text, in order and apart from each other, and what becomes of positions."""

    text: str
    ranges: list[Range] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def new_text(self) -> str:
        pieces, at = [], 0
        for (begin, end), word in zip(self.ranges, self.words, strict=True):
            pieces += [self.text[at:begin], word]
            at = end
        return "".join([*pieces, self.text[at:]])

    def moved(self, position: CharOffset) -> CharOffset:
        """Where a position of the old text that is inside of no replacement lies in the new one."""
        before = bisect_right(self.ranges, position, key=lambda span: span[1])
        return position + sum(
            len(word) - (end - begin)
            for (begin, end), word in zip(self.ranges[:before], self.words[:before], strict=True)
        )


class _Forms:
    """All forms of some terms; of two that begin at the same place the longer one is meant."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms: dict[str, Term] = {}
        self.new: dict[str, str] = {}
        for term in terms:
            self.terms |= dict.fromkeys(term.forms(), term)
            self.new |= term.forms()
        listed = "|".join(re.escape(form) for form in sorted(self.new, key=lambda form: (-len(form), form)))
        self._pattern = re.compile(rf"(?<![^\W_])(?:{listed})(?![^\W_])") if listed else None

    def edits(self, text: str) -> _Edits:
        """The replacements in `text`."""
        edits = _Edits(text)
        if self._pattern is not None:
            for match in self._pattern.finditer(text):
                edits.ranges.append(char_span(match))
                edits.words.append(self.new[match.group()])
        return edits


def _accepted(article: AnnotatedArticle, terms: list[Term]) -> list[Term]:
    """The terms that every one of their places allows; what falls away may change where the others stand."""
    while True:
        ambiguous = _ambiguous(terms)
        refused = ambiguous or set(_refused(article, terms))
        if not refused:
            return terms
        terms = [term for term in terms if term not in refused]


def _ambiguous(terms: Sequence[Term]) -> set[Term]:
    owners: dict[str, Term] = {}
    found: set[Term] = set()
    for term in terms:
        for form, new in term.forms().items():
            other = owners.setdefault(form, term)
            if other is not term and other.forms()[form] != new:
                found |= {term, other}
    return found


def _refused(article: AnnotatedArticle, terms: Sequence[Term]) -> Iterator[Term]:
    """Terms that stand outside of the mentions whose names they are part of, across a bound, in a role, or nowhere."""
    forms = _Forms(terms)
    by_form = forms.terms
    holders: dict[Term, set[str]] = {term: set() for term in terms}
    for key, chain in article.chains.items():
        for name in (chain.name, *chain.aliases):
            for begin, end in forms.edits(name).ranges:
                holders[by_form[name[begin:end]]].add(key)
        for role in chain.roles:
            for begin, end in forms.edits(role).ranges:
                if not by_form[role[begin:end]].belonging:
                    yield by_form[role[begin:end]]
    seen: set[Term] = set()
    for part in article.parts:
        bounds = {bound for begin, end in _annotated(part) for bound in (begin, end)}
        for begin, end in forms.edits(part.text).ranges:
            words = part.text[begin:end]
            term = by_form[words]
            belongs = words.casefold() in {word.casefold() for word, _ in term.belonging}
            if not belongs:
                seen.add(term)
            inside = any(m.begin <= begin and end <= m.end for m in part.mentions if m.chain in holders[term])
            if not (belongs or inside or part.name == "byline") or any(begin < bound < end for bound in bounds):
                yield term
    yield from (term for term in terms if term not in seen)


def _annotated(part: Part) -> Iterator[Range]:
    for mention in part.mentions:
        yield mention.begin, mention.end
    for quote in part.quotes:
        yield from quote.spans
        yield from quote.cue
    for none in part.none:
        yield none.begin, none.end


def _apply(article: AnnotatedArticle, terms: Sequence[Term]) -> AnnotatedArticle:
    forms = _Forms(terms)
    chains = {key: _renamed(chain, forms) for key, chain in article.chains.items()}
    parts = tuple(_rewritten(part, chains, forms.edits(part.text)) for part in article.parts)
    return replace(article, chains=chains, parts=parts)


def _renamed(chain: AnnotatedChain, forms: _Forms) -> AnnotatedChain:
    def new(text: str) -> str:
        return forms.edits(text).new_text()

    name = new(chain.name)
    swapped = ((alias, new(alias)) for alias in chain.aliases)
    aliases = tuple(dict.fromkeys(now for old, now in swapped if now != name or old == chain.name))
    roles, affiliations = tuple(map(new, chain.roles)), tuple(map(new, chain.affiliations))
    return replace(chain, name=name, aliases=aliases, roles=roles, affiliations=affiliations)


def _rewritten(part: Part, chains: dict[str, AnnotatedChain], edits: _Edits) -> Part:
    text, at = edits.new_text(), edits.moved

    def moved(spans: Iterable[Range]) -> tuple[Range, ...]:
        return tuple((at(begin), at(end)) for begin, end in spans)

    def mention(old: AnnotatedMention) -> AnnotatedMention:
        begin, end = at(old.begin), at(old.end)
        stated = kind_of(text[begin:end], chains[old.chain]) != old.kind
        return replace(old, begin=begin, end=end, stated=stated)

    return replace(
        part,
        text=text,
        mentions=tuple(mention(old) for old in part.mentions),
        quotes=tuple(replace(quote, spans=moved(quote.spans), cue=moved(quote.cue)) for quote in part.quotes),
        none=tuple(NoQuote(at(none.begin), at(none.end), none.why) for none in part.none),
        blocks=tuple(AnnotatedBlock(at(block.begin), at(block.end), block.kind) for block in part.blocks),
        lines=tuple((at(begin), line) for begin, line in part.lines),
    )
