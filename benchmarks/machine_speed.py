"""A clock for the machine's own speed: a small piece of a stage's work, done now and then beside what is measured.

The speed of a virtual machine changes within seconds by tens of per cent, with what its neighbours do. What is measured
at different times can be compared when the speed at each time is known. The clock is a process of its own, and knows
nothing of the stream.
"""

import multiprocessing
import os
import time
from multiprocessing.connection import Connection
from statistics import fmean
from typing import Self
from unittest.mock import patch

from agents.pool.fork_server_client import SINGLE_THREADED
from agents.pool.protocol import Done, Job
from agents.stage_jobs import StageSetup, load
from pipeline.config import PipelineConfig
from schemas.codec import encode
from schemas.records import RawArticle

PAUSE_SECONDS = 0.5
"""Between two pieces of work."""
TITLE = "Rat von Waldau schließt das Freibad"
TEXT = "„Das tut weh“, sagte Bürgermeisterin Hanna Tölke am {} nach der Sitzung des Rates."


class SpeedClock:
    """Processor time of the piece of work, measured beside something else; a context manager.

    Args:
        config: of the models whose work it does.
    """

    def __init__(self, config: PipelineConfig) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, config), daemon=True)
        self._theirs = theirs

    def __enter__(self) -> Self:
        with patch.dict(os.environ, SINGLE_THREADED):  # as the pool's processes
            self._process.start()
        self._theirs.close()
        self._connection.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._process.join()

    def begin(self) -> None:
        """Work now and then, from now on."""
        self._connection.send(None)

    def end(self) -> float:
        """Stop; seconds of processor time that the piece of work took, on average.

        Raises:
            EOFError: the process has ended.
        """
        self._connection.send(None)
        return float(self._connection.recv())

    @staticmethod
    def cores(piece_seconds: float) -> float:
        """Cores that the clock uses itself: each piece is done twice."""
        return 2 * piece_seconds / (PAUSE_SECONDS + 2 * piece_seconds)


def _serve(connection: Connection, config: PipelineConfig) -> None:
    work = load(StageSetup(("clean", "entities", "quotes"), config))
    number = 0

    def piece() -> float:
        """The text differs each time: what was read lately is not read again."""
        nonlocal number
        number += 1
        value = encode(RawArticle(title=TITLE, text=TEXT.format(f"{number}. Tag")))
        started = time.process_time()
        for stage in ("clean", "entities", "quotes"):
            outcome = work(Job(stage, b"clock", value))
            assert isinstance(outcome, Done)
            value = outcome.messages[-1].value or b""
        return time.process_time() - started

    def warm_piece() -> float:
        """After a pause, the first one takes longer than work in a busy process."""
        piece()
        return piece()

    warm_piece()
    connection.send(None)
    try:
        while True:
            connection.recv()
            took = [warm_piece()]
            while not connection.poll(PAUSE_SECONDS):
                took.append(warm_piece())
            connection.recv()
            connection.send(fmean(took))
    except EOFError:
        return
