"""How likely words are names, and of which type: what the rules for names ask the model."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.entities.cluster import NameSpan
from pipeline.entities.words import TextWords
from pipeline.reader.layout import Layout
from pipeline.reader.schema import NAME_TYPES
from pipeline.spans import CharOffset
from schemas.records import EntityType

SURE = 0.9
"""The likelihood from which a type stays what the model says."""
UNLIKELY = 0.1
"""Below it, words are no name, though the gazetteer knows one of this form."""
AS_A_WHOLE = 0.4
"""What a name found in one place needs on average over all places to be one in the others."""


@dataclass(frozen=True)
class NameEvidence:
    """What the model says of the tokens of one text: (tokens, types) how likely they belong to a name of each type."""

    layout: Layout
    named: npt.NDArray[np.float32]

    def types(self, begin: CharOffset, end: CharOffset) -> dict[EntityType, float]:
        """For each type how likely the words from `begin` to `end` (excluded) belong to its names, on average."""
        span = self.layout.span(begin, end)
        means = self.named[span.first : span.last].mean(axis=0).tolist() if span.first < span.last else ()
        return dict(zip(NAME_TYPES, means, strict=False))

    def name(self, begin: CharOffset, end: CharOffset) -> float:
        """How likely the words belong to a name of any type."""
        return sum(self.types(begin, end).values())

    def sure(self, span: NameSpan) -> bool:
        """Whether a name is of its type for sure."""
        return self.types(span.begin, span.end).get(span.type, 0.0) >= SURE

    def everywhere(self, words: TextWords, forms: Iterable[str]) -> bool:
        """Whether words that are a name in one place are one in the others: on average they are likely to be."""
        places = [words.words[index] for form in forms for index in words.positions.get(form, ())]
        return sum(self.name(word.begin, word.end) for word in places) >= AS_A_WHOLE * len(places)
