"""News agencies: their names, and the lines, brackets and notes of sources that say which an article comes from."""

import re
from collections.abc import Sequence

from pipeline.cleaning.lines import words_of
from pipeline.cleaning.shapes import is_time

AGENCIES = (
    "dpa", "AFP", "Reuters", "AP", "KNA", "epd", "SID", "APA", "sda", "Keystone-SDA", "dts", "dapd", "ddp", "Interfax",
    "dpa-AFX", "AWP", "Bloomberg", "ANSA", "PAP", "TASS", "Xinhua", "Kyodo", "EFE", "idea", "IPS", "cid",
    "spot on news", "OTS", "ots", "APA-OTS", "epdÖ", "kathpress",
)  # fmt: skip
_AGENCY_WORDS = frozenset(word for name in AGENCIES for word in words_of(name))
AGENCY_BY_NAME = {name.lower(): name for name in AGENCIES}
AGENCY = "|".join(re.escape(name) for name in sorted(AGENCIES, key=len, reverse=True))
_AGENCY_IN_BRACKETS = re.compile(rf"\((?P<names>(?:mit )?(?:{AGENCY})(?:[/, &]+(?:und )?[\w.-]+){{0,4}})\)")
_AGENCY_LINE = re.compile(
    rf"(?:(?-i:[A-ZÄÖÜ][\w./-]+(?: [A-ZÄÖÜ][\w./-]+){{0,2}} \()|"
    rf"quellen?:? |mit |\((?:red[.,/] ?)?|von |weitere quellen • |[a-z]{{2,4}}/)?(?:material (?:von|"
    rf"der) )?(?P<names>(?:{AGENCY})(?:[/, &|]+(?:und )?[\w.-]+){{0,4}})\)?\.?(?: ?[–-])?$",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"(?:(?<!\()\b[Qq]uellen?:|\d Uhr;) ?(?P<names>.{2,80})$")


def agencies_in(text: str, *, whole: bool) -> list[str]:
    """The agencies named in brackets in `text` or, if `whole`, as all of it."""
    named: list[str] = []
    for found in _AGENCY_IN_BRACKETS.finditer(text) if "(" in text else ():
        named += _agency_names(found["names"])
    if whole and (line := _AGENCY_LINE.match(_untimed(text))):
        named += _agency_names(line["names"])
    return named


def agencies_of_source(line: str) -> list[str]:
    """The agencies in what a site calls the source of an article ("Quelle: bote.example, dpa", "12:30 Uhr; sda")."""
    found = _SOURCE.search(line) if "uelle" in line or "Uhr;" in line else None
    return _agency_names(found["names"]) if found is not None else []


def is_agency_line(line: str, words: Sequence[str]) -> bool:
    """Whether the line is nothing but the agencies that an article comes from."""
    return len(line) <= 60 and not _AGENCY_WORDS.isdisjoint(words) and _AGENCY_LINE.match(_untimed(line)) is not None


def _untimed(line: str) -> str:
    """A line without the time of publication before a bar: "12. März 2024, 9:14 Uhr | APA/Red."."""
    begin, bar, rest = line.rpartition(" | ")
    return rest if bar and is_time(begin) else line


def _agency_names(text: str) -> list[str]:
    return [AGENCY_BY_NAME[name.lower()] for name in re.split(r"[/, &|]+", text) if name.lower() in AGENCY_BY_NAME]
