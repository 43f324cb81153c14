"""What a stage that remembers has given out: its own is known at once, and read back without another look into it."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from pydantic import BaseModel

from agents import state_replica
from agents.local_store import LocalStore
from agents.settings import Settings
from agents.state_replica import OwnersGivenOut, StateReplica
from agents.state_store import GivenOut, StateStore
from schemas.codec import RecordError

DAY_SECONDS = 86_400


class Said(BaseModel):
    id: str
    speaker: str
    articles: list[str]


def said(speaker: str, *articles: str, id_: str = "s-1") -> bytes:
    return orjson.dumps({"id": id_, "speaker": speaker, "articles": articles})


def outline(*articles: str) -> bytes:
    return ", ".join(articles).encode()


def given(speaker: str, *articles: str) -> GivenOut:
    return GivenOut(speaker, articles, said(speaker, *articles), outline(*articles))


class Reading:
    """A replica on a store, and the values that it has decoded."""

    def __init__(self, store: StateStore, monkeypatch: pytest.MonkeyPatch) -> None:
        self.decoded: list[bytes] = []
        monkeypatch.setattr(state_replica, "decode", self.decode)
        stage: Any = SimpleNamespace(target="statements", source="quotes", output=SimpleNamespace(record=Said))
        states: Any = SimpleNamespace(
            name=lambda record: record.id,
            owner_of=lambda record: record.speaker,
            articles=lambda record: list(record.articles),
            outline=lambda record: outline(*record.articles),
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
        """The articles of each of a speaker's records; their outlines say the same."""
        given_out = OwnersGivenOut(self.replica, speaker)
        outlines = dict(given_out.outlines())
        records = list(given_out.records(outlines))
        assert sorted(outline(*record.articles) for record in records) == sorted(outlines.values())
        return sorted(record.articles for record in records)


@pytest.fixture
def store(tmp_path) -> Iterator[StateStore]:
    made = StateStore(tmp_path, 14 * DAY_SECONDS)
    yield made
    made.close()


@pytest.fixture
def reading(store: StateStore, monkeypatch: pytest.MonkeyPatch) -> Reading:
    return Reading(store, monkeypatch)


def test_what_comes_back_as_it_was_given_out_is_not_decoded(reading: Reading, store: StateStore) -> None:
    own, others = said("per/a", "a-1", "a-2"), said("per/a", "a-3", id_="s-2")
    reading.replica.put(b"s-1", given("per/a", "a-1", "a-2"))
    reading.topic_says((b"s-1", own), (b"s-2", others))
    assert reading.decoded == [others]
    assert store.records("per/a", [b"s-1", b"s-2", b"s-3"]) == [own, others, None]
    assert store.outlines("per/a") == {b"s-1": b"a-1, a-2", b"s-2": b"a-3"}
    assert [store.owners(article) for article in ("a-1", "a-2", "a-3", "a-4")] == [{"per/a"}] * 3 + [set()]


def test_own_records_are_known_before_they_come_back_and_the_latest_counts(reading: Reading) -> None:
    first, second = said("per/a", "a-1"), said("per/a", "a-1", "a-2")
    reading.replica.put(b"s-1", given("per/a", "a-1"))
    assert reading.records("per/a") == [["a-1"]]
    reading.replica.put(b"s-1", given("per/a", "a-1", "a-2"))
    assert reading.replica.owners("a-2") == {"per/a"}
    reading.topic_says((b"s-1", first))
    assert reading.records("per/a") == [["a-1", "a-2"]], "the topic is not as far as this worker"
    reading.topic_says((b"s-1", second))
    assert reading.records("per/a") == [["a-1", "a-2"]]
    reading.replica.put(b"s-1", GivenOut("per/a", (), None, None))
    assert reading.records("per/a") == []
    reading.topic_says((b"s-1", None))
    assert reading.records("per/a") == []


def test_a_value_that_is_given_out_again_is_not_the_one_before_it(reading: Reading) -> None:
    there, gone = given("per/a", "a-1"), GivenOut("per/a", (), None, None)
    for own in (there, gone, there, gone):
        reading.replica.put(b"s-1", own)
    for own in (there, gone, there, gone):
        reading.topic_says((b"s-1", own.value))
        assert reading.records("per/a") == []
        assert reading.replica.in_article("per/a", "a-1") == {}
        assert reading.replica.outline("per/a", b"s-1") is None


