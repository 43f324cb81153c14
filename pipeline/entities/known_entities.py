"""What the gazetteer tells of the entities of an article, and which of several people of one name is meant."""

from collections.abc import Iterable

from pipeline.entities.affiliations import known_organisation
from pipeline.entities.cluster import Cluster
from pipeline.entities.gazetteer import Gazetteer, GazetteerEntry
from pipeline.entities.words import WORD


def add_known(clusters: Iterable[Cluster], gazetteer: Gazetteer) -> None:
    """Add the gazetteer's roles and affiliations before those of the text.

    Where the user's file has several people of one name, the roles and affiliations in the text say which is meant;
    where they do not, it is none of them.
    """
    for cluster in clusters:
        bearers = {entry.id: entry for name in cluster.names for entry in gazetteer.bearers.get(name, ())}
        if cluster.entry is not None and len(bearers) > 1:
            fitting = [entry for entry in bearers.values() if _fits(cluster, entry)]
            cluster.entry = fitting[0] if len(fitting) == 1 else None
            cluster.name = max(cluster.names, key=len) if cluster.entry is None else cluster.entry.name
        if cluster.entry is not None:
            affiliations = [known_organisation(name, gazetteer) or name for name in cluster.entry.affiliations]
            cluster.roles = dict.fromkeys([*cluster.entry.roles, *cluster.roles])
            cluster.affiliations = dict.fromkeys([*affiliations, *cluster.affiliations])


def _fits(cluster: Cluster, entry: GazetteerEntry) -> bool:
    """Whether the text gives a role or an affiliation of the entry: "Minister" and "Außenministerin" agree."""
    own, text = _stems(entry.roles), _stems(cluster.roles)
    if any(one.endswith(other) or other.endswith(one) for one in own for other in text):
        return True
    return not {*entry.affiliations}.isdisjoint(cluster.affiliations)


def _stems(roles: Iterable[str]) -> set[str]:
    """The nouns of roles without case and feminine ending."""
    nouns = (word for role in roles for word in WORD.findall(role) if word[0].isupper() and len(word) > 3)
    return {word.lower().removesuffix("in") for word in nouns}
