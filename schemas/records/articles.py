"""Articles as producers send them, and cleaned."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from schemas.records.fields import ArticleId, Identifier, Language, Timestamp
from schemas.spans import RecordModel, Span, check_span

BlockKind = Literal["lead", "paragraph", "heading", "list", "quote", "entry", "question", "answer"]
Access = Literal["free", "teaser", "unknown"]
RemovalReason = Literal[
    "teaser",
    "newsletter",
    "related",
    "repeated",
    "comments",
    "navigation",
    "credit",
    "advert",
    "share",
    "legal",
    "embed",
    "other",
]


class RawArticle(RecordModel):
    """What a producer sends: a page or its text. `id` may be missing here alone."""

    schema_: Literal["raw-article/1"] = Field(default="raw-article/1", alias="schema")
    id: ArticleId | None = None
    url: str | None = None
    source: str | None = None
    title: str | None = None
    text: str | None = None
    html: str | None = None
    language: Language | None = None
    published_at: Timestamp | None = None
    meta: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_content(self) -> Self:
        if self.text is None and self.html is None:
            raise ValueError("text or html: at least one of the two is needed")
        return self


class Block(Span):
    """A paragraph-sized part of the text, or an entry of a live ticker with its headline and paragraphs."""

    kind: BlockKind
    time: Timestamp | None = Field(default=None, description="of an entry of a live ticker, if its day is known")


class Removed(RecordModel):
    """A line or a part of one that cleaning took out, and why."""

    text: str
    reason: RemovalReason


class CleanArticle(RecordModel):
    """An article's body and its fields, without what pages put around them."""

    schema_: Literal["clean-article/1", "entity-article/1", "quote-article/1"] = Field(
        default="clean-article/1", alias="schema"
    )
    id: Identifier
    url: str | None = None
    source: str | None = None
    language: str
    published_at: Timestamp | None = None
    meta: dict[str, Any] = Field(default_factory=dict)
    kicker: str | None = None
    title: str | None = None
    authors: list[str] = Field(default_factory=list)
    dateline: str | None = None
    text: str
    blocks: list[Block] = Field(default_factory=list)
    modified_at: Timestamp | None = None
    department: str | None = None
    access: Access = Field(
        default="unknown", description="teaser: the text is but the beginning of what subscribers get"
    )
    evidence: dict[str, str] = Field(
        default_factory=dict, description="what told published_at, modified_at, department and access, by field"
    )
    infobox: dict[str, str] = Field(default_factory=dict)
    credits: list[str] = Field(default_factory=list)
    agencies: list[str] = Field(default_factory=list)
    removed: list[Removed] = Field(default_factory=list)
    content_hash: str
    simhash: str = Field(pattern=r"^[0-9a-f]{16}$")

    @model_validator(mode="after")
    def _blocks_agree(self) -> Self:
        for number, block in enumerate(self.blocks):
            check_span(self.text, block, None, f"blocks.{number}")
        return self
