"""Articles on their way, alone and at half load, with all instants of it: what `benchmarks.places` is fed with."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from agents.headers import trail_of
from agents.settings import Settings
from agents.topic_reader import messages_to_end
from benchmarks.commits import commits
from benchmarks.flood import settings_for
from benchmarks.latency import Receipt, latency
from benchmarks.places import Commits, Passage, Position, Spans, passages
from benchmarks.spans import receiving
from pipeline.stages import RAW_TOPIC, STATEMENTS_TOPIC

HALF = 0.5
IDLE, HALF_LOAD = "idle", "half_load"


@dataclass(frozen=True)
class Journey:
    """An article's way; `sent` and `received` in seconds since 1970.

    Attributes:
        stages: through the stages that end with the whole article.
        statements: of its quotes, through the stage that joins them.
    """

    sent: float
    received: float
    stages: list[Passage]
    statements: list[Passage]


async def journeys(broker: str, prefix: str, values: list[bytes], rate: float, count: int) -> dict[str, list[Journey]]:
    """Single articles, and `count` at half load, which is `rate` articles a second, while the worker sends spans."""
    settings = settings_for(broker, prefix)
    with receiving() as receiver:
        got = await latency(broker, prefix, values, {HALF: rate}, count, environment=receiver.environment)
        spans = receiver.spans(prefix)
    committed = await commits(settings)
    statements = await _statements(settings, spans, committed)

    def journey(receipt: Receipt) -> Journey:
        trail = trail_of(receipt.headers)
        origin = Position(RAW_TOPIC, trail[0]["partition"], trail[0]["offset"])
        stages = passages(trail, receipt.timestamp_ms / 1000, spans, committed)
        return Journey(receipt.sent, receipt.sent + receipt.seconds, stages, statements.get(origin, []))

    return {
        IDLE: [journey(receipt) for receipt in got.idle],
        HALF_LOAD: [journey(receipt) for receipt in got.by_load[HALF][1]],
    }


async def _statements(settings: Settings, spans: Spans, committed: Commits) -> dict[Position, list[Passage]]:
    """How an article's quotes went through the last stage, by where the article stood when it was raw."""
    found: dict[Position, dict[Position, Passage]] = {}
    async for record in messages_to_end(settings, STATEMENTS_TOPIC):
        trail = trail_of(record.headers)
        origin = Position(RAW_TOPIC, trail[0]["partition"], trail[0]["offset"])
        quote = Position(trail[-1]["topic"], trail[-1]["partition"], trail[-1]["offset"])
        found.setdefault(origin, {})[quote] = passages(trail, record.timestamp / 1000, spans, committed)[-1]
    return {origin: list(by_quote.values()) for origin, by_quote in found.items()}


def as_journal(found: Iterable[Journey]) -> list[dict[str, Any]]:
    """Journeys as plain JSON values."""
    return [asdict(journey) for journey in found]


def from_journal(found: Iterable[dict[str, Any]]) -> list[Journey]:
    """Journeys from such values."""
    return [
        Journey(
            line["sent"],
            line["received"],
            [Passage(**passage) for passage in line["stages"]],
            [Passage(**passage) for passage in line["statements"]],
        )
        for line in found
    ]
