"""What may be committed: only what has reached its end, in partitions that are ours, read since we have them."""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace

import pytest
from aiokafka.errors import CommitFailedError
from faust.types import TP

from agents import offsets as module
from agents.app import create_app
from agents.membership import OwnershipLost
from agents.offsets import Offsets
from agents.settings import Settings
from pipeline.stages import STAGES
from tests.support.waiting import until

A, B = TP("t", 0), TP("t", 1)


class FakeGroup:
    """Owns both partitions; commits succeed unless told otherwise."""

    def __init__(self) -> None:
        self.generation = 3
        self.partitions: set[TP] | None = {A, B}
        self.topic_ids = {"t": "this"}
        self.commits: list[dict[TP, int]] = []
        self.committed_ids: list[Mapping[str, str]] = []
        self.error: Exception | None = None

    def owned(self) -> set[TP] | None:
        return self.partitions

    async def commit_offsets(self, offsets: Mapping[TP, int], topic_ids: Mapping[str, str]) -> None:
        if self.error is not None:
            raise self.error
        self.commits.append(dict(offsets))
        self.committed_ids.append(topic_ids)


@pytest.fixture
def group() -> FakeGroup:
    return FakeGroup()


@pytest.fixture
def offsets(group: FakeGroup) -> Offsets:
    return Offsets(group, name="g", interval_seconds=5.0)


async def test_what_has_reached_its_end_is_committed_once(group, offsets):
    offsets.mark_finished(A, 7, generation=3)
    offsets.mark_finished(A, 8, generation=3)
    offsets.mark_finished(B, 0, generation=3)
    await offsets.commit()
    await offsets.commit()
    assert group.commits == [{A: 9, B: 1}]
    offsets.mark_finished(A, 9, generation=3)
    await offsets.commit()
    assert group.commits[1:] == [{A: 10}]


async def test_a_commit_names_the_topic_that_was_read_and_not_one_that_has_taken_its_place(group, offsets):
    offsets.mark_finished(A, 85, generation=3)
    group.topic_ids = {"t": "another"}
    offsets.mark_finished(A, 86, generation=3)
    await offsets.commit()
    assert group.committed_ids == [{"t": "this"}], "an offset of another topic would skip what is before it"
    offsets.clear()
    offsets.mark_finished(A, 0, generation=3)
    await offsets.commit()
    assert group.committed_ids[1:] == [{"t": "another"}]


async def test_an_offset_of_a_former_generation_is_not_marked_finished(group, offsets):
    offsets.mark_finished(A, 7, generation=2)
    await offsets.commit()
    assert group.commits == [], "another worker may have been given the partition in between"


async def test_what_was_finished_before_partitions_were_revoked_counts_no_more(group, offsets):
    offsets.mark_finished(A, 7, generation=3)
    offsets.clear()
    await offsets.commit()
    assert group.commits == []
    offsets.mark_finished(A, 2, generation=3)
    await offsets.commit()
    offsets.clear()
    offsets.mark_finished(A, 2, generation=3)
    await offsets.commit()
    assert group.commits == [{A: 3}, {A: 3}], "what was committed then says nothing about now"


async def test_an_offset_is_committed_only_when_what_is_to_be_remembered_is_on_the_broker(group):
    """A crash in between would forget an article whose message nobody reads again: its next version would count as the
    first, and what the former one said would stay."""
    confirmed = asyncio.Event()
    offsets = Offsets(group, name="g", interval_seconds=5.0, remembered=confirmed.wait)
    offsets.mark_finished(A, 7, generation=3)
    committing = asyncio.create_task(offsets.commit())
    await asyncio.sleep(0)
    offsets.mark_finished(A, 8, generation=3)
    await asyncio.sleep(0)
    assert group.commits == []
    confirmed.set()
    assert await committing
    assert group.commits == [{A: 8}], "nobody knows yet whether the next one is remembered"


async def test_what_is_not_remembered_in_time_is_not_committed(group, monkeypatch, caplog):
    monkeypatch.setattr(module, "REMEMBER_SECONDS", 0.01)
    offsets = Offsets(group, name="g", interval_seconds=5.0, remembered=asyncio.Event().wait)
    offsets.mark_finished(A, 7, generation=3)
    assert not await offsets.commit()
    assert group.commits == []
    assert "g: offsets not committed (TimeoutError); will be tried again" in caplog.text


async def test_what_was_given_up_while_it_was_remembered_is_not_committed(group):
    async def rebalance() -> None:
        group.generation = 4

    offsets = Offsets(group, name="g", interval_seconds=5.0, remembered=rebalance)
    offsets.mark_finished(A, 7, generation=3)
    assert await offsets.commit()
    assert group.commits == []


async def test_only_what_is_ours_is_committed(group, offsets):
    offsets.mark_finished(A, 7, generation=3)
    offsets.mark_finished(B, 4, generation=3)
    group.partitions = {B}
    await offsets.commit()
    group.partitions = None
    offsets.mark_finished(B, 5, generation=3)
    await offsets.commit()
    assert group.commits == [{B: 5}]


