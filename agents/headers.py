"""The headers of the stream's messages: what is not a pure function of the article."""

import logging
import re
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import orjson

from pipeline.stages import RAW_TOPIC
from schemas.times import rfc3339

log = logging.getLogger("redefluss.headers")

RawHeaders = Sequence[tuple[str, bytes | None]]

STAGE_HEADERS = frozenset(
    {"stage", "version", "produced_at", "took_ms", "attempt", "trail", "content_hash", "version_hash", "revision"}
)
"""Headers that each stage writes anew; any other that a producer gave is carried along."""
REPLAYED_FROM = "replayed_from"
"""On a message that was a dead letter: `topic/partition/offset` of it."""

MOST_BYTES = 32_768
"""Of the headers that are carried along, names and values together, and of a trail. Each message that comes of an
article has them, and some topics take no message of more than a megabyte."""
REMEMBERED_TRAILS = 8
"""All quotes of an article have the same one."""
REPLAYED_FROM_BYTES = 1_000
"""A longer header of that name was not written by a replay."""

_REVISION = re.compile(r"[0-9]{1,9}")


@cache
def installed_version() -> str:
    """The version of this distribution."""
    try:
        return version("redefluss")
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "0"


@dataclass(frozen=True)
class TrailStep:
    """One step of an article's way: what a stage read, and what it took.

    `topic` is without prefix, `took_ms` in milliseconds, `worker` a name of the worker process; `timestamp` is the
    message's, in milliseconds since 1970 UTC, as the broker has it.
    """

    stage: str
    topic: str
    partition: int
    offset: int
    took_ms: float
    produced_at: str
    worker: str
    model: str
    timestamp: int


def now_rfc3339() -> str:
    """The time in UTC, to the millisecond."""
    return rfc3339(datetime.now(UTC))


def text_of(headers: RawHeaders, name: str) -> str | None:
    """The last header of that name as text, or None."""
    for key, value in reversed(headers):
        if key == name and value is not None:
            return value.decode("utf-8", "replace")
    return None


def version_hash_of(headers: RawHeaders) -> str | None:
    """What tells the version of an article from others; release 0.1.0 has the hash of its text alone."""
    return text_of(headers, "version_hash") or text_of(headers, "content_hash")


def revision_of(headers: RawHeaders) -> int:
    """The number of the version of its article that a message has; 1 if its header has no number."""
    number = text_of(headers, "revision") or ""
    return int(number) if _REVISION.fullmatch(number) else 1


def trail_of(headers: RawHeaders) -> list[dict[str, Any]]:
    """The steps that a message's `trail` header lists, without what is none; producers can write that header too, and
    one that is longer than any of ours counts as none."""
    told = text_of(headers, "trail") or "[]"
    return list(_steps_in(told if len(told) <= MOST_BYTES else "[]"))


@lru_cache(maxsize=REMEMBERED_TRAILS)
def _steps_in(trail: str) -> tuple[dict[str, Any], ...]:
    try:
        steps = orjson.loads(trail)
    except orjson.JSONDecodeError:
        return ()
    return tuple(filter(_is_step, steps)) if isinstance(steps, list) else ()


def _is_step(value: Any) -> bool:
    """Nested values are in none, and can be nested too deeply to be written again."""
    return isinstance(value, dict) and not any(isinstance(inner, dict | list) for inner in value.values())


def origin_of(headers: RawHeaders) -> tuple[int, int] | None:
    """Partition and offset of the article on the first topic, as the `trail` header tells; None where it does not."""
    return origin_in(trail_of(headers))


def origin_in(trail: Iterable[Mapping[str, Any]]) -> tuple[int, int] | None:
    """The same by the steps of a `trail` header."""
    step = _first_step(trail)
    partition, offset = step.get("partition"), step.get("offset")
    return (partition, offset) if isinstance(partition, int) and isinstance(offset, int) else None


def written_in(trail: Iterable[Mapping[str, Any]]) -> int | None:
    """The article's time stamp on the first topic, in milliseconds since 1970 UTC; None where its trail has none."""
    timestamp = _first_step(trail).get("timestamp")
    return timestamp if isinstance(timestamp, int) and timestamp > 0 else None


def _first_step(trail: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    return next((step for step in trail if step.get("topic") == RAW_TOPIC), {})


def arrival_of(headers: RawHeaders) -> float | None:
    """When the article came to the first topic, in seconds since 1970 UTC, as the `trail` header tells.

    None where it does not, and for a message that was a dead letter: how long that one lay says nothing of the stream.
    """
    if text_of(headers, REPLAYED_FROM) is not None:
        return None
    written = written_in(trail_of(headers))
    return None if written is None else written / 1000


def outgoing(
    incoming: RawHeaders, step: TrailStep, *, attempt: int, extra: Mapping[str, str] | None = None
) -> list[tuple[str, bytes | None]]:
    """The headers of what a stage publishes: those carried along, its own, and the trail with one step more.

    It begins on the first topic: whoever sends an article once more may have copied the headers of one of its records.
    """
    own = {
        "stage": step.stage,
        "version": installed_version(),
        "produced_at": step.produced_at,
        "took_ms": f"{step.took_ms:.1f}",
        "attempt": str(attempt),
        **(extra or {}),
    }
    former = [] if step.topic == RAW_TOPIC else trail_of(incoming)
    trail = orjson.dumps([*former, vars(step)])
    return [*_carried(incoming), *((key, value.encode()) for key, value in own.items()), ("trail", trail)]


def _carried(incoming: RawHeaders) -> RawHeaders:
    """What is passed on of a message's headers: all that its producer gave, but of more than `MOST_BYTES` none."""
    carried = [(key, value) for key, value in incoming if key not in STAGE_HEADERS]
    size = sum(len(key) + len(value or b"") for key, value in carried)
    if size <= MOST_BYTES:
        return carried
    log.warning("headers of %s bytes are not passed on: at most %s are", f"{size:,}", f"{MOST_BYTES:,}")
    return [pair for pair in carried[-1:] if pair[0] == REPLAYED_FROM and len(pair[1] or b"") <= REPLAYED_FROM_BYTES]


def worker_name(pid: int) -> str:
    """How this worker process calls itself in headers and on pages."""
    return f"{socket.gethostname()}-{pid}"
