"""Which language a text is in."""

import re
from collections.abc import Collection
from functools import cache
from typing import Any

_SAMPLE_CHARACTERS = 600
_LONGER_SAMPLE_CHARACTERS = 5_000
_GERMAN = frozenset({"deu", "ger"})
"""What ISO 639-2 calls German."""


def main_language(tag: str) -> str:
    """The language of a tag such as "de", "de-AT" or "deu", by its ISO 639-1 code where it is German."""
    language = re.split("[-_]", tag.lower(), maxsplit=1)[0]
    return "de" if language in _GERMAN else language


@cache
def _detector() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect(text: str, expected: Collection[str] = ()) -> str:
    """The ISO 639-1 code of the language of `text`.

    The beginning of the text tells it; where that is in none of the `expected` languages, as a motto or a list of names
    may be, more of the text is looked at.
    """
    language, _ = _detector().classify(text[:_SAMPLE_CHARACTERS])
    if expected and language not in expected and len(text) > _SAMPLE_CHARACTERS:
        language, _ = _detector().classify(text[:_LONGER_SAMPLE_CHARACTERS])
    return str(language)
