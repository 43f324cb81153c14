"""The stage `statements` by itself, without Kafka: what a quote costs, and what memory, the more has been said.

    python -m benchmarks.statements [--quotes N]

The quotes are those of the notes of `benchmarks/notes.py`, all within the time in which a statement is open. They go
through the stage as a worker has it, with the local copy on disk. What it gives out comes back to the copy after each
lot of quotes, as from the topic. A table of the tenths is printed, as Markdown. The speed of the machine changes
meanwhile, so the last tenth is taken in turn with a stage that begins, and compared with that one.
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import orjson
import psutil

from agents.incoming import Incoming
from agents.pool.protocol import Done
from agents.processes import spare_garbage_collection
from agents.settings import Settings
from agents.state_replica import StateReplica
from agents.state_store import StateStore
from agents.stateful_processor import StatefulProcessor
from benchmarks.notes import notes
from pipeline.stages import stage_named
from schemas.codec import encode
from schemas.records import Quote, QuotedArticle, QuoteRecord, QuoteType, Speaker, SpeakerEntity
from schemas.spans import CharOffset, Span

PARTS = 10
LOT = 250
"""Quotes until what came of them comes back from the topic."""
STARTED_MS = 1_767_225_600_000
QUOTE_MS = 10
_DIRECT = re.compile(r"„(.+)“, sagte (\S+) (.+) nach der Sitzung\.")
_INDIRECT = re.compile(r"(.+?) vom \S+ warnte, (.+)\.")


class Read(NamedTuple):
    """A message that comes back from the topic."""

    key: bytes
    value: bytes | None


def quotes(count: int) -> Iterator[bytes]:
    """The values of `count` messages of the topic `quotes`."""
    return islice(_all_quotes(count), count)


def _all_quotes(count: int) -> Iterator[bytes]:
    for _, value in notes(count):
        if not value.endswith(b"Ende"):
            note = orjson.loads(value)
            direct, indirect = note["text"].split("\n\n")[1::2]
            if (said := _DIRECT.fullmatch(direct)) is not None:
                yield _record(note, 0, "Direct", f"„{said[1]}“", said[3], direct)
            if (said := _INDIRECT.fullmatch(indirect)) is not None:
                yield _record(note, 1, "Indirect", said[2], said[1], indirect)


def _record(note: dict[str, str], number: int, kind: QuoteType, text: str, name: str, sentence: str) -> bytes:
    quote = Quote(
        id=f"{note['id']}#{number}",
        type=kind,
        medium="Speech",
        spans=[Span(begin=CharOffset(0), end=CharOffset(len(text)))],
        text=text,
        speaker=Speaker(spans=[Span(begin=CharOffset(0), end=CharOffset(len(name)))], text=name, name=name),
        confidence=0.9,
    )
    speaker = SpeakerEntity(id=f"per/{name.lower().replace(' ', '-')}", name=name, type="PER")
    article = QuotedArticle(id=note["id"], source=note["source"], title=note["title"], version_hash="v1")
    return encode(QuoteRecord(quote=quote, speaker=speaker, context=sentence, article=article))


class StageRun:
    """The stage, which takes in quotes.

    Args:
        values: of the messages to come.
        folder: for the local copy.

    Attributes:
        taken: quotes that it has taken in.
        seconds: processor time that this took.
    """

    def __init__(self, values: Iterator[bytes], folder: Path) -> None:
        settings = Settings()
        stage = stage_named("statements")
        states = stage.load(settings.pipeline)
        self._store = StateStore(folder, settings.statement_days * 86_400)
        self._replica = StateReplica(settings, stage, states, self._store)
        self._replica.partitions = self._replica.source_partitions = 1
        self._replica._caught_up.set()
        self._processor = StatefulProcessor(stage, states, self._replica)
        self._values = values
        self.taken = 0
        self.seconds = 0.0

    async def take_lot(self) -> None:
        """Take in the next `LOT` quotes; what comes of them comes back from the topic at the end."""
        values = list(islice(self._values, LOT))
        began = time.process_time()
        back: list[Read] = []
        for value in values:
            self.taken += 1
            at_ms = STARTED_MS + QUOTE_MS * self.taken
            outcome = await self._processor.process(Incoming("quotes", 0, self.taken, at_ms, None, value, ()))
            if not isinstance(outcome, Done):
                raise SystemExit(f"a quote was refused: {outcome}")
            back += [Read(message.key or b"", message.value) for message in outcome.messages]
        self._replica.apply(0, back, {"offset": self.taken, "last": None, "topic": ""})
        self.seconds += time.process_time() - began

    def close(self) -> None:
        """Leave the folder."""
        self._store.close()


async def run(count: int, folder: Path) -> None:
    """Let the stage take in `count` quotes, the last tenth in turn with a stage that begins; print what it took."""
    part = count // PARTS
    stage, beginning = StageRun(quotes(count), folder / "stage"), StageRun(quotes(part), folder / "beginning")
    process = psutil.Process()
    spare_garbage_collection()  # as a worker does
    _print("| quotes | processor time a quote, ms | memory of the process, MB |\n|---|---|---|\n")
    for number in range(1, PARTS + 1):
        stage.seconds = 0.0
        for lot in range(part // LOT):
            in_turn = [stage, beginning] if number == PARTS else [stage]
            for each in in_turn[:: 1 if lot % 2 else -1]:
                await each.take_lot()
        memory = process.memory_full_info().uss / 1e6
        _print(f"| to {number * part:,} | {1000 * stage.seconds / part:.3f} | {memory:.0f} |\n")
    ratio = stage.seconds / beginning.seconds
    _print(f"\nIn turn with a stage that begins, the last {part:,} quotes took {ratio:.2f} times its processor time.\n")
    for each in (stage, beginning):
        each.close()


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def main() -> None:
    """Read the command line, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quotes", type=int, default=200_000, help="how many (default: %(default)s)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(arguments.quotes, Path(folder)))


if __name__ == "__main__":
    main()
