"""A worker stands still for longer than its session while new versions come in: what it makes then is not the last."""

import asyncio
import os
import signal

import pytest

from tests.cluster.conftest import NewStream
from tests.cluster.traffic import Traffic
from tests.support.stream import descendants

pytestmark = [pytest.mark.fault, pytest.mark.cluster, pytest.mark.timeout(1800)]

SESSION_SECONDS = 4
PATIENCE_SECONDS = 180
WHOLE_TREE = pytest.param(True, id="with its processes")
ALONE = pytest.param(False, id="alone")


def send(number: signal.Signals, pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, number)


@pytest.mark.parametrize("whole_tree", [ALONE, WHOLE_TREE])
async def test_the_newest_version_of_every_key_is_last(new_stream: NewStream, whole_tree: bool):
    stream = await new_stream(session_timeout_seconds=SESSION_SECONDS)
    frozen = stream.start_worker()
    stream.start_worker()
    traffic = Traffic(stream, "STEP40@quotes STEP30@entities")
    async with traffic.flowing():
        await stream.collect(lambda seen: len(seen.articles) >= 40, seconds=PATIENCE_SECONDS)
        for _ in range(2):
            pids = [frozen.pid, *(descendants(frozen.pid) if whole_tree else ())]
            send(signal.SIGSTOP, pids)
            try:
                await asyncio.sleep(SESSION_SECONDS + 4)
            finally:
                send(signal.SIGCONT, pids)
            await asyncio.sleep(SESSION_SECONDS)
    traffic.check(await traffic.settled(PATIENCE_SECONDS))
    assert stream.stop_workers() == [0, 0]
