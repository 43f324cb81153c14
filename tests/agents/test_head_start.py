"""The next stage's job is begun before its message comes, done once, and given to whoever has the message."""

import asyncio
import gc
import weakref
from collections.abc import Container
from typing import Any

import pytest

from agents.duplicates import DuplicateCheck
from agents.head_start import MOST_BEGUN, HeadStart, NextStage
from agents.incoming import Incoming
from agents.outgoing import Outgoing
from agents.partitioner import default_partition
from agents.pool.protocol import Done, Job, Outcome
from agents.pool.scheduler import JobFailed
from agents.settings import Settings
from agents.stage_runner import StageRunner
from agents.status import WorkerStatus
from pipeline.stages import stage_named

TOPIC = "articles.entities"
PARTITIONS = 8


class Processes:
    """Does jobs when it is told to."""

    def __init__(self) -> None:
        self.idle = True
        self.begun: list[Job] = []
        self.futures: list[asyncio.Future[tuple[Outcome, int]]] = []

    async def run(self, job: Job) -> tuple[Outcome, int]:
        self.begun.append(job)
        self.futures.append(asyncio.get_running_loop().create_future())
        return await self.futures[-1]


class Stage:
    """Each message has a job, unless it is told to have none."""

    def __init__(self, error: Exception | None = None, *, nothing_to_do: bool = False) -> None:
        self.error = error
        self.nothing_to_do = nothing_to_do
        self.asked: list[Incoming] = []

    async def job_of(self, message: Incoming) -> Job | None:
        self.asked.append(message)
        if self.error is not None:
            raise self.error
        return None if self.nothing_to_do else job(message.value, message.key)


def job(value: bytes | None, key: bytes | None = b"a") -> Job:
    return Job("quotes", key, value, None, key)


def result(value: bytes, key: bytes | None = b"a") -> Outgoing:
    return Outgoing(TOPIC, key, value, [("revision", b"2")])


def following(
    processes: Processes, stage: Any = None, assigned: Container[int] = range(PARTITIONS)
) -> tuple[HeadStart, Stage]:
    stage = stage or Stage()
    head_start = HeadStart(processes.run, lambda: processes.idle)

    async def partitions() -> list[int]:
        return list(range(PARTITIONS))

    head_start.follow(TOPIC, NextStage(stage, partitions, lambda: assigned))
    return head_start, stage


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_job_is_begun_before_its_message_comes_and_done_once():
    processes = Processes()
    head_start, stage = following(processes)
    head_start.expect(result(b"1"))
    await settle()
    assert processes.begun == [job(b"1")]
    partition = default_partition(b"a", PARTITIONS)
    assert stage.asked == [Incoming(TOPIC, partition, -1, -1, b"a", b"1", [("revision", b"2")])]
    got = asyncio.ensure_future(head_start.run(job(b"1")))
    await settle()
    assert not got.done()
    outcome = Done(())
    processes.futures[0].set_result((outcome, 2))
    assert await got == (outcome, 2)
    assert processes.begun == [job(b"1")]
    again = asyncio.ensure_future(head_start.run(job(b"1")))
    await settle()
    assert len(processes.begun) == 2, "an outcome is given out once: who repeats a message has it done again"
    again.cancel()


async def test_an_outcome_that_was_there_first_is_kept_for_the_message():
    processes = Processes()
    head_start, _ = following(processes)
    head_start.expect(result(b"1"))
    await settle()
    processes.futures[0].set_result((Done(()), 1))
    await settle()
    assert await head_start.run(job(b"1")) == (Done(()), 1)


async def test_what_comes_otherwise_than_expected_is_done_anew():
    processes = Processes()
    head_start, _ = following(processes)
    head_start.expect(result(b"1"))
    await settle()
    other = asyncio.ensure_future(head_start.run(job(b"2")))
    await settle()
    assert processes.begun == [job(b"1"), job(b"2")]
    processes.futures[1].set_result((Done(()), 1))
    assert await other == (Done(()), 1)
    head_start.stop()


async def test_nothing_is_begun_ahead_while_all_processes_have_something_to_do():
    processes = Processes()
    head_start, _ = following(processes)
    processes.idle = False
    head_start.expect(result(b"1"))
    await settle()
    processes.idle = True
    head_start.expect(result(b"2"))
    processes.idle = False  # another message came in between
    await settle()
    assert processes.begun == []


