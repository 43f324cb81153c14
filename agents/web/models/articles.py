"""Articles as lists show them and as they are stored."""

from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from agents.web.models.base import ApiModel
from agents.web.models.quotes import Copy, QuoteLine


class EntityLine(ApiModel):
    """An entity as lists show it."""

    id: str
    name: str
    type: str
    mentions: int


class ArticleLine(ApiModel):
    """An article as lists show it."""

    id: str
    kicker: str | None
    title: str | None
    source: str | None
    url: str | None
    published_at: str | None
    arrived: float = Field(description="when its quotes were confirmed, in seconds since 1970 UTC")
    quotes: list[QuoteLine] = Field(description="the first few; those that are part of another are left out")
    quote_count: int = Field(description="without those that are part of another")
    entities: list[EntityLine] = Field(description="the most salient")
    sequence: int = Field(0, description="order of arrival in this worker's store")
    at: float = Field(0.0, description="time of publication, or else of arrival, in seconds since 1970 UTC")
    same: int = Field(0, description="the same number for articles of the same text")
    copies: list[Copy] = Field([], description="the other articles of the same text, the earliest first")


class ArticlePage(ApiModel):
    """A page of articles, the latest first."""

    items: list[ArticleLine]
    next: str | None = Field(description="the cursor of the next page; null on the last one")


class Hit(ApiModel):
    """An article that a search found, with the words around the match."""

    article: ArticleLine
    snippet: str = Field(description="a part of the text; matches stand between U+0002 and U+0003")


class Step(ApiModel):
    """What one stage did to one article, and on which message it worked."""

    stage: str
    topic: str
    partition: int
    offset: int
    took_ms: float | None = None
    produced_at: str | None = None
    worker: str | None = None
    model: str | None = None
    timestamp: int | None = Field(None, description="when the message was written, in milliseconds since 1970 UTC")


_TRAIL = TypeAdapter(list[Step])


def steps_in(trail: str) -> list[Step]:
    """The steps that a `trail` header tells; none if it is not as a stage writes it: any producer can."""
    try:
        return _TRAIL.validate_json(trail)
    except ValidationError:
        return []


class StoredArticle(ApiModel):
    """An article's record on `articles.quotes` and its way there."""

    record: dict[str, Any] = Field(description="the QuoteArticle")
    arrived: float
    topic: str
    partition: int
    offset: int
    steps: list[Step]
