"""Which language a text is in."""

from functools import cache
from typing import Any

_SAMPLE_CHARACTERS = 600


@cache
def _detector() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect(text: str) -> tuple[str, float]:
    """The ISO 639-1 code of the language of `text` and the detector's confidence, 0 to 1."""
    language, confidence = _detector().classify(text[:_SAMPLE_CHARACTERS])
    return str(language), float(confidence)
