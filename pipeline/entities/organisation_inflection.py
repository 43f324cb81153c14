"""Names of organisations in the nominative."""

import re

from pipeline.lexicon import endings

_ADJECTIVE = re.compile(
    r"^((?:Deutsch|Europäisch|International|National|Bayerisch|Sächsisch|Österreichisch|Schweizerisch|Statistisch|"
    r"Technisch|Evangelisch|Katholisch|Christlich|Sozialdemokratisch|Demokratisch|Islamisch|Jüdisch|Zentral|Oberst|"
    r"Auswärtig|Rot|Weiß|Schwarz|Grün|Frei|Neu|Jung|Alt|Groß|Klein|Hoh|Nah|Mittler|Fern|Tot|Golden|Offen|Link|Recht|"
    r"Alternativ|Allgemein|Öffentlich|Vereint|Russisch|Britisch|Französisch|Amerikanisch|"
    r"Norddeutsch|Süddeutsch|Westdeutsch|Mitteldeutsch|[A-ZÄÖÜ]\w+lich|[A-ZÄÖÜ]\w+isch))(e|en|er|es|em) (?=[A-ZÄÖÜ])"
)
_FEMININE = endings("feminine_organisation_endings")
_NEUTER = endings("neuter_organisation_endings")
_MASCULINE = endings("masculine_organisation_endings")


_GENITIVE_HEAD = re.compile(
    r"^([A-ZÄÖÜ][\w-]*?)(?:es|s)(?= (?:(?P<small>der|des|für|von|zur|zum|deutscher|in) |[A-ZÄÖÜ]))"
)
_SEATED = ("gericht", "präsidium", "klinikum", "ministerium", "amt")
"""What has its seat behind its name: "Landgerichts Bremen"; others are names of their own there ("Parks Canada")."""
_OTHERS = ("ktor", "kosten")
"""Endings of other nouns that end like those above: "Sektor", "Unkosten"."""


def organisation_in_nominative(name: str) -> str:
    """`name` as it stands in the nominative: "Deutsche Bahn" for "Deutschen Bahn", "Verband der" for "Verbands der"."""
    head = _GENITIVE_HEAD.match(name)
    if head is not None and head.group(1).lower().endswith((*_MASCULINE, *_NEUTER) if head["small"] else _SEATED):
        name = head.group(1) + name[head.end() :]
    match = _ADJECTIVE.match(name)
    noun = re.split(r"[\s,]", name[match.end() :])[0].lower() if match is not None else ""
    if match is None or noun.removesuffix("s").endswith(_OTHERS):
        return name
    bare = noun.removesuffix("es").removesuffix("s")
    if noun.endswith(_FEMININE):
        ending = "e"
    elif noun.endswith(_NEUTER) or bare.endswith(_NEUTER):
        ending = "es"
    elif noun.endswith(_MASCULINE) or bare.endswith(_MASCULINE):
        ending = "er"
    elif noun.endswith("en"):
        ending = "e"
    else:
        return name
    return f"{match.group(1)}{ending} {name[match.end() :]}"
