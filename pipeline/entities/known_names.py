"""Which names of the gazetteer a text has."""

from collections.abc import Container, Sequence

from pipeline.coverage import Coverage
from pipeline.entities.cluster import NameSpan
from pipeline.entities.gazetteer import Gazetteer, GazetteerMatch
from pipeline.entities.name_evidence import UNLIKELY, NameEvidence
from pipeline.entities.name_forms import owns
from pipeline.entities.registry import NAME_RULES
from pipeline.entities.words import TextWords
from pipeline.lexicon import word_list
from pipeline.spans import CharOffset

_BEFORE_PLACES = word_list("before_places")
_BEHIND_AFFILIATIONS = frozenset("),/")


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
    ends = {span.end for span in model if span.type == "PER"}
    known = []
    for begin, end, match in gazetteer.matches(words):
        span = NameSpan(begin, end, match.entry.type, match)
        possible = match.entry.users or evidence is None or evidence.name(begin, end) >= UNLIKELY
        alone = not match.weak and not match.town and NAME_RULES["gazetteer"].on and possible
        another = _anothers(words, span, types.get((begin, end)), evidence) or _no_genitive(words, span, match)
        if (alone or found.meets(begin, end) or _affiliation(words, span, ends)) and not another:
            known.append(span)
    return known


def _no_genitive(words: TextWords, known: NameSpan, match: GazetteerMatch) -> bool:
    """Whether a place that looks like the genitive of a known one cannot be one: "in Engers" is not the town Enger."""
    before = words.words[max(0, words.at(known.begin) - 1)].text.lower()
    declined = match.entry.type == "LOC" and words.text[known.begin : known.end] == match.form + "s"
    return declined and before in _BEFORE_PLACES and not owns(words, known.end)


def _affiliation(words: TextWords, known: NameSpan, ends: Container[CharOffset]) -> bool:
    """Whether an organisation stands in brackets behind a person, whose name ends at one of `ends`: "(Linke)"."""
    behind = words.text[known.begin - 2 : known.begin] == " (" and CharOffset(known.begin - 2) in ends
    return behind and known.type == "ORG" and words.text[known.end : known.end + 1] in _BEHIND_AFFILIATIONS


def _anothers(words: TextWords, known: NameSpan, seen: NameSpan | None, evidence: NameEvidence | None) -> bool:
    """Whether a known name is another's, since the model sees one of another type in the same place.

    A club is called as its town is ("Sieg gegen Lindow"), and in marks ships and works as their places are („Hessen“).
    Countries are teams, and ordinary words other names, only where the model is sure.
    """
    match = known.known
    if seen is None or match is None or seen.type == known.type or match.entry.users:
        return False
    if known.type == "LOC" and seen.type != "PER" and words.in_marks(known.begin, known.end):
        return True
    club = (known.type, seen.type) == ("LOC", "ORG")
    if club and match.town and NAME_RULES["club"].on:
        return True
    return (club or match.weak) and evidence is not None and evidence.sure(seen)
