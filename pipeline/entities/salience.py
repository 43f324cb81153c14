"""How much an article is about an entity."""

import math
from collections.abc import Sequence

from pipeline.entities.cluster import Cluster
from pipeline.entities.words import TextWords
from pipeline.spans import CharOffset
from schemas.records import CleanArticle

_LONGEST_TITLE = 1000
"""Code points of kicker and title in which names are looked for: each name goes through all of them."""
_FREQUENT, _IN_TITLE, _IN_LEAD, _EARLY, _IS_SUBJECT = 0.45, 0.2, 0.1, 0.1, 0.15


def saliences(article: CleanArticle, words: TextWords, clusters: Sequence[Cluster]) -> list[float]:
    """For every cluster a number from 0 to 1, rounded to three digits.

    It grows with the number of mentions beside the most mentioned one, with
    naming in the title and the lead, early first mention, and mentions at the
    beginning of sentences, where subjects and speakers stand.
    """
    most = max((len(c.mentions) for c in clusters), default=1)
    title = f"{article.kicker or ''} {article.title or ''}"[:_LONGEST_TITLE]
    opening = CharOffset(min(len(article.text), 300))
    lead = next((block.end for block in article.blocks if block.kind == "lead"), opening)
    return [round(_salience(c, words, most, title, lead), 3) for c in clusters]


def _salience(cluster: Cluster, words: TextWords, most: int, title: str, lead_end: CharOffset) -> float:
    frequency = math.log1p(len(cluster.mentions)) / math.log1p(most)
    last_names = {name.split()[-1] for name in cluster.names if name}
    in_title = any(name in title for name in (*cluster.names, *last_names) if len(name) > 1)
    first = cluster.mentions[0].begin
    early = 1.0 - first / max(len(words.text), 1)
    opening = sum(words.sentence_span(p.begin)[0] == p.begin for p in cluster.mentions) / len(cluster.mentions)
    return (
        _FREQUENT * frequency
        + _IN_TITLE * in_title
        + _IN_LEAD * (first < lead_end)
        + _EARLY * early
        + _IS_SUBJECT * opening
    )
