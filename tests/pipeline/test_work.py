"""No part of a stage does work that grows faster than what it is given: the instructions are counted, not the time.

Each of these once took four times as long for twice the text, or longer. `tests/faults/test_growth.py` looks at whole
stages, in its long form.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pipeline.cleaning.kept_turns import keep_turns
from pipeline.cleaning.lines import Line
from pipeline.cleaning.rules import find_infobox
from pipeline.cleaning.tickers import Update, mark_entries
from pipeline.config import PipelineConfig
from pipeline.entities.gazetteer import load_gazetteer
from pipeline.entities.name_clusters import cluster_names
from pipeline.entities.name_spans import name_spans
from pipeline.entities.person_clusters import cluster_persons
from pipeline.entities.roles import read_roles
from pipeline.entities.rule_recognizer import RuleRecognizer
from pipeline.quotes.combination import weigh
from pipeline.quotes.extractor import QuoteExtractor
from pipeline.quotes.linking import Linker
from pipeline.quotes.marks import quoted_texts
from pipeline.quotes.parts import with_parts
from pipeline.quotes.rules import RuleQuotes
from pipeline.quotes.text import AnalysedText
from pipeline.spans import CharRange
from pipeline.statements.speaker import SpeakerStatements
from schemas.records import Entity, EntityArticle, Mention, Quote, QuoteRecord
from schemas.spans import Span
from tests.quotes.test_combination import read, reading, rule
from tests.statements.records import LANDRAT, SEEN_AT, record
from tests.support.people import named, people, text_words
from tests.support.work import growth

GAZETTEER = load_gazetteer(None)
PROPORTION = 6
"""Times that four times the size may be the work: more than 4, as some lists are sorted; quadratic is 16."""


def different_people(size: int) -> Callable[[], object]:
    text = ", ".join(people(size))
    return lambda: cluster_persons(text_words(text), named(text, people(size)))


def a_family(size: int) -> Callable[[], object]:
    names = ["Hanna Tölke", "Timo Tölke", *["Tölke"] * size]
    text = ", ".join(names)
    return lambda: cluster_persons(text_words(text), named(text, names))


def a_given_name(size: int) -> Callable[[], object]:
    names = [*(f"Hanna {name.split()[1]}" for name in people(8 * size)[::8]), *["Hanna"] * size]
    text = ", ".join(names)
    return lambda: cluster_persons(text_words(text), named(text, names))


def genitives(size: int) -> Callable[[], object]:
    text = "Tölkes Rat " * size
    return lambda: cluster_persons(text_words(text), named(text, ["Tölkes"] * size))


def organisations(size: int) -> Callable[[], object]:
    names = [f"Werk{number} Nord" for number in range(size)]
    text = ", ".join(names)
    return lambda: cluster_names(text_words(text), named(text, names, "ORG"), {})


def appositions(size: int) -> Callable[[], object]:
    text = ", Sprecher der Komba, ".join(people(size))
    words = text_words(text)
    persons = cluster_persons(words, named(text, people(size)))
    others = cluster_names(words, named(text, ["Komba"] * (size - 1), "ORG"), {})
    return lambda: read_roles(words, persons, others, GAZETTEER)


def names_of_a_model(size: int) -> Callable[[], object]:
    text = ", ".join(people(size))
    model = [(span.begin, span.end, span.type) for span in named(text, people(size))]
    return lambda: name_spans(text_words(text + ", Frankreich" * size), model, GAZETTEER)


def found_by_rules(size: int) -> Callable[[], object]:
    text = ", ".join(people(size))
    return lambda: RuleRecognizer(GAZETTEER).find(text_words(text))


def article(text: str, names: list[str]) -> EntityArticle:
    entities = [
        Entity(
            id=f"per/{number}",
            name=name,
            type="PER",
            roles=[],
            affiliations=[],
            mentions=[Mention(begin=span.begin, end=span.end, text=name, kind="name")],
            salience=0.5,
        )
        for number, (name, span) in enumerate(zip(names, named(text, names), strict=True))
    ]
    return EntityArticle(id="a-1", language="de", text=text, content_hash="0", simhash="0" * 16, entities=entities)


def speakers(size: int) -> Callable[[], object]:
    text = " kam. ".join(people(size))
    made = article(text, people(size))
    linker = Linker(made, text_words(made.text))
    return lambda: [linker.person([CharRange(span.begin, span.end)]) for span in named(text, people(size))]


def fragments(size: int) -> Callable[[], object]:
    quotes = [
        Quote(
            id=f"a-1#{number}",
            type="Direct",
            medium="Speech",
            spans=[Span(begin=10 * number, end=10 * number + 5)],
            text="Danke",
            confidence=0.5,
        )
        for number in range(size)
    ]
    return lambda: with_parts(quotes)


def rules_and_reader(size: int) -> Callable[[], object]:
    rules = [rule(5 * number, 5 * number + 4) for number in range(size)]
    found = [read(5 * number, 5 * number + 4, 0.5) for number in range(size)]
    seen = reading(text="Wort " * size)
    return lambda: weigh(seen, rules, found)


def marks_that_close_nothing(size: int) -> Callable[[], object]:
    return lambda: quoted_texts("„a " * size + "‹ " * size + "«" * size)


def quotes_over_paragraphs(size: int) -> Callable[[], object]:
    return lambda: quoted_texts("„a b c\n\nd“ „e\n" * size + "„f\n" * size + "‚g\n" * size + "h“")


def quotes_of_two_paragraphs(size: int) -> Callable[[], object]:
    text = "„Das ist gut\n\n„und bleibt so“, sagte Obst.\n\n" * size
    return lambda: RuleQuotes()(AnalysedText(text, quoted_texts(text)))


def quotes_and_people(size: int) -> Callable[[], object]:
    made = article(", ".join(people(size)), people(size))
    extract: Any = QuoteExtractor(PipelineConfig(quote_model="rules"))
    extract._sentences = lambda *_: [rule(5 * number, 5 * number + 4) for number in range(size)]
    return lambda: extract(made)


def said_again(size: int) -> Callable[[], object]:
    records = [record("„Danke an alle in Rade“", number=number) for number in range(size)]
    return lambda: statements_of(records)


def said_in_parts(size: int) -> Callable[[], object]:
    records = [record(f"„Rat{number} und Tat{number}“", number=number, part_of="a-1#x") for number in range(size)]
    return lambda: statements_of(records)


def statements_of(records: list[QuoteRecord]) -> None:
    state = SpeakerStatements(LANDRAT.id, window=timedelta(days=14), most=3000)
    for each in records:
        state.add(each, SEEN_AT)


def infobox(size: int) -> Callable[[], object]:
    return lambda: find_infobox([Line(f"Name: Tölke {number}") for number in range(size)])


def ticker(size: int) -> Callable[[], object]:
    lines = [Line(f"Der Rat tagte am {number} Mal") for number in range(size)]
    updates = [Update("2026-01-01T00:00:00Z", ("rat", str(number))) for number in range(size)]
    return lambda: mark_entries(lines, named="", published_at=None, modified_at=None, updates=updates)


def interview(size: int) -> Callable[[], object]:
    lines = [Line(f"{name}: Das ist so.") for name in people(size) for _ in range(2)]
    for line in lines[1::2]:
        line.keep("paragraph", "test")
    for line in lines[::2]:
        line.remove("other", "classifier 0.40")
    return lambda: keep_turns(lines, [line.kind is None for line in lines])


PARTS: dict[str, tuple[Callable[[int], Callable[[], object]], int]] = {
    "different people": (different_people, 60),
    "a family": (a_family, 60),
    "a given name of many": (a_given_name, 30),
    "genitives": (genitives, 60),
    "organisations": (organisations, 40),
    "appositions": (appositions, 50),
    "names of a model": (names_of_a_model, 40),
    "names by rules": (found_by_rules, 60),
    "speakers": (speakers, 60),
    "parts of quotes": (fragments, 60),
    "rules and reader": (rules_and_reader, 40),
    "marks that close nothing": (marks_that_close_nothing, 60),
    "quotes over paragraphs": (quotes_over_paragraphs, 30),
    "quotes of two paragraphs": (quotes_of_two_paragraphs, 120),
    "quotes and people": (quotes_and_people, 200),
    "the same statement": (said_again, 40),
    "statements in parts": (said_in_parts, 30),
    "an infobox": (infobox, 60),
    "a ticker": (ticker, 60),
    "an interview": (interview, 60),
}


@pytest.mark.parametrize("part", PARTS)
def test_work_is_in_proportion(part: str) -> None:
    make, size = PARTS[part]
    assert growth(make, size) < PROPORTION
