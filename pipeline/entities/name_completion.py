"""Names of persons that a model cut off, with the words that belong to them."""

from collections.abc import Iterable

from pipeline.entities.cluster import NameSpan
from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.person_patterns import can_be_surname, introduces
from pipeline.entities.person_words import NOBLE, PARTICLES, is_given_name
from pipeline.entities.registry import NAME_RULES
from pipeline.entities.speech_context import speaks
from pipeline.entities.words import TextWords


def complete_names(words: TextWords, spans: Iterable[NameSpan], gazetteer: Gazetteer) -> list[NameSpan]:
    """`spans` in reading order; a given name alone gets its surname, a surname its given names where it is sure.

    A name that became part of another one is left out.
    """
    result: list[NameSpan] = []
    for span in sorted(spans):
        if result and span.begin < result[-1].end:
            continue
        if span.type != "PER":
            result.append(span)
            continue
        begin = _given_name_before(words, span, result[-1].end if result else 0)
        end = _noble_end(words, span.end)
        if end == span.end:
            end = _surname_end(words, begin, span.end, gazetteer)
        result.append(NameSpan(begin, end, "PER", span.known))
    return result


def _given_name_before(words: TextWords, span: NameSpan, free_from: int) -> int:
    """Where a surname's given name begins ("Thies [Rollwagen]"); the span's own begin if none stands before it."""
    if not NAME_RULES["given-name-before"].on:
        return span.begin
    index = words.at(span.begin)
    single = index < len(words.words) and words.words[index].end >= span.end
    if not single or not index or is_given_name(words.words[index].text):
        return span.begin
    before = words.words[index - 1]
    name = is_given_name(before.text) and before.begin >= free_from and words.gap(index - 1, index) == " "
    return before.begin if name and introduces(words, index - 2) else span.begin


def _noble_end(words: TextWords, end: int) -> int:
    """Where "Ines [Freifrau von Holt]" ends, for a name that so far ends at `end`."""
    if not NAME_RULES["noble-name"].on:
        return end
    index = words.at(end)
    if index + 2 >= len(words.words) or words.words[index].text not in NOBLE or words.gap(index - 1, index) != " ":
        return end
    index += 1
    first = index
    while index < len(words.words) and words.words[index].text in PARTICLES and words.gap(index - 1, index) == " ":
        index += 1
    named = index < len(words.words) and words.words[index].capitalised and words.gap(index - 1, index) == " "
    return words.words[index].end if named and index > first else end


def _surname_end(words: TextWords, begin: int, end: int, gazetteer: Gazetteer) -> int:
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