def test_of_an_article_an_owner_has_its_own_records(reading: Reading) -> None:
    reading.topic_says((b"s-1", said("per/a", "a-1")), (b"s-2", said("per/b", "a-1", id_="s-2")))
    reading.replica.put(b"s-3", given("per/a", "a-1", "a-2"))
    reading.replica.put(b"s-1", given("per/a", "a-1", "a-3"))
    assert reading.replica.in_article("per/a", "a-1") == {b"s-1": b"a-1, a-3", b"s-3": b"a-1, a-2"}
    assert reading.replica.in_article("per/b", "a-1") == {b"s-2": b"a-1"}
    assert reading.replica.owners("a-1") == {"per/a", "per/b"}
    reading.replica.put(b"s-3", GivenOut("per/a", (), None, None))
    assert reading.replica.in_article("per/a", "a-2") == {}


def test_what_another_worker_gave_out_instead_counts(reading: Reading) -> None:
    others = said("per/a", "a-1", "a-2")
    reading.replica.put(b"s-1", given("per/a", "a-1"))
    reading.replica.assign([0])  # the partition was lost meanwhile, and came back
    reading.topic_says((b"s-1", others))
    assert reading.records("per/a") == [["a-1", "a-2"]]


def test_at_an_assignment_what_was_perhaps_never_confirmed_is_forgotten(reading: Reading) -> None:
    reading.replica.put(b"s-1", given("per/a", "a-1"))
    reading.replica.assign([0])
    assert reading.records("per/a") == []
    assert reading.replica.owners("a-1") == set()


def test_what_is_no_record_is_left_out(reading: Reading, store: StateStore) -> None:
    reading.topic_says((b"s-1", b"{"), (b"s-2", said("per/a", "a-1", id_="s-2")))
    assert reading.records("per/a") == [["a-1"]]
    assert store.owners("a-1") == {"per/a"}


@pytest.mark.parametrize("key", [b"s-2", b"\xff", b""])
def test_a_record_under_another_key_than_its_own_is_left_out(reading: Reading, key: bytes) -> None:
    """Its owner's state could not go on from it: what he says would become dead letters from then on."""
    reading.topic_says((b"s-1", said("per/a", "a-1")), (key, said("per/a", "a-2")))
    assert reading.records("per/a") == [["a-1"]]


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("at_once", [True, False])
def test_nothing_is_left_of_what_is_gone(reading: Reading, store: StateStore, own: bool, at_once: bool) -> None:
    message, gone = (b"s-1", said("per/a", "a-1")), (b"s-1", None)
    if own:
        reading.replica.put(b"s-1", given("per/a", "a-1"))
    if at_once:
        reading.topic_says(message, gone)
    else:
        reading.topic_says(message)
        assert reading.records("per/a") == [["a-1"]]
        reading.topic_says(gone)
    reading.replica.assign([0])
    assert reading.records("per/a") == []
    assert store.outlines("per/a") == {}
    assert store.owners("a-1") == set()


def test_all_is_there_after_another_start(tmp_path) -> None:
    """Articles have empty values, and outlines may end in zeros."""
    own = GivenOut("per/a", ["a-1"], said("per/a", "a-1"), b"outline\0\0\0\0")
    for start in ("first", "second", "third"):
        store = StateStore(tmp_path, 14 * DAY_SECONDS)
        if start == "first":
            store.update(0, store.changes(b"s-1", own), {"offset": 1})
        store._db.flush()
        store._db.compact_range(None, None)
        assert store.outlines("per/a") == {b"s-1": own.outline}
        assert store.records("per/a", [b"s-1"]) == [own.value]
        assert store.owners("a-1") == {"per/a"}
        store.close()


def test_each_owner_has_what_is_his(reading: Reading) -> None:
    reading.topic_says((b"s-1", said("per/a", "a-1")), (b"s-2", said("per/b", "a-1", id_="s-2")))
    reading.replica.put(b"s-3", given("per/b", "a-2"))
    assert (reading.records("per/a"), reading.records("per/b")) == ([["a-1"]], [["a-1"], ["a-2"]])


@pytest.mark.parametrize("former_format", [{}, {"format": 2}], ids=["without outlines", "some of them lost"])
def test_a_copy_that_is_not_whole_is_read_anew(tmp_path, former_format: dict[str, int]) -> None:
    former = LocalStore(tmp_path, "state", 14 * DAY_SECONDS)
    former.update(0, {b"o-1": b"per/a"}, {"offset": 7, "last": None, "topic": ""} | former_format)
    former.close()
    store = StateStore(tmp_path, 14 * DAY_SECONDS)
    assert store.checkpoint(0) is None
    store.update(0, {}, {"offset": 1, "last": None, "topic": ""})
    store.close()
    store = StateStore(tmp_path, 14 * DAY_SECONDS)
    known = store.checkpoint(0)
    assert known is not None
    assert known["offset"] == 1
    store.close()
