"""A worker that stands still for longer than its session, and goes on: it must not publish what is another's by now."""

import asyncio
import signal

import orjson
import pytest

from tests.faults.conftest import NewStream
from tests.support.stream import Outcome, article

pytestmark = [pytest.mark.fault, pytest.mark.kafka, pytest.mark.timeout(600)]

SESSION_SECONDS = 4
PATIENCE_SECONDS = 150


def texts(outcome: Outcome, topic: str = "articles.quotes") -> dict[bytes, list[str]]:
    """By key, what came out under it, in the order of the topic."""
    found: dict[bytes, list[str]] = {}
    for message in outcome.messages[topic]:
        found.setdefault(message.key, []).append(orjson.loads(message.value)["text"])
    return found


@pytest.mark.parametrize("stage", ["entities", "quotes"])
async def test_what_a_woken_worker_made_is_not_the_last_word(new_stream: NewStream, stage: str):
    stream = await new_stream(partitions=1, session_timeout_seconds=SESSION_SECONDS)
    frozen = stream.start_worker()
    await stream.produce([article("before", "Davor.")])
    await stream.collect(lambda seen: "before" in seen.ids, seconds=PATIENCE_SECONDS)
    await stream.produce([article("a", f"Fassung 1. STEP2500@{stage}")])
    source = {"entities": "articles.cleaned", "quotes": "articles.entities"}[stage]
    await stream.collect(lambda seen: len(seen.messages[source]) >= 2, names=[source], seconds=PATIENCE_SECONDS)
    await asyncio.sleep(0.8)  # until its pool has begun: what it has not taken needs no fence
    frozen.send_signal(signal.SIGSTOP)  # its pool goes on, and has the result ready when it wakes
    try:
        stream.start_worker()
        await stream.produce([article("a", "Fassung 2."), article("a", "Fassung 3.")])
        await stream.collect(lambda seen: len(seen.articles) >= 4, seconds=PATIENCE_SECONDS)
    finally:
        frozen.send_signal(signal.SIGCONT)
    await stream.produce([article("after", "Danach.")])
    outcome = await stream.collect(lambda seen: "after" in seen.ids, seconds=PATIENCE_SECONDS, settle_seconds=3)
    assert texts(outcome)[b"a"][-1].startswith("Fassung 3")
    assert texts(outcome)[b"a"][0].startswith("Fassung 1")
    assert not outcome.letters
    await stream.until_caught_up()
    assert "its partition may belong to another worker by now" in stream.logs()


async def test_a_woken_worker_alone_reads_again_what_it_left(new_stream: NewStream):
    """The partitions come back to the same worker; what it did not publish is read from the committed offset."""
    stream = await new_stream(partitions=2, session_timeout_seconds=SESSION_SECONDS)
    worker = stream.start_worker()
    await stream.produce([article(f"a-{number}", f"Text {number}. STEP100@entities") for number in range(60)])
    for came in (5, 20):
        await stream.collect(lambda seen, came=came: len(seen.ids) >= came, seconds=PATIENCE_SECONDS)
        worker.send_signal(signal.SIGSTOP)
        await asyncio.sleep(SESSION_SECONDS + 2)
        worker.send_signal(signal.SIGCONT)
    outcome = await stream.collect(lambda seen: len(seen.ids) >= 60, seconds=PATIENCE_SECONDS, settle_seconds=1)
    assert not outcome.letters
    assert not outcome.differing()
    assert worker.poll() is None, "it is still the same worker"
    await stream.until_caught_up()
    assert "its partition may belong to another worker by now" in stream.logs()
