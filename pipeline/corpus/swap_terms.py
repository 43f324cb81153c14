"""Which names of an article get another one when it is swapped, and in which forms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from pipeline.corpus.data import tables, words_beside_names
from pipeline.corpus.model import AnnotatedArticle, AnnotatedChain
from pipeline.corpus.new_names import SIBILANTS, NewNames, adjectives, genitive, given_names
from pipeline.entities.data import FOLDER as ENTITY_DATA

_WORD = re.compile(r"[^\W_]+")
_LETTER = re.compile(r"[^\W\d_]")
_PLURAL_BEFORE = r"\b(?:die|der|den|beiden|Familie|Eheleute|Geschwister|Ehepaar|Brüder|Schwestern)\s+"
_TAIL = re.compile(r".+? (?P<tail>(?P<word>für|der) [^\W\d_a-zäöü].*)")


@dataclass(frozen=True)
class Term:
    """A name, or a word of names, and the one that takes its place.

    Attributes:
        belonging: the words for who or what belongs to a town, and the new town's.
        declined: whether it takes a genitive of its own.
    """

    old: str
    new: str
    belonging: tuple[tuple[str, str], ...] = ()
    declined: bool = True

    def forms(self) -> dict[str, str]:
        """The new form by the old one, also in capitals."""
        forms = {self.old: self.new}
        if self.declined:
            forms |= {genitive(self.old): genitive(self.new)}
            if self.old.endswith(SIBILANTS):
                forms |= {f"{self.old}'": genitive(self.new)}
        forms |= dict(self.belonging)
        return {old.upper(): new.upper() for old, new in forms.items() if len(old) > 3} | forms


def terms_for(article: AnnotatedArticle, names: NewNames) -> Iterator[Term]:
    """What could be put for the names of an article's places, bodies and persons."""
    yield from _places(article, names)
    yield from _bodies(article, names)
    yield from _persons(article, names)


def folded_words(article: AnnotatedArticle) -> set[str]:
    """All words of an article and of its table of chains, folded."""
    texts = [part.text for part in article.parts]
    texts += [text for chain in article.chains.values() for text in _strings(chain)]
    return {word.casefold() for text in texts for word in (*_WORD.findall(text), *text.split())}


def _strings(chain: AnnotatedChain) -> tuple[str, ...]:
    return (chain.name, *chain.aliases, *chain.roles, *chain.affiliations)


def _persons(article: AnnotatedArticle, names: NewNames) -> Iterator[Term]:
    kept = words_beside_names("kept")
    texts = "\n".join(part.text for part in article.parts)
    for chain in article.chains.values():
        if chain.type != "PER" or not chain.named:
            continue
        origin = names.origin()
        spoken = {part.text[m.begin : m.end] for part, m in article.mentions() if m.chain == chain.key}
        for name in (chain.name, *chain.aliases):
            words = name.split()
            family_first = words[0] in spoken and words[-1] not in spoken and words[0] not in _listed()
            for at, word in enumerate(words):
                if word in kept or len(word) < 3 or word[0].islower() or not word.replace("-", "").isalpha():
                    continue
                last = at == len(words) - 1
                if len(words) == 1:
                    given = word in _listed() and chain.name.split()[-1] != word
                elif family_first:
                    given = last
                else:
                    given = at == 0 or (not last and word in _listed())
                plural = re.search(f"{_PLURAL_BEFORE}{re.escape(word)}s\\b", texts) is not None
                new = names.given(chain.gender, origin) if given else names.family(origin, plural=plural)
                yield Term(word, new)


@cache
def _listed() -> frozenset[str]:
    return frozenset(name for names in given_names().values() for name in names)


def _places(article: AnnotatedArticle, names: NewNames) -> Iterator[Term]:
    words = folded_words(article)
    for chain in article.chains.values():
        if chain.type != "LOC" or not chain.named:
            continue
        group = next((g for g, listed in tables("names")["countries"].items() if chain.name in listed.split()), None)
        if group is not None:
            folded = _unaccented(chain.name)
            stems = {folded[: max(4, len(folded) - 3)], *map(_unaccented, _known_places().get(chain.name, ()))}
            forms = {_unaccented(form) for form in Term(chain.name, chain.name).forms()}
            if not any(_unaccented(word).startswith(tuple(stems)) and _unaccented(word) not in forms for word in words):
                with suppress(LookupError):
                    yield Term(chain.name, names.country(group))
        elif _like_a_town(article, chain):
            yield from _town(chain.name, names, words, chain.aliases)


