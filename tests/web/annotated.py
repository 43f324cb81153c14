"""The corpus's annotated articles as the stream would give them out, spread over days and papers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

from pipeline.cleaning.fingerprint import fingerprints
from pipeline.corpus.files import articles_of
from pipeline.corpus.model import AnnotatedArticle, AnnotatedChain, AnnotatedQuote, Part
from pipeline.entities.slugs import entity_id
from schemas.records import Block, Entity, EntityType, Mention, Quote, QuoteArticle, Speaker, SpeakerKind
from schemas.spans import Span, joined

CORPUS = Path(__file__).parents[2] / "corpus"
MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
DAYS = 10
PAPERS = ("Küstenbote", "Heidekurier", "Ruhrblatt", "Alpenpost", "Saaranzeiger", "Elbzeitung")
COPIED = 6
"""Every so manieth article stands in a second paper too, five hours later."""
KINDS: dict[str, SpeakerKind] = {
    "PER": "person", "ORG": "organisation", "LOC": "place", "GRP": "group", "DOC": "document",
}  # fmt: skip


def printed() -> Iterator[tuple[AnnotatedArticle, QuoteArticle]]:
    """Each article of the corpus' development part with a record of it; copies have the same article again."""
    for number, article in enumerate(articles_of(CORPUS, "dev")):
        at = MONDAY + timedelta(days=number % DAYS, hours=number % 17)
        yield article, record_of(article, article.id, PAPERS[number % len(PAPERS)], at)
        if number % COPIED == 0:
            other = PAPERS[(number + 1) % len(PAPERS)]
            yield article, record_of(article, f"{article.id}-copy", other, at + timedelta(hours=5))


def record_of(article: AnnotatedArticle, id_: str, source: str, at: datetime) -> QuoteArticle:
    """The annotation of the body as a record."""
    body, (content, near) = article.body, fingerprints(article.body.text)
    title = article.part("title")
    entities = {key: entity for key, chain in article.chains.items() if (entity := _entity(body, key, chain))}
    return QuoteArticle(
        id=id_,
        source=source,
        language="de",
        published_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        title=title.text if title else None,
        text=body.text,
        blocks=[Block(begin=block.begin, end=block.end, kind="paragraph") for block in body.blocks],
        content_hash=content,
        simhash=near,
        entities=sorted(entities.values(), key=lambda entity: entity.mentions[0].begin),
        quotes=[_quote(article, quote, f"{id_}#{n}", entities) for n, quote in enumerate(body.quotes)],
    )


def _entity(body: Part, key: str, chain: AnnotatedChain) -> Entity | None:
    places = [mention for mention in body.mentions if mention.chain == key]
    if chain.type not in get_args(EntityType) or not chain.named or not places:
        return None
    gender = chain.gender if chain.gender in {"f", "m"} else None
    return Entity(
        id=entity_id(chain.type, chain.name),  # type: ignore[arg-type]
        name=chain.name,
        type=chain.type,  # type: ignore[arg-type]
        roles=list(chain.roles),
        affiliations=list(chain.affiliations),
        gender=gender,  # type: ignore[arg-type]
        gender_from="name" if gender else None,
        mentions=[
            Mention(begin=place.begin, end=place.end, text=body.text[place.begin : place.end], kind=place.kind)
            for place in places
        ],
        salience=min(1.0, len(places) / 10),
    )


def _quote(article: AnnotatedArticle, quote: AnnotatedQuote, id_: str, entities: dict[str, Entity]) -> Quote:
    text = article.body.text
    spans = [Span(begin=begin, end=end) for begin, end in quote.spans]
    speaker = None
    if quote.speakers:
        chain, entity = article.chains[quote.speakers[0]], entities.get(quote.speakers[0])
        mentions = article.body.mentions
        places = [mention for mention in mentions if quote.number in mention.speaks]
        places += [mention for mention in mentions if mention.chain == quote.speakers[0]]
        own = [Span(begin=place.begin, end=place.end) for place in places[:1]]
        speaker = Speaker(
            spans=own,
            text=joined(text, own),
            entity=entity.id if entity else None,
            name=chain.name,
            kind=KINDS.get(chain.type, "unknown"),
            confidence=0.9,
        )
    return Quote(
        id=id_,
        type=quote.type,
        medium=quote.medium,
        spans=spans,
        text=joined(text, spans),
        speaker=speaker,
        confidence=0.9,
    )
