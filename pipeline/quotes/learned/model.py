"""The learned quote model: a text in, quotes with their roles out."""

from pathlib import Path
from typing import cast

import numpy as np

from pipeline.encoder.session import EncoderSession, open_graph
from pipeline.models.catalogue import DATA
from pipeline.models.recognizer import shared_encoder
from pipeline.quotes.candidates import Medium, QuoteCandidate, QuoteType, Range
from pipeline.quotes.learned.decode import DecodedQuote, Floats, RoleBatch, RoleScores, decode
from pipeline.quotes.learned.files import ENCODER, ROLES, SETTINGS, STATES, TAGGER, LearnedSettings
from pipeline.quotes.learned.tags import runs
from pipeline.quotes.learned.windows import align, cut
from pipeline.quotes.learned.words import Words, normalise_marks, split_words

_WEIGHTS = DATA / "quotes"
_QUOTES_AT_ONCE = 16


class LearnedQuotes:
    """Finds quotes in German text. Loaded once; the same text always gives the same quotes."""

    def __init__(self, folder: Path = _WEIGHTS) -> None:
        self._tokenizer, table = shared_encoder()
        self._encoder = EncoderSession(folder / ENCODER, table)
        self._tagger = open_graph(folder / TAGGER)
        self._roles = open_graph(folder / ROLES)
        self._settings = LearnedSettings.read(folder / SETTINGS)

    def __call__(self, text: str) -> list[QuoteCandidate]:
        """Quotes in the order of the text, an outer one before those inside it.

        Spans are half-open code points into `text`, which may be any text of any length.
        """
        marked = normalise_marks(text)
        words = split_words(marked)
        if not len(words):
            return []
        vectors, emissions = self._tagger.run(
            None, {"states": self._states(marked, words), "features": words.features[None]}
        )

        def decode_roles(inputs: RoleBatch) -> RoleScores:
            return self._decode_roles(vectors[0], inputs)

        quotes = decode(emissions[0], self._settings.transitions, words, decode_roles, self._settings.decode)
        found = [self._candidate(quote, words) for quote in quotes]
        return [one for one in found if any(sign.isalnum() for b, e in one.spans for sign in text[b:e])]

    def _states(self, marked: str, words: Words) -> Floats:
        pieces = align(self._tokenizer(marked), words)
        parts = []
        for window in cut(pieces):
            states = self._encoder.run(pieces.ids[window.begin : window.end])[STATES]
            first, last = window.places(pieces)
            parts.append((states[first] + states[last]) * np.float32(0.5))
        states = np.concatenate(parts)
        return states[None]

    def _decode_roles(self, vectors: Floats, inputs: RoleBatch) -> RoleScores:
        parts = []
        for begin in range(0, len(inputs.mask), _QUOTES_AT_ONCE):
            rows = slice(begin, begin + _QUOTES_AT_ONCE)
            parts.append(
                self._roles.run(
                    None,
                    {
                        "words": vectors[inputs.words[rows]],
                        "place": inputs.place[rows],
                        "distance": inputs.distance[rows],
                        "sentence": inputs.sentence[rows],
                        "mask": inputs.mask[rows],
                    },
                )
            )
        members, pointers, whole = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return members, pointers, whole

    def _candidate(self, quote: DecodedQuote, words: Words) -> QuoteCandidate:
        return QuoteCandidate(
            spans=spans(words, quote.segment.words),
            type=cast(QuoteType, quote.segment.type),
            medium=cast(Medium, quote.medium),
            speaker_spans=spans(words, quote.roles["speaker"]),
            cue_spans=spans(words, quote.roles["cue"]),
            frame_spans=spans(words, quote.roles["frame"]),
            addressee_spans=spans(words, quote.roles["addressee"]),
            confidence=self._settings.calibration.confidence(quote),
            source="learned",
        )


def spans(words: Words, indices: list[int] | tuple[int, ...]) -> list[Range]:
    """Spans of the text that words, by ascending indices, cover; neighbours are joined."""
    return [(int(words.begin[run[0]]), int(words.end[run[-1]])) for run in runs(indices)]
