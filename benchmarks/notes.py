"""Short notes as a news agency sends them, 80 to 120 words, made up: as many as wanted, each with a text of its own."""

import random
from collections.abc import Iterator

import orjson

from benchmarks.articles import PARTITIONS, falling_on

BROKEN_ONE_IN = 20
FIRST = ("Anna", "Jonas", "Mareike", "Stefan", "Leyla", "Thomas", "Ingrid", "Emre", "Katharina", "Paul")
LAST = ("Albers", "Brandner", "Celik", "Dorfmeister", "Ehlers", "Fichtner", "Gröning", "Hollstein", "Immel", "Jansen")
PLACES = ("Lüneburg", "Görlitz", "Passau", "Emden", "Tübingen", "Bamberg", "Wismar", "Fulda", "Celle", "Speyer")
BODIES = (
    "Stadtrat",
    "Landkreis",
    "Handwerksverband",
    "Umweltausschuss",
    "Mieterverein",
    "Hafenbetrieb",
    "Schulverband",
)
ROLES = ("Bürgermeisterin", "Sprecher", "Vorsitzende", "Geschäftsführer", "Landrätin", "Dezernent")
PLANS = ("eine neue Brücke", "das Schwimmbad", "den Radweg am Fluss", "die alte Werft", "ein Gründerzentrum")
DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag")
SAYINGS = (
    "Wir haben lange auf diesen Tag gewartet",
    "Das ist ein gutes Zeichen für die ganze Region",
    "Ohne Hilfe des Landes wäre das nicht möglich gewesen",
    "Jetzt müssen den Worten auch Taten folgen",
    "Die Kosten sind uns davongelaufen",
)
SENTENCES = (
    "Der {body} von {place} hat am {day} über {plan} beraten.",
    "„{saying}“, sagte {role} {first} {last} nach der Sitzung.",
    "Nach Angaben von {first} {last} sollen die Arbeiten im Frühjahr beginnen und rund {number} Monate dauern.",
    "{other} {second} vom {body2} warnte, dass die Mittel von {number} Millionen Euro nicht reichten.",
    "In {place2} war ein ähnliches Vorhaben vor {number} Jahren gescheitert.",
    "Die Opposition kritisierte, die Anwohner seien zu spät beteiligt worden.",
    "„{saying2}“, so {other} {second}.",
    "Über {plan} soll der {body} am kommenden {day2} endgültig abstimmen.",
    "Zuletzt hatten mehr als {number} Menschen in {place} dafür unterschrieben.",
)


def whole(count: int) -> int:
    """How many of the first `count` messages are articles."""
    return count - count // BROKEN_ONE_IN


def notes(count: int) -> Iterator[tuple[bytes, bytes]]:
    """`count` messages (key, value), evenly over the partitions; one in `BROKEN_ONE_IN` becomes a dead letter."""
    chance = random.Random(7)
    for number in range(count):
        broken = number % BROKEN_ONE_IN == BROKEN_ONE_IN - 1
        key = falling_on(f"{'broken' if broken else 'note'}-{number}", number % PARTITIONS, PARTITIONS)
        yield key, b'{"text": "Ende' if broken else _note(key, number, chance)


def _note(key: bytes, number: int, chance: random.Random) -> bytes:
    fields = {
        "body": chance.choice(BODIES),
        "body2": chance.choice(BODIES),
        "place": chance.choice(PLACES),
        "place2": chance.choice(PLACES),
        "day": chance.choice(DAYS),
        "day2": chance.choice(DAYS),
        "plan": chance.choice(PLANS),
        "saying": chance.choice(SAYINGS),
        "saying2": chance.choice(SAYINGS),
        "role": chance.choice(ROLES),
        "first": chance.choice(FIRST),
        "last": chance.choice(LAST),
        "other": chance.choice(FIRST),
        "second": chance.choice(LAST),
        "number": number % 97 + 3,
    }
    text = "\n\n".join(sentence.format(**fields) for sentence in SENTENCES)
    title = f"{fields['place']}: Streit um {fields['plan']} ({number})"
    return orjson.dumps({"id": key.decode(), "title": title, "text": text, "source": "bench"})
