"""Kill everything that can be killed, at random but repeatably, and account for every message.

    python -m tests.faults.soak --articles 10000 --poison 1000 --kills 50 --seed 1 --report docs/measurements/soak.md

Articles are of the tests' own stages unless `--real` is given; the killing,
the broker and the processes are real. After every tenth kill the workers are
restarted one after the other, or one more joins for a while, by turns.
"""

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from pipeline.stages import DEAD_LETTER_TOPIC
from tests.faults.plan import Plan, messages
from tests.support.kafka_broker import KafkaBroker
from tests.support.stream import Outcome, Stream, descendants, put
from tests.support.waiting import until

CALM_EVERY = 10
START_SECONDS = 240
STOP_SECONDS = 60
LEAST_WAIT_SECONDS = 120
LEAST_PER_SECOND = 20
"""Messages that busy cores bring to their end as well; what has not come after that time is lost."""


@dataclass
class Report:
    """What came of it; messages and seconds."""

    produced: int = 0
    good: int = 0
    out: int = 0
    dead: int = 0
    repeated: int = 0
    lost: int = 0
    differing: int = 0
    out_of_order: int = 0
    wrong_reasons: int = 0
    kills: int = 0
    rolling_restarts: int = 0
    joined: int = 0
    deserted: int = 0
    seconds: float = 0.0
    killed: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


async def soak(broker: KafkaBroker, plan: Plan, folder: Path) -> Report:
    """Carry a plan out; the broker is running and is afterwards."""
    sequence, reasons = messages(plan)
    stream = Stream(
        broker.address,
        f"soak{plan.seed}.",
        folder,
        time_limit_seconds=4 if not plan.real else 30,
        process_memory_bytes=120_000_000 if not plan.real else 800_000_000,
        duplicate_hours=24,
        model_de="rules",
        quote_model="rules",
    )
    await stream.prepare()
    report = Report(produced=len(sequence), good=plan.articles)
    started = time.monotonic()
    for _ in range(plan.workers):
        stream.start_worker(real=plan.real)
    feeding = asyncio.create_task(feed(stream, sequence))
    killing = asyncio.create_task(kill(stream, broker, plan, report))
    try:
        await feeding
        await killing
        expected = Counter(key.decode() for key, _ in sequence if key.decode() not in reasons)
        seconds = LEAST_WAIT_SECONDS + len(sequence) / LEAST_PER_SECOND
        try:
            outcome = await stream.collect(
                lambda seen: not missing(seen, expected, reasons), seconds=seconds, settle_seconds=3
            )
        except AssertionError:
            outcome = await stream.collect(lambda _: True, seconds=30, settle_seconds=5)
        account(report, outcome, expected, reasons)
        report.deserted += sum(worker.poll() not in (None, -signal.SIGKILL, 0) for worker in stream.workers)
        report.seconds = round(time.monotonic() - started, 1)
        return report
    finally:
        stream.kill_workers()


async def feed(stream: Stream, sequence: list[tuple[bytes, bytes]]) -> None:
    """Send everything, confirmed and in order by key, however often the broker dies."""
    topic = stream.settings.topic("articles.raw")
    async with stream.producer() as producer:
        for begin in range(0, len(sequence), 200):
            futures = [await put(producer, topic, *message) for message in sequence[begin : begin + 200]]
            await asyncio.gather(*futures)


