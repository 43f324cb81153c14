"""The stream in one place: what each stage reads, does and writes. A stage is added by one row of `STAGES`."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from pipeline.config import PipelineConfig
from pipeline.identity import with_id
from schemas.asyncapi import Channel
from schemas.records import (
    CleanArticle,
    DeadLetter,
    EntityArticle,
    QuoteArticle,
    QuoteRecord,
    RawArticle,
    Statement,
)

StageFunction = Callable[[Any], Any]
"""A record of the source topic to what the stage's outputs are made of; raises `pipeline.errors.Rejected`."""
Keyed = tuple[str, BaseModel | None]
"""The key of a message and its record; None is a tombstone."""
Counts = Mapping[tuple[str, ...], int]
"""By the name of a metric without `redefluss_`, and its label values: what is added to it."""

RAW_TOPIC = "articles.raw"
"""Where articles enter the stream."""
FINISHED_TOPIC = "articles.quotes"
"""Where an article stands that has been through all of it."""
QUOTES_TOPIC = "quotes"
STATEMENTS_TOPIC = "statements"
DEAD_LETTER_TOPIC = "articles.dead-letter"


def _one_article(article: CleanArticle) -> Iterable[Keyed]:
    yield article.id, article


def _nothing(_: Any) -> Counts:
    return {}


@dataclass(frozen=True)
class Output:
    """A topic that a stage writes to, and the messages for it.

    Attributes:
        topic: the name, without prefix.
        record: the model of its values.
        summary: one line on what the topic is for.
        key: what the message key is, in words.
        messages: key and record of each message, from what the stage's function gave; in the order of sending.
        compacted: whether the topic keeps the last message of each key, rather than all for some time.
        scattered: whether an article's messages lie in any partition, by other keys than its id. What takes them back,
            a message without a value whose key is the article's id, then goes to every partition.
    """

    topic: str
    record: type[BaseModel]
    summary: str
    key: str = "article id"
    messages: Callable[[Any], Iterable[Keyed]] = _one_article
    compacted: bool = False
    scattered: bool = False


@dataclass(frozen=True)
class Stage:
    """One step of the stream.

    Attributes:
        name: as in `redefluss worker --stage NAME`, in consumer groups, headers, metrics and dead letters.
        source: the topic it reads, without prefix.
        reads: the record on that topic.
        output: the topic it writes.
        load: makes the function, models loaded; called once in a process. That of a `stateful` stage is no function but
            makes the states, such as `pipeline.statements.StatementJoiner`.
        also: topics that it writes as well, confirmed together with `output`.
        prepare: completes a decoded record by the message's key before the function gets it.
        deduplicates: leaves out articles (by id and version) that it has processed already.
        stateful: it remembers what it was given, by partition, and restores that from its `output`, which is compacted.
        affinity: an article goes to the process that had it in another such stage, where that costs no time, since that
            one remembers what it has read.
        max_bytes: a larger message is refused before it is decoded; None: what the broker takes.
        time_limit_seconds: longest time for one message; None: as the settings say for every stage.
        model: the name of the model it works with; empty if it has none.
        counts: what is added to metrics once a result is confirmed.
    """

    name: str
    source: str
    reads: type[BaseModel]
    output: Output
    load: Callable[[PipelineConfig], Any]
    also: tuple[Output, ...] = ()
    prepare: Callable[[Any, str | None], Any] = field(default=lambda record, _key: record)
    deduplicates: bool = False
    stateful: bool = False
    affinity: bool = False
    max_bytes: Callable[[PipelineConfig], int | None] = field(default=lambda _: None)
    time_limit_seconds: float | None = None
    model: Callable[[PipelineConfig], str] = field(default=lambda _: "")
    counts: Callable[[Any], Counts] = _nothing

    @property
    def target(self) -> str:
        """The topic of `output`, without prefix."""
        return self.output.topic

    @property
    def outputs(self) -> tuple[Output, ...]:
        """All that it writes, in the order of sending: an article is the last of its messages."""
        return (*self.also, self.output)


def _load_clean(config: PipelineConfig) -> StageFunction:
    from pipeline.cleaning import Cleaner

    return Cleaner(config)


def _load_entities(config: PipelineConfig) -> StageFunction:
    from pipeline.entities import EntityExtractor

    return EntityExtractor(config)


def _load_quotes(config: PipelineConfig) -> StageFunction:
    from pipeline.quotes import QuoteExtractor

    return QuoteExtractor(config)


def _load_statements(config: PipelineConfig) -> Any:
    from pipeline.statements import StatementJoiner

    return StatementJoiner(config)


