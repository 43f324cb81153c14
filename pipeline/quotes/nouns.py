"""Nouns that report: "die Forderung, …", "der Vorwurf der Opposition, …"."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.lexicon.words import DETERMINERS, GENITIVE_DETERMINERS, NOUN_CUES, THOUGHT_NOUNS
from pipeline.quotes.clauses import Clause
from pipeline.quotes.phrases import noun_phrase
from pipeline.quotes.text import Token
from pipeline.spans import TokenRange, token_indices
from schemas.records import Medium


@dataclass(frozen=True, slots=True)
class NounCue:
    """Tokens of a reporting noun with its article, and of whoever it belongs to."""

    words: TokenRange
    speaker: TokenRange | None
    medium: Medium


def noun_cue(tokens: Sequence[Token], clause: Clause) -> NounCue | None:
    """The reporting noun that closes a clause, if one does."""
    for at in token_indices(clause.last - 1, max(clause.first, clause.last - 8) - 1, -1):
        if tokens[at].lower not in NOUN_CUES or not tokens[at].capital:
            continue
        first = at - 1 if at > clause.first and tokens[at - 1].lower in DETERMINERS else at
        speaker: TokenRange | None = None
        if at + 1 < clause.last:
            owner = tokens[at + 1].lower
            end = noun_phrase(tokens, at + 1, clause.last) if owner in GENITIVE_DETERMINERS else None
            if owner in {"von", "vom"}:
                end = noun_phrase(tokens, at + 2, clause.last)
            if end != clause.last:
                return None
            speaker = TokenRange(at + 2 if owner in {"von", "vom"} else at + 1, end)
        medium: Medium = "ST" if tokens[at].lower in THOUGHT_NOUNS else "Speech"
        return NounCue(TokenRange(first, at + 1), speaker, medium)
    return None
