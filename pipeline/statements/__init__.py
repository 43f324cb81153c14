"""The fourth stage: what the same speaker was quoted with in several articles, once."""

from datetime import timedelta

from pipeline.config import PipelineConfig
from pipeline.statements.outline import outline_of, written
from pipeline.statements.owner import owner_of_statement, speaker_key, stream_key
from pipeline.statements.speaker import Changes, SpeakerStatements
from schemas.records import QuoteRecord, Statement

__all__ = ["Changes", "SpeakerStatements", "StatementJoiner"]

MOST_QUOTES = 3000
"""Quotes held of one speaker; beyond that, the oldest statements are closed."""


class StatementJoiner:
    """The function of a stage that keeps state by speaker.

    Args:
        config: how long a statement is open.
    """

    def __init__(self, config: PipelineConfig) -> None:
        self._window = timedelta(days=config.statement_days)

    def owner(self, record: QuoteRecord) -> str:
        """The key of the state that a record belongs to."""
        return speaker_key(record)

    def name(self, statement: Statement) -> str:
        """A statement's id."""
        return statement.id

    def owner_of(self, statement: Statement) -> str:
        """The key of the state that gave a statement out."""
        return owner_of_statement(statement)

    def stream_key(self, owner: str) -> str:
        """The message key of an owner's records on the source topic."""
        return stream_key(owner)

    def articles(self, statement: Statement) -> list[str]:
        """The ids of the articles that a statement stands in."""
        return [article.id for article in statement.articles]

    def outline(self, statement: Statement) -> bytes:
        """What a state goes on from before it reads the statement."""
        return written(outline_of(statement))

    def state(self, owner: str) -> SpeakerStatements:
        """The state of an owner of whom nothing is known."""
        return SpeakerStatements(owner, window=self._window, most=MOST_QUOTES)
