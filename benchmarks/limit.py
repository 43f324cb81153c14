"""The limit: the stage functions called directly, by as many processes as there are cores, nothing else running."""

import multiprocessing
import time
from multiprocessing.synchronize import Barrier

from agents.pool.protocol import Done, Job
from agents.settings import Settings
from agents.stage_jobs import StageSetup, load
from benchmarks.articles import multiplied
from pipeline.config import PipelineConfig
from pipeline.stages import article_stages

STAGE_NAMES = tuple(stage.name for stage in article_stages())


def through_all_stages(values: list[bytes], config: PipelineConfig, barrier: Barrier | None = None) -> list[float]:
    """Seconds that each article takes, bytes in to bytes out of the last stage, in this process.

    The first pass over the distinct articles warms up and is not counted; `barrier` is waited for after it and at the
    end.
    """
    work = load(StageSetup(STAGE_NAMES, config))

    def run(value: bytes) -> None:
        key: bytes | None = None
        for stage in STAGE_NAMES:
            outcome = work(Job(stage, key, value))
            if not isinstance(outcome, Done):
                raise RuntimeError(f"{stage} refused an article: {outcome}")
            key, value = outcome.key, outcome.value

    took = []
    try:
        for value in values[:20]:
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
    share = [value for _, value in multiplied(values, count // processes, label="limit")]
    workers = [context.Process(target=through_all_stages, args=(share, config, barrier)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    barrier.wait()
    started = time.perf_counter()
    barrier.wait()
    seconds = time.perf_counter() - started
    for worker in workers:
        worker.join()
    return len(share) * processes / seconds


def configuration() -> PipelineConfig:
    """The domain's settings, from the environment as for a worker."""
    return Settings().pipeline
