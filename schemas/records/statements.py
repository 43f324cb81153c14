"""What somebody said, once for all articles that have it."""

from typing import Literal

from pydantic import Field

from schemas.records.entities import KnownEntity
from schemas.records.fields import Identifier, Timestamp
from schemas.records.quotes import QuoteType
from schemas.spans import RecordModel


class StatementStart(RecordModel):
    """Where a statement stood first, by the time of publication."""

    article: Identifier
    source: str | None = None
    published_at: Timestamp | None = None


class StatementQuote(RecordModel):
    """A quote that says what a statement says, as its article words it."""

    quote: Identifier
    text: str
    type: QuoteType
    part_of: Identifier | None = None
    context: str | None = Field(
        default=None, description="the sentences around it, where the words alone say too little"
    )
    seen_at: Timestamp = Field(description="when the quote reached the broker")


class StatementArticle(RecordModel):
    """An article that a statement stands in: its fullest quote of it, and the agency it came by, if one is named."""

    id: Identifier
    url: str | None = None
    source: str | None = None
    title: str | None = None
    published_at: Timestamp | None = None
    quote: Identifier
    agency: str | None = None
    text: str
    type: QuoteType
    part_of: Identifier | None = None
    context: str | None = Field(
        default=None, description="the sentences around it, where the words alone say too little"
    )
    seen_at: Timestamp = Field(description="when the quote reached the broker")
    also: list[StatementQuote] = Field(default_factory=list, description="what else the article has of the statement")
    version_hash: str | None = Field(default=None, description="of the article's version that the quotes were found in")
    speaker: KnownEntity | None = Field(
        default=None, description="as this article has it, where it says something else"
    )

    @property
    def quotes(self) -> "list[StatementQuote | StatementArticle]":
        """All its quotes of the statement, the fullest first."""
        return [self, *self.also]


class Statement(RecordModel):
    """What the same speaker was quoted with in one article or several, once, in its present state.

    `text` is the fullest wording of all articles, a verbatim one where there is one as full. Articles come in the order
    of publication, each once; `count` is their number, `sources` that of the papers.
    """

    schema_: Literal["statement/1"] = Field(default="statement/1", alias="schema")
    id: Identifier
    speaker: KnownEntity | None = None
    said_by: str | None = Field(default=None, description="the speaker's name, also of one that is no entity")
    text: str
    type: QuoteType
    verbatim: bool = Field(description="whether `text` is what an article has in quotation marks")
    first: StatementStart
    articles: list[StatementArticle] = Field(min_length=1)
    count: int = Field(ge=1)
    sources: int = Field(ge=0)
    updated_at: Timestamp
