"""The pool: outcomes, limits, deaths, and turns between stages."""

import asyncio
import errno
import os
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from agents.pool import fork_server_supervisor
from agents.pool.pool import Pool
from agents.pool.protocol import Done, Job, Refused
from agents.pool.scheduler import JobFailed
from agents.processes import LOWERED_BY
from tests.support.stream import alive, descendants
from tests.support.waiting import until

MakePool = Callable[..., Awaitable[Pool]]


@pytest_asyncio.fixture
async def make_pool() -> AsyncIterator[MakePool]:
    pools: list[Pool] = []

    async def make(**options: Any) -> Pool:
        fields: dict[str, Any] = {"loader": "tests.support.jobs:load", "processes": 2, "time_limit_seconds": 5.0}
        pool = Pool(**(fields | {"argument": None, "memory_bytes": 200_000_000} | options))
        pools.append(pool)
        await pool.start()
        return pool

    yield make
    for pool in pools:
        await pool.stop()


def job(text: str, stage: str = "clean") -> Job:
    return Job(stage, b"k", text.encode())


async def all_idle(pool: Pool) -> None:
    await until(lambda: {process.state for process in pool.processes} == {"idle"})


async def test_gives_what_the_process_gives(make_pool):
    pool = await make_pool()
    outcomes = await asyncio.gather(*(pool.run(job(f"echo {number}")) for number in range(50)))
    assert [outcome.messages[-1].value for outcome, _ in outcomes if isinstance(outcome, Done)] == [
        f"echo {number}".encode() for number in range(50)
    ]
    assert {attempts for _, attempts in outcomes} == {1}
    refused, _ = await pool.run(job("refuse"))
    assert isinstance(refused, Refused)
    assert refused.reason == "empty"


@pytest.mark.parametrize(("word", "cause"), [("crash", "SIGSEGV"), ("leave", "exit code 3"), ("eat", "memory limit")])
async def test_a_job_that_ends_its_process_twice_is_given_up_and_others_are_not_harmed(make_pool, word, cause):
    pool = await make_pool()
    bad = asyncio.ensure_future(pool.run(job(word)))
    good = await asyncio.gather(*(pool.run(job(f"echo {number}")) for number in range(20)))
    assert len(good) == 20
    with pytest.raises(JobFailed, match=cause) as failure:
        await bad
    assert (failure.value.reason, failure.value.attempts) == ("worker-crash", 2)
    assert (await pool.run(job("echo after")))[0].messages[-1].value == b"echo after"


async def test_a_process_whose_connection_is_closed_gets_no_job_before_it_is_replaced(make_pool):
    pool = await make_pool()
    await all_idle(pool)
    pool._processes[0].writer.transport.abort()
    outcome, attempts = await pool.run(job("echo 1"))
    assert isinstance(outcome, Done)
    assert attempts == 1


async def test_a_job_that_waited_behind_one_that_ended_its_process_does_not_lose_its_turn(make_pool):
    pool = await make_pool(processes=1)
    order: list[int] = []

    async def run(number: int) -> None:
        await pool.run(job(f"echo {number}"))
        order.append(number)

    bad = asyncio.ensure_future(pool.run(job("crash")))
    await asyncio.gather(*(run(number) for number in range(6)), bad, return_exceptions=True)
    assert order == [0, 1, 2, 3, 4, 5]


async def test_a_job_past_its_time_is_stopped_and_not_tried_again(make_pool):
    restarts: list[str] = []
    pool = await make_pool(time_limit_seconds=2.0, on_restart=restarts.append)
    bad = asyncio.ensure_future(pool.run(job("loop")))
    good = await asyncio.gather(*(pool.run(job(f"echo {number}")) for number in range(20)))
    assert len(good) == 20
    with pytest.raises(JobFailed) as failure:
        await bad
    assert (failure.value.reason, failure.value.attempts) == ("timeout", 1)
    assert restarts == ["timeout"]


async def test_others_do_not_wait_for_a_job_that_takes_long(make_pool):
    pool = await make_pool(processes=1, time_limit_seconds=6)
    await until(lambda: pool.ready)
    bad = asyncio.ensure_future(pool.run(job("loop")))
    await asyncio.gather(*(pool.run(job(f"echo {number}")) for number in range(20)))
    assert not bad.done()
    assert len(list(pool.processes)) == 2
    with pytest.raises(JobFailed, match="timeout"):
        await bad
    assert len(list(pool.processes)) == 1
    assert (await pool.run(job("echo after")))[0].messages[-1].value == b"echo after"


