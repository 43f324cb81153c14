"""Statements when workers die: every article counts once, whatever is done again."""

import asyncio
import os
import random
from collections import Counter

import pytest
from aiokafka.admin import NewPartitions

from agents import cluster
from agents.topics import STATE_TOPICS, WORKERS_TOPIC, all_names
from tests.faults.conftest import NewStream
from tests.support.speakers import present
from tests.support.stream import Outcome, article

pytestmark = [pytest.mark.fault, pytest.mark.kafka, pytest.mark.timeout(1800)]

LONG = bool(os.environ.get("REDEFLUSS_LONG"))
ARTICLES, KILLS = (1000, 20) if LONG else (120, 4)
SECONDS = 900
SPEAKERS = ("Jörn Hasselbrink", "Thea Momsen", "Karla Wendeling", "Petra Lindqvist")
TOPICS = ("statements", "articles.quotes", "articles.dead-letter")


def words(number: int) -> str:
    return f"„Im Amtsbezirk Nummer {number} fehlen Hebammen, Feuerwehrleute und Brückenwärter“"


def versions() -> tuple[list[tuple[bytes, bytes]], dict[str, int]]:
    """Articles in the order to send, every tenth a later version of an earlier one and every fifteenth taken back, and
    how many articles each statement has in the end."""
    sent: list[tuple[bytes, bytes | None]] = []
    stands: dict[str, set[str]] = {}
    for number in range(ARTICLES):
        name = f"a-{number - 7 if number % 10 == 9 else number}"
        if number % 15 == 14:
            taken = f"a-{number - 3}"
            sent.append((taken.encode(), None))
            stands.pop(taken, None)
            continue
        said = {
            words((number + part) % (ARTICLES // 6)): SPEAKERS[(number + part) % len(SPEAKERS)] for part in range(3)
        }
        text = "\n".join(f"{who}: {what}" for what, who in said.items())
        sent.append(article(name, f"Fassung {number}.\n{text}", source=f"Bote {number % 9}"))
        stands[name] = {f"{who}: {what}" for what, who in said.items()}
    return sent, dict(Counter(each for found in stands.values() for each in found))  # type: ignore[return-value]


def counted(seen: Outcome) -> dict[str, int]:
    statements = present(seen.messages["statements"]).values()
    return {f"{statement.said_by}: {statement.text}": statement.count for statement in statements}


async def test_kills_do_not_change_what_is_counted(new_stream: NewStream):
    stream = await new_stream(loader="tests.support.speakers:load")
    generator = random.Random(11)
    messages, expected = versions()
    stream.start_worker()
    stream.start_worker()
    producing = asyncio.create_task(produce(stream, messages))
    for _ in range(KILLS):
        await asyncio.sleep(generator.uniform(2.0, 6.0))
        worker = generator.choice([worker for worker in stream.workers if worker.poll() is None])
        worker.kill()
        await asyncio.to_thread(worker.wait)
        stream.start_worker()
    await producing
    outcome = await stream.collect(lambda seen: counted(seen) == expected, names=TOPICS, seconds=SECONDS)
    assert not outcome.letters
    for statement in present(outcome.messages["statements"]).values():
        ids = [entry.id for entry in statement.articles]
        assert len(ids) == len(set(ids)) == statement.count


async def test_quotes_that_come_again_change_nothing_and_a_poisonous_one_among_them_stands_alone(new_stream: NewStream):
    """As after a crash between the confirmation and the commit: all comes again, many quotes together."""
    stream = await new_stream(loader="tests.support.speakers:load", partitions=1)
    said = {f"a-{number}": [(who, words(number % 5)) for who in SPEAKERS] for number in range(20)}
    articles = [article(name, "\n".join(f"{who}: {what}" for who, what in lines)) for name, lines in said.items()]
    expected = Counter(f"{who}: {what}" for lines in said.values() for who, what in lines)
    stream.start_worker()
    await stream.produce(articles[:10])
    await stream.collect(lambda seen: sum(counted(seen).values()) == 40, names=TOPICS, seconds=SECONDS)
    async with stream.producer() as producer:
        await producer.send_and_wait(stream.settings.topic("quotes"), b"{", b"poison")
    await stream.produce(articles[10:])
    first = await stream.collect(
        lambda seen: counted(seen) == expected and bool(seen.letters), names=TOPICS, seconds=SECONDS
    )
    stream.stop_workers()
    await stream.commit("statements", 0, topic="quotes")  # nobody runs the stage: it begins at the beginning
    stream.start_worker(data_dir=str(stream.folder / "another"))
    again = await stream.collect(lambda seen: len(seen.letters) == 2, names=TOPICS, seconds=SECONDS)
    await stream.until_caught_up(SECONDS)
    again = await stream.collect(lambda seen: True, names=TOPICS, settle_seconds=3)
    assert len(again.messages["statements"]) == len(first.messages["statements"])
    assert counted(again) == expected
    assert [letter["reason"] for letter in again.letters] == ["malformed-json"] * 2
    assert again.repeats("articles.dead-letter") == 1, "the same bytes"


@pytest.mark.parametrize("partitions", [4, 3], ids=["doubled", "no multiple"])
async def test_nothing_is_doubled_or_stays_when_partitions_are_raised(new_stream: NewStream, partitions: int):
    """As the document says: of all topics but those that the stages go on from."""
    stream = await new_stream(loader="tests.support.speakers:load", partitions=2)
    speakers = [f"{first} {second}" for first in ("Thea", "Karla", "Petra", "Jan") for second in ("Momsen", "Hasse")]
    said = {f"a-{number}": [(who, words(number % 3)) for who in speakers] for number in range(12)}

    def sent(*names: str) -> list[tuple[bytes, bytes]]:
        return [article(name, "\n".join(f"{who}: {what}" for who, what in said[name])) for name in names]

    def expected(*names: str) -> dict[str, int]:
        return dict(Counter(f"{who}: {what}" for name in names for who, what in said[name]))

    names = list(said)
    stream.start_worker()
    stream.start_worker()
    await stream.produce(sent(*names[:6]))
    await stream.collect(lambda seen: counted(seen) == expected(*names[:6]), names=TOPICS, seconds=SECONDS)
    await stream.until_caught_up(SECONDS)
    raised = [name for name in all_names() if name not in {*STATE_TOPICS, WORKERS_TOPIC}]
    async with cluster.admin(stream.settings) as client:
        await client.create_partitions({stream.settings.topic(name): NewPartitions(partitions) for name in raised})
    await asyncio.sleep(15)
    said["a-0"] = said["a-0"][1:]
    await stream.produce([*sent("a-0", "a-2", *names[6:]), (b"a-1", None)])
    left = [name for name in names if name != "a-1"]
    outcome = await stream.collect(lambda seen: counted(seen) == expected(*left), names=TOPICS, seconds=SECONDS)
    places: dict[bytes, set[int]] = {}
    for message in outcome.messages["statements"]:
        places.setdefault(message.key, set()).add(message.partition)
    assert {len(found) for found in places.values()} == {1}
    assert sum(message.key == b"a-2" for message in outcome.messages["articles.quotes"]) == 1, "a duplicate is known"
    assert not outcome.letters


async def produce(stream, messages) -> None:
    for begin in range(0, len(messages), 10):
        await stream.produce(messages[begin : begin + 10])
        await asyncio.sleep(0.3)
