"""From the words that name a speaker to the entity they mean."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from pipeline.entities.coreference import Resolver
from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.words import TextWords
from pipeline.lexicon.words import SOURCE_BODIES
from pipeline.quotes.speaker_registry import LINK_RULES
from pipeline.spans import CharOffset, CharRange
from schemas.records import Entity, EntityArticle, Mention

_SOURCE_OF = re.compile(
    r"(?:.* )?(?:(?P<name>[A-ZÄÖÜ][\w.-]*?\w)-(?:Angaben|Aussagen|Informationen|Recherchen|Schätzungen)"
    r"|(?P<body>[A-ZÄÖÜ][a-zäöüß]+?)(?P<joint>s?)(?:angaben|aussagen|informationen|recherchen|schätzungen))"
)
"""A source in one word: "Polizeiangaben", "Nordpress-Informationen", "Zeugenaussagen".

"Regierungskreise" are people who want no name, and not the government.
"""
_NOBODYS = frozenset({"Eigen", "Medien", "Presse"})


def _speaks(body: str) -> bool:
    """Whether what a source's word begins with gives information: "Polizei", "Händler", unlike "Preis"."""
    return body.lower() in SOURCE_BODIES or role_word(body) is not None


class Linker:
    """Links spans of one article to its entities; `gazetteer` and `words` as of a `Resolver`."""

    def __init__(
        self, article: EntityArticle, gazetteer: Gazetteer | None = None, words: TextWords | None = None
    ) -> None:
        self._article = article
        self._resolver = Resolver(article, gazetteer, words)
        self._mentions: list[tuple[Mention, Entity]] = sorted(
            ((mention, entity) for entity in article.entities for mention in entity.mentions),
            key=lambda pair: (pair[0].begin, -pair[0].end),
        )
        self._begins = [mention.begin for mention, _ in self._mentions]
        self._by_id = {entity.id: entity for entity in article.entities}
        self._named_so: dict[str, Entity] = {}
        for mention, entity in self._mentions:
            if mention.kind == "name":
                self._named_so.setdefault(mention.text, entity)

    def entity(self, id_: str) -> Entity | None:
        """The article's entity with this id."""
        return self._by_id.get(id_)

    def person(self, spans: Sequence[CharRange], other: Entity | None = None) -> tuple[Entity | None, str | None]:
        """Whom the words in `spans` mean: the entity and its name; of several joined by "und" only a name.

        It is not `other`: nobody tells himself anything.
        """
        for begin, end in spans:
            entity, name = self._resolver.speaker(begin, end)
            if name is None:
                entity = self._named(begin, end)
                name = entity.name if entity is not None else None
            if name is None:
                entity, name = self.owner_of_source(begin, end)
            if name is not None and (entity is None or other is None or entity.id != other.id):
                return entity, name
        return None, None

    def several(self, spans: Sequence[CharRange]) -> list[str]:
        """The names of those whom the first of `spans` joins by "und" ("Anna Berg und Landrat Karl Obst"), or none."""
        return self._resolver.several(*spans[0]) if spans else []

    def owner_of_source(self, begin: CharOffset, end: CharOffset) -> tuple[Entity | None, str | None]:
        """Whom a source in one word belongs to: the entity, else what the word begins with ("Polizei")."""
        source = _SOURCE_OF.fullmatch(self._article.text, begin, end)
        if source is None or not LINK_RULES["source-owner"].on:
            return None, None
        who: str = source["name"] or source["body"]
        named = self._named_so.get(who) or self._named_so.get(f"{who}{source['joint'] or ''}")
        if who in _NOBODYS or not (source["name"] or named is not None or _speaks(who)):
            return None, None
        entity = named or self._resolver.organisation(who, begin)
        return entity, entity.name if entity is not None else who

    def _named(self, begin: CharOffset, end: CharOffset) -> Entity | None:
        """The person named in the span; without one, what its first words name."""
        first, last = bisect_left(self._begins, begin), bisect_right(self._begins, end)
        inside = [(m, e) for m, e in self._mentions[first:last] if m.end <= end]
        for mention, entity in inside:
            if entity.type == "PER" and mention.kind == "name":
                return entity
        for mention, entity in inside:
            if (mention.end == end and entity.type != "LOC") or mention.begin == begin:
                return entity
        return None
