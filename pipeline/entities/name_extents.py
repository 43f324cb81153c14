"""How far the names of bodies and districts reach: with the place behind them, and with the noun before it."""

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


def with_places(words: TextWords, spans: Sequence[NameSpan]) -> list[NameSpan]:
    """`spans` in reading order, in which bodies and places are one name.

    A place right behind an organisation belongs to its name ("Städtetag NRW"); acronyms stand for themselves. So does
    a noun before a place that is called by it: "Sparkasse Waldau", "Kreis Waldau".
    """
    result: list[NameSpan] = []
    for span in spans:
        last = result[-1] if result else None
        if last is not None and NAME_RULES["place-behind-body"].on and _behind_body(words, last, span):
            result[-1] = NameSpan(last.begin, span.end, "ORG")
        elif NAME_RULES["noun-before-place"].on:
            result.append(_with_noun(words, last, span))
        else:
            result.append(span)
    return result


def _behind_body(words: TextWords, last: NameSpan, span: NameSpan) -> bool:
    return (
        (last.type, span.type) == ("ORG", "LOC")
        and words.text[last.end : span.begin] == " "
        and words.text[last.end - 1] != "."
        and not words.text[last.begin : last.end].isupper()
        and not words.text[last.begin : last.end].islower()  # "dpa"
        and words.text[span.end : span.end + 1] != "-"
    )


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
