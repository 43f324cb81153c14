"""What a poison set costs the good ones, side by side: `python -m tests.faults.poison --articles 10000 --poison 1000`.

One worker with the stages that ship (with the default models unless `--models
fast`), which also obey the words of `tests.support.stages`. In each round a
backlog of good articles with its share of the poison strewn in is sent, and a
quarter as many alone, in turn first; time runs from the first send until the
last good article stands on `articles.quotes`. The poison is of six kinds in equal
parts, the first three in all three stages: crashers, endless loops, memory
eaters, malformed, huge, and empty messages.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from agents import kafka
from pipeline.stages import DEAD_LETTER_TOPIC
from tests.support.kafka_broker import KafkaBroker
from tests.support.stream import REPOSITORY, Stream, article

STAGES = ("clean", "entities", "quotes")
KINDS = {
    "CRASH": "worker-crash",
    "LOOP": "timeout",
    "EAT": "worker-crash",
    "malformed": "malformed-json",
    "huge": "too-large",
    "empty": "empty",
}
FAST = {"model_de": "redefluss-fast", "quote_model": "redefluss-fast"}
HUGE_BYTES = 5_100_000
WARM_UP = 32
PATIENCE_SECONDS = 900
ALONE = 4
"""One good article alone for so many with poison: enough for their rate."""
Message = tuple[bytes, bytes]


@dataclass
class Seen:
    """What came out so far: keys of articles, how many came and when the last did, reasons by key of dead letters."""

    articles: set[str] = field(default_factory=set)
    count: int = 0
    last: float = 0.0
    reasons: dict[str, set[str]] = field(default_factory=dict)


def good(generator: random.Random, name: str) -> Message:
    """An article of the samples, made one of its own."""
    samples = sorted((REPOSITORY / "agents" / "cli" / "samples").glob("*.txt"))
    text = generator.choice(samples).read_text(encoding="utf-8")
    return article(name, f"{text}\n\nDas ist die Fassung {name} dieses Textes.")


def bad(generator: random.Random, name: str, kind: str) -> Message:
    """A message of one of the kinds."""
    if kind == "malformed":
        return name.encode(), b'{"id": "p'
    if kind == "huge":
        return name.encode(), orjson.dumps({"id": name, "text": generator.randbytes(HUGE_BYTES // 2).hex()})
    if kind == "empty":
        return name.encode(), b""
    key, value = good(generator, name)
    text = orjson.loads(value)["text"]
    return key, article(name, f"{text} {kind}@{generator.choice(STAGES)}")[1]


def strewn(generator: random.Random, articles: list[Message], poison: list[Message]) -> list[Message]:
    """Both, the poison at random places."""
    places = set(generator.sample(range(len(articles) + len(poison)), len(poison)))
    good_ones, bad_ones = iter(articles), iter(poison)
    return [next(bad_ones if place in places else good_ones) for place in range(len(articles) + len(poison))]


async def follow(stream: Stream, seen: Seen) -> None:
    """Note what comes out, for ever."""
    quotes = stream.settings.topic("articles.quotes")
    consumer = kafka.consumer(stream.settings, quotes, stream.settings.topic(DEAD_LETTER_TOPIC))
    async with consumer:
        async for message in consumer:
            name = message.key.decode()
            if message.topic == quotes:
                seen.articles.add(name)
                seen.count += 1
                seen.last = time.monotonic()
            else:
                seen.reasons.setdefault(name, set()).add(dict(message.headers)["reason"].decode())


async def seconds_for(stream: Stream, seen: Seen, messages: list[Message]) -> float:
    """Send, wait for all of it to come out; time until the last good one."""
    names = {key.decode() for key, _ in messages}
    started = time.monotonic()
    await stream.produce(messages)
    while not names <= seen.articles | seen.reasons.keys():
        if time.monotonic() - started > PATIENCE_SECONDS:
            left = len(names - seen.articles - seen.reasons.keys())
            raise AssertionError(f"{left} messages have no end\n{stream.logs()[-4000:]}")
        await asyncio.sleep(0.1)
    return seen.last - started


async def compare(broker: KafkaBroker, options: argparse.Namespace, folder: Path) -> int:
    """Carry it out and print what came of it; the exit code."""
    generator = random.Random(options.seed)
    stream = Stream(
        broker.address,
        "poison.",
        folder,
        time_limit_seconds=options.time_limit,
        process_memory_bytes=300_000_000,
        loader="tests.support.stages:load_real",
        **(FAST if options.models == "fast" else {}),
    )
    await stream.prepare()
    stream.start_worker()
    seen, kinds, expected = Seen(), list(KINDS), {}
    following = asyncio.create_task(follow(stream, seen))
    alone, mixed, sent = [], [], WARM_UP
    try:
        await seconds_for(stream, seen, [good(generator, f"w-{number}") for number in range(WARM_UP)])
        for number in range(options.rounds):
            share = range(options.poison * number // options.rounds, options.poison * (number + 1) // options.rounds)
            expected |= {f"p-{place}": KINDS[kinds[place % len(kinds)]] for place in share}
            poison = [bad(generator, f"p-{place}", kinds[place % len(kinds)]) for place in share]
            size = options.articles // options.rounds
            backlogs = [
                [good(generator, f"{name}-{number}-{place}") for place in range(count)]
                for name, count in (("alone", max(1, size // ALONE)), ("mixed", size))
            ]
            sent += sum(map(len, backlogs))
            for turn in (0, 1) if number % 2 == 0 else (1, 0):
                if turn == 0:
                    alone.append(await seconds_for(stream, seen, backlogs[0]))
                else:
                    mixed.append(await seconds_for(stream, seen, strewn(generator, backlogs[1], poison)))
            print(f"round {number + 1}: {alone[-1]:.1f} s alone, {mixed[-1]:.1f} s with poison", flush=True)  # noqa: T201
    finally:
        following.cancel()
        stream.kill_workers()
    wrong = sum(seen.reasons.get(name) != {reason} for name, reason in expected.items())
    innocent = len(seen.reasons.keys() - expected.keys())
    reasons = Counter(reason for given in seen.reasons.values() for reason in given)
    rates = [
        len(backlog) * options.rounds / sum(times) for backlog, times in zip(backlogs, (alone, mixed), strict=True)
    ]
    sys.stdout.write(
        f"good sent {sent}, out {len(seen.articles)}, repeated {seen.count - len(seen.articles)}; poison sent "
        f"{len(expected)}, dead {sum(reasons.values())} ({', '.join(f'{r} {c}' for r, c in sorted(reasons.items()))}), "
        f"with a wrong reason {wrong}, good ones dead {innocent}\n"
        f"good articles a second: {rates[0]:.1f} alone, {rates[1]:.1f} with poison; ratio {rates[1] / rates[0]:.2f} "
        f"(load {os.getloadavg()[0]:.1f})\n"
    )
    return int(bool(wrong or innocent or len(seen.articles) != sent))


def main() -> int:
    """Exit code 1 if an article did not come out, or a dead letter is missing or has a wrong reason."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.poison", description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000, help="good ones among the poison")
    parser.add_argument("--poison", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--time-limit", type=float, default=5.0, help="for an article in a stage, in seconds")
    parser.add_argument("--models", choices=("default", "fast"), default="default")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, KafkaBroker() as broker:
        return asyncio.run(compare(broker, options, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
