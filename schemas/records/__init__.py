"""One model for the value of every topic; field order is the order on the wire."""

from schemas.records.articles import Access, Block, BlockKind, CleanArticle, RawArticle, RemovalReason, Removed
from schemas.records.dead_letters import FAILURE_REASONS, DeadLetter, FailureReason, HeaderInBase64, StageName
from schemas.records.entities import (
    Entity,
    EntityArticle,
    EntityType,
    Gender,
    GenderSource,
    Mention,
    MentionKind,
    SpeakerEntity,
)
from schemas.records.fields import ArticleId, Identifier, Language, Timestamp
from schemas.records.quotes import (
    Medium,
    Quote,
    QuoteArticle,
    QuotedArticle,
    QuotePart,
    QuotePerson,
    QuoteRecord,
    QuoteType,
    Speaker,
    SpeakerKind,
)
from schemas.records.statements import Statement, StatementArticle, StatementQuote, StatementStart

__all__ = [
    "FAILURE_REASONS",
    "Access",
    "ArticleId",
    "Block",
    "BlockKind",
    "CleanArticle",
    "DeadLetter",
    "Entity",
    "EntityArticle",
    "EntityType",
    "FailureReason",
    "Gender",
    "GenderSource",
    "HeaderInBase64",
    "Identifier",
    "Language",
    "Medium",
    "Mention",
    "MentionKind",
    "Quote",
    "QuoteArticle",
    "QuotePart",
    "QuotePerson",
    "QuoteRecord",
    "QuoteType",
    "QuotedArticle",
    "RawArticle",
    "RemovalReason",
    "Removed",
    "Speaker",
    "SpeakerEntity",
    "SpeakerKind",
    "StageName",
    "Statement",
    "StatementArticle",
    "StatementQuote",
    "StatementStart",
    "Timestamp",
]
