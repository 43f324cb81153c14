"""Quotes of invented people in invented papers, as they stand on the topic `quotes`."""

from pipeline.config import PipelineConfig
from pipeline.statements import StatementJoiner
from schemas.records import Quote, QuotedArticle, QuoteRecord, QuoteType, Speaker, SpeakerEntity, Statement
from schemas.spans import Span

SEEN_AT = "2026-03-02T10:00:00.000Z"
LANDRAT = SpeakerEntity(id="per/jorn-hasselbrink", name="Jörn Hasselbrink", type="PER", roles=["Landrat"])


def record(
    text: str,
    article: str = "a-1",
    number: int = 0,
    *,
    type: QuoteType = "Direct",
    speaker: SpeakerEntity | None = LANDRAT,
    name: str | None = None,
    context: str | None = None,
    source: str | None = None,
    published_at: str | None = "2026-03-02T09:00:00Z",
    agencies: tuple[str, ...] = (),
    version_hash: str | None = "v1",
    part_of: str | None = None,
) -> QuoteRecord:
    """A quote record; its source is a paper of its own for each article unless another is named."""
    said = speaker.name if speaker is not None else name
    return QuoteRecord(
        quote=Quote(
            id=f"{article}#{number}",
            type=type,
            medium="Speech",
            spans=[Span(begin=0, end=len(text))],
            text=text,
            part_of=part_of,
            speaker=None if said is None else Speaker(spans=[Span(begin=0, end=1)], text=said, name=said),
            confidence=0.9,
        ),
        speaker=speaker,
        context=context or text,
        article=QuotedArticle(
            id=article,
            url=f"https://{article}.example/artikel",
            source=source or f"Bote {article}",
            title="Ein Titel",
            published_at=published_at,
            agencies=list(agencies),
            version_hash=version_hash,
        ),
    )


def given_out(*quotes: QuoteRecord) -> list[Statement]:
    """What the stage gives out of these quotes of one speaker, in the end."""
    joiner = StatementJoiner(PipelineConfig())
    state = joiner.state(joiner.owner(quotes[0]))
    present: dict[str, Statement | None] = {}
    for quote in quotes:
        present |= state.add(quote, SEEN_AT)
    return [statement for statement in present.values() if statement is not None]
