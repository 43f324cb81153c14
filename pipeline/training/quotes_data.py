"""The quotation dataset as the quote model trains on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.encoder.pieces import PieceTokenizer
from pipeline.quotes.learned.roles import ROLES
from pipeline.quotes.learned.tags import Segment, layer_of, to_tags
from pipeline.quotes.learned.windows import Window, WordPieces, align, cut
from pipeline.quotes.learned.words import Words, normalise_marks, split_words


@dataclass(frozen=True)
class LabelledQuote:
    """A gold quote in words: `roles` gives the words of each role, empty where it is not said."""

    segment: Segment
    medium: str
    roles: dict[str, list[int]]


@dataclass(frozen=True)
class Example:
    """One document, ready for the network; `tags` are LAYERS x words, `record` is the line it came from."""

    name: str
    words: Words
    pieces: WordPieces
    windows: list[Window]
    tags: NDArray[np.int64]
    quotes: list[LabelledQuote]
    record: dict[str, Any]


def prepare(records: Iterable[dict[str, Any]], tokenizer: PieceTokenizer) -> list[Example]:
    """Examples for the documents that have any words."""
    return [example(record, tokenizer) for record in records if record["text"].strip()]


def example(record: dict[str, Any], tokenizer: PieceTokenizer) -> Example:
    """The document in words, pieces and tags; its quotes are put on the model's own words by their offsets."""
    text = normalise_marks(record["text"])
    words = split_words(text)
    pieces = align(tokenizer(text), words)
    quotes = []
    for quote in record["quotes"]:
        covered = words.overlapping(quote["spans"])
        if covered:
            segment = Segment(words=tuple(covered), type=quote["type"], layer=layer_of(quote["type"]))
            roles = {role: words.overlapping(quote[role] or []) for role in ROLES}
            quotes.append(LabelledQuote(segment=segment, medium=quote["medium"], roles=roles))
    return Example(
        name=record["name"],
        words=words,
        pieces=pieces,
        windows=cut(pieces),
        tags=to_tags([quote.segment for quote in quotes], len(words)),
        quotes=quotes,
        record=record,
    )
