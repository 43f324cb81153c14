"""What a pool process does with a job: bytes to record, the stage's function, record to bytes.

Runs in the pool's processes alone. Nothing here raises for what a message
contains: every way out is `Done` or `Refused`. Only a lack of memory passes
through, so that the process ends and the pool deals with it as with a crash.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from agents.pool.protocol import Done, Job, Outcome, Refused
from pipeline.config import PipelineConfig
from pipeline.errors import Rejected
from pipeline.identity import article_id
from pipeline.stages import Stage, StageFunction, stage_named
from schemas.codec import RecordError, decode, encode, one_line
from schemas.records import CleanArticle, EntityArticle, Identifier, QuoteArticle, RawArticle

_IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)


@dataclass(frozen=True)
class WorkOrder:
    """Which stages a process serves, and how."""

    stages: tuple[str, ...]
    config: PipelineConfig


def load(order: WorkOrder) -> Callable[[Job], Outcome]:
    """Load the stages' models; what is returned performs a job.

    Raises:
        ConfigurationError: a model or file cannot be loaded.
    """
    functions = {name: (stage_named(name), stage_named(name).load(order.config)) for name in order.stages}
    if "quotes" in functions:
        import_quote_records()
    _warm_up(functions)
    return lambda job: perform(job, *functions[job.stage])


def _warm_up(functions: dict[str, tuple[Stage, StageFunction]]) -> None:
    """Do one article in each stage, so that what is loaded at first use is there before the processes are forked.

    A process that replaces a dead one then works at once, and all share that memory.
    """
    title, text = "Haushalt beschlossen", "Bürgermeisterin Karla Wendeling sagte am Montag: „Wir bauen die Schule.“"
    html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    clean = CleanArticle(id="w", language="de", text=text, title=title, content_hash="", simhash="0" * 16)
    fields = clean.model_dump(by_alias=True) | {"schema": "entity-article/1", "entities": []}
    articles = (
        *(("clean", RawArticle(id="w", text=text)), ("clean", RawArticle(id="w", html=html))),
        *(("entities", clean), ("quotes", EntityArticle.model_validate(fields, by_alias=True))),
    )
    for name, article in articles:
        if name in functions:
            perform(Job(name, None, encode(article)), *functions[name])


def import_quote_records() -> ModuleType:
    """The module that makes the records of the topic `quotes`; imported before the fork, for it brings spaCy."""
    from pipeline import quotes

    return quotes


def perform(job: Job, stage: Stage, function: StageFunction) -> Outcome:
    """Do one job and measure it."""
    started = time.perf_counter()
    try:
        outcome = _perform(job, stage, function)
    except (RecordError, Rejected) as error:
        return Refused(error.reason, one_line(error.detail), time.perf_counter() - started)
    except MemoryError:
        raise
    except Exception as error:
        detail = one_line(f"{stage.name}: {type(error).__name__}: {error}")
        return Refused("processing-error", detail, time.perf_counter() - started)
    return Done(**outcome, took_seconds=time.perf_counter() - started)


def _perform(job: Job, stage: Stage, function: StageFunction) -> dict[str, Any]:
    article = decode(job.value, stage.reads)
    if isinstance(article, RawArticle) and article.id is None:
        key = None if job.key is None else job.key.decode("utf-8", "backslashreplace")
        article = article.model_copy(update={"id": _checked(article_id(article, key=key))})
    result: CleanArticle = function(article)
    fields: dict[str, Any] = {
        "key": result.id.encode("utf-8"),
        "value": encode(result),
        "content_hash": result.content_hash,
    }
    if isinstance(result, EntityArticle):
        fields["entities"] = dict(Counter(entity.type for entity in result.entities))
    if isinstance(result, QuoteArticle):
        quotes = import_quote_records()
        made = quotes.quote_records(result)
        fields["records"] = tuple((quotes.record_key(record).encode("utf-8"), encode(record)) for record in made)
    return fields


def _checked(identifier: str) -> str:
    """An id that was derived, held to the rules for those that are given."""
    try:
        return _IDENTIFIER.validate_python(identifier)
    except ValidationError as error:
        raise RecordError("schema", f"id from the message key: {error.errors()[0]['msg']}") from None
