"""Names that mean one body in German articles, and another one in Austrian or Swiss ones: "Bundesrat", "Grüne"."""

import re
from dataclasses import replace

from pipeline.entities.cluster import NameSpan
from pipeline.entities.countries import COUNTRIES, Country, country_before, country_in
from pipeline.entities.gazetteer import Gazetteer, GazetteerEntry
from pipeline.entities.gazetteer_forms import case_forms, name_parts
from pipeline.entities.slugs import entity_id
from pipeline.entities.words import TextWords
from pipeline.spans import CharOffset

_ADJECTIVE = re.compile(r"(?P<stem>[a-zäöüß-]+isch)(?:e[nrms]?)?")


def gazetteer_of(gazetteer: Gazetteer, country: Country | None) -> Gazetteer:
    """The names as articles of `country` use them; where it is None, nobody has what several countries have."""
    variants = gazetteer.of_countries
    if not variants:
        variants["DE"] = gazetteer
    if country not in variants:
        own = [entry for entry in gazetteer.national if entry.country == country]
        variants[country] = _over(variants["DE"], own if country is not None else _of_nobody(variants["DE"]))
    return variants[country]


def _over(gazetteer: Gazetteer, entries: list[GazetteerEntry]) -> Gazetteer:
    """`gazetteer` with `entries`, whose names mean nobody else then, but for what the user's file knows."""
    made = replace(gazetteer, by_words=dict(gazetteer.by_words), longest=dict(gazetteer.longest))
    for form in (form for entry in entries for name in entry.names for form in case_forms(name_parts(name))):
        known = made.by_words.get(form)
        if known is not None and not known.entry.users:
            del made.by_words[form]
    made.add(entries)
    return made


def _of_nobody(gazetteer: Gazetteer) -> list[GazetteerEntry]:
    """For what means one entity in most articles, and another one in those of a country, an entry that is neither."""
    shared: dict[str, tuple[GazetteerEntry, list[str]]] = {}
    for name in dict.fromkeys(name for entry in gazetteer.national for name in entry.names):
        known = gazetteer.look_up(name)
        if known is not None:
            shared.setdefault(known.entry.id, (known.entry, []))[1].append(name)
    made = []
    for entry, names in shared.values():
        weak = tuple(name for name in names if name in entry.weak_aliases)
        strong = tuple(name for name in names if name not in weak)
        own = (*strong, *weak)[0]
        identifier = "-".join((entity_id(entry.type, own), *COUNTRIES)).lower()
        made.append(GazetteerEntry(identifier, own, entry.type, aliases=strong, weak_aliases=weak))
    return made


def in_their_countries(words: TextWords, spans: list[NameSpan], gazetteer: Gazetteer) -> list[NameSpan]:
    """`spans`, in which a body is that of the country which the word before tells: "die deutschen Grünen".

    Of another country's ("die französischen Grünen") the gazetteer knows nothing.
    """
    return [_in_its_country(words, span, gazetteer) if span.type == "ORG" else span for span in spans]


def gazetteer_before(words: TextWords, begin: CharOffset, gazetteer: Gazetteer) -> Gazetteer:
    """The names as the country uses them that the word before `begin` tells; without such a word `gazetteer`."""
    country = country_before(words, begin)
    return gazetteer if country is None else gazetteer_of(gazetteer, country)


def _in_its_country(words: TextWords, span: NameSpan, gazetteer: Gazetteer) -> NameSpan:
    if span.known is not None and span.known.entry.users:
        return span
    inside = words.within(span.begin, span.end)
    within = country_in(inside[0].text) if len(inside) > 1 else None  # "Schweizer Nationalrat" as a whole
    told = [(country_before(words, span.begin), span.begin), *((within, word.begin) for word in inside[:2])]
    for country, begin in told:
        name = words.text[begin : span.end]
        if country is not None and _differs(name, gazetteer):
            return NameSpan(begin, span.end, span.type, gazetteer_of(gazetteer, country).look_up(name))
    if span.known is None or not _foreign(words, span.begin, gazetteer):
        return span
    nobodys = _differs(words.text[span.begin : span.end], gazetteer)
    return NameSpan(span.begin, span.end, span.type) if nobodys else span


def _differs(name: str, gazetteer: Gazetteer) -> bool:
    """Whether `name` means different entities in articles of different countries."""
    found = (gazetteer_of(gazetteer, country).look_up(name) for country in COUNTRIES)
    return len({known.entry.id if known is not None else None for known in found}) > 1


def _foreign(words: TextWords, begin: CharOffset, gazetteer: Gazetteer) -> bool:
    """Whether the word right before `begin` tells a country where no German is written: "polnische", "Polens"."""
    index = words.at(begin) - 1
    if index < 0 or words.text[words.words[index].end : begin] != " ":
        return False
    word = words.words[index].text
    adjective = _ADJECTIVE.fullmatch(word)
    if adjective is not None:
        return adjective["stem"] == "europäisch" or adjective["stem"] in gazetteer.adjectives
    known = gazetteer.look_up(word)
    return known is not None and bool(known.entry.adjectives) and word == known.form + "s"


def demonym(word: str, gazetteer: Gazetteer) -> GazetteerEntry | None:
    """The country of "Brite", "Briten", "Britin", "Deutsch-Israeli"."""
    if not word[0].isupper():
        return None
    last = word.rsplit("-", 1)[-1]
    bare = [last.removesuffix(ending) for ending in ("", "n", "in", "innen", "s")]
    women = [form + "e" for form in bare[2:4]]
    return next((entry for form in (*bare, *women) if (entry := gazetteer.demonyms.get(form)) is not None), None)
