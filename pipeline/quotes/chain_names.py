"""What the chains of an article's mentions are called: by the name of their entity, else by their noun phrases."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from pipeline.entities.nominative import nominative
from pipeline.quotes.linking import Linker
from pipeline.quotes.marks import closed
from pipeline.quotes.owners import belonging, is_general
from pipeline.quotes.speaker_names import KnownChain, NounPhrase, names_somebody, tells_whose
from pipeline.quotes.speaker_phrases import Hearers
from pipeline.reader.chains import NOBODY, Resolution
from pipeline.reader.layout import Layout
from pipeline.spans import CharRange, TokenRange
from schemas.records import Entity, EntityArticle

_SURE_OF_OWNER = 0.8
"""How likely (0 to 1) it must be that "der Behörde" means an organisation, to be replaced by its name."""


class ChainNames:
    """The names of the chains of one article. Chains and mentions are numbers in `resolution`.

    Args:
        article: its text and entities.
        layout: of its text.
        resolution: which mentions mean the same.
        linker: knows whose a source in one word is.
        told: those whom a rule takes off the words for a speaker.
    """

    def __init__(
        self, article: EntityArticle, layout: Layout, resolution: Resolution, linker: Linker, told: Hearers
    ) -> None:
        self._article = article
        self._layout = layout
        self._resolution = resolution
        self._linker = linker
        self._told = told
        self._found: dict[int, KnownChain] = {}
        self._strangers: dict[int, str | None] = {}

    def place_of(self, mention: int) -> CharRange:
        """The code points of a mention, by its number in the resolution."""
        found = self._resolution.mentions[mention]
        return self._layout.range(TokenRange(found.first, found.last))

    def entity(self, chain: int) -> Entity | None:
        """The entity that a chain means, if it has a name that was found."""
        number, entities = self._resolution.chains[chain].entity, self._article.entities
        return entities[number] if number is not None and number < len(entities) else None

    def known(self, chain: int) -> KnownChain:
        """The type of a chain, where its mentions are, and the noun phrases that describe it."""
        if chain not in self._found:
            mentions = self._resolution.chains[chain].mentions
            types = Counter(self._resolution.types[mention] for mention in mentions)
            described = ((self.place_of(m), self._resolution.mentions[m]) for m in mentions)
            nominals = [
                NounPhrase(self._told.off(self._article.text, span), mention.head, tells_whose(mention.words))
                for span, mention in described
                if mention.kind == "nominal" and names_somebody(self._article.text[span.begin : span.end])
            ]
            themselves = [phrase for phrase in nominals if self._linker.owner_of_source(*phrase.span)[1] is None]
            places = sorted(self.place_of(mention) for mention in mentions)
            self._found[chain] = KnownChain(types.most_common(1)[0][0], places, themselves or nominals)
        return self._found[chain]

    def name(self, chain: int, given: Sequence[CharRange] = ()) -> str | None:
        """What a chain is called; None if nothing tells. `given` are the words that a rule takes for it."""
        entity = self.entity(chain)
        return entity.name if entity is not None else self._stranger(chain) or self._nameless(chain, given)

    def _stranger(self, chain: int) -> str | None:
        """The longest name of a chain that only the reader has found."""
        if chain not in self._strangers:
            found = self._resolution
            names = (self.place_of(m) for m in found.chains[chain].mentions if found.mentions[m].kind == "name")
            longest = max((self._article.text[begin:end] for begin, end in names), key=len, default=None)
            self._strangers[chain] = longest
        return self._strangers[chain]

    def _nameless(self, chain: int, given: Sequence[CharRange]) -> str | None:
        """The fullest noun phrase of a chain without a name, in the nominative; None if it has only "beide"."""
        phrase = self.known(chain).fullest(given)
        if phrase is None:
            return None
        name = nominative(self._article.text[slice(*closed(self._article.text, phrase))])
        owner, words = self._owner(chain, phrase)
        whose = belonging(self._article.text, owner) if owner is not None else None
        return f"{name.removesuffix(words).rstrip()} {whose}" if whose is not None else name

    def _owner(self, chain: int, phrase: CharRange) -> tuple[Entity | None, str]:
        """The named person or organisation whose lawyer or spokesman is meant, and the words at the end that say so.

        The phrase begins with "sein", "ihr", "mein" or "dessen", or ends with "der Behörde" or "des Hauses", if it is
        sure which one is meant.
        """
        first, last = self._layout.span(*phrase)
        mentions = self._resolution.mentions
        for number in range(bisect_left(mentions, first, key=lambda mention: mention.first), len(mentions)):
            mention = mentions[number]
            if mention.first >= last:
                break
            possessive = (mention.first, mention.last, mention.kind) == (first, first + 1, "pronoun")
            genitive = mention.first > first and (mention.last, mention.kind) == (last, "nominal")
            general = len(mention.words) == 2 and mention.words[0] in {"der", "des"} and is_general(mention.words[1])
            owning = self._resolution.chain[number]
            known = general and self._resolution.certainty[number] >= _SURE_OF_OWNER
            if (possessive or (genitive and known)) and owning not in {chain, NOBODY}:
                return self.entity(owning), "" if possessive else " ".join(mention.words)
        return None, ""
