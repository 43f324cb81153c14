"""Which organisations people belong to, as the words around their names give them."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from pipeline.entities.cluster import Cluster, MentionSpan
from pipeline.entities.gazetteer import Gazetteer, compound_beginnings
from pipeline.entities.name_forms import with_titles
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.words import TextWords
from pipeline.spans import CharOffset, TokenIndex, token_indices

_ORGANISATION_BEHIND = re.compile(r" (?:von|vom|von der|bei|bei der|beim|aus dem|aus der)(?: [A-ZÄÖÜ][\w-]+)? $")
_GETTING = frozenset({"bekam", "bekommt", "erhielt", "erhält", "erntet", "erntete"})
_VOTES = re.compile(r"\b(?:\w*[Ss]timmen|Mandate?|Prozent|Sitze?)\b")
"""What nobody gets from a party: "Die meisten Stimmen erhielt Lind von der CDU"."""


class Organisations:
    """The organisations of a text by where their mentions begin, and by their whole extent."""

    def __init__(self, others: Iterable[Cluster]) -> None:
        self.at: dict[tuple[CharOffset, CharOffset], str] = {
            (mention.begin, mention.end): other.entry.name if other.entry is not None else other.name
            for other in others
            if other.type == "ORG"
            for mention in other.mentions
        }
        self.names = {begin: name for (begin, _), name in self.at.items()}
        self._begins = sorted(self.names)

    def between(self, begin: CharOffset, end: CharOffset) -> Iterator[str]:
        """The names of those that begin from `begin` to `end` (excluded), in text order."""
        for at in range(bisect_left(self._begins, begin), bisect_left(self._begins, end)):
            yield self.names[self._begins[at]]


def known_organisation(name: str, gazetteer: Gazetteer) -> str | None:
    """The canonical name of a known organisation."""
    known = gazetteer.look_up(name)
    return known.entry.name if known is not None and known.entry.type == "ORG" else None


def add_party_in_compound(word: str, person: Cluster, gazetteer: Gazetteer) -> None:
    """ "Grünen-Politikerin", "Grünenpolitikerin", "Nato-Generalsekretär" before the name."""
    name = _organisation_in_compound(word, gazetteer)
    if name is not None:
        person.affiliations.setdefault(name)


def _organisation_in_compound(noun: str, gazetteer: Gazetteer) -> str | None:
    """The known organisation that a hyphen or a role follows in `noun`.

    A name that is an ordinary word too counts before a role only if it is joined to it by an ending, as "Grünen" is:
    a "Bildreporter" and a "Bildungsministerin" do not belong to "Bild".
    """
    compound = noun.removeprefix("Ex-")
    for beginning in compound_beginnings(compound, gazetteer.longest_word):
        name = known_organisation(beginning, gazetteer)
        if name is not None:
            return name
    first = compound.split("-", 1)[0]
    for length in range(3, min(len(first) - 3, gazetteer.longest_word + 1)):
        known = gazetteer.look_up(first[:length])
        if (
            known is not None
            and known.entry.type == "ORG"
            and not (known.weak and known.form == first[:length])
            and role_word(first[length:].capitalize()) is not None
        ):
            return known.entry.name
    return None


def add_organisation_behind(
    words: TextWords, person: Cluster, place: MentionSpan, organisations: Organisations
) -> None:
    """ "vom Vermögensverwalter BNY", "von der Charité" right behind the name.

    Not "sagte Trainer Kern bei Radio Elbe", nor "Hilfe erhielt Kern vom Roten Kreuz", where the verb has it.
    """
    end, first = place.end, words.at(with_titles(words, place.begin))
    if first and words.words[first - 1].text in ("der", "die"):
        first -= 1
    before = words.words[first - 1].text if first and words.gap(first - 1, first) == " " else ""
    gets = before in _GETTING and _VOTES.search(words.text, words.sentence_span(place.begin)[0], place.begin) is None
    if gets or (words.text.startswith(" bei", end) and before.islower()):
        return
    for index in token_indices(words.at(end), min(words.at(end) + 4, TokenIndex(len(words.words)))):
        begin = words.words[index].begin
        if begin in organisations.names and _ORGANISATION_BEHIND.fullmatch(words.text, end, begin):
            person.affiliations.setdefault(organisations.names[begin])
            return
