"""Statements when workers die: every article counts once, whatever is done again."""

import asyncio
import os
import random
from collections import Counter

import pytest

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


async def produce(stream, messages) -> None:
    for begin in range(0, len(messages), 10):
        await stream.produce(messages[begin : begin + 10])
        await asyncio.sleep(0.3)
