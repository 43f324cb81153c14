"""The names in a text: what the model found, corrected by the gazetteer and by the rest of the article."""

import re
from collections import Counter
from collections.abc import Iterable

from pipeline.entities.cluster import NameSpan
from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.names import person_tokens, trimmed
from pipeline.entities.person_words import is_given_name
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.things import acronyms
from pipeline.entities.words import Words
from schemas.records import EntityType

ModelSpan = tuple[int, int, EntityType]
_ARTICLE = re.compile(r"(?:der|die|das|den|dem|des|ein|eine|einer|eines) ", re.IGNORECASE)


def name_spans(words: Words, model: Iterable[ModelSpan], gazetteer: Gazetteer) -> list[NameSpan]:
    """All names in reading order, without overlaps.

    A name that the gazetteer knows wins over what the model says of the same
    words; a longer name of the model keeps a known one inside it ("Universität Bremen").
    """
    repaired = [span for found in model if (span := _repaired(words, *found)) is not None]
    known = [
        NameSpan(begin, end, match.entry.type, match)
        for begin, end, match in gazetteer.matches(words)
        if not match.weak or any(_overlap(begin, end, s.begin, s.end) for s in repaired)
    ]
    spans = _merged(repaired, known)
    spans = _with_short_forms(words, spans)
    spans = _repeated(words, spans)
    spans = [*spans, *_in_compounds(words, spans, gazetteer)]
    return sorted(_of_one_type(words, spans))


def _overlap(begin: int, end: int, other_begin: int, other_end: int) -> bool:
    return begin < other_end and other_begin < end


def _repaired(words: Words, begin: int, end: int, entity_type: EntityType) -> NameSpan | None:
    inside = words.within(begin, end)
    if not inside:
        return None
    if entity_type == "PER":
        edges = trimmed(words, begin, end)
        if edges is None or not words.text[edges[0]].isupper() and words.text[edges[0]].isalpha() and (
            " " not in words.text[edges[0] : edges[1]]
        ):
            return None
        return NameSpan(*edges, entity_type)
    article = _ARTICLE.match(words.text, begin, end)
    if article is not None and entity_type != "MISC":
        begin = article.end()
    if begin >= end or (len(inside) == 1 and role_word(inside[0].text) is not None):
        return None
    return NameSpan(begin, end, entity_type)


def _merged(model: list[NameSpan], known: list[NameSpan]) -> list[NameSpan]:
    kept = []
    for span in known:
        larger = [m for m in model if m.begin <= span.begin and span.end <= m.end and m.end - m.begin > span.end - span.begin]
        if not larger or (span.known is not None and span.known.entry.users and len(larger) == 1 and (
            larger[0].type == span.type
        )):
            kept.append(span)
    spans = list(kept)
    for found in model:
        if not any(_overlap(found.begin, found.end, k.begin, k.end) for k in spans):
            spans.append(found)
    return sorted(spans)


def _with_short_forms(words: Words, spans: list[NameSpan]) -> list[NameSpan]:
    """Acronyms introduced in brackets are names of what they stand for, wherever they stand."""
    result = list(spans)
    taken = {(s.begin, s.end) for s in spans}
    for short, meant in acronyms(words, spans).items():
        for form in (short, short + "s"):
            for index in words.places.get(form, ()):
                word = words.words[index]
                if (word.begin, word.end) not in taken and not _covered(result, word.begin, word.end):
                    result.append(NameSpan(word.begin, word.end, meant.type, meant.known))
    return result


def _covered(spans: Iterable[NameSpan], begin: int, end: int) -> bool:
    return any(_overlap(begin, end, s.begin, s.end) for s in spans)


def _repeated(words: Words, spans: list[NameSpan]) -> list[NameSpan]:
    """Names found in one place hold in the others: surnames of persons, whole names of the rest."""
    forms: dict[str, EntityType] = {}
    for span in spans:
        text = words.text[span.begin : span.end]
        if span.type == "PER":
            tokens = person_tokens(text)
            if tokens and (len(tokens) > 1 or not is_given_name(tokens[-1])) and len(tokens[-1]) > 1:
                forms.setdefault(tokens[-1], "PER")
        elif span.known is None and " " not in text and len(text) > 2 and text[0].isupper():
            forms.setdefault(text, span.type)
    result = list(spans)
    taken = sorted((s.begin, s.end) for s in spans)
    covered = [False] * len(words.words)
    for begin, end in taken:
        for index in range(words.at(begin), words.at(end)):
            covered[index] = True
    for form, entity_type in forms.items():
        if role_word(form) is not None or not form[0].isupper():
            continue
        for variant in (form, form + "s"):
            for index in words.places.get(variant, ()):
                if not covered[index] and _stands_alone(words, index):
                    word = words.words[index]
                    covered[index] = True
                    result.append(NameSpan(word.begin, word.end, entity_type))
    return result


def _stands_alone(words: Words, index: int) -> bool:
    """Whether the word is no part of another name ("Müller Milch") as far as its neighbours tell."""
    word = words.words[index]
    return not word.text.isdigit() and words.text[word.end : word.end + 1] != "-"


def _in_compounds(words: Words, spans: list[NameSpan], gazetteer: Gazetteer) -> list[NameSpan]:
    """Known organisations and countries that begin a hyphenated word ("EZB-Präsidentin", "US-Zölle")."""
    found = []
    for word in words.words:
        if "-" not in word.text or _covered(spans, word.begin, word.end):
            continue
        parts = word.text.split("-")
        for count in range(len(parts) - 1, 0, -1):
            first = "-".join(parts[:count])
            known = gazetteer.by_words.get((first,))
            if known is not None and known.entry.type in ("ORG", "LOC"):
                found.append(NameSpan(word.begin, word.begin + len(first), known.entry.type, known))
                break
    return found


def _of_one_type(words: Words, spans: list[NameSpan]) -> list[NameSpan]:
    """The same words get the same type everywhere: the commonest one."""
    counts: dict[str, Counter[EntityType]] = {}
    for span in spans:
        counts.setdefault(words.text[span.begin : span.end], Counter())[span.type] += 1
    result = []
    for span in spans:
        types = counts[words.text[span.begin : span.end]]
        best = max(types, key=lambda t: (types[t], t == span.type))
        result.append(span if span.known is not None or best == span.type else NameSpan(span.begin, span.end, best))
    return result