async def test_a_job_that_takes_long_but_not_too_long_is_done_once(make_pool):
    restarts: list[str] = []
    pool = await make_pool(processes=1, time_limit_seconds=2, on_restart=restarts.append)
    await until(lambda: pool.ready)
    outcomes = await asyncio.gather(*(pool.run(job("nap")) for _ in range(6)))  # each over a tenth of the limit
    assert [attempts for _, attempts in outcomes] == [1] * 6
    assert not restarts
    await until(lambda: len(descendants(pool.fork_server_pid)) == len(list(pool.processes)) == 1)


async def test_a_job_that_dies_before_it_is_stopped_crashed(make_pool):
    pool = await make_pool(processes=1, time_limit_seconds=2)
    await until(lambda: pool.ready)
    await all_idle(pool)
    (process,) = pool.processes
    bad = asyncio.ensure_future(pool.run(job("eat")))
    await asyncio.sleep(0)
    process.overdue = process.jobs[0]  # the clock is seen before the death
    with pytest.raises(JobFailed, match="worker-crash"):
        await bad


async def test_stages_take_turns(make_pool, monkeypatch):
    pool = await make_pool(processes=1)
    # A job that the machine holds up would make those of its stage count as dear.
    monkeypatch.setattr(pool._scheduler, "record_duration", lambda *_: None)
    await until(lambda: pool.ready)
    order: list[str] = []

    async def run(stage: str) -> None:
        await pool.run(job("echo", stage))
        order.append(stage)

    await asyncio.gather(*(run("clean") for _ in range(40)), *(run("quotes") for _ in range(5)))
    assert order.index("quotes") < 6
    assert [stage for stage in order[:14] if stage == "quotes"] == ["quotes"] * 5


async def test_is_busy_while_there_is_more_to_hand_out_than_processes(make_pool):
    pool = await make_pool()
    await pool.run(job("echo"))
    assert not pool.busy
    jobs = [asyncio.ensure_future(pool.run(job("nap"))) for _ in range(6)]
    await asyncio.sleep(0)
    assert pool.busy
    await asyncio.gather(*jobs[:3])
    assert not pool.busy, "less than two wait for two processes"
    await asyncio.gather(*jobs)


async def test_a_job_with_a_limit_of_its_own_is_ended_by_that(make_pool):
    pool = await make_pool(time_limit_seconds=30)
    started = time.monotonic()
    with pytest.raises(JobFailed, match=r"timeout: stopped after 0\.5 s"):
        await pool.run(Job("clean", b"k", b"loop", time_limit_seconds=0.5))
    assert time.monotonic() - started < 10


async def test_a_killed_fork_server_is_started_again_and_nothing_is_blamed_for_it(make_pool):
    pool = await make_pool()
    await until(lambda: pool.ready)
    running = [asyncio.ensure_future(pool.run(job("nap"))) for _ in range(6)]
    await asyncio.sleep(0.1)
    for _ in range(2):
        os.kill(pool.fork_server_pid, signal.SIGKILL)
        await asyncio.sleep(1.0)
    assert len(await asyncio.gather(*running)) == 6


async def test_what_the_system_has_no_room_for_is_started_as_soon_as_it_has(make_pool, monkeypatch, caplog):
    """Neither descriptors nor processes are endless, and nobody else would start these again."""
    monkeypatch.setattr(fork_server_supervisor, "START_AGAIN_SECONDS", 0.1)
    pool = await make_pool(processes=1)
    await until(lambda: pool.ready)
    await all_idle(pool)
    (process,) = pool.processes
    with monkeypatch.context() as patched:
        patched.setattr(socket, "socketpair", refusing(errno.EMFILE))
        os.kill(process.pid, signal.SIGKILL)
        await until(lambda: "Too many open files" in caplog.text)
    await asyncio.wait_for(pool.run(job("echo")), 10)
    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", refusing(errno.EAGAIN))
        os.kill(pool.fork_server_pid, signal.SIGKILL)
        await until(lambda: "Resource temporarily unavailable" in caplog.text)
    await asyncio.wait_for(pool.run(job("echo")), 10)


