"""A client that wedges without a word: the worker notices and starts its connection again."""

import subprocess

import pytest
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from agents import kafka
from agents.stall_detector import StallDetector
from tests.support.stream import Stream, article

pytestmark = pytest.mark.fault

WEDGED_ONCE = """
import asyncio, sys
from agents import app, logs, stall_detector, worker
from agents.settings import Settings

stall_detector.CHECK_SECONDS, stall_detector.LEAST_SECONDS, stall_detector.TIME_LIMITS = 0.5, 3.0, 0.0
process, wedged = app.StageApp.process, []

async def process_or_wedge(self, event):
    if self.stage.name == "quotes" and not wedged:
        wedged.append(event)
        await asyncio.Event().wait()
    await process(self, event)

app.StageApp.process = process_or_wedge
stop, hung = app.StageApp.stop, []

async def stop_or_hang(self):
    if self.stage.name == "quotes" and not hung:
        hung.append(self)
        await asyncio.Event().wait()
    await stop(self)

app.StageApp.stop = stop_or_hang
worker.STOP_APP_SECONDS = 3.0
settings = Settings()
logs.configure(settings.log_level)
sys.exit(worker.run(settings, loader="tests.support.stages:load"))
"""


async def test_a_message_that_is_not_taken_up_is_found_and_others_are_not(embedded_stream: Stream):
    stream = embedded_stream
    await stream.produce([article(f"a-{number}", f"Text {number}.") for number in range(8)])
    detector = StallDetector(stream.settings)
    everything = {"clean": [0, 1], "entities": [0, 1]}
    assert await detector.find(everything, now=100.0) is None
    assert await detector.find(everything, now=100.0 + detector.patience_seconds - 1) is None
    assert await detector.find({}, now=100.0 + detector.patience_seconds) is None, "they are another worker's now"
    assert await detector.find(everything, now=200.0) is None
    place = await detector.find(everything, now=200.0 + detector.patience_seconds)
    assert place == f"{stream.settings.topic('articles.raw')}/0/0"

    topic = stream.settings.topic("articles.raw")
    committer = kafka.consumer(stream.settings, group_id=stream.settings.group("clean"))
    await committer.start()
    try:
        tps = [TopicPartition(topic, 0), TopicPartition(topic, 1)]
        committer.assign(tps)
        ends = await committer.end_offsets(tps)
        await committer.commit({tp: OffsetAndMetadata(max(0, ends[tp] - 1), "") for tp in tps})
        assert await detector.find(everything, now=500.0) is None, "it got on, so its patience begins anew"
        await committer.commit({tp: OffsetAndMetadata(ends[tp], "") for tp in tps})
    finally:
        await committer.stop()
    assert await detector.find(everything, now=900.0) is None
    assert await detector.find(everything, now=900.0 + detector.patience_seconds) is None, "nothing is left"
    await detector.close()


async def test_a_worker_starts_again_when_a_message_is_not_taken_up(embedded_stream: Stream, monkeypatch):
    stream = embedded_stream
    monkeypatch.setattr("tests.support.stream.WORKER", ["-c", WEDGED_ONCE])
    worker: subprocess.Popen[bytes] = stream.start_worker(time_limit_seconds=4, publish_timeout_seconds=1)
    await stream.produce([article(f"a-{number}", f"Text {number}.") for number in range(40)])
    outcome = await stream.collect(lambda seen: len(seen.ids) == 40, seconds=60, settle_seconds=1)
    assert not outcome.letters
    assert not outcome.differing()
    assert worker.poll() is None, "it is still the same worker"
    assert "is not processed though the broker answers" in stream.logs()
    assert "its connection is cut" in stream.logs()
