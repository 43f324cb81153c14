"""The stage functions, bytes to bytes, as every peer calls them."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from agents import headers
from agents.headers import RawHeaders, TrailStep
from agents.pool.protocol import Done, Job
from agents.settings import Settings
from agents.stage_jobs import StageSetup, load
from pipeline.stages import article_stages, stage_named
from schemas.codec import decode, encode

CHAIN = {stage.name: (stage.source, stage.target) for stage in article_stages()}


@dataclass(frozen=True)
class Output:
    """A message that a stage makes; `topic` without prefix."""

    topic: str
    key: bytes
    value: bytes | None
    headers: list[tuple[str, Any]]


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
    step = _step(stage, partition, offset, outcome.took_seconds)
    extra = {"content_hash": outcome.content_hash} if outcome.content_hash is not None else None
    out = headers.outgoing(received, step, attempt=1, extra=extra)
    return [Output(message.topic, message.key, message.value, out) for message in outcome.messages]


class Statements:
    """The fourth stage as a plain loop would have it: states by partition and speaker, in memory alone."""

    def __init__(self) -> None:
        self._stage = stage_named("statements")
        self._joiner: Any = self._stage.load(Settings().pipeline)
        self._states: dict[tuple[int, str], Any] = {}

    @property
    def source(self) -> str:
        """The topic it reads, without prefix."""
        return self._stage.source

    def __call__(
        self, value: bytes, received: RawHeaders, partition: int, offset: int, timestamp_ms: int
    ) -> list[Output]:
        """What one quote changes."""
        began = time.perf_counter()
        seen_at = datetime.fromtimestamp(timestamp_ms / 1000, UTC).isoformat(timespec="milliseconds")
        seen_at = seen_at.replace("+00:00", "Z")
        record = decode(value, self._stage.reads)
        place = partition, self._joiner.owner(record)
        if place not in self._states:
            self._states[place] = self._joiner.state(place[1])
        changes = self._states[place].add(record, seen_at)
        values = {name: None if changed is None else encode(changed) for name, changed in changes.items()}
        step = _step(self._stage.name, partition, offset, time.perf_counter() - began)
        out = headers.outgoing(received, step, attempt=1)
        return [Output(self._stage.target, name.encode(), changed, out) for name, changed in values.items()]


def _step(stage: str, partition: int, offset: int, took_seconds: float) -> TrailStep:
    return TrailStep(
        stage=stage,
        topic=stage_named(stage).source,
        partition=partition,
        offset=offset,
        took_ms=round(took_seconds * 1000, 1),
        produced_at=headers.now_rfc3339(),
        worker=headers.worker_name(os.getpid()),
        model="",
        timestamp=0,
    )


def arguments() -> tuple[str, str]:
    """Broker address and topic prefix, from the command line."""
    return sys.argv[1], sys.argv[2]
