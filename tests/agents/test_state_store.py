"""What a stage that remembers has given out: its own is known at once, and read back without another look into it."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from pydantic import BaseModel

from agents import state_store
from agents.settings import Settings
from agents.state_store import GivenOut, StateReplica, StateStore
from schemas.codec import RecordError

DAY_SECONDS = 86_400


class Said(BaseModel):
    speaker: str
    articles: list[str]


def said(speaker: str, *articles: str) -> bytes:
    return orjson.dumps({"speaker": speaker, "articles": articles})


class Reading:
    """A replica on a store, and the values that it has decoded."""

    def __init__(self, store: StateStore, monkeypatch: pytest.MonkeyPatch) -> None:
        self.decoded: list[bytes] = []
        monkeypatch.setattr(state_store, "decode", self.decode)
        stage: Any = SimpleNamespace(target="statements", source="quotes", output=SimpleNamespace(record=Said))
        states: Any = SimpleNamespace(
            owner_of=lambda record: record.speaker, articles=lambda record: list(record.articles)
        )
        self.replica = StateReplica(Settings(), stage, states, store)
        self.offset = 0

    def decode(self, value: bytes, kind: type[Said]) -> Said:
        self.decoded.append(value)
        if value == b"{":
            raise RecordError("malformed-json", "no record")
        return kind(**orjson.loads(value))

    def topic_says(self, *messages: tuple[bytes, bytes | None]) -> None:
        self.offset += len(messages)
        self.replica.apply(
            0, [SimpleNamespace(key=key, value=value) for key, value in messages], {"offset": self.offset}
        )

    def records(self, speaker: str) -> list[list[str]]:
        return sorted(record.articles for record in self.replica.records(speaker))


@pytest.fixture
def store(tmp_path) -> Iterator[StateStore]:
    made = StateStore(tmp_path, 14 * DAY_SECONDS)
    yield made
    made.close()


@pytest.fixture
def reading(store: StateStore, monkeypatch: pytest.MonkeyPatch) -> Reading:
    return Reading(store, monkeypatch)


def test_what_comes_back_as_it_was_given_out_is_not_decoded(reading: Reading, store: StateStore) -> None:
    own, others = said("per/a", "a-1", "a-2"), said("per/a", "a-3")
    reading.replica.put(b"s-1", GivenOut("per/a", ["a-1", "a-2"], own))
    reading.topic_says((b"s-1", own), (b"s-2", others))
    assert reading.decoded == [others]
    assert store.records("per/a") == {b"s-1": own, b"s-2": others}
    assert [store.owners(article) for article in ("a-1", "a-2", "a-3", "a-4")] == [{"per/a"}] * 3 + [set()]


def test_own_records_are_known_before_they_come_back_and_the_latest_counts(reading: Reading) -> None:
    first, second = said("per/a", "a-1"), said("per/a", "a-1", "a-2")
    reading.replica.put(b"s-1", GivenOut("per/a", ["a-1"], first))
    assert reading.records("per/a") == [["a-1"]]
    reading.replica.put(b"s-1", GivenOut("per/a", ["a-1", "a-2"], second))
    assert reading.replica.owners("a-2") == {"per/a"}
    reading.topic_says((b"s-1", first))
    assert reading.records("per/a") == [["a-1", "a-2"]], "the topic is not as far as this worker"
    reading.topic_says((b"s-1", second))
    assert reading.records("per/a") == [["a-1", "a-2"]]
    reading.replica.put(b"s-1", GivenOut("per/a", (), None))
    assert reading.records("per/a") == []
    reading.topic_says((b"s-1", None))
    assert reading.records("per/a") == []


def test_what_another_worker_gave_out_instead_counts(reading: Reading) -> None:
    own, others = said("per/a", "a-1"), said("per/a", "a-1", "a-2")
    reading.replica.put(b"s-1", GivenOut("per/a", ["a-1"], own))
    reading.replica.assign([0])  # the partition was lost meanwhile, and came back
    reading.topic_says((b"s-1", others))
    assert reading.records("per/a") == [["a-1", "a-2"]]


def test_at_an_assignment_what_was_perhaps_never_confirmed_is_forgotten(reading: Reading) -> None:
    reading.replica.put(b"s-1", GivenOut("per/a", ["a-1"], said("per/a", "a-1")))
    reading.replica.assign([0])
    assert reading.records("per/a") == []
    assert reading.replica.owners("a-1") == set()


def test_what_is_no_record_is_left_out(reading: Reading, store: StateStore) -> None:
    reading.topic_says((b"s-1", b"{"), (b"s-2", said("per/a", "a-1")))
    assert reading.records("per/a") == [["a-1"]]
    assert store.owners("a-1") == {"per/a"}
