"""Frames in the middle of a statement: "Das sei, sagte Obst, Unsinn"."""

from collections.abc import Sequence

from pipeline.entities.roles_lexicon import role_word
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

    Where the statement before breaks off, only a role with more behind it is one: "Das sei, sagte Obst, Leiter des
    Amtes, falsch".
    """
    end = apposition(tokens, comma, limit) if comma < limit else None
    if end is None or not breaks_off(tokens, before, first):
        return end
    noun = next((token.text for token in tokens[comma + 1 : end] if token.capital), None)
    is_role = noun is not None and role_word(noun) is not None
    return end if is_role and end < limit and tokens[end].text == "," else None
