"""Versions of articles that are sent for as long as a test does something to the stream, each accounted for."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import orjson
from confluent_kafka import Producer

from tests.support.stream import Outcome, Stream, article, put

KEYS = 24
PAUSE_SECONDS = 0.1
"""Between two messages."""
DELIVERY_MS = 240_000
TOPICS = ("articles.cleaned", "articles.entities", "articles.quotes", "quotes")


class Traffic:
    """Sends to `articles.raw`, and knows what has to come out.

    Half of the keys are sent by aiokafka, half by librdkafka, both idempotent and waiting for all copies.

    Args:
        stream: where to.
        words: for the stages of the tests to obey, such as `STEP5@quotes`.
    """

    def __init__(self, stream: Stream, words: str = "") -> None:
        self._stream = stream
        self._words = words
        self.sent: dict[bytes, list[int]] = {}
        """By key, the numbers of its versions, in their order."""
        self.confirmed = 0
        self._failures: list[object] = []

    @property
    def count(self) -> int:
        """Messages sent."""
        return sum(map(len, self.sent.values()))

    @contextlib.asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        """Send for the length of a `with` block, and be sure at its end that all is confirmed."""
        sending = asyncio.create_task(self._send())
        try:
            yield
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        assert not self._failures, self._failures[:3]
        assert self.confirmed == self.count

    async def _send(self) -> None:
        topic = self._stream.settings.topic("articles.raw")
        other = librdkafka(self._stream)
        futures = []
        async with self._stream.producer() as own:
            try:
                while True:
                    key, value = self._next()
                    if key[-1] % 2:
                        futures.append(asyncio.ensure_future(self._confirm(await put(own, topic, key, value))))
                    else:
                        other.produce(topic, value, key, on_delivery=self._delivered)
                    other.poll(0)
                    await asyncio.sleep(PAUSE_SECONDS)
            finally:
                await asyncio.gather(*futures)
                await asyncio.to_thread(other.flush)

    async def _confirm(self, answer: asyncio.Future[object]) -> None:
        try:
            await answer
        except Exception as error:
            self._failures.append(error)
        else:
            self.confirmed += 1

    def _delivered(self, error: object, _: object) -> None:
        if error is not None:
            self._failures.append(error)
        else:
            self.confirmed += 1

    def _next(self) -> tuple[bytes, bytes]:
        number = self.count
        key, value = article(f"k-{number % KEYS:02}", f"Fassung {number}. {self._words}")
        self.sent.setdefault(key, []).append(number)
        return key, value

    def newest(self) -> dict[bytes, int]:
        """By key, its last version."""
        return {key: versions[-1] for key, versions in self.sent.items()}

    async def settled(self, seconds: float) -> Outcome:
        """Everything that came out, once the newest version of each key has, and nobody has anything more to do."""
        deadline = time.monotonic() + seconds

        def complete(seen: Outcome) -> bool:
            return self.lost(seen) == set() and all(last(seen, topic) == self.newest() for topic in TOPICS)

        await self._stream.collect(complete, seconds=seconds, names=TOPICS)
        while lag := await self._stream.lag():
            assert time.monotonic() < deadline, f"lag {lag}\n{self._stream.logs()[-4000:]}"
            await asyncio.sleep(0.5)
        return await self._stream.collect(complete, names=(*TOPICS, "articles.dead-letter"), settle_seconds=1)

    def lost(self, outcome: Outcome) -> set[tuple[bytes, int]]:
        """Versions that have not come out."""
        came = {(message.key, number_of(message)) for message in outcome.articles if message.value is not None}
        return {(key, number) for key, numbers in self.sent.items() for number in numbers} - came

    def check(self, outcome: Outcome) -> None:
        """Nothing is lost, and on every topic the last word on each key is its newest version."""
        assert self.lost(outcome) == set()
        assert not outcome.letters
        assert not outcome.differing()
        for topic in TOPICS:
            assert last(outcome, topic) == self.newest(), topic


def last(outcome: Outcome, topic: str) -> dict[bytes, int]:
    """By key of the article, the version that stands last on a topic."""
    return {message.key: number_of(message) for message in outcome.messages[topic] if message.value is not None}


def number_of(message: Any) -> int:
    """The number of a version."""
    record = orjson.loads(message.value)
    text = record["quote"]["text"] if "quote" in record else record["text"]
    return int(text.split()[1].strip("."))


def librdkafka(stream: Stream, **options: Any) -> Producer:
    """The producer of most other languages, idempotent, with the partitioner of Java's."""
    servers = ",".join(stream.settings.bootstrap_servers)
    defaults = {
        "bootstrap.servers": servers,
        "partitioner": "murmur2_random",
        "enable.idempotence": True,
        "message.timeout.ms": DELIVERY_MS,
        "transaction.timeout.ms": DELIVERY_MS,
    }
    return Producer(defaults | options)
