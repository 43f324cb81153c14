"""Stages for tests of the stream: quick, and obedient to words in the text that make them fail.

`CRASH@entities` ends the process in that stage, LOOP never returns, EAT
allocates without end, RAISE raises, SLOW takes 0.2 s, STEP7 takes 7 ms. With
REDEFLUSS_OBEDIENT=false in the environment the words mean nothing.
"""

import hashlib
import importlib
import os
import re
import time
from collections.abc import Callable
from typing import Any

from agents import stage_jobs
from agents.pool.protocol import Job, Outcome
from agents.stage_jobs import StageSetup, perform
from pipeline.errors import Rejected
from pipeline.stages import stage_named
from schemas.records import CleanArticle, EntityArticle, Quote, QuoteArticle, RawArticle
from schemas.spans import CharOffset, Span


def load(order: StageSetup) -> Callable[[Job], Outcome]:
    """What a pool process does in these tests."""
    importlib.import_module("pipeline.quotes.records")  # before the fork, so that no process has to
    return lambda job: perform(job, stage_named(job.stage), FUNCTIONS[job.stage])


def load_real(order: StageSetup) -> Callable[[Job], Outcome]:
    """The stages that ship, warm as they are in a worker; before they work they obey CRASH, LOOP and EAT."""
    shipped = stage_jobs.load(order)

    def obeying(job: Job) -> Outcome:
        obey((job.value or b"").decode("utf-8", "replace"), job.stage)
        return shipped(job)

    return obeying


def obey(text: str, stage: str) -> None:
    """Do what the text tells this stage to."""
    if os.environ.get("REDEFLUSS_OBEDIENT") == "false":
        return
    for word in re.findall(rf"\b([A-Z]+(?:\d+)?)@{stage}\b", text):
        if word == "CRASH":
            os.kill(os.getpid(), 11)
        elif word == "LOOP":
            while True:
                pass
        elif word == "EAT":
            hoard: list[Any] = []
            while True:
                hoard.append(bytes(50_000_000))  # left untouched: at the limit before the clock, however busy the cores
        elif word == "RAISE":
            raise ZeroDivisionError("told to")
        elif word == "SLOW":
            time.sleep(0.2)
        elif word.startswith("STEP"):
            time.sleep(int(word[4:]) / 1000)


def clean(article: RawArticle) -> CleanArticle:
    """The text as it is."""
    text = article.text or article.html or ""
    if not text.strip():
        raise Rejected("empty", "no text")
    obey(text, "clean")
    assert article.id is not None
    digest = hashlib.sha256(text.encode()).hexdigest()
    return CleanArticle(
        id=article.id,
        language="de",
        text=text,
        title=article.title,
        source=article.source,
        meta=article.meta,
        content_hash=digest,
        simhash=digest[:16],
    )


def entities(article: CleanArticle) -> EntityArticle:
    """No entities."""
    obey(article.text, "entities")
    fields = article.model_dump(by_alias=True) | {"schema": "entity-article/1", "entities": []}
    return EntityArticle.model_validate(fields, by_alias=True)


def quotes(article: EntityArticle) -> QuoteArticle:
    """The whole text is one quote of nobody."""
    obey(article.text, "quotes")
    quote = Quote(
        id=f"{article.id}#0",
        type="Direct",
        medium="Speech",
        spans=[Span(begin=CharOffset(0), end=CharOffset(len(article.text)))],
        text=article.text,
        speaker=None,
        cue=None,
        frame=None,
        addressee=None,
        confidence=1.0,
    )
    fields = article.model_dump(by_alias=True) | {"schema": "quote-article/1", "quotes": [quote.model_dump()]}
    return QuoteArticle.model_validate(fields, by_alias=True)


FUNCTIONS: dict[str, Callable[[Any], Any]] = {"clean": clean, "entities": entities, "quotes": quotes}
"""By the name of the stage, its function."""
