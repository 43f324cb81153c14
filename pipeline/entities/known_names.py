"""Which names of the gazetteer a text has."""

from collections.abc import Sequence

from pipeline.coverage import Coverage
from pipeline.entities.cluster import NameSpan
from pipeline.entities.gazetteer import Gazetteer, GazetteerMatch
from pipeline.entities.name_evidence import UNLIKELY, NameEvidence
from pipeline.entities.name_forms import owns
from pipeline.entities.registry import NAME_RULES
from pipeline.entities.words import TextWords
from pipeline.lexicon import word_list

_BEFORE_PLACES = word_list("before_places")


def known_names(
    words: TextWords, model: Sequence[NameSpan], gazetteer: Gazetteer, evidence: NameEvidence | None
) -> list[NameSpan]:
    """The known names in reading order, apart from those that are another's here by what the model says.

    Towns and names that are ordinary words too count only where the model sees a name; others do not count where it is
    sure that there is none.
    """
    found = Coverage(len(words.text))
    for span in model:
        found.add(span.begin, span.end)
    types = {(span.begin, span.end): span for span in model}
    known = []
    for begin, end, match in gazetteer.matches(words):
        span = NameSpan(begin, end, match.entry.type, match)
        possible = match.entry.users or evidence is None or evidence.name(begin, end) >= UNLIKELY
        alone = not match.weak and not match.town and NAME_RULES["gazetteer"].on and possible
        another = _anothers(span, match, types.get((begin, end)), evidence) or _no_genitive(words, span, match)
        if (alone or found.meets(begin, end)) and not another:
            known.append(span)
    return known


def _no_genitive(words: TextWords, known: NameSpan, match: GazetteerMatch) -> bool:
    """Whether a place that looks like the genitive of a known one cannot be one: "in Engers" is not the town Enger."""
    before = words.words[max(0, words.at(known.begin) - 1)].text.lower()
    declined = match.entry.type == "LOC" and words.text[known.begin : known.end] == match.form + "s"
    return declined and before in _BEFORE_PLACES and not owns(words, known.end)


def _anothers(known: NameSpan, match: GazetteerMatch, seen: NameSpan | None, evidence: NameEvidence | None) -> bool:
    """Whether a known name is another's, since the model sees one of another type in the same place.

    A club is called as its town is ("Sieg gegen Lindow"). Countries are teams, and ordinary words other names, only
    where the model is sure.
    """
    if seen is None or seen.type == known.type or match.entry.users:
        return False
    club = (known.type, seen.type) == ("LOC", "ORG")
    if club and match.town and NAME_RULES["club"].on:
        return True
    return (club or match.weak) and evidence is not None and evidence.sure(seen)
