"""What is known of an article is right after a crash repeats messages, and whatever the clocks of workers say."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from agents import duplicates
from agents.duplicates import DuplicateFilter, SeenArticle
from agents.incoming import Incoming
from agents.pool.protocol import Done, OutputMessage
from agents.seen_replica import SeenReplica
from agents.seen_store import SeenStore
from agents.settings import Settings

KEY = b"a"


class EntitiesStage:
    """What the stage does with the versions of one article: `shown` is the one that is on its topic in the end."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(_env_file=None)
        self.store = SeenStore(folder, 3600)
        self.topic: list[bytes] = []
        self.shown: str | None = None
        self.processed = 0
        self.replica = SeenReplica(settings, "articles.cleaned", self.store)
        self.replica._caught_up.set()
        self.filter = DuplicateFilter(settings, self.replica, self)

    def send_in_background(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        assert (topic, key) == ("articles.seen", KEY)
        self.topic.append(value)

    def read_topic(self) -> None:
        """What was sent comes back from the topic."""
        messages = [SimpleNamespace(key=KEY, value=value) for value in self.topic]
        self.topic.clear()
        self.replica.apply(0, messages, {"offset": 1})

    async def come(self, offset: int, version: str | None, *, written_ms: int = 0) -> None:
        """A version, or None for a withdrawal, with its place on the first topic and when it was written there."""
        step = {"topic": "articles.raw", "partition": 3, "offset": offset, "timestamp": written_ms}
        trail = orjson.dumps([step])
        pairs = [("trail", trail), *([("version_hash", version.encode())] if version else [])]
        message = Incoming("articles.cleaned", 0, 0, 0, KEY, b"{}" if version else None, pairs)
        if version is None:
            self.shown = None
            await self.filter.withdrawn(message)
        elif not (check := await self.filter.check(message)).duplicate and not check.withdrawn:
            self.shown = version
            self.processed += 1
            done = Done((OutputMessage("articles.entities", KEY, b"{}"),), version_hash=version)
            self.filter.remember(done, check)


@pytest.fixture
def stage(tmp_path) -> Iterator[EntitiesStage]:
    made = EntitiesStage(tmp_path)
    yield made
    made.store.close()


@pytest.mark.parametrize("late", [False, True], ids=["read back", "not read back"])
@pytest.mark.parametrize(
    "versions",
    [[str(number) for number in range(100)], ["1", None, "2"], ["1", "2", None, "1"], ["1", "2", "1", None]],
    ids=["more than are remembered", "withdrawn and new", "withdrawn and as before", "withdrawn at last"],
)
@pytest.mark.parametrize("begin", [0, 1])
async def test_the_newest_version_stays_when_a_crash_repeats_those_before(stage, versions, begin, late):
    for offset, version in enumerate(versions):
        await stage.come(offset, version)
    if not late:
        stage.read_topic()
    for offset, version in list(enumerate(versions))[begin:]:
        await stage.come(offset, version)
        if not late:
            stage.read_topic()
    assert stage.shown == versions[-1]
    before = stage.processed
    for offset, version in list(enumerate(versions))[-20:]:
        if version is not None and None not in versions:
            await stage.come(offset, version)
    assert stage.processed == before, "these are remembered"


async def test_the_newest_version_stays_when_a_crash_repeats_those_before_through_another_release(stage):
    """It cleans differently, so that what was read before is another version now."""
    await stage.come(1, "A")
    await stage.come(2, "B")
    await stage.come(1, "A, cleaned otherwise")
    await stage.come(2, "B")
    assert (stage.shown, stage.processed) == ("B", 4)


@pytest.mark.parametrize("late", [False, True], ids=["read back", "not read back"])
@pytest.mark.parametrize("known", [True, False], ids=["a version was processed", "none was"])
async def test_what_was_written_before_its_withdrawal_and_comes_after_it_stays_withdrawn(stage, known, late):
    """It has another key on the first topic, or none, and so may have waited in another partition."""
    if known:
        await stage.come(1, "A", written_ms=1000)
    await stage.come(7, None, written_ms=3000)
    if not late:
        stage.read_topic()
    await stage.come(2, "B", written_ms=2000)
    assert stage.shown is None
    await stage.come(8, "B", written_ms=4000)
    assert stage.shown == "B", "sent again after it was withdrawn"
    assert (await stage.replica.get(KEY)).revision == 1 + known
    if not late:
        stage.read_topic()
    await stage.come(3, "C", written_ms=2500)
    assert stage.shown == "B"


async def test_what_a_failed_version_takes_back_is_not_withdrawn(stage):
    """An older one may have waited for the same cause, and is replayed before it."""
    await stage.come(1, "A", written_ms=1000)
    trail = orjson.dumps([{"topic": "articles.raw", "partition": 3, "offset": 3, "timestamp": 3000}])
    failed = Incoming("articles.cleaned", 0, 0, 0, KEY, b"{}", [("trail", trail), ("version_hash", b"C")])
    await stage.filter.withdrawn(failed)
    await stage.come(2, "B", written_ms=2000)
    assert stage.shown == "B"


async def test_a_clock_that_is_set_back_makes_nothing_older_than_what_was_before(stage, monkeypatch):
    now = time.time()
    monkeypatch.setattr(duplicates.time, "time", lambda: now)
    await stage.come(1, "A")
    stage.read_topic()
    now -= 3600
    await stage.come(2, "B")
    stage.read_topic()
    await stage.come(3, "A")
    assert (stage.shown, stage.processed) == ("A", 3), "changed back"
    stage.read_topic()
    await stage.come(4, None)
    stage.read_topic()
    await stage.come(5, "A")
    assert (stage.shown, stage.processed) == ("A", 4), "sent again after it was withdrawn"
    assert (await stage.replica.get(KEY)).revision == 4


@pytest.mark.parametrize("early", [False, True], ids=["after the version", "before it"])
async def test_what_a_worker_with_another_clock_gave_up_may_come_again(stage, monkeypatch, early):
    await stage.come(1, "A")
    now = time.time() - 60
    monkeypatch.setattr(duplicates.time, "time", lambda: now)
    failed = Incoming("articles.entities", 0, 0, 0, KEY, b"{}", [("version_hash", b"A")])
    DuplicateFilter.forget(stage, Settings(_env_file=None), failed)
    if early:
        stage.topic.reverse()
    stage.read_topic()
    await stage.come(2, "A")
    assert stage.processed == 2
    stage.read_topic()
    await stage.come(3, "A")
    assert stage.processed == 2


async def test_what_is_not_back_from_the_topic_does_not_hide_what_is(stage):
    """It may never come there; the next worker has the topic alone."""
    await stage.come(1, "A")
    await stage.come(2, "B")
    del stage.topic[1]
    stage.read_topic()
    assert stage.store.get(KEY).content_hash == "A"
    assert (await stage.replica.get(KEY)).content_hash == "B"


@pytest.mark.parametrize("place", ["", "x", "3", "3/", "3/x/h", "3/²/h", "3/" + "9" * 5000 + "/h"])
async def test_places_that_are_none_are_passed_over(stage, place):
    stage.replica.put(KEY, SeenArticle("A", 1.0, 1, versions={place: 1}))
    await stage.come(2, "B")
    assert stage.shown == "B"
