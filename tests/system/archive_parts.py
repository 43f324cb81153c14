"""The processes of an archive run, and what is on the topics meanwhile."""

import asyncio
import os
import signal
import subprocess
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from aiokafka.errors import KafkaError

from agents import headers, kafka
from agents.processes import module_command
from pipeline.stages import DEAD_LETTER_TOPIC, FINISHED_TOPIC, RAW_TOPIC, STATEMENTS_TOPIC
from tests.support.stream import Stream, descendants

STOP_SECONDS = 90.0
LEAST_WAIT_SECONDS = 240.0


class Part:
    """A command of the stream, as a process that is started again after it was killed.

    Args:
        name: of its log.
        stream: whose broker and folder it uses.
        arguments: of `redefluss`.
    """

    def __init__(self, name: str, stream: Stream, *arguments: str) -> None:
        self.name = name
        self.arguments = arguments
        self._stream = stream
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What it said, in all of its lives."""
        return self._stream.folder / f"{self.name}.log"

    def start(self, *more: str) -> None:
        """Start it."""
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                module_command("agents.cli", *self.arguments, *more),
                cwd=self._stream.folder,
                env=dict(os.environ) | self._stream.environment,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return None if self._process is None else self._process.poll()

    def children(self) -> list[int]:
        """Its processes."""
        return [] if self._process is None else descendants(self._process.pid)

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def ended(self) -> int:
        """Its exit code, once it has ended."""
        assert self._process is not None
        return await asyncio.to_thread(self._process.wait, STOP_SECONDS + LEAST_WAIT_SECONDS)

    async def stop(self) -> int:
        """SIGTERM; its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self._process.wait, STOP_SECONDS)


class Topics:
    """The last message of each key, and how many there were, by topic; read all the time."""

    NAMES = (RAW_TOPIC, FINISHED_TOPIC, STATEMENTS_TOPIC, DEAD_LETTER_TOPIC)

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._last: dict[str, dict[str, tuple[bytes, int]]] = {name: {} for name in self.NAMES}
        self.counts: Counter[str] = Counter()
        self.raw_contents: set[bytes] = set()

    async def read(self) -> None:
        """Until cancelled."""
        prefix = self._stream.settings.topic_prefix
        consumer = kafka.consumer(self._stream.settings, *(prefix + name for name in self.NAMES))
        await consumer.start()
        try:
            while True:
                with suppress(KafkaError, OSError):
                    for tp, records in (await consumer.getmany(timeout_ms=300)).items():
                        for record in records:
                            self._take(tp.topic.removeprefix(prefix), record)
        finally:
            await consumer.stop()

    def _take(self, name: str, record: Any) -> None:
        self.counts[name] += 1
        key = (record.key or b"").decode()
        if record.value is None:
            self._last[name].pop(key, None)
            return
        if name == RAW_TOPIC:
            self.raw_contents.add(record.value)
        revision = headers.text_of(record.headers, "revision")
        self._last[name][key] = record.value, int(revision or 1)

    def records(self, name: str) -> dict[str, dict[str, Any]]:
        """The last record of each key that was not taken back."""
        return {key: orjson.loads(value) for key, (value, _) in self._last[name].items()}

    def revisions(self) -> dict[str, int]:
        """Of each article that is through."""
        return {key: revision for key, (_, revision) in self._last[FINISHED_TOPIC].items()}

    def texts(self) -> dict[str, str]:
        """Of each article that is through."""
        return {key: record["text"] for key, record in self.records(FINISHED_TOPIC).items()}
