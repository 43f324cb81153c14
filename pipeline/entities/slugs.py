"""Ids that are the same in every article: type and name in plain letters."""

import re
import unicodedata

from schemas.records import EntityType

_GERMAN = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "æ": "ae",
        "ø": "oe",
        "œ": "oe",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "þ": "th",
        "ı": "i",
    }
)


def slug(name: str) -> str:
    """`name` in lower-case ASCII letters, digits and hyphens; umlauts as in German (ä becomes ae).

    A name without any Latin letter or digit keeps its own letters.
    """
    lowered = unicodedata.normalize("NFC", name).lower().translate(_GERMAN)
    stripped = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    latin = re.sub(r"[^a-z0-9]+", "-", stripped).strip("-")
    return latin or re.sub(r"[\W_]+", "-", lowered).strip("-") or "x"


def entity_id(entity_type: EntityType, name: str) -> str:
    """As in "per/annalena-baerbock"."""
    return f"{entity_type.lower()}/{slug(name)}"
