"""Which names of the gazetteer a text has."""

from collections.abc import Sequence

from pipeline.coverage import Coverage
from pipeline.entities.cluster import NameSpan
from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.registry import NAME_RULES
from pipeline.entities.words import TextWords


def known_names(words: TextWords, model: Sequence[NameSpan], gazetteer: Gazetteer) -> list[NameSpan]:
    """The known names in reading order, apart from those that are another's here by what the model says.

    Towns and names that are ordinary words too count only where the model sees a name.
    """
    found = Coverage(len(words.text))
    for span in model:
        found.add(span.begin, span.end)
    types = {(span.begin, span.end): span for span in model}
    known = []
    for begin, end, match in gazetteer.matches(words):
        span = NameSpan(begin, end, match.entry.type, match)
        alone = not match.weak and not match.town and NAME_RULES["gazetteer"].on
        if (alone or found.meets(begin, end)) and not _anothers(span, types.get((begin, end))):
            known.append(span)
    return known


def _anothers(known: NameSpan, seen: NameSpan | None) -> bool:
    """Whether a known name is another's: a club is called as its town is ("Sieg gegen Lindow")."""
    match = known.known
    return match is not None and match.town and seen is not None and seen.type == "ORG" and NAME_RULES["club"].on
