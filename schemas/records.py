"""One model for the value of every topic; field order is the order on the wire."""

from base64 import b64decode, b64encode
from datetime import datetime
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from schemas.spans import Model, Span, check_span, check_spans

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
StageName = Literal["clean", "entities", "quotes"]
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


class RawArticle(Model):
    """What a producer sends: a page or its text. `id` may be missing here alone."""

    schema_: Literal["raw-article/1"] = Field("raw-article/1", alias="schema")
    id: Identifier | None = None
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


class Removed(Model):
    """A line or a part of one that cleaning took out, and why."""

    text: str
    reason: RemovalReason


class CleanArticle(Model):
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


class Mention(Span):
    """A place in the text that names an entity, or means it."""

    text: str
    kind: MentionKind


class SpeakerEntity(Model):
    """Someone or something in the news, without the places that mention it."""

    id: Identifier
    name: str
    type: EntityType
    roles: list[str] = Field(default_factory=list)
    affiliations: list[str] = Field(default_factory=list)
    wikidata: str | None = Field(None, pattern=r"^Q[1-9][0-9]*$")


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


class QuotePart(Model):
    """Cue or frame of a quote."""

    spans: list[Span] = Field(min_length=1)
    text: str


class QuotePerson(QuotePart):
    """Speaker or addressee of a quote; `entity` and `name` where the words could be resolved."""

    entity: str | None = None
    name: str | None = None


class Quote(Model):
    """What someone said, where, and who it was."""

    id: Identifier
    type: QuoteType
    medium: Medium
    spans: list[Span] = Field(min_length=1)
    text: str
    speaker: QuotePerson | None = None
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


class QuotedArticle(Model):
    """Where a quote was found."""

    id: Identifier
    url: str | None = None
    source: str | None = None
    title: str | None = None
    published_at: Timestamp | None = None


class QuoteRecord(Model):
    """One quote by itself. The spans in `quote` are into the text of the article's record on `articles.quotes`."""

    schema_: Literal["quote/1"] = Field("quote/1", alias="schema")
    quote: Quote
    speaker: SpeakerEntity | None = None
    context: str
    article: QuotedArticle


class DeadLetter(Model):
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
    headers: dict[str, str] = Field(default_factory=dict)
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
        headers: dict[str, str],
        attempts: int,
    ) -> Self:
        """The dead letter of a message, from its bytes as they stood on the topic."""
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
            headers=headers,
            attempts=attempts,
        )

    @property
    def value_bytes(self) -> bytes | None:
        """The failed message's value as it was on the topic; None for a tombstone."""
        return None if self.tombstone else b64decode(self.value)

    @property
    def key_bytes(self) -> bytes | None:
        """The failed message's key as it was on the topic."""
        if self.key_base64 is not None:
            return b64decode(self.key_base64)
        return None if self.key is None else self.key.encode()
