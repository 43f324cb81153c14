"""What the stream guarantees when things die: nothing lost, repeats the same bytes, order by key kept.

On Apache Kafka, with real processes. The long form is `python -m tests.faults.soak`.
"""

import asyncio
import os
import random
import signal
from collections import Counter

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewPartitions

from agents import dead_letters
from agents.cli.clients import connected_consumer
from agents.cluster import admin
from agents.topic_reader import batches
from agents.topics import SEEN_TOPIC
from pipeline.stages import DEAD_LETTER_TOPIC, STAGES
from tests.faults.conftest import NewStream
from tests.faults.plan import Plan
from tests.faults.soak import soak
from tests.support.stream import article, descendants
from tests.support.waiting import until

pytestmark = [pytest.mark.fault, pytest.mark.kafka, pytest.mark.timeout(900)]


async def test_random_kills_lose_nothing(kafka, tmp_path):
    """Worker, pool processes and broker killed in random order, with a poison set among the good."""
    plan = Plan(seed=7, articles=400, poison=20, kills=6, workers=2, pause_seconds=(1.0, 2.5))
    report = await soak(kafka, plan, tmp_path)
    assert report.missing == []
    assert report.wrong == []
    assert report.differing == 0
    assert report.out_of_order == 0
    assert report.kills == 6
    assert report.deserted == 0


async def test_a_rolling_restart_repeats_nothing(new_stream: NewStream):
    stream = await new_stream()
    stream.start_worker()
    stream.start_worker()
    await stream.produce([article(f"a-{number}", f"Text {number}. STEP30@entities") for number in range(500)])
    for came, worker in zip((30, 150), list(stream.workers), strict=True):
        await stream.collect(lambda seen, came=came: len(seen.ids) >= came, seconds=60)
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, 40) == 0
        stream.start_worker()
    outcome = await stream.collect(lambda seen: len(seen.ids) >= 500, seconds=90, settle_seconds=1)
    assert not outcome.letters
    assert not outcome.differing()
    assert outcome.repeats() <= 16, "at most what was in flight"


async def test_a_broker_that_is_silent_and_then_gone_is_waited_for(new_stream: NewStream, kafka):
    stream = await new_stream(publish_timeout_seconds=5)
    worker = stream.start_worker()
    await stream.produce([article(f"a-{number}", f"Text {number}. STEP20@quotes") for number in range(300)])
    await stream.collect(lambda seen: len(seen.articles) >= 20)
    kafka.pause()
    await asyncio.sleep(10)
    kafka.resume()
    await asyncio.sleep(2)
    kafka.kill()
    await asyncio.sleep(5)
    kafka.start()
    outcome = await stream.collect(lambda seen: len(seen.ids) >= 300, seconds=120, settle_seconds=1)
    assert not outcome.letters
    assert not outcome.differing()
    assert worker.poll() is None, "it is still the same worker"


async def test_a_deleted_target_topic_is_made_again_and_more_partitions_are_taken_up(new_stream: NewStream):
    stream = await new_stream(partitions=4)
    worker = stream.start_worker()
    await stream.produce([article(f"a-{number}", f"Text {number}.") for number in range(20)])
    await stream.collect(lambda seen: len(seen.articles) >= 20)
    async with admin(stream.settings) as client:
        await client.delete_topics([stream.settings.topic(DEAD_LETTER_TOPIC)])
    await stream.produce([article(f"bad-{number}", "RAISE@clean") for number in range(5)])
    await stream.collect(lambda seen: len(seen.letters) >= 5, seconds=180)

    async with admin(stream.settings) as client:
        names = ("articles.raw", "articles.cleaned", "articles.entities")
        await client.create_partitions({stream.settings.topic(name): NewPartitions(8) for name in names})
    await stream.produce([article(f"b-{number}", f"Neu {number}.") for number in range(60)])
    outcome = await stream.collect(lambda seen: len(seen.ids) >= 80, seconds=90)
    assert {f"b-{number}" for number in range(60)} <= outcome.ids
    assert worker.poll() is None


