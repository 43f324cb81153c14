"""Given names with their gender, distilled from the `names-dataset` package (Apache-2.0)."""

import gzip
import pickle
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pipeline.lexicon import two_columns

zipf_frequency = import_module("wordfreq").zipf_frequency
TABLES = Path(__file__).parent / "tables"
GERMAN_SPEAKING = ("DE", "AT", "CH")
IN_THE_NEWS = (
    *("US", "GB", "IE", "CA", "FR", "BE", "NL", "LU", "IT", "ES", "PT", "PL", "CZ", "HU", "RU", "TR", "GR", "HR", "RS"),
    *("SI", "BG", "FI", "SE", "NO", "DK", "EE", "LT", "IL", "EG", "SY", "IQ", "IR", "AF", "SA", "NG", "ZA", "BR", "AR"),
    *("MX", "CO", "IN", "JP", "KR"),
)
GERMAN_RANK, FOREIGN_RANK = 5500, 1000
SURE, MIXED_RANK = 0.85, 150
UNRANKED, COMMON_SURNAME = 10**6, 40
COMMON_WORD = 4.6
SURE_RANK, RATHER_A_SURNAME = 300, 20

GENDER_IN_GERMAN = two_columns(TABLES / "gender_in_german.tsv")
SHORT_GIVEN_NAMES = ("Bo", "Jo", "Xi", "Li", "Yu", "Ed")
NOT_GIVEN_NAMES = frozenset((TABLES / "not_given_names.txt").read_text(encoding="utf-8").split())


def given_names() -> list[tuple[str, str]]:
    """(name, "m", "f" or "u" for both) of names common enough in the news, sorted."""
    surnames = _packaged("last_names")
    found = {
        name: gender
        for name, entry in _packaged("first_names").items()
        if (gender := _gender(name, entry))
        and not _rather_a_surname(entry, surnames.get(name))
        and not _rather_a_word(name, entry)
    }
    found.update(GENDER_IN_GERMAN)
    found.update(dict.fromkeys(SHORT_GIVEN_NAMES, "u"))
    return sorted(found.items())


def _packaged(which: str) -> dict[str, dict[str, Any]]:
    spec = find_spec("names_dataset")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("names-dataset is not installed: see the command in pipeline/entities/generate")
    with gzip.open(Path(spec.origin).parent / "v3" / f"{which}.pkl.gz") as packed:
        names: dict[str, dict[str, Any]] = pickle.load(packed)
    return names


def _gender(name: str, entry: dict[str, Any]) -> str | None:
    if len(name) < 3 or not name.isalpha() or not _latin(name) or name in NOT_GIVEN_NAMES:
        return None
    german, foreign = _rank(entry, GERMAN_SPEAKING), _rank(entry, IN_THE_NEWS)
    if german > GERMAN_RANK and foreign > FOREIGN_RANK:
        return None
    female = entry["gender"].get("F") or 0.0
    male = entry["gender"].get("M") or 0.0
    if max(female, male) >= SURE:
        return "f" if female > male else "m"
    # A name that both share is either a real one (Kim) or, far more often, a surname or a word.
    return "u" if min(german, foreign) <= MIXED_RANK else None


def _rank(entry: dict[str, Any], countries: tuple[str, ...]) -> int:
    return min(entry["rank"].get(country) or UNRANKED for country in countries)


def _rather_a_surname(entry: dict[str, Any], surname: dict[str, Any] | None) -> bool:
    if surname is None:
        return False
    given = min(_rank(entry, GERMAN_SPEAKING), _rank(entry, IN_THE_NEWS))
    own = min(_rank(surname, GERMAN_SPEAKING), _rank(surname, IN_THE_NEWS))
    return given > SURE_RANK and (own * RATHER_A_SURNAME < given or _rank(surname, GERMAN_SPEAKING) <= COMMON_SURNAME)


def _rather_a_word(name: str, entry: dict[str, Any]) -> bool:
    common = zipf_frequency(name, "de") > COMMON_WORD
    return bool(common) and min(_rank(entry, GERMAN_SPEAKING), _rank(entry, IN_THE_NEWS)) > SURE_RANK


def _latin(name: str) -> bool:
    return all(letter < "ɐ" for letter in name)
