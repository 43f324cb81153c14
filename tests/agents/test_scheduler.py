"""Which job a process is given next: turns by time, and articles to the process that had them."""

import asyncio
from unittest.mock import Mock

import pytest

from agents.pool import scheduler
from agents.pool.protocol import Job
from agents.pool.scheduler import PATIENCE_SECONDS, JobFailed, PendingJob, PoolProcess, Scheduler

ONE, TWO = PoolProcess(0), PoolProcess(1)


def add(turns: Scheduler, stage: str, article: str = "", value: str = "") -> PendingJob:
    job = Job(stage, None, value.encode(), affinity=article.encode() or None)
    pending = PendingJob(job, asyncio.get_running_loop().create_future())
    turns.add(pending)
    return pending


def given(turns: Scheduler, process: PoolProcess = ONE, *, steal: bool = False) -> str | None:
    pending = turns.next(process, steal=steal)
    return None if pending is None else (pending.job.affinity or pending.job.value or b"").decode()


def turns_of(jobs: dict[str, int], seconds: dict[str, float], count: int) -> list[str]:
    """The stages of the first `count` jobs, when a stage's jobs take so long."""
    turns = Scheduler()
    for stage, number in jobs.items():
        for _ in range(number):
            add(turns, stage)
    stages = []
    for _ in range(count):
        pending = turns.next(ONE)
        assert pending is not None
        stages.append(pending.job.stage)
        turns.record_duration(pending.job.stage, seconds[pending.job.stage])
    return stages


async def test_each_stage_gets_as_much_time():
    stages = turns_of({"entities": 200, "quotes": 200}, {"entities": 0.05, "quotes": 0.1}, 120)
    assert stages[60:].count("entities") == pytest.approx(40, abs=2)
    assert stages[60:].count("quotes") == pytest.approx(20, abs=2)


async def test_a_stage_that_had_nothing_to_do_is_owed_nothing():
    turns = Scheduler()
    for _ in range(100):
        add(turns, "quotes")
    for _ in range(80):
        turns.next(ONE)
        turns.record_duration("quotes", 1.0)
    for _ in range(20):
        add(turns, "clean")
    turns.record_duration("clean", 1.0)
    stages = [pending.job.stage for _ in range(10) if (pending := turns.next(ONE)) is not None]
    assert 4 <= stages.count("quotes") <= 6


async def test_time_used_while_nothing_else_waited_is_not_held_against_a_stage():
    turns = Scheduler()
    for _ in range(50):
        add(turns, "quotes")
        assert turns.next(ONE) is not None
        turns.record_duration("quotes", 1.0)
    for _ in range(20):
        add(turns, "clean")
        add(turns, "quotes")
    turns.record_duration("clean", 1.0)
    stages = [pending.job.stage for _ in range(10) if (pending := turns.next(ONE)) is not None]
    assert 4 <= stages.count("quotes") <= 6


async def test_a_stage_s_jobs_are_given_in_order_what_comes_back_first():
    turns = Scheduler()
    for number in range(4):
        add(turns, "clean", value=str(number))
    begun = [pending for _ in range(2) if (pending := turns.next(ONE)) is not None]
    turns.put_back(begun)
    assert len(turns) == 4
    assert [given(turns) for _ in range(5)] == ["0", "1", "2", "3", None]


async def test_jobs_that_nobody_waits_for_are_dropped():
    turns = Scheduler()
    pending = [add(turns, "clean", value=str(number)) for number in range(4)]
    for number in (0, 2):
        pending[number].future.cancel()
    assert given(turns) == "1"
    assert len(turns) == 1
    pending[3].future.cancel()
    assert given(turns) is None


async def test_all_are_cancelled():
    turns = Scheduler()
    pending = [add(turns, "clean"), add(turns, "quotes")]
    turns.cancel()
    assert all(one.future.cancelled() for one in pending)


