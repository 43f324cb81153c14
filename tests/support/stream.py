"""A running stream for tests: workers as processes, messages in, everything that comes out accounted for."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, KafkaTimeoutError
from aiokafka.structs import OffsetAndMetadata

from agents import cluster, kafka, topics
from agents.progress import read_progress
from agents.settings import Settings
from pipeline.stages import DEAD_LETTER_TOPIC, FINISHED_TOPIC, QUOTES_TOPIC
from tests.support.waiting import until

REPOSITORY = Path(__file__).parents[2]
WORKER = ["-m", "tests.support.run_worker"]
OUTPUTS = (FINISHED_TOPIC, QUOTES_TOPIC, DEAD_LETTER_TOPIC)
STOP_SECONDS = 40
"""For a worker to end at SIGTERM; more than its settings let it drain."""


@dataclass
class Outcome:
    """Everything that came out, by topic (without prefix), in the order it was read."""

    messages: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    @property
    def articles(self) -> list[Any]:
        """Messages on `articles.quotes`."""
        return self.messages["articles.quotes"]

    @property
    def ids(self) -> set[str]:
        """Keys on `articles.quotes`."""
        return {message.key.decode() for message in self.articles}

    @property
    def letters(self) -> list[dict[str, Any]]:
        """Dead letters, decoded."""
        return [orjson.loads(message.value) for message in self.messages[DEAD_LETTER_TOPIC]]

    @property
    def places(self) -> set[tuple[str, int, int]]:
        """Where the messages stood that became dead letters."""
        return {(letter["topic"], letter["partition"], letter["offset"]) for letter in self.letters}

    def repeats(self, topic: str = "articles.quotes") -> int:
        """Messages that came more than once, the first not counted."""
        counts = Counter((message.key, message.value) for message in self.messages[topic])
        return sum(count - 1 for count in counts.values())

    def differing(self) -> list[bytes]:
        """Keys and content hashes under which different bytes came out: none should."""
        values = defaultdict(set)
        for message in self.articles:
            values[(message.key, dict(message.headers).get("content_hash"))].add(message.value)
        return [key for (key, _), different in values.items() if len(different) > 1]


class Stream:
    """Topics of their own (by prefix) on a broker, and the workers that a test starts on them.

    Args:
        broker: address.
        prefix: of topics and groups.
        folder: for data directories and logs.
        options: further settings, as in the environment without `REDEFLUSS_`.
    """

    def __init__(self, broker: str, prefix: str, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.environment = {
            "REDEFLUSS_BROKER": broker,
            "REDEFLUSS_TOPIC_PREFIX": prefix,
            "REDEFLUSS_DATA_DIR": str(folder / "data"),
            "REDEFLUSS_WEB_ENABLED": "false",
            "REDEFLUSS_SESSION_TIMEOUT_SECONDS": "6",
            "REDEFLUSS_PROCESSES": "2",
            **{f"REDEFLUSS_{name.upper()}": str(value) for name, value in options.items()},
        }
        names = {name.removeprefix("REDEFLUSS_").lower(): value for name, value in self.environment.items()}
        self.settings = Settings(_env_file=None, **names)  # type: ignore[arg-type]
        self.workers: list[subprocess.Popen[bytes]] = []
        self.embedded = False

    async def prepare(self) -> None:
        """Create the topics, and wait until the broker tells of them: it does so a moment after it has made them."""
        await cluster.wait_for_broker(self.settings, timeout_seconds=60)
        self.embedded = await cluster.is_embedded(self.settings)
        await topics.ensure(self.settings)
        names = [self.settings.topic(name) for name in topics.all_names()]

        async def told() -> bool:
            return len(await cluster.readable_topics(self.settings, *names)) == len(names)

        await until(told)

    def start_worker(self, *stages: str, real: bool = False, **options: Any) -> subprocess.Popen[bytes]:
        """A worker of the named stages (none: all); `real`: with the stages that ship, else those of the tests."""
        command = ["-m", "agents.cli", "worker"] if real else WORKER
        named = [part for stage in stages for part in (("--stage", stage) if real else (stage,))]
        more = {f"REDEFLUSS_{name.upper()}": str(value) for name, value in options.items()}
        with (self.folder / f"worker-{len(self.workers)}.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, *command, *named],
                cwd=self.folder,
                env=dict(os.environ) | {"PYTHONPATH": str(REPOSITORY)} | self.environment | more,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.workers.append(worker)
        return worker

    def logs(self) -> str:
        """What all workers said."""
        return "\n".join(path.read_text("utf-8", "replace") for path in sorted(self.folder.glob("worker-*.log")))

    def stop_workers(self) -> list[int]:
        """SIGTERM to those that run; the exit codes."""
        running = [worker for worker in self.workers if worker.poll() is None]
        for worker in running:
            worker.send_signal(signal.SIGTERM)
        return [worker.wait(STOP_SECONDS) for worker in running]

    def kill_workers(self) -> None:
        """SIGKILL to whatever runs."""
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
                worker.wait()

    async def produce(self, messages: Iterable[tuple[bytes | None, bytes | None]]) -> int:
        """Confirmed sends to `articles.raw`; how many."""
        async with self.producer() as producer:
            futures = [await producer.send(self.settings.topic("articles.raw"), value, key) for key, value in messages]
            await asyncio.gather(*futures)
        return len(futures)

    @contextlib.asynccontextmanager
    async def producer(self) -> AsyncIterator[AIOKafkaProducer]:
        """A producer for a `with` block."""
        producer = kafka.producer(self.settings, embedded=self.embedded)
        await producer.start()
        try:
            yield producer
        finally:
            await producer.stop()

    async def collect(
        self,
        until: Callable[[Outcome], bool],
        *,
        seconds: float = 60,
        settle_seconds: float = 0.0,
        names: Sequence[str] = OUTPUTS,
    ) -> Outcome:
        """Read the outputs from the beginning until a condition holds, and a little longer to see what is too much."""
        outcome = Outcome()
        deadline = time.monotonic() + seconds
        settled: float | None = None
        consumer = kafka.consumer(self.settings, *(self.settings.topic(name) for name in names))
        await consumer.start()
        try:
            while True:
                await self._read(consumer, outcome)
                now = time.monotonic()
                if settled is None and until(outcome):
                    settled = now
                if settled is not None and now - settled >= settle_seconds:
                    return outcome
                if now > deadline:
                    counts = {name: len(messages) for name, messages in outcome.messages.items()}
                    raise AssertionError(f"not within {seconds} s; came out: {counts}\n{self.logs()[-4000:]}")
        finally:
            await consumer.stop()

    async def _read(self, consumer: AIOKafkaConsumer, outcome: Outcome) -> None:
        try:
            batches = await consumer.getmany(timeout_ms=200)
        except (KafkaError, OSError):
            await asyncio.sleep(0.5)
            return
        for partition, messages in batches.items():
            outcome.messages[partition.topic.removeprefix(self.settings.topic_prefix)].extend(messages)

    async def commit(self, group: str, offset: int, metadata: str = "", *, topic: str) -> None:
        """Commit an offset in the first partition of a topic for a group in which nobody is (both without prefix)."""
        place = TopicPartition(self.settings.topic(topic), 0)
        consumer = kafka.consumer(self.settings, group_id=self.settings.group(group))
        await consumer.start()
        consumer.assign([place])
        await consumer.commit({place: OffsetAndMetadata(offset, metadata)})
        await consumer.stop()

    async def lag(self) -> int:
        """Messages that some stage has not committed."""
        return sum(place.lag for place in await read_progress(self.settings))

    async def until_caught_up(self, seconds: float = 60.0) -> None:
        """Wait until every stage has committed all of its messages.

        Raises:
            AssertionError: one has not in time; with what the workers said last.
        """

        async def caught_up() -> bool:
            return await self.lag() == 0

        await until(caught_up, seconds, lambda: f"messages are not committed\n{self.logs()[-4000:]}")


def article(identifier: str, text: str, **fields: Any) -> tuple[bytes, bytes]:
    """Key and value of a raw article."""
    return identifier.encode(), orjson.dumps({"id": identifier, "text": text, **fields})


async def put(producer: AIOKafkaProducer, topic: str, key: bytes, value: bytes) -> asyncio.Future[object]:
    """Queue a message for sending; while the broker is away there may be no room for it."""
    while True:
        with contextlib.suppress(KafkaTimeoutError):
            sending: asyncio.Future[object] = await producer.send(topic, value, key)
            return sending


def alive(pid: int) -> bool:
    """Whether a process runs (and is no zombie)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def descendants(pid: int) -> list[int]:
    """Processes started by a process, and by those."""
    try:
        children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []
    return [*children, *(below for child in children for below in descendants(child))]
