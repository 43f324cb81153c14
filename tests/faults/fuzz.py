"""Hostile inputs by the hundred thousand, each accounted for: `python -m tests.faults.fuzz --inputs 100000 --seed 1`.

Bytes, JSON structures, records with wrong or odd values, and broken HTML go to
the stage `clean` as it ships. Each must become an article or be refused; none
may end the process or take longer than the limit.
"""

import argparse
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson

from agents.pool.protocol import Job, Refused
from agents.stage_jobs import perform
from pipeline.config import PipelineConfig
from pipeline.stages import stage_named

LIMIT_SECONDS = 10
PARAGRAPHS = (
    "Die Stadträtin Elvira Quandt sagte am Dienstag: „Der Plan steht“, und ging.",
    "Lesen Sie auch: Was jetzt wichtig wird\n\nFoto: Bernd Aalmann/dpa",
    "Berlin (dpa) - Die Lage sei ernst, erklärte ein Sprecher. \u202e\u0000\ufeff",
    "- Punkt eins\n- Punkt zwei\n\n»Na ja«, meinte er.",
    "\u00ad\u200b" * 20 + "ﬁn\u0308de",
    "🙂" * 30,
)
TAGS = (
    "p",
    "div",
    "h1",
    "article",
    "ul",
    "li",
    "script",
    "style",
    "table",
    "td",
    "a",
    "figure",
    "svg",
    "title",
    "br",
    "!--",
)
FIELDS = ("id", "url", "source", "title", "text", "html", "language", "published_at", "meta", "schema", "x")


def random_bytes(generator: random.Random) -> bytes:
    """Anything."""
    return generator.randbytes(generator.randrange(200))


def random_json(generator: random.Random, depth: int = 0) -> Any:
    """Any structure, with a liking for the record's field names."""
    kind = generator.randrange(9 if depth < 5 else 6)
    if kind < 6:
        text = generator.choice(PARAGRAPHS)
        return (None, True, generator.uniform(-1e308, 1e308), generator.randrange(-(2**53), 2**53), text, "")[kind]
    if kind < 7:
        return [random_json(generator, depth + 1) for _ in range(generator.randrange(4))]
    return {generator.choice(FIELDS): random_json(generator, depth + 1) for _ in range(generator.randrange(5))}


def random_html(generator: random.Random) -> str:
    """Tags that open and do not close, text between, entities cut off."""
    parts = []
    for _ in range(generator.randrange(1, 60)):
        tag = generator.choice(TAGS)
        parts.append(
            generator.choice(
                (f"<{tag}>", f"</{tag}>", f"<{tag} class='teaser", "&#x110000;", "&amp", "<![CDATA[", "\x00", "<" * 9)
            )
            if generator.random() < 0.6
            else generator.choice(PARAGRAPHS)
        )
    return "".join(parts)


def random_article(generator: random.Random) -> bytes:
    """A record that is right in most fields."""
    fields: dict[str, Any] = {"id": f"f-{generator.randrange(9)}"}
    if generator.random() < 0.6:
        fields["html"] = random_html(generator)
    else:
        fields["text"] = "\n\n".join(generator.choices(PARAGRAPHS, k=generator.randrange(12)))
    for name in FIELDS:
        if generator.random() < 0.08:
            fields[name] = random_json(generator, 3)
    return orjson.dumps(fields)


def mutated(generator: random.Random) -> bytes:
    """A right record with some bytes changed, lost or doubled."""
    data = bytearray(random_article(generator))
    for _ in range(generator.randrange(1, 6)):
        place = generator.randrange(len(data))
        data[place : place + generator.randrange(3)] = generator.randbytes(generator.randrange(3))
        data = data or bytearray(b"{")
    return bytes(data)


KINDS: tuple[Callable[[random.Random], bytes], ...] = (
    random_bytes,
    lambda generator: orjson.dumps(random_json(generator)),
    random_article,
    random_article,
    mutated,
)


def fuzz(inputs: int, seed: int) -> tuple[Counter[str], float]:
    """Counts of outcomes, and the longest time for one input in seconds."""
    generator = random.Random(seed)
    stage = stage_named("clean")
    function = stage.load(PipelineConfig())
    counts: Counter[str] = Counter()
    longest = 0.0
    for number in range(inputs):
        value = KINDS[number % len(KINDS)](generator)
        key = generator.choice((None, b"k", b"\xff\xfe", b"k" * 3000))
        signal.setitimer(signal.ITIMER_PROF, LIMIT_SECONDS)  # of the processor: a hang ends the run
        started = time.perf_counter()
        outcome = perform(Job("clean", key, value), stage, function)
        longest = max(longest, time.perf_counter() - started)
        counts[outcome.reason if isinstance(outcome, Refused) else "article"] += 1
        if isinstance(outcome, Refused) and outcome.reason == "processing-error":
            sys.stderr.write(f"{outcome.detail}\n    {value[:300]!r}\n")
    signal.setitimer(signal.ITIMER_PROF, 0)
    return counts, longest


def main() -> int:
    """Exit code 1 if an input was not foreseen (a processing error)."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    counts, longest = fuzz(options.inputs, options.seed)
    named = ", ".join(f"{name} {count}" for name, count in counts.most_common())
    sys.stdout.write(f"{counts.total()} inputs: {named}; the longest took {longest:.3f} s\n")
    return int(bool(counts["processing-error"]))


if __name__ == "__main__":
    sys.exit(main())
