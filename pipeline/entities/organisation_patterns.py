"""Names of organisations and places by their shape."""

import re
from collections.abc import Iterator

from pipeline.entities.name_clusters import stands_for
from pipeline.lexicon import endings
from pipeline.spans import CharOffset, char_span
from schemas.records import EntityType

_NO_TIME = r"(?!Mon|Diens|Mitt|Donners|Frei|Sams|Sonn|Abend|Morgen|Nachmittag)"
_PLACE = (
    r"(?:(?:Bad|Sankt|St\.|Hann\.|Groß|Klein|Neu|Alt|Schwäbisch) )?[A-ZÄÖÜ][\w.-]+"
    rf"(?: (?:am|an der|im|bei|ob der) {_NO_TIME}[A-ZÄÖÜ][\w.-]+)?"
)
_KINDS = "|".join(endings("organisation_kinds"))
_NO_ACRONYMS = "|".join(endings("no_organisation_acronyms"))
_MOST_WORDS = 20
"""Of a name behind its first one; a pattern that may go on for ever goes through all capital letters from each."""
_NAME = rf"[A-ZÄÖÜ][\w&.-]*\w(?: (?:[A-ZÄÖÜ][\w&.-]*\w|& ?\w+)){{0,{_MOST_WORDS}}}"
_SEATED = re.compile(
    r"\b(?:(?:Technischen?|Freien?) )?(?:Universität|Hochschule|Fachhochschule|Uniklinik|Universitätsklinikum|Klinikum|"
    r"Landgericht|Amtsgericht|Oberlandesgericht|Verwaltungsgericht|Sozialgericht|Arbeitsgericht|Staatsanwaltschaft|"
    r"Polizeipräsidium|Verbraucherzentrale|Handwerkskammer|Ärztekammer|Landeskriminalamt|Landratsamt|Sparkasse|"
    rf"Stadtwerke)s? {_PLACE}"
)
"""Bodies that are called by their place."""
_NO_WORD = re.compile(r"\w{100,}|(?<![\w&.-])[\w&.-]{300,}")
"""Longer than any word, and than any with hyphens; the patterns would go through it from each of its letters."""
_PATTERNS: tuple[tuple[EntityType, re.Pattern[str]], ...] = (
    (
        "ORG",
        re.compile(
            r"\b[A-ZÄÖÜ][A-Za-zÄÖÜäöü]+-(?:Ministerium|\w*ministerium|Kommission|Parlament|Sicherheitsrat|"
            r"Regierung|\w*[rR]egierung|Rat|Bank|Konzern|Fraktion|Bundestagsfraktion|Landtagsfraktion|Institut|"
            r"Stiftung|Zeitung|Armee|Behörde|\w*behörde|Koalition)(?:s|es)?\b(?!-)"
        ),
    ),
    ("ORG", _SEATED),
    ("ORG", re.compile(rf"(?<![\w-])(?!(?:{_NO_ACRONYMS})\b)[A-ZÄÖÜ]{{2,5}}(?![\w-])(?! [A-ZÄÖÜ]{{2,}}\b)")),
    (
        "ORG",
        re.compile(
            rf"\b(?:[A-ZÄÖÜ][\w&.-]*|\d+)(?: (?:[A-ZÄÖÜ&][\w&.-]*|und|für|der)){{0,{_MOST_WORDS}}}? "
            r"(?:GmbH|AG|SE|KG|KGaA|Inc|Ltd|LLC|Corp|AB|SA|NV|e\.\s?V|eG|Holding|Group|Foundation)\b"
        ),
    ),
    (
        "ORG",
        re.compile(
            r"\b(?:(?:Deutsche|Europäische|Internationale|Bayerische)[rsn]? )?(?:\w*[Ii]nstitut|\w*[Bb]undesamt|"
            r"\w*[Vv]erband|Verein|\w*[Bb]und|\w*[Mm]inisterium|\w*[Aa]kademie|\w*[Ss]tiftung|Zentralrat)(?:s|es)?"
            r" (?:für|der|des) [A-ZÄÖÜ][\w-]+(?:(?:,| und) [A-ZÄÖÜ][\w-]+)*(?: (?:NRW|[A-ZÄÖÜ][\w-]+land))?"
        ),
    ),
    (
        "ORG",
        re.compile(
            r"\b(?:1\. |2\. )?(?:FC|SV|SC|VfB|VfL|TSV|TSG|FSV|HSV|SpVgg|BC|RB|AC|AS|Borussia|Eintracht|Fortuna|"
            r"Hertha|Real|Dynamo) (?:\d+ )?[A-ZÄÖÜ][\w.-]+(?: \d{2})?"
        ),
    ),
    ("ORG", re.compile(rf"(?<=[a-zäöü] )(?:[A-ZÄÖÜ][\w-]*)?(?i:{_KINDS})s? (?P<name>{_NAME})")),
    ("ORG", re.compile(rf"(?P<name>(?:[A-ZÄÖÜ]\w+e[rsn]? )?{_NAME}) \((?P<short>[A-ZÄÖÜ]{{2,6}})\)")),
    (
        "LOC",
        re.compile(
            r"(?<=\b[Ii]n )[A-ZÄÖÜ][a-zäöüß]+(?:burg|stadt|heim|hausen|dorf|ingen|hofen|bach|feld|furt|kirchen|"
            r"hagen|rode|stedt|brück|brücken|münde|zell|roda|witz|itz|grad|ow|shire|ville|istan|ien)\b(?! [a-z])"
        ),
    ),
)


def pattern_spans(text: str) -> Iterator[tuple[CharOffset, CharOffset, EntityType]]:
    """Begin, end and type of what looks like the name of an organisation or a place; they may overlap."""
    text = _NO_WORD.sub(lambda run: " " * len(run.group()), text)
    for entity_type, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            begin, end = char_span(match, "name" if "name" in pattern.groupindex else 0)
            if "short" in pattern.groupindex and not stands_for(match["short"], match["name"]):
                continue
            yield begin, end, entity_type
