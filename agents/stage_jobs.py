"""What a pool process does with a job: bytes to record, the stage's function, records to bytes.

Runs in the pool's processes alone. Nothing here raises for what a message
contains: every way out is `Done` or `Refused`. Only a lack of memory passes
through, so that the process ends and the pool deals with it as with a crash.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agents.pool.protocol import Done, Job, Outcome, OutputMessage, Refused
from pipeline.config import PipelineConfig
from pipeline.errors import ConfigurationError, Rejected
from pipeline.identity import key_text, version_hash
from pipeline.stages import Stage, StageFunction, stage_named
from pipeline.warm_up import warm_up_records
from schemas.codec import RecordError, decode, encode, one_line
from schemas.records import CleanArticle


@dataclass(frozen=True)
class StageSetup:
    """Which stages a process serves, and how."""

    stages: tuple[str, ...]
    config: PipelineConfig


def load(setup: StageSetup) -> Callable[[Job], Outcome]:
    """Load the stages' models; what is returned performs a job.

    Raises:
        ConfigurationError: a model or file cannot be loaded, or a stage cannot process anything.
    """
    functions = {name: (stage_named(name), stage_named(name).load(setup.config)) for name in setup.stages}
    _warm_up(functions)
    return lambda job: perform(job, *functions[job.stage])


def _warm_up(functions: dict[str, tuple[Stage, StageFunction]]) -> None:
    """Do a record in each stage, so that what is loaded at first use is there before the processes are forked.

    A process that replaces a dead one then works at once, and all share that memory. Where a stage fails on a record
    that is like any other, as without a folder for temporary files, it would make a dead letter of each article.
    """
    for stage, function in functions.values():
        for record in warm_up_records(stage.reads):
            outcome = perform(Job(stage.name, None, encode(record)), stage, function)
            if isinstance(outcome, Refused) and outcome.reason == "processing-error":
                raise ConfigurationError(f"no article can be processed: {outcome.detail}")


def perform(job: Job, stage: Stage, function: StageFunction) -> Outcome:
    """Do one job and measure it."""
    started = time.perf_counter()
    try:
        outcome = _apply(job, stage, function)
    except (RecordError, Rejected) as error:
        return Refused(error.reason, one_line(error.detail), time.perf_counter() - started)
    except MemoryError:
        raise
    except Exception as error:
        detail = one_line(f"{stage.name}: {type(error).__name__}: {error}")
        return Refused("processing-error", detail, time.perf_counter() - started)
    return Done(**outcome, took_seconds=time.perf_counter() - started)


def _apply(job: Job, stage: Stage, function: StageFunction) -> dict[str, Any]:
    result = function(stage.prepare(decode(job.value, stage.reads), key_text(job.key)))
    messages = tuple(
        OutputMessage(output.topic, key.encode("utf-8"), None if record is None else encode(record))
        for output in stage.outputs
        for key, record in output.messages(result)
    )
    return {
        "messages": messages,
        "content_hash": getattr(result, "content_hash", None),
        "version_hash": version_hash(result) if isinstance(result, CleanArticle) else None,
        "counts": dict(stage.counts(result)),
    }
