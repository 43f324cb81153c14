"""The stage functions, called directly in processes of their own: what articles cost without a stream."""

import multiprocessing
import os
import pickle
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any
from unittest.mock import patch

from agents.pool.fork_server_client import SINGLE_THREADED
from agents.pool.protocol import LENGTH, Done, Job, pack
from benchmarks.limit import STAGE_NAMES, StatefulWork, load_as_pool
from pipeline.config import PipelineConfig
from pipeline.stages import STAGES


@dataclass(frozen=True)
class Called:
    """What an article took: seconds of processor time.

    Attributes:
        stages: by stage of articles, from the bytes of a pool's job to those of its outcome.
        elapsed: the same in seconds that passed: fewer, where a stage used several cores at once.
        statements: of the functions of stateful stages, for all that the article gives them.
        quotes: how many it has.
        last: the job of its last stage.
    """

    stages: tuple[float, ...]
    elapsed: tuple[float, ...]
    statements: float
    quotes: int
    last: Job


class DirectCalls:
    """Processes with all models loaded, each of which does what it is asked for."""

    def __init__(self, connections: list[Connection]) -> None:
        self._connections = connections

    def articles(self, values: Sequence[bytes], *processes: int) -> list[list[Called]]:
        """Take raw articles through all stages, in each of these processes at once; what they took, by process.

        Raises:
            ValueError: a stage refuses an article.
        """
        return self._ask(list(values), processes)

    def again(self, called: Sequence[Called], process: int) -> list[float]:
        """Do the last jobs of articles again, and give the seconds of each."""
        (seconds,) = self._ask([one.last for one in called], (process,))
        return seconds

    def _ask(self, what: object, processes: Sequence[int]) -> list[list[Any]]:
        for process in processes:
            self._connections[process].send(what)
        answers = [self._connections[process].recv() for process in processes]
        for answer in answers:
            if isinstance(answer, str):
                raise ValueError(answer)
        return answers


@contextmanager
def direct_calls(processes: int, config: PipelineConfig) -> Iterator[DirectCalls]:
    """So many processes, until the block ends."""
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(processes)]
    children = [context.Process(target=_serve, args=(theirs, config), daemon=True) for _, theirs in pipes]
    with patch.dict(os.environ, SINGLE_THREADED):  # as the pool's processes
        for child in children:
            child.start()
    for _, theirs in pipes:
        theirs.close()
    connections = [ours for ours, _ in pipes]
    try:
        for connection in connections:
            connection.recv()
        yield DirectCalls(connections)
    finally:
        for connection in connections:
            connection.close()
        for child in children:
            child.join()


def _serve(connection: Connection, config: PipelineConfig) -> None:
    work = load_as_pool(config)
    stateful = [StatefulWork(stage, config) for stage in STAGES if stage.stateful]

    def timed(job: Job) -> tuple[float, float, Done]:
        received = pack(job)
        begun, started = time.perf_counter(), time.process_time()
        outcome = work(pickle.loads(received[LENGTH.size :]))
        pack(outcome)
        took, elapsed = time.process_time() - started, time.perf_counter() - begun
        if not isinstance(outcome, Done):
            raise ValueError(f"{job.stage} refused an article: {outcome}")
        return took, elapsed, outcome

    def article(value: bytes | None) -> Called:
        key, took, passed = None, [], []
        for stage in STAGE_NAMES:
            job = Job(stage, key, value)
            seconds, elapsed, done = timed(job)
            took.append(seconds)
            passed.append(elapsed)
            key, value = done.messages[-1].key, done.messages[-1].value
        started = time.process_time()
        for take_in in stateful:
            take_in(done.messages)
        return Called(tuple(took), tuple(passed), time.process_time() - started, len(done.messages) - 1, job)

    connection.send(None)
    while True:
        try:
            asked = connection.recv()
        except EOFError:
            return
        try:
            connection.send([timed(one)[0] if isinstance(one, Job) else article(one) for one in asked])
        except Exception as error:
            connection.send(str(error))
