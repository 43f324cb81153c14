"""Who said what: the quotes of an article, and each by itself."""

from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.records.entities import EntityArticle, SpeakerEntity
from schemas.records.fields import Identifier, Timestamp
from schemas.spans import RecordModel, Span, check_spans

QuoteType = Literal["Direct", "Indirect", "Reported", "FreeIndirect", "IndirectFreeIndirect"]
Medium = Literal["Speech", "Writing", "Thought", "SW", "ST", "TW", "none"]
SpeakerKind = Literal["person", "organisation", "place", "group", "document", "unknown"]


class QuotePart(RecordModel):
    """Cue or frame of a quote."""

    spans: list[Span] = Field(min_length=1)
    text: str


class QuotePerson(QuotePart):
    """Speaker or addressee of a quote; `entity` and `name` where the words could be resolved."""

    entity: str | None = None
    name: str | None = None


class Speaker(QuotePerson):
    """Who said it: what kind of source that is, and how sure it is that it was this one.

    Records of releases before 0.2 say neither; they are read as of an unknown kind, as likely right as wrong.
    """

    kind: SpeakerKind = "unknown"
    confidence: float = Field(default=0.5, ge=0.0, le=1.0)


class Quote(RecordModel):
    """What someone said, where, and who it was."""

    id: Identifier
    type: QuoteType
    medium: Medium
    spans: list[Span] = Field(min_length=1)
    text: str
    part_of: Identifier | None = Field(
        default=None, description="the quote of the same article that this one is a fragment of"
    )
    speaker: Speaker | None = None
    cue: QuotePart | None = None
    frame: QuotePart | None = None
    addressee: QuotePerson | None = None
    confidence: float = Field(ge=0.0, le=1.0)


class QuoteArticle(EntityArticle):
    """An EntityArticle and who said what in it, in text order."""

    schema_: Literal["quote-article/1"] = Field(default="quote-article/1", alias="schema")
    quotes: list[Quote] = Field(default_factory=list)

    @model_validator(mode="after")
    def _quotes_agree(self) -> Self:
        for quote in self.quotes:
            check_spans(self.text, quote.spans, quote.text, f"quotes.{quote.id}")
            for role in ("speaker", "cue", "frame", "addressee"):
                part: QuotePart | None = getattr(quote, role)
                if part is not None:
                    check_spans(self.text, part.spans, part.text, f"quotes.{quote.id}.{role}")
        return self


class QuotedArticle(RecordModel):
    """Where a quote was found."""

    id: Identifier
    url: str | None = None
    source: str | None = None
    title: str | None = None
    published_at: Timestamp | None = None
    agencies: list[str] = Field(default_factory=list)
    version_hash: str | None = Field(default=None, description="of the article's version that the quote was found in")


class QuoteRecord(RecordModel):
    """One quote by itself. The spans in `quote` are into the text of the article's record on `articles.quotes`."""

    schema_: Literal["quote/1"] = Field(default="quote/1", alias="schema")
    quote: Quote
    speaker: SpeakerEntity | None = None
    context: str
    article: QuotedArticle