async def test_no_room_for_another_process_ends_none_of_those_there_are(make_pool, monkeypatch, caplog):
    """As under a limit of processes: what takes long would begin again and again, each time that it is set aside."""
    monkeypatch.setattr(fork_server_supervisor, "START_AGAIN_SECONDS", 0.1)
    restarts: list[str] = []
    loader = "tests.support.jobs:load_with_room_for"
    pool = await make_pool(loader=loader, argument=1, processes=1, time_limit_seconds=3.0, on_restart=restarts.append)
    bad = asyncio.ensure_future(pool.run(job("loop")))
    good = asyncio.ensure_future(pool.run(job("echo")))
    with pytest.raises(JobFailed, match="timeout") as failure:
        await asyncio.wait_for(bad, 15)
    _, attempts = await asyncio.wait_for(good, 15)
    assert (failure.value.attempts, attempts) == (1, 1)
    told = "no process can be started ([Errno 11] Resource temporarily unavailable); trying again"
    assert caplog.text.count(told) == 1, "and not each time"
    assert restarts == ["timeout"]


def refusing(code: int) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(code, os.strerror(code))

    return refuse


async def test_time_in_which_the_machine_stood_still_is_not_an_articles(make_pool):
    """As where a container is paused, or a virtual machine moved: nobody has worked on it."""
    pool = await make_pool(processes=1, time_limit_seconds=0.5)
    await all_idle(pool)
    (process,) = pool.processes
    running = asyncio.ensure_future(pool.run(job("nap")))
    await asyncio.sleep(0)
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(0.7)
    os.kill(process.pid, signal.SIGCONT)
    _, attempts = await running
    assert attempts == 1


async def test_a_limit_holds_where_no_priority_may_be_lowered(make_pool, monkeypatch):
    """A filter of system calls, as systemd sets it, forbids it."""
    monkeypatch.setattr(os, "setpriority", refusing(errno.EPERM))
    pool = await make_pool(processes=1, time_limit_seconds=0.5)
    with pytest.raises(JobFailed, match="timeout"):
        await asyncio.wait_for(pool.run(job("loop")), 10)


async def test_a_loader_that_fails_breaks_the_pool_with_its_reason(make_pool):
    pool = await make_pool(loader="tests.support.jobs:broken")
    await until(lambda: pool.broken)
    assert "no such model" in pool.broken
    assert not pool.ready


async def test_stopping_ends_every_process(make_pool):
    pool = await make_pool()
    await until(lambda: pool.ready)
    await pool.run(job("echo"))
    await until(lambda: len(descendants(pool.fork_server_pid)) >= 2)  # the second one may still be on its way
    family = [pool.fork_server_pid, *descendants(pool.fork_server_pid)]
    await pool.stop()
    await until(lambda: not any(map(alive, family)))


async def test_one_that_takes_long_has_another_process_in_its_place_and_gives_way_to_it(make_pool):
    pool = await make_pool(time_limit_seconds=10.0)  # set aside after 1 s
    running = asyncio.ensure_future(pool.run(job("loop")))
    await until(lambda: len(list(pool.processes)) >= 3, 10)
    await asyncio.gather(*(pool.run(job("echo")) for _ in range(4)))
    (slow,) = (process for process in pool.processes if process.jobs)
    others = [process for process in pool.processes if process is not slow]
    usual = os.getpriority(os.PRIO_PROCESS, os.getpid())
    assert [os.getpriority(os.PRIO_PROCESS, process.pid) for process in others] == [usual, usual]
    assert os.getpriority(os.PRIO_PROCESS, slow.pid) == min(19, usual + LOWERED_BY)
    running.cancel()


async def test_an_articles_next_job_goes_to_the_process_that_had_it(make_pool):
    pool = await make_pool(processes=3, time_limit_seconds=30)
    await all_idle(pool)
    articles = [b"a", b"b", b"c"]

    async def where(stage: str, word: bytes, articles: list[bytes]) -> dict[bytes, bytes]:
        outcomes = await asyncio.gather(*(pool.run(Job(stage, key, word, affinity=key)) for key in articles))
        return {done.messages[0].key: done.messages[0].value for done, _ in outcomes}

    first = await where("entities", b"who naps", articles)
    assert len(set(first.values())) == 3
    for _ in range(3):
        for article in articles:  # one at a time: all processes are idle
            assert await where("quotes", b"who", [article]) == {article: first[article]}
    assert await where("quotes", b"who naps", articles[::-1]) == first
