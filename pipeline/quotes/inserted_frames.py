"""Frames in the middle of a statement: "Das sei, sagte Obst, Unsinn"."""

from collections.abc import Sequence

from pipeline.lexicon.words import CONTENT_OPENERS, FINITE_AUXILIARIES, SUBORDINATORS
from pipeline.quotes.phrases import apposition
from pipeline.quotes.text import Token
from pipeline.spans import TokenIndex


def breaks_off(tokens: Sequence[Token], before: TokenIndex, first: TokenIndex) -> bool:
    """Whether the main clause in front of a frame at token `first` ends with its auxiliary: its rest is still to come.

    `before` is where the sentence begins.
    """
    at = first - 2
    if at <= before or tokens[first - 1].text != "," or tokens[at].lower not in FINITE_AUXILIARIES:
        return False
    while at > before and tokens[at - 1].text not in ",;:":
        at -= 1
    main = at == before or tokens[at - 1].text != ","
    return main and tokens[at].lower not in SUBORDINATORS | CONTENT_OPENERS


def apposition_in_frame(
    tokens: Sequence[Token], before: TokenIndex, first: TokenIndex, comma: TokenIndex, limit: TokenIndex
) -> TokenIndex | None:
    """`apposition` in a frame that begins at token `first`.

    Where the statement before breaks off, there is none: behind "Das sei, sagte Obst," it goes on.
    """
    end = apposition(tokens, comma, limit) if comma < limit else None
    return None if end is not None and breaks_off(tokens, before, first) else end
