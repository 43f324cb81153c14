"""The limit: the stage functions called directly, by as many processes as there are cores, nothing else running."""

import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable
from multiprocessing.synchronize import Barrier
from typing import Any
from unittest.mock import patch

from agents.pool.fork_server_client import SINGLE_THREADED
from agents.pool.protocol import Done, Job, Outcome, OutputMessage
from agents.settings import Settings
from agents.stage_jobs import StageSetup, load
from agents.stateful_stage import StatefulStage
from benchmarks.articles import multiplied
from pipeline.config import PipelineConfig
from pipeline.stages import STAGES, Stage, article_stages
from schemas.codec import decode, encode

STAGE_NAMES = tuple(stage.name for stage in article_stages())
WARM_UP = 20
"""Articles before the time counts."""
SEEN_AT = "2026-01-01T00:00:00.000Z"


class StatefulWork:
    """The functions of a stateful stage, and nothing of how its states are kept."""

    def __init__(self, stage: Stage, config: PipelineConfig) -> None:
        self._stage = stage
        self._stateful: StatefulStage = stage.load(config)
        self._states: dict[str, Any] = {}

    def __call__(self, messages: Iterable[OutputMessage]) -> None:
        """Take in those of an article's messages that the stage reads."""
        for message in messages:
            if message.topic == self._stage.source and message.value is not None:
                record = decode(message.value, self._stage.reads)
                owner = self._stateful.owner(record)
                if owner not in self._states:
                    self._states[owner] = self._stateful.state(owner)
                for changed in self._states[owner].add(record, SEEN_AT).values():
                    if changed is not None:
                        encode(changed)


def load_as_pool(config: PipelineConfig) -> Callable[[Job], Outcome]:
    """What performs the jobs of all stages of articles, where garbage is collected as in a process of the pool."""
    work = load(StageSetup(STAGE_NAMES, config))
    gc.collect()
    gc.freeze()
    return work


def through_all_stages(values: list[bytes], config: PipelineConfig, barrier: Barrier | None = None) -> list[float]:
    """Seconds that each article takes, bytes in to bytes out of the last stage, in this process.

    Some of the articles, under other ids, warm up before and are not counted; `barrier` is waited for after them and at
    the end.
    """
    work = load_as_pool(config)
    stateful = [StatefulWork(stage, config) for stage in STAGES if stage.stateful]

    def run(value: bytes) -> None:
        key: bytes | None = None
        for stage in STAGE_NAMES:
            outcome = work(Job(stage, key, value))
            if not isinstance(outcome, Done):
                raise RuntimeError(f"{stage} refused an article: {outcome}")
            record = outcome.messages[-1]
            if record.value is None:
                raise RuntimeError(f"{stage} withdrew an article")
            key, value = record.key, record.value
            for take_in in stateful:
                take_in(outcome.messages)

    took = []
    try:
        for _, value in multiplied(values[:WARM_UP], min(WARM_UP, len(values)), label="warm"):
            run(value)
        if barrier is not None:
            barrier.wait()
        for value in values:
            started = time.perf_counter()
            run(value)
            took.append(time.perf_counter() - started)
        if barrier is not None:
            barrier.wait()
    except BaseException:
        if barrier is not None:
            barrier.abort()  # the others would wait for this one
        raise
    return took


def articles_per_second(values: list[bytes], count: int, processes: int, config: PipelineConfig) -> float:
    """Throughput of `processes` processes that share `count` articles."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes + 1)
    every = sorted((value for _, value in multiplied(values, count, label="limit")), key=len)  # equal shares
    workers = [
        context.Process(target=through_all_stages, args=(every[number::processes], config, barrier))
        for number in range(processes)
    ]
    with patch.dict(os.environ, SINGLE_THREADED):  # as the pool's processes
        for worker in workers:
            worker.start()
    barrier.wait()
    started = time.perf_counter()
    barrier.wait()
    seconds = time.perf_counter() - started
    for worker in workers:
        worker.join()
    return count / seconds


def configuration() -> PipelineConfig:
    """The domain's settings, from the environment as for a worker."""
    return Settings().pipeline
