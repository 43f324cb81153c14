"""What an article also calls by a shorter name: "Städtetag" for "Städtetag NRW"."""

import re
from collections.abc import Iterator, Sequence

from pipeline.entities.cluster import Cluster
from pipeline.entities.person_words import is_given_name
from pipeline.entities.words import TextWords
from pipeline.lexicon import endings, word_list

_BODIES = endings("body_endings")
_SEATED = endings("seated_bodies")
_SHORT_WORDS = [pair.replace("_", " ").split(",") for pair in word_list("short_words_for_bodies")]
_CLASSES = endings("organisation_kinds")
_CLUBS = word_list("club_acronyms")
_CLUB_WORDS = word_list("club_words")
_ORDINAL = re.compile(r"\d\.")
_NUMBER = re.compile(r"\d{2}(?:\d{2})?")
"""A year that clubs have in their names and are called by: "Hannover 96", "TSV 1860 Lindow"."""
_KINDS = _CLUBS | {short for short, _ in _SHORT_WORDS}
_MOST_WORDS = 8
"""Of a name, that are left out one by one at its end."""
_STATE = "Bund"
"""The state as a whole, whatever associations begin with the word: "Bund der Steuerzahler"."""
_MINISTRY = re.compile(
    r"(?:[A-ZÄÖÜ]\w+e[rs] )?(?P<level>Bundes|Landes|Staats)?[Mm]inisterium (?:für|der|des) (?P<fields>[\w, -]+)"
)
_FIELD = re.compile(r"[A-ZÄÖÜ][a-zäöü]{3,}(?![-\w])")
_LEVEL = re.compile(r"(?:Bundes|Landes|Kreis|Stadt)(?=[a-zäöü]{4})")
_LEGAL_FORM = re.compile(
    r"(?<=\w)(?: (?:& Co\.?|gemeinnützige|g?GmbH|AG|SE|KG|KGaA|OHG|UG|mbH|eG|AöR|e\. ?V\.?|e\. ?G\.?)){1,4}$"
)
BELONGING = re.compile(r"[A-ZÄÖÜ][\w-]*(?:isch|deutsch)e[rs]?|(?:Deutsch|National|Zentral)e[rs]?")
"""What tells the country or region of a body before its noun: "Deutscher Mieterbund"."""
_SECOND = re.compile(r"(?:I{2,3}|IV|U ?\d{2})$")
"""What tells a club's further teams apart: "VfL Lindow II"."""
_ADJECTIVE = re.compile(r"\b[a-zäöüß-]+isch(?:e[nrms]?) $")

_ELSEWHERE = re.compile(r" in (?!(?:Berlin|Bonn|Wien)\b)[A-ZÄÖÜ]")
"""Behind a ministry, that it is none of the country as a whole."""


def with_short_names(words: TextWords, clusters: Sequence[Cluster]) -> list[Cluster]:
    """`clusters`, in which an entity has the mentions that name it without its place, level, kind or legal form.

    "Städtetag" is the only one that is called "Städtetag NRW", unless an adjective tells the place of the short name
    ("das bayerische Innenministerium"), or the place behind it that it is none of the whole country.
    """
    clusters = _without_kinds(clusters)
    longer: dict[tuple[str, str], list[Cluster]] = {}
    named = [cluster for cluster in clusters if cluster.type != "PER"]
    for cluster in named:
        shorter = _shorter(cluster.name) if cluster.type == "ORG" else _without_given_name(cluster.name)
        for name in set(shorter):
            longer.setdefault((cluster.type, name), []).append(cluster)
    joined: dict[int, Cluster] = {}
    for cluster in sorted(named, key=lambda cluster: -len(cluster.name)):
        # The longest first: what a longer name has been joined to stands fast then.
        candidates = longer.get((cluster.type, cluster.name), ())
        meant = {id(one): one for one in (joined.get(id(one), one) for one in candidates)}
        home = min(meant.values(), key=lambda one: len(one.name), default=None)
        # "Eintracht" is Eintracht Waldau, also beside "Eintracht Waldau Fußball".
        alone = home is not None and all(one.name.startswith(home.name) for one in meant.values())
        if home is not None and alone and not _official(cluster) and not _located(words, cluster, home.name):
            _join(home, cluster)
            joined[id(cluster)] = home
    return [cluster for cluster in clusters if id(cluster) not in joined]


