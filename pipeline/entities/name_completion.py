"""Names of persons that a model cut off, with the words that belong to them."""

import re
from collections.abc import Iterable

from pipeline.entities.cluster import NameSpan
from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.person_patterns import can_be_surname, introduces
from pipeline.entities.person_words import is_given_name
from pipeline.entities.registry import NAME_RULES
from pipeline.entities.speech_context import speaks
from pipeline.entities.words import TextWords
from pipeline.spans import CharOffset

_WITH_NICKNAME = re.compile(r"""[^\W\d_][\w .-]* \(?[„"“»«'‚‘]\w[\w .-]*[“”"«»'‘’]\)? """)
_LONGEST_BEFORE_SURNAME = 60


def complete_names(words: TextWords, spans: Iterable[NameSpan], gazetteer: Gazetteer) -> list[NameSpan]:
    """`spans` in reading order; a given name alone gets its surname where it is sure.

    A name that became part of another one is left out.
    """
    result: list[NameSpan] = []
    for span in sorted(spans):
        if result and span.begin < result[-1].end:
            continue
        if span.type != "PER":
            result.append(span)
            continue
        end = _surname_end(words, span.begin, span.end, gazetteer)
        result.append(NameSpan(span.begin, end, "PER", span.known))
    return result


def with_nicknames(words: TextWords, spans: Iterable[NameSpan]) -> list[NameSpan]:
    """`spans` in reading order; a given name and the surname around a nickname in marks are one person.

    "Jan „Johnny“ Obst" is, where the model sees "Jan" and "Obst".
    """
    result: list[NameSpan] = []
    for span in sorted(spans):
        before = result[-1] if result else None
        if before is not None and before.type == span.type == "PER" and _around_nickname(words, before, span):
            result[-1] = NameSpan(before.begin, span.end, "PER", before.known or span.known)
        else:
            result.append(span)
    return result


def _around_nickname(words: TextWords, given: NameSpan, surname: NameSpan) -> bool:
    text = words.text[given.begin : surname.begin]
    return len(text) <= _LONGEST_BEFORE_SURNAME and _WITH_NICKNAME.fullmatch(text) is not None


def _surname_end(words: TextWords, begin: CharOffset, end: CharOffset, gazetteer: Gazetteer) -> CharOffset:
    """Where the surname behind a given name alone ends: after a title or role, or beside a verb of saying."""
    if not NAME_RULES["surname-behind"].on:
        return end
    first, following = words.at(begin), words.at(end)
    alone = following == first + 1 and words.words[first].end == end and is_given_name(words.words[first].text)
    if not alone or following >= len(words.words) or words.gap(first, following) != " ":
        return end
    surname = words.words[following]
    if not can_be_surname(surname.text, gazetteer):
        return end
    sure = (first > 0 and introduces(words, first - 1)) or speaks(words, begin, surname.end)
    return surname.end if sure else end
