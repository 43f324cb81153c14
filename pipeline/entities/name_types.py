"""One type for the same words in an article, and the known names that are a surname or given name in it."""

from collections import Counter
from collections.abc import Container

from pipeline.entities.cluster import NameSpan
from pipeline.entities.enumerations import enumerated_organisations
from pipeline.entities.gazetteer import GazetteerMatch
from pipeline.entities.name_evidence import NameEvidence
from pipeline.entities.name_forms import person_tokens
from pipeline.entities.person_patterns import introduces
from pipeline.entities.person_words import GENDERED_TITLES
from pipeline.entities.registry import NAME_RULES
from pipeline.entities.words import TextWords
from pipeline.lexicon import endings, word_list
from pipeline.lexicon.words import DETERMINERS
from pipeline.spans import CharOffset
from schemas.records import EntityType

_Place = tuple[CharOffset, CharOffset]
_BEFORE_PLACES = word_list("before_places")
_SHIPS = endings("ships")
_DEFINITE_ARTICLES = word_list("definite_articles")


def with_one_type(
    words: TextWords, spans: list[NameSpan], persons: Container[_Place], evidence: NameEvidence | None = None
) -> list[NameSpan]:
    """`spans`, in which the same words have the commonest of their types; surnames are persons whatever the model said.

    `persons` are the places where the model sees one: there, a known name gives way to the person's that it is too.
    With `evidence`, a type that the model is sure of stays.
    """
    counts: dict[str, Counter[EntityType]] = {}
    surnames: set[str] = set()
    ships = {words.text[span.begin : span.end] for span in spans if _names_ship(words, span)}
    listed = enumerated_organisations(words, spans) if NAME_RULES["enumeration"].on else frozenset()
    for span in spans:
        text = words.text[span.begin : span.end]
        counts.setdefault(text, Counter())[span.type] += 1
        if not NAME_RULES["surname-is-person"].on:
            continue
        if span.type == "PER" and " " in text and (tokens := person_tokens(text)):
            surnames.add(tokens[-1])
        elif span.known is not None and _introduced(words, span, span.known, persons):
            surnames.add(text)
    result = []
    for span in spans:
        text = words.text[span.begin : span.end]
        surname = text in surnames or text.removesuffix("s") in surnames
        if text in ships and _may_be_ship(words, span):
            result.append(NameSpan(span.begin, span.end, "MISC"))
            continue
        if span.known is not None:
            gives_way = surname and _gives_way(words, span, span.known, persons)
            result.append(NameSpan(span.begin, span.end, "PER") if gives_way else span)
            continue
        if evidence is not None and evidence.sure(span):
            result.append(span)
            continue
        best = span.type
        if NAME_RULES["commonest-type"].on:
            best = max(counts[text], key=lambda t: (counts[text][t], t == span.type))
        if text in listed:
            best = "ORG"
        if surname:
            best = "PER"
        result.append(span if best == span.type else NameSpan(span.begin, span.end, best))
    return result


def _names_ship(words: TextWords, span: NameSpan) -> bool:
    """Whether a name in marks is a ship's: behind a ship ("Fähre „Kiel“"), or no noun tells its kind ("die „Kiel“")."""
    users = span.known is not None and span.known.entry.users
    if span.type == "PER" or users or not words.in_marks(span.begin, span.end):
        return False
    index = words.at(span.begin) - 1
    if index < 0 or words.gap(index, index + 1)[:1] != " ":
        return False
    before = words.words[index].text
    noun = before[0].isupper() and before.lower() not in DETERMINERS
    return before.endswith(_SHIPS) or (not noun and span.type == "MISC" and span.known is None)


def _may_be_ship(words: TextWords, span: NameSpan) -> bool:
    """Whether a name that is a ship's elsewhere means the ship here too; "in Hessen" does not."""
    if span.known is not None or span.type == "LOC":
        users = span.known is not None and span.known.entry.users
        return words.in_marks(span.begin, span.end) and not users
    return span.type != "PER"


def _introduced(words: TextWords, span: NameSpan, known: GazetteerMatch, persons: Container[_Place]) -> bool:
    """Whether a known name is a surname: "Frau Siegen", and behind a role ("Arzt Bosch") if the model sees a person."""
    before = words.at(span.begin) - 1
    if known.entry.users or before < 0:
        return False
    if (span.begin, span.end) in persons:
        return introduces(words, before)
    titled = words.words[before].text in GENDERED_TITLES and words.gap(before, before + 1) == " "
    return titled and words.text[span.begin : span.end] == known.form


def _gives_way(words: TextWords, span: NameSpan, known: GazetteerMatch, persons: Container[_Place]) -> bool:
    """Whether a known name is a person's in this place: nothing says that it is a town, or the model sees a person."""
    if _introduced(words, span, known, persons):
        return True
    first = words.at(span.begin)
    before = words.words[first - 1].text.lower() if words.gap(first - 1, first) == " " else ""
    if known.entry.users or before in _BEFORE_PLACES or words.text[span.end : span.end + 1] == "-":
        return False
    place, seen = known.entry.type == "LOC", (span.begin, span.end) in persons
    return (place and seen) or ((place or seen) and before not in _DEFINITE_ARTICLES)