@pytest.mark.parametrize(
    ("message", "stage", "assigned"),
    [
        (Outgoing("articles.quotes", b"a", b"1"), Stage(), range(PARTITIONS)),
        (Outgoing(TOPIC, None, b"1"), Stage(), range(PARTITIONS)),
        (result(b"1"), Stage(nothing_to_do=True), range(PARTITIONS)),
        (result(b"1"), Stage(OSError("no store")), range(PARTITIONS)),
        (result(b"1"), Stage(), set(range(PARTITIONS)) - {default_partition(b"a", PARTITIONS)}),
    ],
    ids=["no stage of ours", "no key", "nothing to do", "not known", "another worker's"],
)
async def test_what_this_worker_will_not_have_to_do_is_not_begun(message, stage, assigned):
    processes = Processes()
    head_start, _ = following(processes, stage, assigned)
    head_start.expect(message)
    await settle()
    assert processes.begun == []


async def test_that_a_job_fails_is_told_to_whoever_has_its_message():
    processes = Processes()
    head_start, _ = following(processes)
    head_start.expect(result(b"1"))
    await settle()
    processes.futures[0].set_exception(JobFailed("worker-crash", "ended twice", 2))
    await settle()
    with pytest.raises(JobFailed, match="ended twice"):
        await head_start.run(job(b"1"))


async def test_of_jobs_whose_messages_never_come_the_oldest_are_dropped():
    processes = Processes()
    head_start, _ = following(processes)
    for number in range(MOST_BEGUN + 1):
        head_start.expect(result(str(number).encode()))
        await settle()
    assert len(processes.begun) == MOST_BEGUN + 1
    assert [number for number, future in enumerate(processes.futures) if future.cancelled()] == [0]


async def test_while_nobody_knows_what_was_processed_few_articles_wait_for_it():
    """A worker that builds its local copy anew, or whose disk is full, would hold all that its first stage has done."""

    class Waiting(Stage):
        async def job_of(self, message: Incoming) -> Job | None:
            self.asked.append(message)
            await asyncio.Event().wait()
            return None

    stage = Waiting()
    head_start, _ = following(Processes(), stage)
    for number in range(5 * MOST_BEGUN):
        head_start.expect(result(str(number).encode()))
        await settle()
    assert len(stage.asked) == MOST_BEGUN
    head_start.stop()


async def test_an_end_drops_all_and_what_follows_is_not_begun():
    processes = Processes()
    head_start, _ = following(processes)
    head_start.expect(result(b"1"))
    await settle()
    head_start.expect(result(b"2"))
    head_start.stop()
    head_start.expect(result(b"3"))
    await settle()
    assert [future.cancelled() for future in processes.futures] == [True]
    anew = asyncio.ensure_future(head_start.run(job(b"1")))
    await settle()
    assert processes.begun == [job(b"1"), job(b"1")], "what was dropped is done anew"
    anew.cancel()


async def test_nothing_is_left_of_what_was_looked_at_ahead():
    head_start, _ = following(Processes(), Stage(nothing_to_do=True))
    before = asyncio.all_tasks()
    head_start.expect(result(b"1"))
    (task,) = map(weakref.ref, asyncio.all_tasks() - before)
    await settle()
    gc.collect()
    assert task() is None


async def test_of_a_failure_that_nobody_asks_for_nothing_is_told():
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    processes = Processes()
    head_start, _ = following(processes)
    head_start.expect(result(b"1"))
    await settle()
    processes.futures.pop().set_exception(JobFailed("worker-crash", "ended twice", 2))
    await settle()
    head_start.stop()
    gc.collect()
    assert told == []


class Known:
    """What a stage that leaves duplicates out knows."""

    def __init__(self, *, duplicate: bool) -> None:
        self.duplicate = duplicate

    async def check(self, message: Incoming) -> DuplicateCheck:
        return DuplicateCheck(self.duplicate)


@pytest.mark.parametrize(
    ("value", "duplicate", "begun"), [(b"{}", False, True), (b"{}", True, False), (None, False, False)]
)
async def test_a_runner_knows_the_job_of_a_message_that_is_still_to_come(value, duplicate, begun):
    processes: Any = None
    runner = StageRunner(
        stage_named("entities"), settings=Settings(), head_start=processes, publisher=processes,
        status=WorkerStatus(["entities"], "m"), duplicates=Known(duplicate=duplicate),  # type: ignore[arg-type]
    )  # fmt: skip
    expected = Job("entities", b"a", value, None, b"a") if begun else None
    assert await runner.job_of(Incoming("articles.cleaned", 0, -1, -1, b"a", value, [])) == expected


async def test_what_a_stage_refuses_unread_is_not_begun():
    nothing: Any = None
    runner = StageRunner(
        stage_named("clean"), settings=Settings(max_article_bytes=10), head_start=nothing, publisher=nothing,
        status=WorkerStatus(["clean"], "m"),
    )  # fmt: skip
    assert await runner.job_of(Incoming("articles.raw", 0, -1, -1, b"a", b"x" * 11, [])) is None
