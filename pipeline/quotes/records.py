"""One record for every quote, for those who only want to know who said what."""

from pipeline.identity import version_hash
from pipeline.quotes.marks import quoted_texts
from pipeline.quotes.text import AnalysedText
from schemas.records import QuoteArticle, QuotedArticle, QuoteRecord, SpeakerEntity

_NEAR = 2000
"""Code points between a quote and a part of its frame that still count as one place."""


def quote_records(article: QuoteArticle) -> list[QuoteRecord]:
    """The article's quotes as records of their own, in text order.

    `context` is the sentence or the sentences that the quote and its frame stand in. The record's key on its topic is
    the speaker's entity id, else the article's id.
    """
    if not article.quotes:
        return []
    entities = {
        entity.id: SpeakerEntity(**{name: getattr(entity, name) for name in SpeakerEntity.model_fields})
        for entity in article.entities
    }
    same = QuotedArticle.model_fields.keys() - {"version_hash"}
    source = QuotedArticle(**{name: getattr(article, name) for name in same}, version_hash=version_hash(article))
    analysed = AnalysedText(article.text, quoted_texts(article.text))
    records = []
    for quote in article.quotes:
        spans = [*quote.spans, *(quote.frame.spans if quote.frame is not None else [])]
        near = [span for span in spans if abs(span.begin - quote.spans[0].begin) < _NEAR]
        first = analysed.sentences[analysed.sentence_at(min(span.begin for span in near))]
        last = analysed.sentences[analysed.sentence_at(max(span.end for span in near) - 1)]
        speaker = quote.speaker.entity if quote.speaker is not None else None
        records.append(
            QuoteRecord(
                quote=quote,
                speaker=entities.get(speaker) if speaker is not None else None,
                context=article.text[first.begin : last.end],
                article=source,
            )
        )
    return records


def record_key(record: QuoteRecord) -> str:
    """The key of a record on the topic `quotes`: records of one speaker stay in order."""
    return record.speaker.id if record.speaker is not None else record.article.id
