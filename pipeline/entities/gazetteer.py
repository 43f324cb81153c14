"""Known entities: the starter gazetteer and the user's, and how their names are found in a text."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import orjson

from pipeline.entities.countries import Country
from pipeline.entities.data import FOLDER
from pipeline.entities.gazetteer_forms import case_forms, name_parts, spellings
from pipeline.entities.person_words import is_given_name
from pipeline.entities.words import WORD, TextWords
from pipeline.errors import ConfigurationError
from pipeline.spans import CharOffset, TokenIndex, token_indices
from schemas.records import EntityType, Gender

_LIST_SEPARATOR = "|"
_DETERMINED = re.compile(
    r"(?<!\w)(?:die|den|ihre|seine|unsere|keine|ihren|seinen|[Dd]iese[rn]?) (?:[a-zäöüß]+e[nr]? )?$"
)


@dataclass(frozen=True, slots=True)
class GazetteerEntry:
    """One known entity.

    Attributes:
        id: wins over the one made from the name.
        name: as the entity is called in the records.
        aliases: other names, each of which is a mention wherever it stands.
        weak_aliases: names that are ordinary words too ("Grüne"): they count
            only where the model or the rules find a name.
        adjectives: "russisch"; no mentions.
        demonyms: "Russe"; no mentions.
        affiliations: organisations that a person belongs to.
        users: from the user's file, whose names are always the ones shown.
        country: the only country in whose articles its names mean it; None: they do in all.
    """

    id: str
    name: str
    type: EntityType
    aliases: tuple[str, ...] = ()
    weak_aliases: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    wikidata: str | None = None
    roles: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    gender: Gender | None = None
    users: bool = False
    country: Country | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Its name and all aliases."""
        return (self.name, *self.aliases, *self.weak_aliases)


@dataclass(frozen=True, slots=True)
class GazetteerMatch:
    """A name in the gazetteer: the entry it means and the form that is not declined."""

    entry: GazetteerEntry
    form: str
    weak: bool

    @property
    def town(self) -> bool:
        """Whether it is a town's name of one word, many of which are ordinary words too ("Pest", "Siegen")."""
        entry = self.entry
        return entry.type == "LOC" and entry.wikidata is None and not entry.users and " " not in self.form


@dataclass(slots=True)
class Gazetteer:
    """Entries by their names; later entries win over earlier ones.

    Attributes:
        longest: by the first word of names how many words the longest of them has.
        longest_word: characters of the longest name that is one word.
        bearers: by name all entries of the user's file that have it.
        national: the entries that count in articles of one country alone.
        of_countries: how articles of the countries use the names, as far as that was asked (`national_names.py`).
    """

    by_words: dict[tuple[str, ...], GazetteerMatch] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    longest_word: int = 0
    adjectives: dict[str, GazetteerEntry] = field(default_factory=dict)
    demonyms: dict[str, GazetteerEntry] = field(default_factory=dict)
    bearers: dict[str, list[GazetteerEntry]] = field(default_factory=dict)
    national: list[GazetteerEntry] = field(default_factory=list)
    of_countries: "dict[Country | None, Gazetteer]" = field(default_factory=dict)

    def add(self, entries: Iterable[GazetteerEntry]) -> None:
        """Take `entries` in; where a name is known already, the new entry has it."""
        for entry in entries:
            for name in entry.names:
                self._put(entry, name, weak=name in entry.weak_aliases)
                for spelling in spellings(name):
                    if self.look_up(spelling) is None:
                        self._put(entry, spelling, weak=name in entry.weak_aliases)
            for name in set(entry.names) if entry.users else ():
                self.bearers.setdefault(name, []).append(entry)
            self.adjectives.update(dict.fromkeys(entry.adjectives, entry))
            self.demonyms.update(dict.fromkeys(entry.demonyms, entry))

    def _put(self, entry: GazetteerEntry, name: str, *, weak: bool) -> None:
        base = name_parts(name)
        if name.endswith("n") and name[:-1] in entry.names:
            name = name[:-1]  # "Grünen" is declined from "Grüne"
        for declined in case_forms(base):
            known = self.by_words.get(declined)
            if known is not None and known.entry.users and not entry.users:
                continue
            if known is None or entry.users or declined == base or known.entry is entry:
                ordinary = weak or (declined != base and is_given_name(" ".join(declined)))  # "Jonas" of the town Jona
                self.by_words[declined] = GazetteerMatch(entry, name, ordinary)
                self.longest[declined[0]] = max(self.longest.get(declined[0], 0), len(declined))
                if len(declined) == 1:
                    self.longest_word = max(self.longest_word, len(declined[0]))

    def look_up(self, name: str) -> GazetteerMatch | None:
        """The known name that `name` is, declined or not."""
        return self.by_words.get(name_parts(name))

    def matches(self, words: TextWords) -> Iterator[tuple[CharOffset, CharOffset, GazetteerMatch]]:
        """Begin, end and meaning of every known name, the longest at each place, from left to right."""
        forms = [word.text for word in words.words]
        index = TokenIndex(0)
        while index < len(forms):
            step = 1
            longest = self.longest.get(forms[index], 0)
            for length in range(min(longest, len(forms) - index), 0, -1) if longest else ():
                known = self.by_words.get(tuple(forms[index : index + length]))
                if (
                    known is not None
                    and _unbroken(words, index, length)
                    and not _determined_town(words, words.words[index].begin, known)
                ):
                    yield words.words[index].begin, words.words[index + length - 1].end, known
                    step = length
                    break
            index += step


