"""Withdraws articles from records of a stateful stage that are so old that no worker knows them any more."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from agents.outgoing import Outgoing
from agents.settings import Settings
from agents.stateful_stage import StatefulStage
from agents.topic_reader import messages_to_end
from pipeline.stages import STAGES, Stage
from schemas.codec import RecordError, decode, encode
from schemas.times import rfc3339


class _Place(NamedTuple):
    partition: int
    key: bytes


class _OwnersRecords:
    """Records of one owner, as a state goes on from them; see `agents.state_replica.OwnersGivenOut`."""

    def __init__(self, states: StatefulStage, records: Mapping[str, Any]) -> None:
        self._states = states
        self._records = records

    def outlines(self) -> Iterator[tuple[str, bytes]]:
        for name, record in self._records.items():
            yield name, self._states.outline(record)

    def in_article(self, article: str) -> Iterator[tuple[str, bytes]]:
        for name, outline in self.outlines():
            if article in self._states.articles(self._records[name]):
                yield name, outline

    def outline(self, name: str) -> bytes | None:
        record = self._records.get(name)
        return None if record is None else self._states.outline(record)

    def records(self, names: Iterable[str]) -> Iterator[Any]:
        for name in names:
            if name in self._records:
                yield self._records[name]


async def without_articles(settings: Settings, articles: Collection[str], now: datetime) -> AsyncIterator[Outgoing]:
    """What to publish so that no old record is made of these articles any more, in this order.

    Records are old that workers may have dropped from their local copy by `now`. Workers change the others themselves,
    when the withdrawal reaches them; whoever changes one that both know comes to the same. The topics are read as a
    whole, which takes about a second for 50,000 records.

    Raises:
        MissingPermission: the log-in may not read the topic of a stage.
        KafkaError, OSError: the broker does not answer.
    """
    for stage in STAGES:
        if stage.stateful:
            states: StatefulStage = stage.load(settings.pipeline)
            found = await _records_of(settings, stage, states, articles, now)
            for message in _changes(settings.topic(stage.target), states, found, articles, now):
                yield message


async def _records_of(
    settings: Settings, stage: Stage, states: StatefulStage, articles: Collection[str], now: datetime
) -> dict[_Place, Any]:
    """The stage's records that are old and made of one of the articles, as they are now."""
    horizon = now - timedelta(days=settings.known_statement_days)
    signs = [orjson.dumps(article) for article in articles]  # records are JSON: others need not be decoded
    found: dict[_Place, Any] = {}
    async for message in messages_to_end(settings, stage.target):
        if message.key is None:
            continue
        place = _Place(message.partition, message.key)
        found.pop(place, None)
        value: bytes = message.value or b""
        if message.timestamp < horizon.timestamp() * 1000 and any(sign in value for sign in signs):
            try:
                record = decode(value, stage.output.record)
            except RecordError:  # of a later version, or another producer's
                continue
            own = states.name(record).encode() == message.key  # else it is another writer's
            if own and not set(articles).isdisjoint(states.articles(record)):
                found[place] = record
    return found


def _changes(
    topic: str, states: StatefulStage, found: Mapping[_Place, Any], articles: Collection[str], now: datetime
) -> Iterator[Outgoing]:
    seen_at = rfc3339(now)
    by_owner: dict[tuple[int, str], dict[str, Any]] = {}
    for place, record in found.items():
        own = by_owner.setdefault((place.partition, states.owner_of(record)), {})
        own[place.key.decode()] = record
    for (partition, owner), records in by_owner.items():
        state = states.state(owner)
        changes = [state.resume(_OwnersRecords(states, records), all_of_it=True)]
        changes += [state.withdraw(article, seen_at) for article in articles]
        for name, record in (item for changed in changes for item in changed.items()):
            value = None if record is None else encode(record)
            yield Outgoing(topic, name.encode(), value, (), partition)
