"""Where the names of bodies and districts begin: with the noun before a place, behind the noun that says their kind."""

from collections.abc import Sequence

from pipeline.entities.cluster import NameSpan
from pipeline.entities.registry import NAME_RULES
from pipeline.entities.words import TextWords
from pipeline.lexicon import endings, word_list
from pipeline.spans import CharOffset

_BODIES = endings("bodies_before_places")
_KINDS = word_list("kinds_before_names")
_COMPOUND_KINDS = ("hersteller", "konzern")
_DISTRICTS = word_list("districts_before_places")


def with_nouns(words: TextWords, spans: Sequence[NameSpan]) -> list[NameSpan]:
    """`spans` in reading order, each with the noun that it is called by: "Sparkasse Waldau", "Kreis Waldau"."""
    if not NAME_RULES["noun-before-place"].on:
        return list(spans)
    result: list[NameSpan] = []
    for span in spans:
        result.append(_with_noun(words, result[-1] if result else None, span))
    return result


def _with_noun(words: TextWords, last: NameSpan | None, span: NameSpan) -> NameSpan:
    """The name of a place, or what the model takes for a body called so, with the noun before it."""
    index = words.at(span.begin) - 1
    if span.type not in ("LOC", "ORG") or index < 0 or words.text[words.words[index].end : span.begin] != " ":
        return span
    noun, behind = words.words[index], words.text[span.end : span.end + 1]
    taken = last is not None and last.end > noun.begin
    known_body = span.type == "ORG" and span.known is not None
    if taken or known_body or behind == "-" or words.text[span.begin : span.end].isupper():
        return span
    forms = (noun.text, noun.text.removesuffix("s"), noun.text.removesuffix("es"))
    if span.type == "LOC" and not _DISTRICTS.isdisjoint(forms):
        return NameSpan(noun.begin, span.end, "LOC")
    called = noun.capitalised and any(form.lower().endswith(_BODIES) for form in forms)
    single = " " not in words.text[span.begin : span.end]
    return NameSpan(noun.begin, span.end, "ORG") if called and single else span


def without_kind(words: TextWords, begin: CharOffset, end: CharOffset) -> CharOffset:
    """Where an organisation's name begins behind the noun that says what it is: "Partei Recht und Ordnung"."""
    kind, *name = words.of_span(begin, end)
    stem = kind.text.removesuffix("s")
    says = stem in _KINDS or stem.lower().endswith(_COMPOUND_KINDS)
    return name[0].begin if says and name and name[0].capitalised else begin
