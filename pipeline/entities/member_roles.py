"""Members of bodies that are called as the body is: "Bundesrat Obst" sits in the Bundesrat."""

from collections.abc import Sequence

from pipeline.entities.cluster import NameSpan
from pipeline.entities.words import TextWords
from pipeline.lexicon import word_list
from pipeline.spans import TokenIndex

_BODIES = word_list("bodies_called_as_their_members")


def is_member(words: TextWords, index: TokenIndex) -> bool:
    """Whether the word at `index`, right before a person's name, says what the person is: "SVP-Nationalrat Obst"."""
    before = words.words[index - 1].text if index > 0 else ""
    return words.words[index].text.rsplit("-", 1)[-1] in _BODIES and before.lower() != "im"


def without_members(words: TextWords, spans: Sequence[NameSpan]) -> list[NameSpan]:
    """`spans`, in reading order, without the bodies that are the role of the person who is named right behind."""
    persons = {span.begin for span in spans if span.type == "PER"}
    return [
        span
        for span in spans
        if span.end + 1 not in persons
        or words.text[span.begin : span.end] not in _BODIES
        or not is_member(words, words.at(span.begin))
    ]
