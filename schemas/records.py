"""One model for the value of every topic; field order is the order on the wire."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from schemas.spans import RecordModel, Span, check_span, check_spans

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
EntityType = Literal["PER", "ORG", "LOC", "MISC"]
MentionKind = Literal["name", "nominal", "pronoun"]
QuoteType = Literal["Direct", "Indirect", "Reported", "FreeIndirect", "IndirectFreeIndirect"]
Medium = Literal["Speech", "Writing", "Thought", "SW", "ST", "TW", "none"]
Gender = Literal["f", "m"]
GenderSource = Literal["title", "role", "name", "pronoun", "gazetteer"]
SpeakerKind = Literal["person", "organisation", "place", "group", "document", "unknown"]
StageName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=100)]
"""Which there are `redefluss worker --help` tells; a reader takes letters of stages that it does not know, too."""
FailureReason = Literal[
    "malformed-json",
    "schema",
    "unsupported-schema",
    "too-large",
    "empty",
    "unsupported-language",
    "processing-error",
    "timeout",
    "worker-crash",
]
FAILURE_REASONS: tuple[str, ...] = get_args(FailureReason)


def _rfc3339(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or "T" not in value.upper():
        raise ValueError(f"{value[:40]!r} is not an RFC 3339 time such as 2022-01-10T09:00:00Z")
    return value


Timestamp = Annotated[str, AfterValidator(_rfc3339)]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9-]+)?$")]
Identifier = Annotated[str, Field(min_length=1, max_length=2000)]
ArticleId = Annotated[str, Field(min_length=1, max_length=1900)]
"""As producers may give it: the ids of an article's quotes are made of it, and are a little longer."""


class RawArticle(RecordModel):
    """What a producer sends: a page or its text. `id` may be missing here alone."""

    schema_: Literal["raw-article/1"] = Field("raw-article/1", alias="schema")
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
    time: Timestamp | None = Field(None, description="of an entry of a live ticker, if its day is known")


class Removed(RecordModel):
    """A line or a part of one that cleaning took out, and why."""

    text: str
    reason: RemovalReason


