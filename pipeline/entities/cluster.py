"""An entity while it is being put together."""

from bisect import insort
from dataclasses import dataclass, field

from pipeline.entities.gazetteer import GazetteerEntry, GazetteerMatch
from pipeline.entities.name_forms import generation
from pipeline.entities.slugs import entity_id
from pipeline.spans import CharOffset
from schemas.records import EntityType, MentionKind


@dataclass(frozen=True, slots=True, order=True)
class NameSpan:
    """A name in the text: code points `begin` to `end` (excluded), its type, and what the gazetteer knows of it."""

    begin: CharOffset
    end: CharOffset
    type: EntityType
    known: GazetteerMatch | None = None


@dataclass(frozen=True, slots=True, order=True)
class MentionSpan:
    """A mention: code points `begin` to `end` (excluded) and its kind."""

    begin: CharOffset
    end: CharOffset
    kind: MentionKind = "name"


@dataclass(slots=True)
class Cluster:
    """What is known of one entity so far.

    Attributes:
        mentions: those by name in text order, while names alone are added.
        names: its forms in the text, undeclined, each once, the first one first.
        roles, affiliations: each once, the first one first.
    """

    type: EntityType
    name: str
    mentions: list[MentionSpan] = field(default_factory=list)
    names: dict[str, None] = field(default_factory=dict)
    entry: GazetteerEntry | None = None
    roles: dict[str, None] = field(default_factory=dict)
    affiliations: dict[str, None] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What it is known by in all articles: "Lars Obst jr." as "Lars Obst junior"."""
        if self.entry is not None:
            return self.entry.id
        told = generation(self.name.split()) if self.type == "PER" else None
        return entity_id(self.type, self.name if told is None else f"{self.name.rpartition(' ')[0]} {told}")

    def add(self, begin: CharOffset, end: CharOffset, name: str) -> None:
        """Take in a mention by name."""
        insort(self.mentions, MentionSpan(begin, end))
        self.names.setdefault(name)

    def take_in(self, other: "Cluster") -> None:
        """Take in the mentions and names of another cluster of the same entity."""
        self.mentions = sorted([*self.mentions, *other.mentions])
        self.names = {**self.names, **other.names}
