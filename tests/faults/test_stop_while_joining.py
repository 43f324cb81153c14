"""A worker that is stopped while its groups wait for another member, as in a rolling restart, ends soon and quietly."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.faults.conftest import NewStream
from tests.support.stream import article
from tests.support.waiting import until

pytestmark = [pytest.mark.fault, pytest.mark.kafka, pytest.mark.timeout(300)]

SESSION_SECONDS = 60
"""For so long its groups would wait for the other member, and the other one for it."""
STOP_SECONDS = 12
"""Less than the time after which connections are cut."""


@pytest.mark.parametrize("seconds", [0.0, 4.0], ids=["at once", "a while later"])
async def test_it_waits_for_no_other_member_and_none_waits_for_it(new_stream: NewStream, seconds: float):
    stream = await new_stream(partitions=2, session_timeout_seconds=SESSION_SECONDS, log_level="debug")
    frozen = stream.start_worker()
    await logged("running ", stream.folder / "worker-0.log")
    frozen.send_signal(signal.SIGSTOP)
    worker, log = stream.start_worker(), stream.folder / "worker-1.log"
    await logged("(Re-)joining group", log)
    await asyncio.sleep(seconds)
    worker.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(worker.wait, STOP_SECONDS) == 0
    assert "Traceback" not in log.read_text("utf-8", "replace")
    frozen.send_signal(signal.SIGCONT)
    await stream.produce([article(f"a-{number}", "Ein Text.") for number in range(10)])
    await stream.collect(lambda seen: len(seen.ids) == 10, seconds=SESSION_SECONDS / 2)


async def logged(words: str, log: Path) -> None:
    await until(lambda: words in log.read_text("utf-8", "replace"))
