"""Quotes and statements as the pages show them and the API answers them."""

import hashlib
from typing import Any

from pydantic import Field

from agents.web.models.base import ApiModel, TextRange

UNCERTAIN = 0.7
"""A speaker with a confidence below this is a guess, and is called so wherever the quote is shown."""
MOST_CHARACTERS = 20_000
"""Of a quote in lists: somebody may send articles that are one quote of megabytes, and a page has many of them."""


def beginning(text: str) -> str:
    """The words of a quote as lists have them; the beginning of what has more than they show."""
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


class QuoteLine(ApiModel):
    """A quote as lists show it."""

    id: str
    text: str
    type: str
    medium: str
    speaker: str | None = Field(description="the name, or the words where no entity could be found")
    entity: str | None = Field(description="the speaker's entity id")
    cue: str | None
    confidence: float
    part_of: str | None = Field(None, description="the quote of the same article that this one is a fragment of")
    speaker_confidence: float | None = Field(None, description="probability that this is the right speaker")
    spans: list[TextRange] = Field([], description="where it stands in the article's text")


class Copy(ApiModel):
    """Another article with the same text, or with the same statement."""

    id: str
    source: str | None
    title: str | None
    at: float = Field(description="time of publication, or else of arrival, in seconds since 1970 UTC")


class InStatement(ApiModel):
    """The statement that a quote belongs to, in how many articles of how many papers."""

    id: str
    count: int
    sources: int


class QuoteHit(ApiModel):
    """A quote that was asked for, where it stands, and where in it the words are that were asked for."""

    quote: QuoteLine
    context: str = Field(description="the paragraph it stands in, or 2,000 characters of it")
    marks: list[TextRange] = Field(description="of the words asked for, in the quote's text")
    article_id: str
    title: str | None
    source: str | None
    url: str | None
    published_at: str | None
    arrived: float
    agency: str | None
    party: str | None
    gender: str | None
    statement: InStatement | None
    copies: list[Copy] = Field([], description="the other articles in which the same was said")

    @property
    def said(self) -> str:
        """Tells what this speaker says in this article from all else, in each version: the number of a quote is that of
        other words in the next one."""
        said = "\0".join((self.article_id, self.quote.entity or self.quote.speaker or "", self.quote.text))
        return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


class QuotePage(ApiModel):
    """A page of quotes, the latest first."""

    items: list[QuoteHit]
    total: int
    next: str | None = Field(description="the cursor of the next page; null on the last one")


class StatementPage(ApiModel):
    """A page of statements, by the first publication of what matches, the latest first."""

    items: list[dict[str, Any]] = Field(
        description="Statement records, as on the topic `statements`, with the beginning of very long wordings"
    )
    total: int
    next: str | None = Field(description="the cursor of the next page; null on the last one")