async def kill(stream: Stream, broker: KafkaBroker, plan: Plan, report: Report) -> None:
    """SIGKILL at random; what is killed is started again (the pool looks after its own)."""
    generator = random.Random(plan.seed + 1)
    killed: Counter[str] = Counter()
    await asyncio.sleep(5)
    targets = [*["worker", "pool", "pool", "worker", "broker"] * (plan.kills // 5 + 1)][: plan.kills]
    generator.shuffle(targets)
    for number, target in enumerate(targets):
        if number % CALM_EVERY == CALM_EVERY // 2:
            await (join_and_leave if number // CALM_EVERY % 2 else restart_all)(stream, plan, report)
        await asyncio.sleep(generator.uniform(*plan.pause_seconds))
        living = [worker for worker in stream.workers if worker.poll() is None]
        if not living:
            raise AssertionError(f"no worker is alive\n{stream.logs()[-4000:]}")
        victim = generator.choice(living)
        if target == "worker":
            victim.kill()
            victim.wait()
            stream.start_worker(real=plan.real)
        elif target == "pool":
            processes = descendants(victim.pid)
            if processes:
                os.kill(generator.choice(processes), signal.SIGKILL)
        else:
            broker.kill()
            await asyncio.sleep(generator.uniform(0.5, 3))
            broker.launch()
            await asyncio.to_thread(broker.until_ready)
        killed[target] += 1
    report.kills = killed.total()
    report.killed = dict(killed)


async def stop(worker: subprocess.Popen[bytes], report: Report) -> None:
    """SIGTERM; a worker that does not end then counts as deserted."""
    worker.send_signal(signal.SIGTERM)
    try:
        await asyncio.to_thread(worker.wait, STOP_SECONDS)
    except subprocess.TimeoutExpired:
        report.deserted += 1
        worker.kill()
        worker.wait()


async def running(stream: Stream, worker: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    """The worker, once it says that it runs: while Python still loads it, SIGTERM ends it as it does any program."""
    log = stream.folder / f"worker-{stream.workers.index(worker)}.log"
    await until(lambda: "redefluss.worker: running" in log.read_text("utf-8", "replace"), START_SECONDS)
    return worker


async def restart_all(stream: Stream, plan: Plan, report: Report) -> None:
    """A rolling restart: each worker ends and has a successor before the next one ends."""
    for worker in [worker for worker in stream.workers if worker.poll() is None]:
        await stop(await running(stream, worker), report)
        await running(stream, stream.start_worker(real=plan.real))
    report.rolling_restarts += 1


async def join_and_leave(stream: Stream, plan: Plan, report: Report) -> None:
    """Two rebalances without a death."""
    worker = await running(stream, stream.start_worker(real=plan.real))
    await asyncio.sleep(10)
    await stop(worker, report)
    report.joined += 1


def distinct(outcome: Outcome) -> set[tuple[bytes, bytes]]:
    """Article and content of what came out, once each."""
    return {(message.key, dict(message.headers)["content_hash"]) for message in outcome.articles}


def missing(outcome: Outcome, expected: Counter[str], reasons: dict[str, str]) -> list[str]:
    """Keys of messages that have not come to an end, neither on `articles.quotes` nor as a dead letter."""
    came = Counter(key.decode() for key, _ in distinct(outcome))
    dead = {message.key.decode() for message in outcome.messages[DEAD_LETTER_TOPIC]}
    return [
        *(key for key, count in expected.items() if came[key] < count and key not in dead),
        *(key for key in reasons if key not in dead),
    ]


def account(report: Report, outcome: Outcome, expected: Counter[str], reasons: dict[str, str]) -> None:
    """Compare what came out with what went in."""
    dead: dict[str, set[str]] = defaultdict(set)
    details: dict[str, set[str]] = defaultdict(set)
    for letter in outcome.letters:
        dead[letter["key"]].add(letter["reason"])
        details[letter["key"]].add(f"{letter['stage']}: {letter['reason']}: {letter['detail']}")
    report.out = len(distinct(outcome))
    report.dead = len(outcome.places)
    report.repeated = outcome.repeats() + len(outcome.letters) - len(outcome.places)
    report.wrong = [f"{key}: {sorted(details[key])}" for key in sorted(dead) if dead[key] != {reasons.get(key)}]
    report.missing = missing(outcome, expected, reasons)
    report.lost = len(report.missing)
    report.differing = len(outcome.differing())
    report.wrong_reasons = len(report.wrong)
    report.reasons = dict(Counter(letter["reason"] for letter in outcome.letters))
    report.out_of_order = disorder(outcome)


def disorder(outcome: Outcome) -> int:
    """Articles whose later version came out first before its earlier one did."""
    first: dict[bytes, list[int]] = defaultdict(list)
    for message in outcome.articles:
        number = int(orjson.loads(message.value)["text"].split()[1].strip("."))
        if number not in first[message.key]:
            first[message.key].append(number)
    return sum(numbers != sorted(numbers) for numbers in first.values())


def as_markdown(plan: Plan, report: Report, command: str) -> str:
    """The report for people."""
    rows = {
        "messages in": report.produced,
        "articles out (distinct)": report.out,
        "dead letters (distinct)": report.dead,
        "**lost**": report.lost,
        "repeated, byte for byte the same": report.repeated,
        "repeated with other bytes": report.differing,
        "keys out of order": report.out_of_order,
        "dead letters with a wrong reason": report.wrong_reasons,
        "kills": f"{report.kills} ({', '.join(f'{name} {count}' for name, count in sorted(report.killed.items()))})",
        "rolling restarts of all workers": report.rolling_restarts,
        "workers that joined and left": report.joined,
        "workers that ended badly": report.deserted,
        "time": f"{report.seconds:.0f} s",
    }
    lines = [f"## `{command}`", "", f"Seed {plan.seed}; workers: {plan.workers}.", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in rows.items()]
    reasons = ", ".join(f"{name} {count}" for name, count in sorted(report.reasons.items()))
    return "\n".join([*lines, "", f"Reasons: {reasons or 'none'}.", ""])


def main() -> int:
    """Run from the command line; exit code 1 if something was lost or differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--poison", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", action="store_true", help="the stages that ship, by rules")
    parser.add_argument("--logs", type=Path, help="folder for the workers' logs and data; else they are not kept")
    parser.add_argument("--report", type=Path, help="Markdown file to append to")
    options = parser.parse_args()
    plan = Plan(options.seed, options.articles, options.poison, options.kills, options.workers, real=options.real)
    with tempfile.TemporaryDirectory() as folder, KafkaBroker() as broker:
        if options.logs:
            options.logs.mkdir(parents=True, exist_ok=True)
        report = asyncio.run(soak(broker, plan, options.logs or Path(folder)))
    sys.stdout.write(orjson.dumps(asdict(report), option=orjson.OPT_INDENT_2).decode() + "\n")
    if options.report:
        command = f"python -m tests.faults.soak {' '.join(sys.argv[1:])}"
        with options.report.open("a", encoding="utf-8") as out:
            out.write("\n" + as_markdown(plan, report, command))
    return int(bool(report.lost or report.differing or report.out_of_order or report.deserted))


if __name__ == "__main__":
    sys.exit(main())