def _town(name: str, names: NewNames, words: set[str], aliases: Sequence[str] = ()) -> Iterator[Term]:
    """A town, unless the article has words made of its name of which one does not know what the new town's are."""
    short = name.split(maxsplit=1)[0]
    if any(alias != short for alias in aliases):
        return
    belonging = {adjectives().get(name, f"{name}er"), f"{name}er", re.sub(r"e[nl]?$", "", name) + "er", f"{name}r"}
    known = {form.casefold() for form in Term(name, name, tuple((word, word) for word in belonging)).forms()}
    made_of_it = tuple(word.casefold() for word in (*name.split(), *belonging) if len(word) > 3)
    single = {word for form in known for word in form.split()}
    if any(word.startswith(made_of_it) and word not in single for word in words if "-" not in word):
        return
    new, adjective = names.town()
    yield Term(name, new, tuple(sorted((word, adjective) for word in belonging)))
    if aliases:
        yield Term(short, new)


def _like_a_town(article: AnnotatedArticle, chain: AnnotatedChain) -> bool:
    """Whether a place has no article in the text and is where one is, comes from or goes to."""
    at_a_town = words_beside_names("at_a_town")
    if chain.name in _known_places() or chain.name in words_beside_names("region"):
        return False
    if not _LETTER.match(chain.name) or not all(c.isalpha() or c in " -." for c in chain.name):
        return False
    placed = False
    for part in article.parts:
        for match in re.finditer(rf"(?<![^\W_]){re.escape(chain.name)}(?![^\W_])", part.text):
            last = part.text[: match.start()].split()[-1:]
            if last and (_has_article(part.text, match.start()) or last[0].casefold() in {"auf", "an"}):
                return False
            placed = placed or part.name == "dateline" or (bool(last) and last[0].casefold() in at_a_town)
    return placed


def _bodies(article: AnnotatedArticle, names: NewNames) -> Iterator[Term]:
    words = folded_words(article)
    places = {chain.name for chain in article.chains.values() if chain.type == "LOC"}
    for chain in article.chains.values():
        if chain.type != "ORG" or not chain.named:
            continue
        parts = chain.name.split()
        tail = _TAIL.fullmatch(chain.name)
        if tail is not None:
            if not any(_is_short_for(alias) for alias in chain.aliases):
                with suppress(LookupError):
                    yield Term(tail["tail"], names.purpose(tail["word"]), declined=False)
        elif len(parts) > 1 and parts[-1] in adjectives():
            if parts[-1] not in places:
                yield from _town(parts[-1], names, words)
        elif _is_company(article, chain):
            yield from _company(chain, names.company())


def _company(chain: AnnotatedChain, new: str) -> Iterator[Term]:
    """The company and its short names: the first word, or the first letters; nothing where there are others."""
    first, initials = chain.name.split(maxsplit=1)[0], "".join(word[0] for word in chain.name.split())
    short = {first: new.split(maxsplit=1)[0], initials: "".join(word[0] for word in new.split() if word != "&")}
    aliases = [alias for alias in chain.aliases if alias != chain.name]
    if all(alias in short for alias in aliases):
        yield Term(chain.name, new)
        for alias in aliases:
            if len(short[alias]) > 1:
                yield Term(alias, short[alias])


def _is_short_for(alias: str) -> bool:
    return " " not in alias and sum(sign.isupper() for sign in alias) > 1


def _is_company(article: AnnotatedArticle, chain: AnnotatedChain) -> bool:
    """Whether a body is named without an article, by no word that says what it is, and is called at most a company."""
    folded = [word.casefold() for word in re.split(r"[\s-]+", chain.name)]
    telling = tuple(words_beside_names("telling"))
    if any(word.endswith(telling) for word in folded) or _is_short_for(chain.name) or len(chain.name) < 4:
        return False
    if not all(_LETTER.match(word) and not word.islower() for word in chain.name.replace("& ", "").split()):
        return False
    company = tuple(words_beside_names("company"))
    for part, mention in article.mentions():
        if mention.chain != chain.key:
            continue
        words = part.text[mention.begin : mention.end]
        if mention.kind == "name" and _has_article(part.text, mention.begin):
            return False
        if mention.kind == "nominal" and not any(
            word.endswith(company) or word.rstrip("sn").endswith(company) for word in words.casefold().split()
        ):
            return False
    return True


def _has_article(text: str, begin: int) -> bool:
    """Whether an article stands before a place of the text, with an adjective between or without."""
    articles = words_beside_names("article")
    before = text[:begin].split()[-2:]
    if before and before[-1].casefold() in articles:
        return True
    adjective = bool(before) and before[-1].islower() and before[-1].endswith(("en", "er", "es", "em"))
    if not adjective or before[-1] in words_beside_names("no_adjective"):
        return False
    return len(before) > 1 and before[0].casefold() in articles


@cache
def _known_places() -> dict[str, tuple[str, ...]]:
    """Countries with the adjectives and the words for who lives there."""
    rows = map(json.loads, (ENTITY_DATA / "gazetteer.jsonl").read_text(encoding="utf-8").splitlines())
    return {
        row["name"]: (*row["adjectives"], *row.get("demonyms", ()))
        for row in rows
        if row["type"] == "LOC" and "adjectives" in row
    }


def _unaccented(word: str) -> str:
    return word.casefold().translate(str.maketrans("äöü", "aou"))
