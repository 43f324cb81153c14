"""How the time of each stage grows with the size of an article: `python -m tests.faults.growth --characters 15000`.

Articles of many shapes go through all stages at sizes n, 2n and 4n. Times are of the processor, so that other programs
do not count. A stage whose time grows much faster than the size is named; exit code 1.
"""

import argparse
import math
import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from agents.pool.protocol import Done, Job
from agents.stage_jobs import perform
from pipeline.config import PipelineConfig
from pipeline.stages import STAGES, Stage, article_stages
from schemas.codec import decode, encode
from schemas.records import RawArticle
from tests.faults.shapes import shapes
from tests.support.stages import clean as as_it_is
from tests.support.timing import timed

SIZES = (1, 2, 4)
STEEP = 1.5
"""Exponent; 1 is linear, 2 quadratic."""
NOTICEABLE_SECONDS = 0.2
"""Of the largest size; what is faster is not worth a look, and its exponent is noise."""
LIMIT_SECONDS = 120


@dataclass(frozen=True)
class Growth:
    """The times of one stage for one shape, in seconds of the processor, by size; None: there was nothing to do."""

    shape: str
    stage: str
    seconds: tuple[float | None, ...]

    @property
    def exponent(self) -> float:
        """How the time grows from the smallest size to the largest."""
        first, last = self.seconds[0], self.seconds[-1]
        if not first or not last:
            return 0.0
        return math.log(last / first) / math.log(SIZES[-1] / SIZES[0])

    @property
    def steep(self) -> bool:
        """Whether the time grows much faster than the size, and is worth a look."""
        return self.exponent > STEEP and (self.seconds[-1] or 0.0) > NOTICEABLE_SECONDS

    def __str__(self) -> str:
        times = ", ".join("–" if seconds is None else f"{seconds:.3f}" for seconds in self.seconds)
        return f"{self.shape}: {self.stage}: {times} s, exponent {self.exponent:.2f}"


class AllStages:
    """The stages as they ship, one after the other, without a broker."""

    def __init__(self, config: PipelineConfig) -> None:
        self._functions = [(stage, stage.load(config)) for stage in article_stages()]
        self._last = STAGES[-1]
        self._states = self._last.load(config)

    def times(self, fields: dict[str, str]) -> dict[str, float | None]:
        """By stage, the seconds that it took for one article.

        A text goes to the stages after cleaning as it is, for cleaning takes out much of what is hostile to them.
        """
        found: dict[str, float | None] = dict.fromkeys((stage.name for stage in STAGES), None)
        value: bytes | None = orjson.dumps({"id": "a", "language": "de", **fields})
        for stage, function in self._functions:
            if value is None:
                return found
            outcome, found[stage.name] = timed(lambda: perform(Job(stage.name, b"a", value), stage, function))  # noqa: B023
            messages = outcome.messages if isinstance(outcome, Done) else ()
            value = next((message.value for message in messages if message.topic == stage.target), None)
            if stage.name == "clean" and "text" in fields:
                value = encode(as_it_is(RawArticle(id="a", text=fields["text"])))
            quotes = [message.value for message in messages if message.topic == self._last.source]
            if quotes:
                _, found[self._last.name] = timed(lambda: self._join(self._last, quotes))  # noqa: B023
        return found

    def _join(self, stage: Stage, quotes: Iterable[bytes]) -> None:
        states: dict[str, Any] = {}
        for quote in quotes:
            record = decode(quote, stage.reads)
            owner = self._states.owner(record)
            state = states.setdefault(owner, self._states.state(owner))
            state.add(record, "2026-01-01T00:00:00.000Z")


def growths(stages: AllStages, characters: int, wanted: Callable[[str], object] = bool) -> Iterator[Growth]:
    """Every stage's growth for each shape whose name is wanted, from `characters` on."""
    for shape, make in shapes().items():
        if wanted(shape):
            signal.setitimer(signal.ITIMER_PROF, LIMIT_SECONDS)  # a hang ends the run
            times = [stages.times(make(characters * size)) for size in SIZES]
            signal.setitimer(signal.ITIMER_PROF, 0)
            for stage in STAGES:
                yield Growth(shape, stage.name, tuple(found[stage.name] for found in times))


def main() -> int:
    """Exit code 1 if a stage's time grows much faster than the size."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.growth", description=__doc__)
    parser.add_argument("--characters", type=int, default=15_000, help="of the smallest size")
    parser.add_argument("--model", default="redefluss", help="of entities and quotes: redefluss or rules")
    parser.add_argument("--shapes", default="", help="regular expression; only shapes whose name it is found in")
    options = parser.parse_args()
    stages = AllStages(PipelineConfig(model_de=options.model, quote_model=options.model))
    stages.times({"text": "Zum Aufwärmen: „Es ist kalt“, sagte Hanna Tölke am Montag in Waldau."})
    steep = 0
    for growth in growths(stages, options.characters, re.compile(options.shapes).search):
        sys.stdout.write(f"{'STEEP  ' if growth.steep else '       '}{growth}\n")
        sys.stdout.flush()
        steep += growth.steep
    return int(bool(steep))


if __name__ == "__main__":
    sys.exit(main())