def _without_kinds(clusters: Sequence[Cluster]) -> list[Cluster]:
    """`clusters`, in which "Reederei Lind & Söhne" is the entity that the text calls "Lind & Söhne" elsewhere."""
    kept: dict[str, Cluster] = {}
    joined: set[int] = set()
    for cluster in sorted((cluster for cluster in clusters if cluster.type == "ORG"), key=lambda c: len(c.name)):
        kind, _, name = cluster.name.partition(" ")
        if cluster.entry is None and name in kept and kind.lower().endswith(_CLASSES):
            _join(kept[name], cluster)
            joined.add(id(cluster))
        else:
            kept.setdefault(cluster.name, cluster)
    return [cluster for cluster in clusters if id(cluster) not in joined]


def _join(home: Cluster, cluster: Cluster) -> None:
    home.mentions = sorted([*home.mentions, *cluster.mentions])
    home.names |= {name: None for name in cluster.names if name not in home.names}


def _official(cluster: Cluster) -> bool:
    """Whether a body's name stands for itself: an acronym, or what the gazetteer calls it or knows of one country."""
    entry = cluster.entry
    if cluster.name == _STATE or (entry is not None and (entry.country is not None or entry.name == cluster.name)):
        return True
    return cluster.name.isupper() and cluster.name.isalpha() and cluster.name not in _KINDS


def _located(words: TextWords, cluster: Cluster, longer: str) -> bool:
    """Whether an adjective tells the place of a body, or a ministry sits elsewhere than that of the whole country."""
    seated = longer.startswith("Bundes") and cluster.name.endswith("ministerium")
    return any(
        _ADJECTIVE.search(words.text, max(0, m.begin - 30), m.begin) or (seated and _ELSEWHERE.match(words.text, m.end))
        for m in cluster.mentions
    )


def without_legal_form(name: str) -> str:
    """What a firm or association is called without "GmbH" and the like behind its name."""
    return _LEGAL_FORM.sub("", name)


def _shorter(name: str) -> Iterator[str]:
    """What a body is called for short: "Städtetag" of "Städtetag NRW", "Kieler Städtetag" and "Landesstädtetag"."""
    bare = without_legal_form(name)
    if bare != name:
        yield bare
    if _SECOND.search(bare):
        return
    first, _, rest = bare.partition(" ")
    for short, long in _SHORT_WORDS:
        if bare.startswith(long):
            yield from (short + bare.removeprefix(long), short)
    words = bare.split()
    yield bare.rpartition(" ")[0]
    yield from (" ".join(words[:length]) for length in range(1, min(len(words), _MOST_WORDS)))
    club = words[1:] if _ORDINAL.fullmatch(first) else words
    if len(club) > 1 and club[0] in _CLUBS | _CLUB_WORDS:
        yield from (" ".join(club[1:]), club[1], club[-1])
    if len(words) > 1:
        yield from (word for word in words if _NUMBER.fullmatch(word))
    if rest and " " not in rest and first.endswith("er") and rest.lower().endswith(_SEATED):
        yield rest
    if rest and BELONGING.fullmatch(first):
        yield rest
    yield from _ministries(name)
    yield from _without_given_name(bare)
    level = _LEVEL.match(bare)
    if level is not None and not rest and bare.lower().endswith(_BODIES):
        yield bare[level.end() :].capitalize()


def _ministries(name: str) -> Iterator[str]:
    """What a ministry is called by one of its fields: "Kulturministerium" of "Ministerium für Bildung und Kultur"."""
    found = _MINISTRY.fullmatch(name)
    if found is None:
        return
    for field in _FIELD.findall(found["fields"]):
        stems = {field + "s", field + "n", field, re.sub(r"e[ns]$", "", field)}  # "Arbeits-", "Familien-", "Finanz-"
        if field in ("Inneres", "Innern"):
            stems = {"Innen"}
        for stem in stems:
            yield f"{stem}ministerium"
            yield f"{found['level'] or ''}{stem.lower()}ministerium".capitalize()


def _without_given_name(name: str) -> Iterator[str]:
    """What is called after somebody without his given name: "Büchner-Preis" of "Georg-Büchner-Preis"."""
    given, _, rest = name.partition("-")
    if "-" in rest.partition(" ")[0] and is_given_name(given):
        yield rest
