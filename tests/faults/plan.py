"""What a soak sends and does, decided by its seed."""

import random
from dataclasses import dataclass

import orjson

from tests.support.stream import article

POISON = {
    "crash": ("CRASH@{stage}", "worker-crash"),
    "loop": ("LOOP@{stage}", "timeout"),
    "eat": ("EAT@{stage}", "worker-crash"),
    "malformed": (None, "malformed-json"),
    "huge": (None, "too-large"),
    "empty": (None, "empty"),
}
STAGES = ("clean", "entities", "quotes")


@dataclass(frozen=True)
class Plan:
    """What to do to the stream.

    Attributes:
        seed: decides order and choice of everything.
        articles: good ones; every tenth is a later version of an earlier one.
        poison: bad ones among them.
        kills: SIGKILLs, of a worker, a pool process or the broker by turns of chance.
        workers: how many at once.
        pause_seconds: between two kills, least and most.
        real: the stages that ship, with models by rules, instead of the tests' own.
    """

    seed: int
    articles: int
    poison: int
    kills: int
    workers: int
    pause_seconds: tuple[float, float] = (2.0, 6.0)
    real: bool = False


def messages(plan: Plan) -> tuple[list[tuple[bytes, bytes]], dict[str, str]]:
    """Keys and values in the order to send, and the reason expected of each bad key."""
    generator = random.Random(plan.seed)
    good = []
    for number in range(plan.articles):
        name = f"a-{number - 5 if number % 10 == 9 else number}"
        text = (
            f"Fassung {number}. „Das ist Satz {number}“, sagte Petra Lindqvist. STEP{generator.randrange(6)}@entities"
        )
        good.append(article(name, text))
    bad, reasons = [], {}
    kinds = list(POISON)
    for number in range(plan.poison):
        kind = kinds[number % len(kinds)] if number % 50 else "crash"
        if kind in {"loop", "eat"} and number % 5:  # these take seconds each
            kind = "malformed"
        word, reason = POISON[kind]
        name = f"p-{number}"
        stage = generator.choice(STAGES)
        value = {
            "malformed": b'{"id": "p',
            "huge": orjson.dumps({"id": name, "text": "x" * 5_100_000}) if kind == "huge" else b"",
            "empty": b"",
        }.get(kind)
        bad.append((name.encode(), value if value is not None else article(name, word.format(stage=stage))[1]))
        reasons[name] = reason
    places = sorted(generator.sample(range(len(good) + len(bad)), len(bad)))
    sequence, rest = [], iter(good)
    poison = dict(zip(places, bad, strict=True))
    for place in range(len(good) + len(bad)):
        sequence.append(poison[place] if place in poison else next(rest))
    return sequence, reasons
