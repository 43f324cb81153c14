"""Nominals and pronouns of an article added to the entities they mean, as the trained reader resolves them."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.entities.cluster import Cluster, MentionSpan
from pipeline.quotes.marks import closed
from pipeline.reader.chains import resolve
from pipeline.reader.reading import Reading
from pipeline.reader.scorers import Scorers
from pipeline.reader.strangers import strangers
from pipeline.spans import TokenRange

LEAST_CERTAIN = 0.5
"""How likely (0 to 1) it must be that a mention means an entity."""


def add_references(reading: Reading, clusters: Sequence[Cluster], scorers: Scorers, *, foreign: bool) -> None:
    """Add to `clusters` of names the other mentions that mean them.

    If another model has found the names (`foreign`), some mentions mean what the reader alone takes for a name.
    """
    layout = reading.layout
    names: dict[TokenRange, int] = {}
    for number, cluster in enumerate(clusters):
        for place in cluster.mentions:
            span = layout.span(place.begin, place.end)
            if span.first < span.last:
                names.setdefault(span, number)
    known = [(first, last, number) for (first, last), number in sorted(names.items())]
    found = resolve(reading, scorers, known + (strangers(reading, names, len(clusters)) if foreign else []))
    taken = {(place.begin, place.end) for cluster in clusters for place in cluster.mentions}
    for mention, chain, certainty in zip(found.mentions, found.chain, found.certainty, strict=True):
        entity = found.chains[chain].entity
        if mention.kind == "name" or entity is None or entity >= len(clusters) or certainty < LEAST_CERTAIN:
            continue
        begin, end = closed(layout.text, layout.range(TokenRange(mention.first, mention.last)))
        if (begin, end) not in taken:
            clusters[entity].mentions.append(MentionSpan(begin, end, mention.kind))
            taken.add((begin, end))
    for cluster in clusters:
        cluster.mentions.sort()
