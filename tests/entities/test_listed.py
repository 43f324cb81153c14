"""Lists of organisations."""

import pytest

from pipeline.entities.cluster import NameSpan
from pipeline.entities.enumerations import enumerated_organisations
from pipeline.entities.words import TextWords
from pipeline.models.sentences import sentence_starts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Große Unternehmen wie Ahlers, Brandis und Körber streiken.", {"Ahlers", "Brandis", "Körber"}),
        ("Die Familienfirmen, darunter unter anderem Ahlers und Brandis, streiken.", {"Ahlers", "Brandis"}),
        ("Politiker wie Ahlers und Brandis streiken.", set()),
        ("Ein Unternehmen wie Ahlers streikt.", set()),
    ],
)
def test_lists(text: str, expected: set[str]) -> None:
    names = [name for name in ("Ahlers", "Brandis", "Körber") if name in text]
    spans = [NameSpan(text.index(name), text.index(name) + len(name), "PER") for name in names]
    assert enumerated_organisations(TextWords(text, sentence_starts(text)), spans) == expected
