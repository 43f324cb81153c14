"""Stages for tests of statements: a line "Karla Wendeling: Wir bauen die Schule." is a quote of that person."""

import re
from collections.abc import Callable, Iterable

from agents.pool.protocol import Job, Outcome
from agents.stage_jobs import StageSetup, perform
from pipeline.stages import stage_named
from schemas.records import Entity, EntityArticle, Mention, Quote, QuoteArticle, Speaker, Statement
from schemas.spans import CharOffset, Span
from tests.support import stages as quick

_LINE = re.compile(r"^(?P<name>[^:\n]+): (?P<words>.+)$", re.MULTILINE)


def load(setup: StageSetup) -> Callable[[Job], Outcome]:
    """What a pool process does in these tests."""
    functions = quick.FUNCTIONS | {"quotes": quotes}
    return lambda job: perform(job, stage_named(job.stage), functions[job.stage])


def quotes(article: EntityArticle) -> QuoteArticle:
    """A quote and an entity for each line with a colon."""
    quick.obey(article.text, "quotes")
    entities: dict[str, Entity] = {}
    found = []
    for number, line in enumerate(_LINE.finditer(article.text)):
        name = line["name"]
        begin, end = map(CharOffset, line.span("name"))
        mention = Mention(begin=begin, end=end, text=name, kind="name")
        known = entities.get(name)
        identifier = "per/" + name.lower().replace(" ", "-")
        entities[name] = Entity(
            id=identifier,
            name=name,
            type="PER",
            mentions=[*(known.mentions if known is not None else ()), mention],
            salience=0.5,
        )
        first, last = map(CharOffset, line.span("words"))
        quote = Quote(
            id=f"{article.id}#{number}",
            type="Direct",
            medium="Speech",
            spans=[Span(begin=first, end=last)],
            text=line["words"],
            speaker=Speaker(spans=[Span(begin=begin, end=end)], text=name, entity=identifier, name=name, kind="person"),
            confidence=1.0,
        )
        found.append(quote)
    fields = {
        name: getattr(article, name) for name in EntityArticle.model_fields if name not in {"schema_", "entities"}
    }
    return QuoteArticle(**fields, entities=list(entities.values()), quotes=found)


def present(messages: Iterable[object]) -> dict[str, Statement]:
    """The statements that stand, from all messages of their topic in order; when they changed is left out."""
    from schemas.codec import decode

    statements: dict[str, Statement] = {}
    for message in messages:
        key, value = message.key.decode(), message.value  # type: ignore[attr-defined]
        statements.pop(key, None)
        if value is not None:
            statements[key] = decode(value, Statement)
    return statements