def _quote_records(article: QuoteArticle) -> Iterable[Keyed]:
    from pipeline.quotes import quote_records, record_key

    return ((record_key(record), record) for record in quote_records(article))


def _quotes_and_entities(article: QuoteArticle) -> Counts:
    types = Counter(entity.type for entity in article.entities)
    return {("quotes",): len(article.quotes), **{("entities", type_): count for type_, count in types.items()}}


STAGES: tuple[Stage, ...] = (
    Stage(
        name="clean",
        source=RAW_TOPIC,
        reads=RawArticle,
        output=Output("articles.cleaned", CleanArticle, "The body and the fields of an article."),
        load=_load_clean,
        prepare=with_id,
        max_bytes=lambda config: config.max_article_bytes,
    ),
    Stage(
        name="entities",
        source="articles.cleaned",
        reads=CleanArticle,
        output=Output("articles.entities", EntityArticle, "The article and who and what is in it."),
        load=_load_entities,
        deduplicates=True,  # the first whose topic is partitioned by article id, and the first that costs much
        affinity=True,
        model=lambda config: config.model_de,
    ),
    Stage(
        name="quotes",
        source="articles.entities",
        reads=EntityArticle,
        output=Output(FINISHED_TOPIC, QuoteArticle, "The article, its entities and its quotes."),
        also=(
            Output(
                QUOTES_TOPIC,
                QuoteRecord,
                "One quote a message.",
                key="the speaker's entity id, else the article id",
                messages=_quote_records,
                scattered=True,
            ),
        ),
        load=_load_quotes,
        affinity=True,
        model=lambda config: config.quote_model,
        counts=_quotes_and_entities,
    ),
    Stage(
        name="statements",
        source=QUOTES_TOPIC,
        reads=QuoteRecord,
        output=Output(
            STATEMENTS_TOPIC,
            Statement,
            "What a speaker was quoted with in one article or several, once: the present state.",
            key="statement id",
            compacted=True,
        ),
        load=_load_statements,
        stateful=True,
    ),
)


def article_stages() -> tuple[Stage, ...]:
    """The stages that an article goes through, each reading what the one before it writes."""
    last = next(number for number, stage in enumerate(STAGES) if stage.target == FINISHED_TOPIC)
    return STAGES[: last + 1]


def stage_named(name: str) -> Stage:
    """The stage of that name.

    Raises:
        ValueError: if there is none, listing those there are.
    """
    for stage in STAGES:
        if stage.name == name:
            return stage
    raise ValueError(f"there is no stage {name!r}; the stages are {', '.join(stage.name for stage in STAGES)}")


def stages_between(reads: type[BaseModel], writes: type[BaseModel]) -> list[Stage]:
    """The stages that make a record of the kind `writes` out of one of the kind `reads`; none if they are the same.

    Raises:
        ValueError: no chain of stages leads from the one to the other.
    """
    way: list[Stage] = []
    while writes is not reads:
        stage = next((stage for stage in STAGES if stage.output.record is writes), None)
        if stage is None:
            raise ValueError(f"no stage makes a record of this kind from {reads.__name__}")
        way.insert(0, stage)
        writes = stage.reads
    return way


def follows_deduplication(stage: Stage) -> bool:
    """Whether what it reads came, stage by stage as one article, from a stage that left known articles out."""
    before = next((other for other in STAGES if other.target == stage.source), None)
    return before is not None and (before.deduplicates or follows_deduplication(before))


def channels() -> tuple[Channel, ...]:
    """All topics of the stream, in the order in which an article comes to them, the dead letters last."""

    def readers(topic: str) -> tuple[str, ...]:
        return tuple(stage.name for stage in STAGES if stage.source == topic)

    raw = Channel(
        RAW_TOPIC, RawArticle, "article id, or none", False, "Articles as a crawler delivers them.", readers(RAW_TOPIC)
    )
    written = (
        Channel(output.topic, output.record, output.key, True, output.summary, readers(output.topic), (stage.name,))
        for stage in STAGES
        for output in (stage.output, *stage.also)
    )
    summary = "Messages that a stage could not process: their bytes and the reason."
    everyone = tuple(stage.name for stage in STAGES)
    dead = Channel(DEAD_LETTER_TOPIC, DeadLetter, "the key of the failed message", False, summary, (), everyone)
    return (raw, *written, dead)


def topic_names() -> tuple[str, ...]:
    """The names of all topics of the stream, without prefix, in the order of `channels`."""
    return tuple(channel.topic for channel in channels())


def compacted_topics() -> frozenset[str]:
    """Those of the topics that keep the last message of each key."""
    return frozenset(output.topic for stage in STAGES for output in stage.outputs if output.compacted)