@pytest.mark.parametrize(
    ("error", "answered"), [(CommitFailedError(), True), (OSError(), True), (TimeoutError(), False)]
)
async def test_a_commit_that_fails_is_tried_again(group, offsets, error, answered, caplog):
    offsets.mark_finished(A, 7, generation=3)
    group.error = error
    assert await offsets.commit() is answered
    assert "not committed" in caplog.text
    group.error = None
    assert await offsets.commit()
    assert group.commits == [{A: 8}]


@pytest.mark.parametrize("error", [CommitFailedError(), RuntimeError("the client has a bug")])
async def test_each_commit_that_fails_is_told_once(group, error):
    told = []
    offsets = Offsets(group, name="g", interval_seconds=5.0, on_failure=lambda: told.append(1))
    offsets.mark_finished(A, 7, generation=3)
    group.error = error
    await offsets.commit_or_log()
    assert told == [1]
    group.error = None
    await offsets.commit_or_log()
    assert told == [1]


async def test_a_commit_is_due_when_idle_and_now_and_then_under_load(group, offsets, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    await offsets.commit()
    assert offsets.due
    with offsets.in_flight(), offsets.in_flight():
        assert not offsets.due
        clock[0] += 4.9
        assert not offsets.due
        clock[0] += 0.1
        assert offsets.due
        await offsets.commit()
        assert not offsets.due
    assert offsets.due


async def test_idle_is_waited_for_as_long_as_something_is_in_flight(offsets):
    assert await offsets.wait_idle(0)
    with offsets.in_flight():
        with offsets.in_flight():
            pass
        assert not await offsets.wait_idle(0.01)
    assert await offsets.wait_idle(0)


async def test_commits_come_by_themselves_and_outlive_an_error(group, monkeypatch):
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    offsets = Offsets(group, name="g", interval_seconds=5.0)
    offsets.mark_finished(A, 7, generation=3)
    group.error = RuntimeError("the client has a bug")
    task = asyncio.create_task(offsets.commit_regularly())
    try:
        await asyncio.sleep(0.05)
        group.error = None
        await until(lambda: group.commits)
    finally:
        task.cancel()
    assert group.commits == [{A: 8}]


class App:
    """A stage's app whose messages reach their end when told to."""

    def __init__(self, tmp_path):
        self.ended = asyncio.Event()
        self.superseded = False
        settings = Settings(data_dir=tmp_path, drain_seconds=0.05)
        self.app = create_app(settings, STAGES[0], self.handle, embedded=False)
        self.group = FakeGroup()
        self.app.offsets = Offsets(self.group, name="g", interval_seconds=5.0)

    async def handle(self, message, *, before_publish):
        await self.ended.wait()
        if self.superseded:
            raise OwnershipLost

    def event(self):
        message = SimpleNamespace(
            tp=A, topic="t", partition=0, offset=7, timestamp=1.0, key=b"k", value=b"v", headers=None, generation_id=3
        )
        return SimpleNamespace(message=message)


async def test_an_offset_is_marked_finished_only_when_the_message_has_reached_its_end(tmp_path):
    made = App(tmp_path)
    task = asyncio.create_task(made.app.process(made.event()))
    await asyncio.sleep(0.01)
    await made.app.offsets.commit()
    assert made.group.commits == []
    made.ended.set()
    await task
    await made.app.offsets.commit()
    assert made.group.commits == [{A: 8}]


async def test_a_message_that_is_broken_off_is_not_marked_finished(tmp_path):
    made = App(tmp_path)
    task = asyncio.create_task(made.app.process(made.event()))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await made.app.offsets.commit()
    assert made.group.commits == []
    assert await made.app.offsets.wait_idle(0)


async def test_a_message_that_is_another_workers_by_now_is_not_marked_finished(tmp_path):
    made = App(tmp_path)
    made.superseded = True
    made.ended.set()
    await made.app.process(made.event())
    await made.app.offsets.commit()
    assert made.group.commits == []
    assert await made.app.offsets.wait_idle(0)


async def test_partitions_are_given_up_committed_and_with_nothing_marked_finished(tmp_path):
    made = App(tmp_path)
    made.ended.set()
    await made.app.process(made.event())
    await made.app.on_revoked()
    assert made.group.commits == [{A: 8}]
    assert made.app.offsets._finished == {}, "another worker may have them next"


async def test_a_draining_app_begins_nothing_more(tmp_path):
    made = App(tmp_path)
    made.ended.set()
    assert await made.app.drain(0.01)
    task = asyncio.create_task(made.app.process(made.event()))
    await asyncio.sleep(0.02)
    assert not task.done()
    task.cancel()
    assert await made.app.offsets.wait_idle(0)


async def test_what_is_finished_after_its_partition_was_given_up_takes_nothing_back_when_that_is_ours_again(tmp_path):
    """Another worker has gone on meanwhile: committing the old place would have all since then processed again."""
    made = App(tmp_path)
    task = asyncio.create_task(made.app.process(made.event()))
    await asyncio.sleep(0.01)
    await made.app.on_revoked()
    made.ended.set()
    await task
    for generation, partitions in ((4, set()), (5, {A})):
        made.group.generation, made.group.partitions = generation, partitions
        made.app.on_assigned(partitions)
        await made.app.offsets.commit()
    assert made.group.commits == []
