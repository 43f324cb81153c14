"""What one builds first: names by a library, quotes by their marks, and who is named nearest has said it.

    python -m benchmarks.peers.quotation_marks FINDER < ARTICLES

FINDER is `capitalised` (words in capitals, no library), `corenlp` (Stanford CoreNLP's German models), or the name of an
installed pipeline of spaCy, such as de_core_news_lg. In and out as in `benchmarks/article_run.py`.
"""

import re
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from benchmarks.environments import Unusable

QUOTED = re.compile(r"„([^„“”\"]+)[“”\"]|»([^»«]+)«|«([^»«]+)»|“([^“”]+)”|\"([^\"]+)\"")
LEAST_WORDS = 3
CAPITAL = r"[A-ZÄÖÜ][a-zäöüß]+(?:-[A-ZÄÖÜ][a-zäöüß]+)?"
CAPITALISED = re.compile(rf"\b{CAPITAL}(?: (?:von|van|de|zu))?(?: {CAPITAL})+")
SENTENCE_BEGINNINGS = """
Als Am An Auch Auf Aus Bei Beim Da Damit Das Dass Dem Den Denn Der Des Die Diese Dieser Doch Ein Eine Einen Einer Er Es
Für Hier Ich Ihr Ihre Im In Man Mit Nach Nicht Noch Nun Nur Ob Schon Sein Seine Seit Sie So Und Um Unter Vom Von Vor Was
Weil Wenn Wer Wie Wir Zu Zum Zur Über
"""
NO_GIVEN_NAMES = frozenset(SENTENCE_BEGINNINGS.split())


@dataclass(frozen=True)
class Name:
    """A name in a text, by code points; the type is PER, ORG, LOC or MISC."""

    begin: int
    end: int
    text: str
    type: str


class Finder(Protocol):
    """Finds names."""

    def __call__(self, text: str) -> list[Name]:
        """The names in a text, in order."""
        ...


def record(text: str, names: list[Name]) -> dict[str, Any]:
    """Quotes and entities as the scorer reads them."""
    people = [name for name in names if name.type == "PER"]
    quotes = []
    for match in QUOTED.finditer(text):
        said = next(group for group in match.groups() if group is not None)
        if len(said.split()) >= LEAST_WORDS:
            quotes.append({"type": "Direct", "text": said, "speaker": _speaker(people, match.start(), match.end())})
    entities = dict.fromkeys((full_name(name, names), name.type) for name in names)
    return {"quotes": quotes, "entities": [{"name": name, "type": type_} for name, type_ in entities]}


def _speaker(people: list[Name], begin: int, end: int) -> dict[str, str] | None:
    """The person whose name is nearest to a quote, and not in it."""
    outside = [name for name in people if name.end <= begin or name.begin >= end]
    if not outside:
        return None
    nearest = min(outside, key=lambda name: begin - name.end if name.end <= begin else name.begin - end)
    return {"name": full_name(nearest, people), "text": nearest.text}


def full_name(name: Name, names: Iterable[Name]) -> str:
    """A surname alone is the last person before it whose name ends so; else the name itself."""
    if name.type != "PER" or " " in name.text:
        return name.text
    before = [other.text for other in names if other.type == "PER" and other.begin <= name.begin and " " in other.text]
    return next((other for other in reversed(before) if other.split()[-1] == name.text), name.text)


def capitalised(text: str) -> list[Name]:
    """Two or more words in capitals, of which the first is no word that sentences begin with."""
    return [
        Name(match.start(), match.end(), match[0], "PER")
        for match in CAPITALISED.finditer(text)
        if match[0].split()[0] not in NO_GIVEN_NAMES
    ]


def by_spacy(package: str) -> Callable[[str], list[Name]]:
    """A pipeline of spaCy, without those of its parts that names do not need."""
    import spacy

    nlp = spacy.load(package, exclude=["tagger", "morphologizer", "parser", "attribute_ruler", "lemmatizer"])
    return lambda text: [Name(span.start_char, span.end_char, span.text, span.label_) for span in nlp(text).ents]


def opened(finder: str) -> AbstractContextManager[Any]:
    """The finder of that name, and with `cpu_seconds` what it uses outside of this process."""
    if finder == "corenlp":
        from benchmarks.peers.core_nlp import CoreNlp

        return CoreNlp()
    return nullcontext(capitalised if finder == "capitalised" else by_spacy(finder))


def main() -> None:
    """Read, find, write."""
    try:
        run(sys.argv[1])
    except Unusable as error:
        sys.exit(str(error))


def run(name: str) -> None:
    """The same with the finder of that name."""
    with opened(name) as finder:
        outside: Callable[[], float] = getattr(finder, "cpu_seconds", lambda: 0.0)
        begun: float | None = None
        for line in sys.stdin.buffer:
            article = orjson.loads(line)
            if article["counts"] and begun is None:
                begun = time.process_time() + outside()
            found = record(article["text"], finder(article["text"]))
            if article["counts"]:
                sys.stdout.buffer.write(orjson.dumps({"name": article["name"], "record": found}) + b"\n")
        used = 0.0 if begun is None else time.process_time() + outside() - begun
        sys.stdout.buffer.write(orjson.dumps({"cpu_seconds": used}) + b"\n")


if __name__ == "__main__":
    main()