def compound_beginnings(word: str, longest: int) -> Iterator[str]:
    """What stands before each hyphen of a word, the longest first; none has more than `longest` characters."""
    end = word.rfind("-", 0, longest + 1)
    while end >= 0:
        yield word[:end]
        end = word.rfind("-", 0, end)


def _determined_town(words: TextWords, begin: CharOffset, known: GazetteerMatch) -> bool:
    """Whether a town's name stands behind an article ("die Löhne"): then it is an ordinary word."""
    return known.town and _DETERMINED.search(words.text, max(0, begin - 30), begin) is not None


def _unbroken(words: TextWords, index: TokenIndex, length: int) -> bool:
    return all(
        "\n" not in words.gap(i, i + 1) and len(words.gap(i, i + 1)) <= 2
        for i in token_indices(index, index + length - 1)
    )


def load_gazetteer(path: Path | None) -> Gazetteer:
    """The starter gazetteer, with the entries of the file at `path` over it.

    Raises:
        ConfigurationError: if the file cannot be read or an entry is wrong, naming file and line.
    """
    starter = list(_read_json_lines(FOLDER / "gazetteer.jsonl", users=False))
    gazetteer = Gazetteer(national=[entry for entry in starter if entry.country is not None])
    gazetteer.add(entry for entry in starter if entry.country is None)
    if path is not None:
        gazetteer.add(read_users(path))
    return gazetteer


def read_users(path: Path) -> list[GazetteerEntry]:
    """The entries of a user's file: `.csv` with a header line, else JSON lines.

    Columns: id, name, type, and optionally aliases, weak_aliases, adjectives,
    demonyms, roles, affiliations (in CSV separated by "|"), gender and wikidata.

    Raises:
        ConfigurationError: if the file cannot be read or an entry is wrong, naming file and line.
    """
    try:
        if path.suffix.lower() == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                return [_entry(row, f"{path}, line {n}", users=True) for n, row in enumerate(csv.DictReader(file), 2)]
        return list(_read_json_lines(path, users=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        cause = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"the gazetteer {path} cannot be read: {cause}") from None


def _read_json_lines(path: Path, *, users: bool) -> Iterator[GazetteerEntry]:
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                where = f"{path}, line {number}"
                try:
                    row = orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise ConfigurationError(f"the gazetteer {where}: {error}") from None
                if not isinstance(row, dict):
                    raise ConfigurationError(f"the gazetteer {where}: expected an object")
                yield _entry(row, where, users=users)


def _entry(row: dict[str, Any], where: str, *, users: bool) -> GazetteerEntry:
    for column in ("id", "name", "type"):
        if not isinstance(row.get(column), str) or not row[column].strip():
            raise ConfigurationError(f"the gazetteer {where}: {column} is missing")
    if row["type"] not in get_args(EntityType):
        raise ConfigurationError(f"the gazetteer {where}: type is {row['type']!r}, not one of PER, ORG, LOC, MISC")
    if not WORD.search(row["name"]):
        raise ConfigurationError(f"the gazetteer {where}: the name {row['name']!r} has no word in it")
    wikidata = row.get("wikidata") or None
    if wikidata is not None and not re.fullmatch(r"Q[1-9][0-9]*", str(wikidata)):
        raise ConfigurationError(f"the gazetteer {where}: wikidata is {wikidata!r}, not an id such as Q64")
    gender = row.get("gender") or None
    if gender is not None and gender not in get_args(Gender):
        raise ConfigurationError(f"the gazetteer {where}: gender is {gender!r}, not f or m")
    return GazetteerEntry(
        id=row["id"].strip(),
        name=row["name"].strip(),
        type=row["type"],
        aliases=_listed(row.get("aliases")),
        weak_aliases=_listed(row.get("weak_aliases")),
        adjectives=_listed(row.get("adjectives")),
        demonyms=_listed(row.get("demonyms")),
        wikidata=wikidata,
        roles=_listed(row.get("roles")),
        affiliations=_listed(row.get("affiliations")),
        gender=gender,
        users=users,
        country=None if users else row.get("country"),
    )


def _listed(value: object) -> tuple[str, ...]:
    parts = value.split(_LIST_SEPARATOR) if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(str(part).strip() for part in parts if str(part).strip())