async def had_by(turns: Scheduler, **articles: PoolProcess) -> None:
    """Let processes have done the first stage of articles, which then wait in the second in the order named."""
    for article, process in articles.items():
        add(turns, "entities", article)
        assert given(turns, process) == article
    for article in articles:
        add(turns, "quotes", article)


async def test_a_process_takes_the_articles_that_it_had_before():
    turns = Scheduler()
    await had_by(turns, a=TWO, b=ONE, c=TWO)
    add(turns, "quotes", "unknown")
    assert given(turns, ONE) == "b"
    assert given(turns, ONE) == "unknown"
    assert given(turns, ONE) is None, "the others can wait for the process that had them"
    assert [given(turns, TWO) for _ in range(3)] == ["a", "c", None]


async def test_a_process_with_nothing_else_to_do_takes_any():
    turns = Scheduler()
    await had_by(turns, a=TWO, b=TWO)
    assert given(turns, ONE, steal=True) == "a"
    add(turns, "statements", "a")
    assert [given(turns, TWO) for _ in range(2)] == ["b", None], "whoever had it last has it now"
    assert given(turns, ONE) == "a"


async def test_while_a_job_waits_for_its_process_another_stage_is_served_and_it_keeps_its_turn():
    turns = Scheduler()
    await had_by(turns, a=TWO)
    turns.record_duration("entities", 0.1)
    turns.record_duration("quotes", 0.1)
    for number in range(3):
        add(turns, "entities", value=str(number))
    assert [given(turns, ONE) for _ in range(2)] == ["0", "1"]
    assert given(turns, TWO) == "a"


async def test_no_job_waits_for_long():
    turns = Scheduler()
    for article, process in (("a", ONE), ("b", TWO)):
        add(turns, "entities", article)
        assert given(turns, process) == article
    waiting = [add(turns, "quotes", article) for article in "bacb"]
    for pending in waiting[:1]:
        pending.since -= PATIENCE_SECONDS
    assert [given(turns, ONE) for _ in range(4)] == ["b", "a", "b", "c"], "what is its own now comes first"


async def test_once_all_have_waited_long_they_go_in_order():
    turns = Scheduler()
    await had_by(turns, a=TWO, b=ONE)
    for queue in turns._queues.values():
        for pending in queue:
            pending.since -= PATIENCE_SECONDS
    assert [given(turns, ONE) for _ in range(2)] == ["a", "b"]


def test_a_failed_job_says_why():
    failed = JobFailed("timeout", "stopped after 5 s", 2)
    assert str(failed) == "timeout: stopped after 5 s"
    assert (failed.reason, failed.detail, failed.attempts) == ("timeout", "stopped after 5 s", 2)


async def test_a_process_is_starting_then_idle_then_busy():
    process = PoolProcess(0)
    assert process.state == "starting"
    process.writer = Mock()
    assert process.state == "idle"
    process.jobs.append(add(Scheduler(), "clean"))
    assert process.state == "busy"


async def test_no_job_waits_for_a_process_that_ended():
    turns = Scheduler()
    await had_by(turns, a=TWO, b=ONE, c=TWO)
    turns.forget(TWO)
    assert [given(turns, ONE) for _ in range(3)] == ["b", "a", "c"]


async def test_the_articles_given_last_are_remembered(monkeypatch):
    monkeypatch.setattr(scheduler, "REMEMBERED_ARTICLES", 2)
    turns = Scheduler()
    for article in "abac":
        add(turns, "entities", article)
        assert given(turns, TWO) == article
    for article in "abc":
        add(turns, "quotes", article)
    assert given(turns, ONE) == "b"


async def test_a_stage_that_has_become_quicker_is_soon_taken_to_be_quick():
    turns = Scheduler()
    turns.record_duration("quotes", 1.0)
    for _ in range(60):
        turns.record_duration("quotes", 0.1)
    turns.record_duration("entities", 0.1)
    for _ in range(40):
        add(turns, "quotes")
        add(turns, "entities")
    stages = [pending.job.stage for _ in range(40) if (pending := turns.next(ONE)) is not None]
    assert stages.count("quotes") == pytest.approx(20, abs=1)
