"""Organisations that an article also calls by a shorter name: "Städtetag" for "Städtetag NRW"."""

import re
from collections.abc import Iterator, Sequence

from pipeline.entities.cluster import Cluster
from pipeline.entities.words import TextWords
from pipeline.lexicon import endings, word_list

_BODIES = endings("body_endings")
_SHORT_WORDS = {pair.split(",")[1]: pair.split(",")[0] for pair in word_list("short_words_for_bodies")}
_KINDS = word_list("club_acronyms") | set(_SHORT_WORDS.values())
_LEVEL = re.compile(r"(?:Bundes|Landes|Kreis|Stadt)(?=[a-zäöü]{4})")
_LEGAL_FORM = re.compile(
    r"(?<=\w)(?: (?:& Co\.?|gemeinnützige|g?GmbH|AG|SE|KG|KGaA|OHG|UG|mbH|eG|AöR|e\. ?V\.?|e\. ?G\.?)){1,4}$"
)
_ADJECTIVE = re.compile(r"\b[a-zäöüß-]+isch(?:e[nrms]?) $")


def with_short_names(words: TextWords, clusters: Sequence[Cluster]) -> list[Cluster]:
    """`clusters`, in which an organisation has the mentions that name it without its place, level or legal form.

    "Städtetag" is the only one that is called "Städtetag NRW", unless an adjective tells the place of the short name
    ("das bayerische Innenministerium").
    """
    longer: dict[str, list[Cluster]] = {}
    organisations = [cluster for cluster in clusters if cluster.type == "ORG"]
    for cluster in organisations:
        for shorter in set(_shorter(cluster.name)):
            longer.setdefault(shorter, []).append(cluster)
    joined: dict[int, Cluster] = {}
    for cluster in sorted(organisations, key=lambda cluster: -len(cluster.name)):
        # The longest first: what a longer name has been joined to stands fast then.
        meant = {id(one): one for one in (joined.get(id(one), one) for one in longer.get(cluster.name, ()))}
        if len(meant) == 1 and not _official(cluster) and not _located(words, cluster):
            (home,) = meant.values()
            home.mentions = sorted([*home.mentions, *cluster.mentions])
            home.names |= {name: None for name in cluster.names if name not in home.names}
            joined[id(cluster)] = home
    return [cluster for cluster in clusters if id(cluster) not in joined]


def _official(cluster: Cluster) -> bool:
    """Whether a body's name stands for itself: an acronym, or what the gazetteer calls it or knows of one country."""
    entry = cluster.entry
    if entry is not None and (entry.country is not None or entry.name == cluster.name):
        return True
    return cluster.name.isupper() and cluster.name not in _KINDS


def _located(words: TextWords, cluster: Cluster) -> bool:
    return any(_ADJECTIVE.search(words.text, max(0, m.begin - 30), m.begin) for m in cluster.mentions)


def without_legal_form(name: str) -> str:
    """What a firm or association is called without "GmbH" and the like behind its name."""
    return _LEGAL_FORM.sub("", name)


def _shorter(name: str) -> Iterator[str]:
    """What a body is called for short: "Städtetag" of "Städtetag NRW", "Kieler Städtetag" and "Landesstädtetag"."""
    bare = without_legal_form(name)
    if bare != name:
        yield bare
    first, _, rest = bare.partition(" ")
    if first in _SHORT_WORDS:
        yield from (f"{_SHORT_WORDS[first]} {rest}", _SHORT_WORDS[first])
    yield bare.rpartition(" ")[0]
    if rest and " " not in rest and first.endswith("er") and rest.lower().endswith(_BODIES):
        yield rest
    level = _LEVEL.match(bare)
    if level is not None and not rest and bare.lower().endswith(_BODIES):
        yield bare[level.end() :].capitalize()
