"""What kind of mention words are where the annotation does not say it."""

import pytest

from pipeline.corpus.kinds import kind_of
from pipeline.corpus.model import AnnotatedChain

BAHN = AnnotatedChain("b", "ORG", "-", "Deutsche Bahn", named=True)
LINKE = AnnotatedChain("l", "ORG", "-", "Die Linke", named=True)


@pytest.mark.parametrize(
    ("words", "chain", "kind"),
    [
        ("Deutschen Bahn", BAHN, "name"),
        ("Bahn", BAHN, "name"),
        ("die Bahn", BAHN, "nominal"),
        ("der Konzern", BAHN, "nominal"),
        ("Konzern", BAHN, "nominal"),
        ("ihr", BAHN, "pronoun"),
        ("…", BAHN, "nominal"),
        ("Die Linke", LINKE, "name"),
        ("die Linke", LINKE, "name"),
        ("der Linken", LINKE, "nominal"),
    ],
)
def test_the_kind_of_a_mention(words: str, chain: AnnotatedChain, kind: str) -> None:
    assert kind_of(words, chain) == kind
