"""A quote in an article, as a statement keeps it: to and from the record on the topic."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self

from pipeline.statements.same_statement import ComparedQuote
from pipeline.statements.wording_graph import WordingId, wording_id
from schemas.records import (
    KnownEntity,
    QuoteRecord,
    QuoteType,
    SpeakerEntity,
    Statement,
    StatementArticle,
    StatementQuote,
)
from schemas.times import instant


@dataclass(frozen=True)
class Occurrence:
    """One quote of one speaker in one article.

    Attributes:
        quote: its id.
        text: its words, `context` the sentences around them; `context` only where the words alone say too little.
        part_of: the quote of the same article that this one is a fragment of.
        article: where it stands; `agency` the agency that the article came by.
        version_hash: of the article's version that it was found in, so that it is known what another one replaces.
        seen_at: when it reached the broker, RFC 3339 in UTC.
        speaker: who said it; None if it is no entity, and then `said_by` tells.
    """

    quote: str
    text: str
    type: QuoteType
    context: str | None
    part_of: str | None
    article: str
    url: str | None
    source: str | None
    title: str | None
    published_at: str | None
    agency: str | None
    version_hash: str | None
    seen_at: str
    speaker: KnownEntity | None
    said_by: str | None

    @classmethod
    def of(cls, record: QuoteRecord, seen_at: str) -> Self:
        """The occurrence that a record on the topic `quotes` reports."""
        quote, article = record.quote, record.article
        short = ComparedQuote(quote.text, record.context, quote.type == "Direct").short
        return cls(
            quote=quote.id,
            text=quote.text,
            type=quote.type,
            context=record.context if short else None,
            part_of=quote.part_of,
            article=article.id,
            url=article.url,
            source=article.source,
            title=article.title,
            published_at=article.published_at,
            agency=article.agencies[0] if article.agencies else None,
            version_hash=article.version_hash,
            seen_at=seen_at,
            speaker=None if record.speaker is None else _in_all_articles(record.speaker),
            said_by=record.speaker.name if record.speaker is not None else _name(record),
        )

    @classmethod
    def all_of(cls, statement: Statement) -> Iterator[Self]:
        """The occurrences that a statement keeps."""
        for article in statement.articles:
            speaker = article.speaker or statement.speaker
            for quote in article.quotes:
                yield cls(
                    quote=quote.quote,
                    text=quote.text,
                    type=quote.type,
                    context=quote.context,
                    part_of=quote.part_of,
                    article=article.id,
                    url=article.url,
                    source=article.source,
                    title=article.title,
                    published_at=article.published_at,
                    agency=article.agency,
                    version_hash=article.version_hash,
                    seen_at=quote.seen_at,
                    speaker=speaker,
                    said_by=statement.said_by if speaker is None else speaker.name,
                )

    @property
    def verbatim(self) -> bool:
        """Whether the article has it in quotation marks."""
        return self.type == "Direct"

    @cached_property
    def compared(self) -> ComparedQuote:
        """What is compared of it."""
        speaker = "" if self.speaker is None else " ".join([self.speaker.name, *self.speaker.roles])
        return ComparedQuote(self.text, self.context or "", self.verbatim, speaker)

    @cached_property
    def words(self) -> WordingId:
        """The name of its words."""
        return wording_id(self.compared)

    @cached_property
    def at(self) -> datetime:
        """When the article was published; where it does not say, when its quote reached the broker."""
        return instant(self.published_at or self.seen_at)

    @property
    def order(self) -> tuple[datetime, str, str]:
        """Articles by time, the quotes of one together."""
        return self.at, self.article, self.quote

    def as_article(self, also: list["Occurrence"], speaker: KnownEntity | None) -> StatementArticle:
        """The entry of its article in a statement said by `speaker`, with what else the article has of it."""
        return StatementArticle(
            id=self.article,
            url=self.url,
            source=self.source,
            title=self.title,
            published_at=self.published_at,
            quote=self.quote,
            agency=self.agency,
            text=self.text,
            type=self.type,
            part_of=self.part_of,
            context=self.context,
            seen_at=self.seen_at,
            also=[
                StatementQuote(**{name: getattr(other, name) for name in StatementQuote.model_fields}) for other in also
            ],
            version_hash=self.version_hash,
            speaker=None if self.speaker == speaker else self.speaker,
        )


def _in_all_articles(speaker: SpeakerEntity) -> KnownEntity:
    return KnownEntity(**{name: getattr(speaker, name) for name in KnownEntity.model_fields})


def _name(record: QuoteRecord) -> str | None:
    speaker = record.quote.speaker
    return None if speaker is None else speaker.name or speaker.text
