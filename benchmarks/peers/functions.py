"""The stage functions, bytes to bytes, as every peer calls them."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from agents import headers
from agents.headers import RawHeaders, TrailStep
from agents.pool.protocol import Done, Job
from agents.settings import Settings
from agents.stage_jobs import StageSetup, load
from pipeline.stages import article_stages

CHAIN = {stage.name: (stage.source, stage.target) for stage in article_stages()}


@dataclass(frozen=True)
class Output:
    """A message that a stage makes; `topic` without prefix."""

    topic: str
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]]


@cache
def _function(stage: str) -> Callable[[Job], object]:
    return load(StageSetup((stage,), Settings().pipeline))


def warm_up() -> None:
    """Load every stage's models in this process."""
    for stage in CHAIN:
        _function(stage)


def process(
    stage: str, key: bytes | None, value: bytes, received: RawHeaders, partition: int, offset: int
) -> list[Output]:
    """What one message becomes, with the stream's headers; nothing where the stage refuses it."""
    outcome = _function(stage)(Job(stage=stage, key=key, value=value))
    if not isinstance(outcome, Done):
        return []
    step = TrailStep(
        stage=stage,
        topic=CHAIN[stage][0],
        partition=partition,
        offset=offset,
        took_ms=round(outcome.took_seconds * 1000, 1),
        produced_at=headers.now_rfc3339(),
        worker=headers.worker_name(os.getpid()),
        model="",
        timestamp=0,
    )
    out = headers.outgoing(received, step, attempt=1, more={"content_hash": outcome.content_hash})
    return [Output(message.topic, message.key, message.value, out) for message in outcome.messages]


def arguments() -> tuple[str, str]:
    """Broker address and topic prefix, from the command line."""
    return sys.argv[1], sys.argv[2]