async def test_whoever_listens_to_a_topic_hears_of_partitions_that_it_is_given(new_stream: NewStream):
    """As `redefluss consume` does; from their beginning, since messages came before it knew of them."""
    stream = await new_stream(partitions=1)
    topic, heard = stream.settings.topic("quotes"), list[bytes]()

    async def listen() -> None:
        async with connected_consumer(stream.settings) as consumer:
            places = [TopicPartition(topic, 0)]
            async for records in batches(consumer, places, from_beginning=False, until_end=False):
                heard.extend(record.value for record in records)

    async def send(partition: int, value: bytes) -> None:
        async with AIOKafkaProducer(bootstrap_servers=stream.settings.bootstrap_servers) as producer:
            await producer.send_and_wait(topic, value, partition=partition)

    await send(0, b"before")
    listening = asyncio.create_task(listen())
    try:
        await asyncio.sleep(2)
        await send(0, b"first")
        await until(lambda: heard)
        async with admin(stream.settings) as client:
            await client.create_partitions({topic: NewPartitions(3)})
        await asyncio.sleep(1)
        for partition in (2, 1, 0):
            await send(partition, b"partition %d" % partition)
        await until(lambda: len(heard) >= 4, seconds=30)
    finally:
        listening.cancel()
    assert heard[0] == b"first"
    assert sorted(heard[1:]) == [b"partition 0", b"partition 1", b"partition 2"]


async def test_dying_pool_processes_and_their_fork_server_harm_no_article(new_stream: NewStream):
    stream = await new_stream()
    worker = stream.start_worker()
    await stream.produce([article(f"a-{number}", f"Text {number}. STEP20@entities") for number in range(200)])
    await stream.collect(lambda seen: len(seen.articles) >= 10)
    generator = random.Random(3)
    (fork_server,) = descendants(worker.pid)[:1]
    for _ in range(3):
        await until(lambda: len(descendants(fork_server)) >= 2)
        os.kill(generator.choice(descendants(fork_server)), signal.SIGKILL)
        await asyncio.sleep(0.6)
    os.kill(fork_server, signal.SIGKILL)
    outcome = await stream.collect(lambda seen: len(seen.ids) >= 200, seconds=60)
    assert not outcome.letters


async def test_what_was_committed_of_a_former_topic_is_no_place_in_the_new_one(new_stream: NewStream):
    """A worker that does not know yet that its topic was created again commits how far it was in the former one."""
    stream = await new_stream(partitions=1)
    topic, group = stream.settings.topic("articles.raw"), stream.settings.group("clean")
    await stream.produce([article(f"a-{number}", f"Text {number}.") for number in range(20)])
    await stream.commit("clean", 15, "the former topic", topic="articles.raw")
    stream.start_worker("clean")
    name = "articles.cleaned"
    outcome = await stream.collect(lambda seen: len(seen.messages[name]) >= 20, names=[name])
    assert {message.key for message in outcome.messages[name]} == {b"a-%d" % n for n in range(20)}
    assert stream.stop_workers() == [0]

    async with admin(stream.settings) as client:
        (description,) = (await client.topics([topic])).values()
        committed = await client.list_consumer_group_offsets(group)
    at = committed[TopicPartition(topic, 0)]
    assert (at.offset, at.metadata) == (20, description.id)


async def test_an_offset_beyond_the_end_skips_nothing(new_stream: NewStream):
    """As where a broker has lost the end of its log, or somebody has set the offset by hand."""
    stream = await new_stream(partitions=1)
    topic = stream.settings.topic("articles.raw")
    await stream.produce([article(f"a-{number}", f"Text {number}.") for number in range(20)])
    await stream.commit("clean", 25, topic="articles.raw")
    stream.start_worker("clean")
    name = "articles.cleaned"
    told = f"{topic}/0 ends before 25, where it was to be read on; it is read again from 0"
    await until(lambda: told in stream.logs())
    await stream.produce([article(f"b-{number}", f"Neu {number}.") for number in range(20)])
    outcome = await stream.collect(lambda seen: len(seen.messages[name]) >= 40, names=[name])
    assert {message.key for message in outcome.messages[name]} == {
        b"%s-%d" % (x, n) for x in (b"a", b"b") for n in range(20)
    }


