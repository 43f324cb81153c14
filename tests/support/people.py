"""People who do not exist, as many as a test needs, and where their names stand."""

from pipeline.entities.cluster import NameSpan
from pipeline.entities.words import TextWords
from pipeline.models.sentences import sentence_starts
from pipeline.spans import CharOffset
from schemas.records import EntityType

_GIVEN_NAMES = ("Hanna", "Rüdiger", "Maren", "Timo", "Elvira", "Bernd", "Petra", "Malte")


def people(count: int) -> list[str]:
    """People of whom each is another."""
    return [f"{_GIVEN_NAMES[n % 8]} Tölk{chr(97 + n // 8 % 26)}{chr(97 + n // 208 % 26)}" for n in range(count)]


def text_words(text: str) -> TextWords:
    """The words of a text, and its sentences."""
    return TextWords(text, sentence_starts(text))


def named(text: str, names: list[str], kind: EntityType = "PER") -> list[NameSpan]:
    """The names where they stand one after the other in the text."""
    spans: list[NameSpan] = []
    at = 0
    for name in names:
        at = text.index(name, at)
        spans.append(NameSpan(CharOffset(at), CharOffset(at + len(name)), kind))
        at += len(name)
    return spans
