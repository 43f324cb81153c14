"""Short notes as a news agency sends them, about 60 words, made up: as many as wanted, each with a text of its own.

Two people are quoted in a note: a few speak often, and most only once or twice. What they say is hardly ever said
twice: a backlog of notes is not one of the same few statements in ever more papers.
"""

import random
from collections.abc import Iterator, Sequence

import orjson

from benchmarks.articles import PARTITIONS, falling_on

BROKEN_ONE_IN = 20
FIRST = (
    *("Anna", "Jonas", "Mareike", "Stefan", "Leyla", "Thomas", "Ingrid", "Emre", "Katharina", "Paul", "Sabine", "Uwe"),
    *("Heike", "Lukas", "Petra", "Matthias", "Johanna", "Bernd", "Zeynep", "Felix", "Ursula", "Andreas", "Lena", "Jan"),
    *(
        "Friederike",
        "Holger",
        "Birgit",
        "Tobias",
        "Elif",
        "Konrad",
        "Ulrike",
        "Dirk",
        "Martha",
        "Simon",
        "Renate",
        "Ali",
    ),
)
LAST = (
    *("Albers", "Brandner", "Celik", "Dorfmeister", "Ehlers", "Fichtner", "Gröning", "Hollstein", "Immel", "Jansen"),
    *("Kahlert", "Lindemann", "Mertens", "Nowack", "Ostrop", "Petersen", "Quandt", "Reimers", "Sander", "Tölke"),
    *("Ulmer", "Voigtländer", "Wiegand", "Yildirim", "Zeller", "Ahrens", "Behrendt", "Clausen", "Dressler", "Engelke"),
    *("Feldkamp", "Gerlach", "Hartwig", "Ihde", "Junghans", "Krumm", "Lohmann", "Mühlbauer", "Niebuhr", "Oltmanns"),
    *("Pagel", "Rademacher", "Steinbrück", "Thamm", "Uhlig", "Vollmer", "Westphal", "Zander", "Bartels", "Dietz"),
    *("Eickhoff", "Friedrichs", "Grabow", "Heitmann", "Jochum", "Kessler", "Lüders", "Marquardt", "Noll", "Pohlmann"),
)
PEOPLE, EXPONENT = len(FIRST) * len(LAST) * (len(LAST) + 1), 0.7
PLACES = (
    *("Lüneburg", "Görlitz", "Passau", "Emden", "Tübingen", "Bamberg", "Wismar", "Fulda", "Celle", "Speyer", "Husum"),
    *("Cottbus", "Detmold", "Eisenach", "Freising", "Gotha", "Hameln", "Ingolstadt", "Jena", "Kempten", "Landshut"),
    *("Marburg", "Neuruppin", "Oldenburg", "Pirna", "Quedlinburg", "Rostock", "Siegen", "Trier", "Uelzen", "Verden"),
)
BODIES = (
    *("Stadtrat", "Landkreis", "Handwerksverband", "Umweltausschuss", "Mieterverein", "Hafenbetrieb", "Schulverband"),
    *("Bauernverband", "Verkehrsverbund", "Klinikverbund", "Sportbund", "Denkmalverein", "Wasserverband", "Elternrat"),
)
ROLES = ("Bürgermeister", "Sprecher", "Vorsitzender", "Geschäftsführer", "Landrat", "Dezernent", "Amtsleiter")
PLANS = (
    *("eine neue Brücke", "das Schwimmbad", "den Radweg am Fluss", "die alte Werft", "ein Gründerzentrum"),
    *("die Grundschule", "den Bahnhof", "das Krankenhaus", "die Umgehungsstraße", "ein Museum", "den Sportplatz"),
    *("die Stadthalle", "das Klärwerk", "einen Windpark", "die Bücherei", "den Wochenmarkt", "die Feuerwache"),
)
DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag")
REASONS = (
    *("weil sonst die Förderung verfällt", "weil die Nachbarn darauf warten", "denn die Kosten steigen jedes Jahr"),
    *("denn das Land hat zugesagt", "weil der Boden belastet ist", "denn Fachleute sind kaum zu finden"),
    *("weil die Pläne fertig sind", "denn niemand will noch einen Streit", "weil der Verkehr weiter zunimmt"),
    *("denn junge Familien ziehen fort", "weil das Gericht es verlangt", "denn der Winter kommt bald"),
)
SAYINGS = (
    "Wir brauchen {plan} in spätestens {number} Monaten, {reason}",
    "Für {plan} fehlen uns noch {number} Millionen Euro, {reason}",
    "Über {plan} reden wir seit {number} Jahren, {reason}",
    "Ohne {number} weitere Stellen bekommt {place} nichts davon, {reason}",
)
WARNINGS = (
    "für {plan} reichten {number} Millionen Euro nicht, {reason}",
    "in {place} seien erst {number} von hundert Anträgen geprüft, {reason}",
    "man habe {plan} schon vor {number} Jahren versprochen, {reason}",
)
REPORTS = (
    "In {place} war ein ähnliches Vorhaben vor {number} Jahren gescheitert.",
    "Mehr als {number} Menschen aus {place} hatten eine Petition unterschrieben.",
    "Das Gutachten umfasst {number} Seiten und liegt im Rathaus von {place} aus.",
    "Gefördert wird das Projekt zu {number} Prozent aus einem Programm des Bundes.",
    "Nach einem Brand war das Gelände bei {place} wochenlang gesperrt geblieben.",
    "Die Sitzung im Bürgerhaus {place} dauerte länger als {number} Stunden.",
    "Anwohner hatten sich über Lärm und Staub auf der Baustelle beschwert.",
    "Ein Unternehmen aus {place} hatte zuvor seinen Rückzug angekündigt.",
    "Zuletzt waren die Preise für Stahl und Beton um {number} Prozent gestiegen.",
    "Der Haushalt der Gemeinde {place} weist ein Defizit von {number} Millionen Euro auf.",
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
    plan, place, body = chance.choice(PLANS), chance.choice(PLACES), chance.choice(BODIES)

    def filled(templates: Sequence[str]) -> str:
        own = {"plan": chance.choice(PLANS), "place": chance.choice(PLACES), "reason": chance.choice(REASONS)}
        return chance.choice(templates).format(**own, number=chance.randint(3, 99))

    sentences = (
        f"Der {body} von {place} hat am {chance.choice(DAYS)} über {plan} beraten.",
        f"„{filled(SAYINGS)}“, sagte {chance.choice(ROLES)} {_person(chance)} nach der Sitzung.",
        filled(REPORTS),
        f"{_person(chance)} vom {chance.choice(BODIES)} warnte, {filled(WARNINGS)}.",
        filled(REPORTS),
    )
    title = f"{place}: Streit um {plan} ({number})"
    return orjson.dumps({"id": key.decode(), "title": title, "text": "\n\n".join(sentences), "source": "bench"})


def _person(chance: random.Random) -> str:
    """How often people speak falls with their number, by a power law."""
    base = PEOPLE ** (1 - EXPONENT)
    number = int((1 + (base - 1) * chance.random()) ** (1 / (1 - EXPONENT))) - 1
    others, first = divmod(number, len(FIRST))
    second, last = divmod(others, len(LAST))
    return f"{FIRST[first]} {LAST[last]}" + (f"-{LAST[second - 1]}" if second else "")
