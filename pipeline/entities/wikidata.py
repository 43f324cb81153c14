"""People from the result of a Wikidata query, as rows of a gazetteer."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from pipeline.entities.slugs import entity_id
from pipeline.entities.words import WORD
from pipeline.errors import ConfigurationError
from schemas.records import Gender

COLUMNS = ("id", "label", "aliases", "gender", "party", "positions")
_ID = re.compile(r"Q[1-9][0-9]*")
_GENDERS: Mapping[str, Gender] = {
    **dict.fromkeys(("Q6581072", "Q1052281", "weiblich", "female", "f"), "f"),
    **dict.fromkeys(("Q6581097", "Q2449503", "männlich", "male", "m"), "m"),
}
"""Wikidata's items for women and men, also trans women and trans men, and their labels."""


@dataclass
class WikidataPerson:
    """A person of the result, of whom several rows may tell."""

    wikidata: str
    name: str
    aliases: list[str] = field(default_factory=list)
    gender: Gender | None = None
    affiliations: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)


def read_result(content: str) -> list[Mapping[str, str]]:
    """The rows of a result as the query service gives it: CSV, JSON, or the JSON of a SPARQL endpoint.

    Raises:
        ConfigurationError: it is none of these, or lacks the columns `id` and `label`.
    """
    rows = _json_rows(content) if content.lstrip("\ufeff \t\r\n").startswith(("[", "{")) else _csv_rows(content)
    for column in ("id", "label"):
        if not any(column in row for row in rows):
            raise ConfigurationError(f"no column {column!r}; a result has the columns {', '.join(COLUMNS)}")
    return rows


def people_of(rows: Iterable[Mapping[str, str]]) -> tuple[list[WikidataPerson], list[str]]:
    """The people, each once, and a line for each row that tells of none.

    An alias of a single word is left out: it would be found wherever somebody else is called so.
    """
    found: dict[str, WikidataPerson] = {}
    refused = []
    for number, row in enumerate(rows, 1):
        known, label = _ID.search(row.get("id", "")), row.get("label", "").strip()
        if known is None:
            refused.append(f"row {number}: id is {row.get('id', '')!r}, not an item such as Q64")
        elif not WORD.search(label) or _ID.fullmatch(label):
            refused.append(f"row {number}: {known[0]} has no label")
        else:
            person = found.setdefault(known[0], WikidataPerson(known[0], label))
            gender = row.get("gender", "").strip()
            item = _ID.search(gender)
            person.gender = person.gender or _GENDERS.get(item[0] if item else gender.lower())
            aliases = [alias for alias in _listed(row, "aliases") if len(WORD.findall(alias)) > 1 and alias != label]
            for kept, more in (
                (person.aliases, aliases),
                (person.affiliations, _listed(row, "party")),
                (person.roles, _listed(row, "positions")),
            ):
                kept += [value for value in dict.fromkeys(more) if value not in kept]
    return list(found.values()), refused


def gazetteer_rows(people: Sequence[WikidataPerson]) -> Iterator[dict[str, Any]]:
    """The people as rows of a gazetteer; the id of one whose name is another's too names the item."""
    bearers = Counter(person.name for person in people)
    for person in people:
        own = entity_id("PER", person.name)
        yield {
            "id": own if bearers[person.name] == 1 else f"{own}-{person.wikidata.lower()}",
            "name": person.name,
            "type": "PER",
            "aliases": person.aliases,
            "wikidata": person.wikidata,
            "gender": person.gender,
            "affiliations": person.affiliations,
            "roles": person.roles,
        }


def _csv_rows(content: str) -> list[Mapping[str, str]]:
    try:
        rows = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline=""), strict=True))
    except csv.Error as error:
        raise ConfigurationError(f"this is no CSV: {error}") from None
    return [{name: value or "" for name, value in row.items() if isinstance(name, str)} for row in rows]


def _json_rows(content: str) -> list[Mapping[str, str]]:
    try:
        found = orjson.loads(content.removeprefix("\ufeff"))
    except orjson.JSONDecodeError as error:
        raise ConfigurationError(f"this is no JSON: {error}") from None
    results = {"bindings": found} if isinstance(found, list) else found.get("results")
    rows = results.get("bindings") if isinstance(results, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigurationError("this is no result of a query: expected a list of rows")
    return [{name: _value(value) for name, value in row.items()} for row in rows]


def _value(value: Any) -> str:
    value = value.get("value") if isinstance(value, dict) else value
    return value if isinstance(value, str) else ""


def _listed(row: Mapping[str, str], column: str) -> list[str]:
    return [part.strip() for part in row.get(column, "").split("|") if part.strip()]
