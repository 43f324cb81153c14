"""What the pages show and the JSON API answers; the OpenAPI document is made from these."""

from agents.web.models.articles import ArticleLine, ArticlePage, EntityLine, Hit, Step, StoredArticle
from agents.web.models.base import ApiModel, ErrorAnswer, TextRange
from agents.web.models.dead_letters import DeadLetterCount, DeadLetterLine, DeadLetterList, Replayed, StoredDeadLetter
from agents.web.models.entities import EntityDetail, People, Period, Person, Ranked, RankedBy, RankWindow, SourceCount
from agents.web.models.operations import (
    Check,
    HealthReport,
    HealthState,
    Latency,
    Operations,
    PartitionLag,
    SinkState,
    SourceState,
    StageState,
    StageTrend,
    WorkerState,
)
from agents.web.models.quotes import Copy, InStatement, QuoteHit, QuoteLine, QuotePage, StatementPage
from agents.web.models.shares import FacetValue, Share, SharePeriod, Shares

__all__ = [
    "ApiModel",
    "ArticleLine",
    "ArticlePage",
    "Check",
    "Copy",
    "DeadLetterCount",
    "DeadLetterLine",
    "DeadLetterList",
    "EntityDetail",
    "EntityLine",
    "ErrorAnswer",
    "FacetValue",
    "HealthReport",
    "HealthState",
    "Hit",
    "InStatement",
    "Latency",
    "Operations",
    "PartitionLag",
    "People",
    "Period",
    "Person",
    "QuoteHit",
    "QuoteLine",
    "QuotePage",
    "RankWindow",
    "Ranked",
    "RankedBy",
    "Replayed",
    "Share",
    "SharePeriod",
    "Shares",
    "SinkState",
    "SourceCount",
    "SourceState",
    "StageState",
    "StageTrend",
    "StatementPage",
    "Step",
    "StoredArticle",
    "StoredDeadLetter",
    "TextRange",
    "WorkerState",
]
