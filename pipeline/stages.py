"""The stream in one place: what each stage reads, does and writes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipeline.config import PipelineConfig
from schemas.records import CleanArticle, EntityArticle, RawArticle, StageName

StageFunction = Callable[[Any], Any]
"""A record of the source topic to a record of the target topic; raises `pipeline.errors.Rejected`."""


@dataclass(frozen=True)
class Stage:
    """One step of the stream.

    Attributes:
        name: as in `redefluss worker --stage NAME` and in the dead letters.
        source: the topic it reads, without prefix.
        reads: the record on that topic.
        target: the topic it writes, without prefix.
        load: makes the function, models loaded; called once in a process.
    """

    name: StageName
    source: str
    reads: type[RawArticle] | type[CleanArticle] | type[EntityArticle]
    target: str
    load: Callable[[PipelineConfig], StageFunction]


def _load_clean(config: PipelineConfig) -> StageFunction:
    from pipeline.cleaning import Cleaner

    return Cleaner(config)


def _load_entities(config: PipelineConfig) -> StageFunction:
    from pipeline.entities import EntityExtractor

    return EntityExtractor(config)


def _load_quotes(config: PipelineConfig) -> StageFunction:
    from pipeline.quotes import QuoteExtractor

    return QuoteExtractor(config)


STAGES: tuple[Stage, ...] = (
    Stage("clean", "articles.raw", RawArticle, "articles.cleaned", _load_clean),
    Stage("entities", "articles.cleaned", CleanArticle, "articles.entities", _load_entities),
    Stage("quotes", "articles.entities", EntityArticle, "articles.quotes", _load_quotes),
)

QUOTES_TOPIC = "quotes"
DEAD_LETTER_TOPIC = "articles.dead-letter"
TOPICS: tuple[str, ...] = (
    "articles.raw",
    "articles.cleaned",
    "articles.entities",
    "articles.quotes",
    QUOTES_TOPIC,
    DEAD_LETTER_TOPIC,
)


def stage_named(name: str) -> Stage:
    """The stage of that name.

    Raises:
        ValueError: if there is none, listing those there are.
    """
    for stage in STAGES:
        if stage.name == name:
            return stage
    raise ValueError(f"there is no stage {name!r}; the stages are {', '.join(stage.name for stage in STAGES)}")
