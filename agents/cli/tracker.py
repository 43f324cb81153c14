"""What became of articles that were sent: each comes out at articles.quotes or as a dead letter."""

from collections.abc import Callable
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from agents import headers
from agents.cli.articles import ArticleMessage
from agents.progress import read_progress
from agents.settings import Settings
from agents.topic_reader import batches, partitions_of
from pipeline.stages import DEAD_LETTER_TOPIC, FINISHED_TOPIC, RAW_TOPIC
from schemas.codec import RecordError, decode
from schemas.records import DeadLetter, QuoteArticle

RawPosition = tuple[int, int]
"""Partition and offset on the first topic."""


@dataclass
class ArticleTracker:
    """The articles sent, by their place on the first topic, and what came of them.

    Attributes:
        sent: what is tracked.
        articles: what came out.
        letters: what went to the dead letters.
        known: what was processed before and so was not processed again, with what came out then.
    """

    settings: Settings
    came_out: Callable[[], None] = lambda: None
    sent: dict[RawPosition, ArticleMessage] = field(default_factory=dict)
    articles: dict[RawPosition, QuoteArticle] = field(default_factory=dict)
    letters: dict[RawPosition, DeadLetter] = field(default_factory=dict)
    known: dict[RawPosition, QuoteArticle] = field(default_factory=dict)

    @property
    def missing(self) -> set[RawPosition]:
        """Places of what has not come out."""
        return self.sent.keys() - self.articles.keys() - self.letters.keys() - self.known.keys()

    async def assign(self, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
        """Point the consumer at the ends of the two topics where articles come out."""
        places = [
            place for name in (FINISHED_TOPIC, DEAD_LETTER_TOPIC) for place in await partitions_of(self.settings, name)
        ]
        consumer.assign(places)
        for place, end in (await consumer.end_offsets(places)).items():
            consumer.seek(place, end)
        return places

    def take(self, record: ConsumerRecord) -> None:
        """One message from where articles come out; one that was not sent by us, or came before, changes nothing."""
        before = len(self.articles) + len(self.letters)
        try:
            if record.topic == self.settings.topic(FINISHED_TOPIC):
                place = headers.origin_of(record.headers)
                if place in self.sent:
                    self.articles.setdefault(place, decode(record.value, QuoteArticle))
            else:
                letter = decode(record.value, DeadLetter)
                place = self._origin_of_letter(letter)
                if place in self.sent:
                    self.letters.setdefault(place, letter)
        except RecordError:  # somebody else's message
            return
        if len(self.articles) + len(self.letters) > before:
            self.came_out()

    async def look_back(self, consumer: AIOKafkaConsumer) -> None:
        """Find what is missing among the articles that came out before: the stream does not process one twice."""
        wanted = {self.sent[place].key.encode(): place for place in self.missing}
        places = await partitions_of(self.settings, FINISHED_TOPIC)
        found: dict[bytes, bytes] = {}
        async for records in batches(consumer, places, from_beginning=True, until_end=True):
            found |= {record.key: record.value for record in records if record.key in wanted and record.value}
        for place in self.missing:
            value = found.get(self.sent[place].key.encode())
            if value is not None:
                self.known[place] = decode(value, QuoteArticle)

    async def idle(self) -> bool:
        """Whether every stage has done all that it can read."""
        return not any(place.unread for place in await read_progress(self.settings))

    def _origin_of_letter(self, letter: DeadLetter) -> RawPosition | None:
        if letter.topic == self.settings.topic(RAW_TOPIC):
            return letter.partition, letter.offset
        return headers.origin_of(letter.header_bytes)
