"""A client that wedges without a word: the worker notices and starts its connection again."""

import subprocess

import pytest
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from agents import kafka
from agents.standstill import Standstill
from tests.support.stream import Stream, article

pytestmark = pytest.mark.fault

WEDGED_ONCE = """
import asyncio, sys
from agents import app, logs, standstill, worker
from agents.settings import Settings

standstill.CHECK_SECONDS, standstill.LEAST_SECONDS, standstill.TIME_LIMITS = 0.5, 3.0, 0.0
carry, wedged = app.StageApp.carry, []

async def carry_or_wedge(self, event):
    if self.runner.stage.name == "quotes" and not wedged:
        wedged.append(event)
        await asyncio.Event().wait()
    await carry(self, event)

app.StageApp.carry = carry_or_wedge
stop, hung = app.StageApp.stop, []

async def stop_or_hang(self):
    if self.runner.stage.name == "quotes" and not hung:
        hung.append(self)
        await asyncio.Event().wait()
    await stop(self)

app.StageApp.stop = stop_or_hang
worker.STOP_APP_SECONDS = 3.0
settings = Settings()
logs.configure(settings.log_level)
sys.exit(worker.run(settings, loader="tests.support.stages:load"))
"""


async def test_a_message_that_nobody_comes_to_is_found_and_others_are_not(embedded_stream: Stream):
    stream = embedded_stream
    await stream.produce([article(f"a-{number}", f"Text {number}.") for number in range(8)])
    standstill = Standstill(stream.settings)
    everything = {"articles.raw": [0, 1], "articles.cleaned": [0, 1]}
    assert await standstill.find(everything, now=100.0) is None
    assert await standstill.find(everything, now=100.0 + standstill.patience_seconds - 1) is None
    assert await standstill.find({}, now=100.0 + standstill.patience_seconds) is None, "they are another worker's now"
    assert await standstill.find(everything, now=200.0) is None
    place = await standstill.find(everything, now=200.0 + standstill.patience_seconds)
    assert place == f"{stream.settings.topic('articles.raw')}/0/0"

    topic = stream.settings.topic("articles.raw")
    committer = kafka.consumer(stream.settings, group_id=stream.settings.group("clean"))
    await committer.start()
    try:
        tps = [TopicPartition(topic, 0), TopicPartition(topic, 1)]
        committer.assign(tps)
        ends = await committer.end_offsets(tps)
        await committer.commit({tp: OffsetAndMetadata(max(0, ends[tp] - 1), "") for tp in tps})
        assert await standstill.find(everything, now=500.0) is None, "it got on, so its patience begins anew"
        await committer.commit({tp: OffsetAndMetadata(ends[tp], "") for tp in tps})
    finally:
        await committer.stop()
    assert await standstill.find(everything, now=900.0) is None
    assert await standstill.find(everything, now=900.0 + standstill.patience_seconds) is None, "nothing is left"


async def test_a_worker_starts_again_when_a_message_is_not_come_to(embedded_stream: Stream, monkeypatch):
    stream = embedded_stream
    monkeypatch.setattr("tests.support.stream.WORKER", ["-c", WEDGED_ONCE])
    worker: subprocess.Popen[bytes] = stream.start_worker(time_limit_seconds=4, publish_timeout_seconds=1)
    await stream.produce([article(f"a-{number}", f"Text {number}.") for number in range(40)])
    outcome = await stream.collect(lambda seen: len(seen.ids) == 40, seconds=60, settle_seconds=1)
    assert not outcome.letters
    assert not outcome.differing()
    assert worker.poll() is None, "it is still the same worker"
    assert "nobody comes to" in stream.logs()
    assert "did not stop in time; cut off" in stream.logs()
