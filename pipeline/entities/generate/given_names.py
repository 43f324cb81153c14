"""Given names with their gender, distilled from the `names-dataset` package (Apache-2.0)."""

import gzip
import pickle
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

zipf_frequency = import_module("wordfreq").zipf_frequency
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

GENDER_IN_GERMAN = {
    "Andrea": "f", "Nicola": "u", "Simone": "f", "Kim": "u", "Robin": "u", "Sascha": "m", "Kai": "m", "Luca": "m",
    "Gabriele": "f", "Micha": "m", "Mika": "u", "Sigi": "u", "Toni": "u", "Joan": "u", "Jean": "m", "Jan": "m",
    "Dominique": "u", "Eike": "u", "Kay": "u", "Conny": "u", "Chris": "u", "Alex": "u", "Sam": "u", "Maxime": "m",
    "Olexandr": "m", "Wolodymyr": "m", "Dmytro": "m", "Oleksandr": "m", "Wassili": "m", "Sergij": "m", "Recep": "m",
    "Xi": "m", "Viktor": "m", "Wjatscheslaw": "m", "Kyrylo": "m", "Andrij": "m", "Jewgeni": "m", "Julija": "f",
}
SHORT_GIVEN_NAMES = ("Bo", "Jo", "Xi", "Li", "Yu", "Ed")
NOT_GIVEN_NAMES = frozenset(
    """Art Gabe Dieser Diese Dieses Alle Alles Als Am An Auf Aus Bad Bank Bei Berlin Best Beste Bis Box Bund Burg China Christ Da Dann Das Dein Dem
    Den Denn Der Des Die Doch Dr Ein Eine Einer Er Es Europa Euro Fan Frau Für Gut Haus Heim Herr Herz Hier Im In Ja
    Jahr Jetzt Kaiser Kanzler König Land Leben Licht Love Mai Mal Man Mann Mama Mehr Mein Meine Mit Mond Mutter Nach
    Name Nein Neu Neue Nord Nur Ohne Ost Papa Papst Park Prinz Rat Real Rot Schatz Schatzi Schwarz Sie So Sonne Stadt
    Stern Super Süd Tag Team Um Und Uni Unser Van Vater Vom Von Vor Wald War Was Weiß Welt Wenn Wer West Wie Wir Wo
    Zu Zum Zur Zwei Oma Opa Kind Kinder Mini Auto Baby Student Admin Ist Ihr Ihre Sein Seine Dort Foto Post Info
    Hamburg Bremen Wien Köln Paris London Rom Israel Jordan Iran Irak Kuba Malta Dr Prof Med Chef Doktor Boss Nord
    Pro Contra Anti Jung Alt Klein Groß Lang Kurz Ski Islam Oktober Januar Juni Juli August April Montag Sommer
    Grün Blau Gelb Braun Weiss Winter Frühling Herbst Morgen Abend Heute Gott Engel Teufel Held Star Stolz Frei Russia Ukraine Georgia Asia
    Florida Virginia Carolina Dakota Montana Sydney Madrid Santiago Salvador Sierra Costa San Santa Santo Saint Los
    Las El La Le Les De Da Do Du Di Del Al Abu Ben Bin Ibn Mac Mc Dos Della Van Vom Zur Zum Te Ter Ten""".split()
)


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
