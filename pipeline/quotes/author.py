"""What the author of an article says: "Ich glaube, das reicht" outside of direct speech is nobody's statement.

Nor is "Die Angaben ließen sich nicht unabhängig überprüfen", whose verb looks like a Konjunktiv.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from pipeline.lexicon.verbs import subjunctive_first
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.reader.layout import Layout
from pipeline.spans import CharRange

_UNCHECKED = re.compile(
    r"(?=.*\b(?:Angaben|Aussagen|Behauptungen|Berichte|Darstellungen|Informationen|Meldungen)\b)"
    r"(?=.*\blie(?:ß|ss)en\b)(?=.*\b[Uu]nabhängig)(?=.*\b(?:nicht|kaum)\b)",
    re.DOTALL,
)
"""A sentence that says that nobody else has been able to check what was said."""


def without_author(layout: Layout, candidates: Sequence[QuoteCandidate]) -> list[QuoteCandidate]:
    """The candidates without what the author says.

    That is indirect speech whose cue says "ich" outside of the direct speech among them, and sentences that say that a
    statement was not checked.
    """
    spoken = sorted(span for candidate in candidates if candidate.type == "Direct" for span in candidate.spans)
    begins = [begin for begin, _ in spoken]
    ends = list(accumulate((end for _, end in spoken), max))

    def of_author(candidate: QuoteCandidate) -> bool:
        if candidate.type == "IndirectFreeIndirect":
            return _UNCHECKED.match(layout.text, candidate.begin, candidate.end) is not None
        cue = next((cue for cue in candidate.cue_spans if _of_first_person(layout, cue)), None)
        if candidate.type == "Direct" or cue is None:
            return False
        begin, end = cue
        before = bisect_right(begins, begin)
        return not before or ends[before - 1] < end

    return [candidate for candidate in candidates if not of_author(candidate)]


def _of_first_person(layout: Layout, cue: CharRange) -> bool:
    """Whether a cue is a verb in the present with "ich" beside it: "ich glaube", "denke ich"."""
    first, last = layout.span(*cue)
    beside = {layout.words[at].lower() for at in (first - 1, last) if 0 <= at < len(layout)}
    return "ich" in beside and not subjunctive_first().isdisjoint(word.lower() for word in layout.words[first:last])