class CleanArticle(RecordModel):
    """An article's body and its fields, without what pages put around them."""

    schema_: Literal["clean-article/1", "entity-article/1", "quote-article/1"] = Field(
        "clean-article/1", alias="schema"
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
    access: Access = Field("unknown", description="teaser: the text is but the beginning of what subscribers get")
    evidence: dict[str, str] = Field(
        default_factory=dict, description="what lossless published_at, modified_at, department and access, by field"
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


class Mention(Span):
    """A place in the text that names an entity, or means it."""

    text: str
    kind: MentionKind


class SpeakerEntity(RecordModel):
    """Someone or something in the news, without the places that mention it."""

    id: Identifier
    name: str
    type: EntityType
    roles: list[str] = Field(default_factory=list)
    affiliations: list[str] = Field(default_factory=list)
    wikidata: str | None = Field(None, pattern=r"^Q[1-9][0-9]*$")
    gender: Gender | None = Field(None, description="of persons, if something tells it")
    gender_from: GenderSource | None = Field(None, description="what tells the gender")


class Entity(SpeakerEntity):
    """Someone or something in the news, with every mention of it in text order."""

    mentions: list[Mention]
    salience: float = Field(ge=0.0, le=1.0)


class EntityArticle(CleanArticle):
    """A CleanArticle and who and what is in it, in the order of first mention."""

    schema_: Literal["entity-article/1", "quote-article/1"] = Field("entity-article/1", alias="schema")
    entities: list[Entity] = Field(default_factory=list)

    @model_validator(mode="after")
    def _mentions_agree(self) -> Self:
        for entity in self.entities:
            for mention in entity.mentions:
                check_span(self.text, mention, mention.text, f"entities.{entity.id}")
        return self


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
    confidence: float = Field(0.5, ge=0.0, le=1.0)


class Quote(RecordModel):
    """What someone said, where, and who it was."""

    id: Identifier
    type: QuoteType
    medium: Medium
    spans: list[Span] = Field(min_length=1)
    text: str
    part_of: Identifier | None = Field(None, description="the quote of the same article that this one is a fragment of")
    speaker: Speaker | None = None
    cue: QuotePart | None = None
    frame: QuotePart | None = None
    addressee: QuotePerson | None = None
    confidence: float = Field(ge=0.0, le=1.0)


class QuoteArticle(EntityArticle):
    """An EntityArticle and who said what in it, in text order."""

    schema_: Literal["quote-article/1"] = Field("quote-article/1", alias="schema")
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
    content_hash: str | None = Field(None, description="of the text that the quote was found in")


class QuoteRecord(RecordModel):
    """One quote by itself. The spans in `quote` are into the text of the article's record on `articles.quotes`."""

    schema_: Literal["quote/1"] = Field("quote/1", alias="schema")
    quote: Quote
    speaker: SpeakerEntity | None = None
    context: str
    article: QuotedArticle


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
    context: str | None = Field(None, description="the sentences around it, where the words alone say too little")
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
    context: str | None = Field(None, description="the sentences around it, where the words alone say too little")
    seen_at: Timestamp = Field(description="when the quote reached the broker")
    also: list[StatementQuote] = Field(default_factory=list, description="what else the article has of the statement")
    content_hash: str | None = Field(None, description="of the text that the quotes were found in")
    speaker: SpeakerEntity | None = Field(None, description="as this article has it, where it says something else")

    @property
    def quotes(self) -> "list[StatementQuote | StatementArticle]":
        """All its quotes of the statement, the fullest first."""
        return [self, *self.also]


class Statement(RecordModel):
    """What the same speaker was quoted with in one article or several, once, in its present state.

    `text` is the fullest wording of all articles, a verbatim one where there is one as full. Articles come in the order
    of publication, each once; `count` is their number, `sources` that of the papers.
    """

    schema_: Literal["statement/1"] = Field("statement/1", alias="schema")
    id: Identifier
    speaker: SpeakerEntity | None = None
    said_by: str | None = Field(None, description="the speaker's name, also of one that is no entity")
    text: str
    type: QuoteType
    verbatim: bool = Field(description="whether `text` is what an article has in quotation marks")
    first: StatementStart
    articles: list[StatementArticle] = Field(min_length=1)
    count: int = Field(ge=1)
    sources: int = Field(ge=0)
    updated_at: Timestamp


class HeaderInBase64(RecordModel):
    """A header of a message as it was on the topic; None is a header without a value, not even an empty one."""

    name: str
    value: str | None


class DeadLetter(RecordModel):
    """A message that could not be processed: its bytes, where it stood, and why."""

    schema_: Literal["dead-letter/1"] = Field("dead-letter/1", alias="schema")
    stage: StageName
    reason: FailureReason
    detail: str
    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    timestamp: int = Field(description="milliseconds since 1970 UTC, as the broker has it")
    key: str | None = None
    key_base64: str | None = Field(None, description="the key's bytes, only where they are not UTF-8")
    value: str = Field(description="the message's bytes in base64")
    tombstone: bool = Field(False, description="the message had no value at all, not even an empty one")
    headers: dict[str, str] = Field(default_factory=dict, description="as text, the last of each name")
    headers_base64: list[HeaderInBase64] | None = Field(
        None,
        description="all headers in their order; only where `headers` cannot tell them, since a name comes twice or a "
        "value is missing or not UTF-8",
    )
    attempts: int = Field(ge=1)

    @classmethod
    def of(
        cls,
        *,
        stage: StageName,
        reason: FailureReason,
        detail: str,
        topic: str,
        partition: int,
        offset: int,
        timestamp: int,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]],
        attempts: int,
    ) -> Self:
        """The dead letter of a message, from its bytes as they stood on the topic."""
        as_text = {name: (header or b"").decode("utf-8", "backslashreplace") for name, header in headers}
        lossless = [(name, header.encode()) for name, header in as_text.items()] == list(headers)
        try:
            name, undecodable = None if key is None else key.decode(), None
        except UnicodeDecodeError:
            name, undecodable = None, b64encode(key or b"").decode("ascii")
        return cls(
            stage=stage,
            reason=reason,
            detail=detail,
            topic=topic,
            partition=partition,
            offset=offset,
            timestamp=timestamp,
            key=name,
            key_base64=undecodable,
            value=b64encode(value or b"").decode("ascii"),
            tombstone=value is None,
            headers=as_text,
            headers_base64=None if lossless else [_in_base64(name, header) for name, header in headers],
            attempts=attempts,
        )

    @property
    def value_bytes(self) -> bytes | None:
        """The failed message's value as it was on the topic; None for a tombstone."""
        return None if self.tombstone else b64decode(self.value)

    @property
    def header_bytes(self) -> list[tuple[str, bytes | None]]:
        """The failed message's headers as they were on the topic, in their order."""
        if self.headers_base64 is None:
            return [(name, value.encode()) for name, value in self.headers.items()]
        return [(it.name, None if it.value is None else b64decode(it.value)) for it in self.headers_base64]

    @property
    def key_bytes(self) -> bytes | None:
        """The failed message's key as it was on the topic."""
        if self.key_base64 is not None:
            return b64decode(self.key_base64)
        return None if self.key is None else self.key.encode()


def _in_base64(name: str, value: bytes | None) -> HeaderInBase64:
    return HeaderInBase64(name=name, value=None if value is None else b64encode(value).decode("ascii"))