async def test_the_local_copy_of_a_topic_that_was_created_again_is_rebuilt(new_stream: NewStream):
    """Also while the worker runs: what only the former topic knew is known no more."""
    stream = await new_stream(partitions=1)
    worker = stream.start_worker()
    name = stream.settings.topic(SEEN_TOPIC)
    first = [article(f"a-{number}", f"Text {number}.") for number in range(10)]
    await stream.produce(first)
    await stream.collect(lambda seen: len(seen.articles) >= 10)
    async with admin(stream.settings) as client:
        await client.delete_topics([name])
    await stream.produce([article(f"b-{number}", f"Neu {number}.") for number in range(20)])
    await stream.collect(lambda seen: len(seen.articles) >= 30, seconds=60)
    await until(lambda: f"{name} was deleted and created again; the local copy is rebuilt" in stream.logs())
    assert f"{name} was created again; it is read from its beginning" in stream.logs()
    entities = "articles.entities"
    await stream.produce(first)
    outcome = await stream.collect(lambda seen: len(seen.messages[entities]) >= 40, names=[entities], seconds=60)
    assert Counter(message.key for message in outcome.messages[entities])[b"a-0"] == 2
    assert worker.poll() is None, "it is still the same worker"


@pytest.mark.long
async def test_a_deleted_source_topic_ends_no_worker(new_stream: NewStream):
    """Its messages are gone with it; what comes after goes through."""
    stream = await new_stream(partitions=4)
    worker = stream.start_worker()
    await stream.produce([article(f"a-{number}", f"Text {number}.") for number in range(40)])
    await stream.collect(lambda seen: len(seen.articles) >= 40)
    async with admin(stream.settings) as client:
        await client.delete_topics([stream.settings.topic("articles.cleaned")])
    await stream.produce([article(f"b-{number}", f"Neu {number}.") for number in range(40)])
    outcome = await stream.collect(lambda seen: len(seen.ids) >= 80, seconds=90)
    assert not outcome.letters
    assert worker.poll() is None


async def test_a_replay_brings_every_dead_letter_out_and_another_brings_nothing(new_stream: NewStream):
    stream = await new_stream(time_limit_seconds=2, process_memory_bytes=150_000_000, max_article_bytes=20_000)
    worker = stream.start_worker()
    words = ("CRASH", "LOOP", "EAT", "RAISE")
    poison = [
        article(f"p-{number}", f"Text {number}. {words[number % 4]}@{STAGES[number % 3].name}") for number in range(24)
    ]
    poison += [article(f"huge-{number}", "Ein langer Text. " * 2000) for number in range(6)]
    await stream.produce([article(f"a-{number}", f"Text {number}.") for number in range(60)] + poison)
    seen = await stream.collect(lambda seen: len(seen.ids) >= 60 and len(seen.places) >= 30, seconds=90)
    reasons = Counter(letter["reason"] for letter in seen.letters)
    assert reasons == {"worker-crash": 12, "timeout": 6, "processing-error": 6, "too-large": 6}
    worker.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(worker.wait, 40) == 0

    stream.start_worker(obedient="false", max_article_bytes=1_000_000)  # the causes are fixed
    letters = [letter async for letter in dead_letters.read(stream.settings)]
    assert (await dead_letters.replay(stream.settings, letters)).sent == 30
    again = await dead_letters.replay(stream.settings, letters)
    assert (again.sent, again.skipped_already_replayed) == (0, 30)
    seen = await stream.collect(lambda seen: len(seen.ids) >= 90, seconds=60, settle_seconds=3)
    assert {key.decode() for key, _ in poison} <= seen.ids
    assert len(seen.articles) == 90
    assert len(seen.letters) == 30
