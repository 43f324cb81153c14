"""Articles of one shape and any size, each of them hostile to some way of reading."""

import random
from collections.abc import Callable

NAMES = ("Hanna", "Rüdiger", "Maren", "Timo", "Elvira", "Bernd", "Petra", "Malte")
SURNAMES = ("Tölke", "Kahlert", "Diekhoff", "Brandhuber", "Quandt", "Aalmann", "Lindqvist", "Ostrop")
WORDS = (
    "„", "“", "»", "«", '"', "'", "‚", "‘", "(", ")", "[", "]", ":", ",", ".", "?", "–", "-", "\n", "\n\n", " ",
    "\u200b", "sagte", "er", "sie", "dass", "sei", "habe", "nach Angaben von", "laut", "Hanna Tölke", "Ministerin",
    "Berlin", "GmbH", "https://example.org/a", "17", "e\u0301", "DIE LAGE", "Straßenbahnhaltestelle", "Dr.", "und",
)  # fmt: skip


def repeated(unit: str) -> Callable[[int], str]:
    """The unit over and over."""
    return lambda size: (unit * (size // len(unit) + 1))[:size]


def numbered(unit: str) -> Callable[[int], str]:
    """A unit with a number in it, which differs each time."""
    return lambda size: "".join(unit.format(number) for number in range(size // len(unit.format(1000)) + 1))[:size]


def nested(opening: str, inside: str, closing: str) -> Callable[[int], str]:
    """Everything opens before anything closes."""

    def make(size: int) -> str:
        depth = size // (len(opening) + len(closing))
        return opening * depth + inside + closing * depth

    return make


def names(size: int) -> str:
    """People of whom each is another."""
    made = []
    while size > 0:
        number = len(made)
        surname = SURNAMES[number // 8 % 8] + "abcdefghij"[number // 64 % 10] + "klmnopqrst"[number // 640 % 10]
        made.append(f"{NAMES[number % 8]} {surname}")
        size -= len(made[-1]) + 2
    return ", ".join(made)


def shuffled(seed: int) -> Callable[[int], str]:
    """Words that some stage looks for, in any order; the same for a seed."""

    def make(size: int) -> str:
        generator = random.Random(seed)
        made: list[str] = []
        while size > 0:
            made.append(generator.choice(WORDS) + generator.choice(("", " ")))
            size -= len(made[-1])
        return "".join(made)

    return make


TEXTS: dict[str, Callable[[int], str]] = {
    "opening marks": repeated("„"),
    "closing marks": repeated("“"),
    "marks of all kinds": repeated("„»‚›\"'“«‘‹"),
    "straight marks": repeated('"a '),
    "nested marks": nested("„", "Ja", "“"),
    "opening marks, a paragraph each": repeated("„Ja\n\n"),
    "quotes": repeated("„Ja“, sagte Hanna Tölke. "),
    "quotes that differ": numbered("„Das sind {} Gründe für den Bau“, sagte Hanna Tölke. "),
    "indirect speech": numbered("Die Lage sei {} Mal ernst, sagte er, und sie habe recht. "),
    "one long sentence": numbered("dass sie {} Mal gesagt habe, "),
    "brackets": repeated("("),
    "nested brackets": nested("(", "Ja", ")"),
    "one word": repeated("a"),
    "one capital word": repeated("A"),
    "one compound": repeated("Rat-"),
    "all capitals": repeated("DIE LAGE IST ERNST. "),
    "names": names,
    "the same name": repeated("Hanna Tölke, "),
    "surnames": repeated("Tölke und "),
    "titles": repeated("Dr. Prof. "),
    "organisations": numbered("Werk {} GmbH, "),
    "pronouns": repeated("Er sagte, sie sagte. "),
    "verbs of speech": repeated("sagte "),
    "colons": repeated("Tölke: "),
    "an interview": numbered("Frage: Warum {}?\nTölke: Darum.\n\n"),
    "short paragraphs": repeated("Ja.\n\n"),
    "paragraphs that differ": numbered("Der Rat tagte am {}. Mai in Waldau.\n\n"),
    "lines": repeated("a\n"),
    "empty lines": repeated("a\n\n\n\n"),
    "spaces": repeated("a                "),
    "commas": repeated(","),
    "full stops": repeated("."),
    "full stops without a space": lambda size: f"beraten{'.' * size}und dann",
    "abbreviations": repeated("z. B. "),
    "digits": repeated("1.000,"),
    "zero-width characters": repeated("\u200b"),
    "words with zero-width characters": repeated("Ra\u200bt\u00ad "),
    "combining marks": repeated("\u0301"),
    "emoji": repeated("🙂"),
    "addresses": numbered("https://example.org/{} "),
    "handles": numbered("@rat{} "),
    "links to read on": numbered("Lesen Sie auch: Teil {}\n\n"),
    "list": numbered("- Punkt {}\n"),
    "ticker": numbered("{}:00 Uhr: Die Lage ist ernst.\n\n"),
    "single marks": repeated("'a "),
    "marks that close nothing": lambda size: "„a " * (size // 6) + "«" * (size // 2),
    "quotes of quotes": repeated("„Er sagte: ‚Ja, sagte sie: »Nein«‘“, sagte er. "),
    "quotes of much the same": numbered("„Punkt {} spricht für den Bau der Schule in Waldau“, sagte Hanna Tölke. "),
    "quotes and pronouns": repeated("„Das ist gut“, sagte sie, und er sagte, sie habe recht. "),
    "an endless quote of verbs": lambda size: f"Er nannte das Haus „sagte er {'sagte ' * (size // 6)}“ gut. ",
    "an endless quote of clauses": lambda size: f"Er nannte das Haus „sagte er {', sagte er' * (size // 10)}“ gut. ",
    "a paragraph each, never closed": numbered("„Das sind {} Gründe, sagte er, und ging.\n\n"),
    "clauses": repeated("sagte er, "),
    "questions and colons": repeated("er fragte: warum; "),
    "sources": repeated("laut Tölke nach Angaben der Polizei zufolge "),
    "noun phrases": repeated("der Rat "),
    "genitives": repeated("Tölkes Rat "),
    "couples": repeated("Hanna Tölke und Timo Tölke, Tölke. "),
    "people who speak": lambda size: names(size // 2).replace(", ", " sagte, er und sie kamen. "),
    "people without a full stop": lambda size: names(size // 2).replace(", ", " und er und sie und "),
    "people with roles": lambda size: names(size // 3).replace(", ", ", Sprecher der Komba, und Ministerin "),
    "initials": numbered("H. Tölke{} und "),
    "people of an age": numbered("Ein {}-Jähriger kam. Der 24-Jährige ging. Die Frau blieb. "),
    "roles": repeated("Die Ministerin sagte, der Sprecher kam. "),
    "bodies": numbered("Die Behörde sagte, das Werk {} GmbH und die Partei (SPD) kamen. "),
    "a compound of many": repeated("SPD-Tölke-"),
    "initials without spaces": repeated("A.B."),
    "a fact box": numbered("Name: Tölke {}\n"),
    "words of lists": repeated("Firmen wie Tölke, darunter "),
}
PAGES: dict[str, Callable[[int], str]] = {
    "deep elements": nested("<div>", "Der Rat tagte in Waldau.", "</div>"),
    "elements never closed": repeated("<div>a"),
    "paragraphs never closed": repeated("<p>Der Rat tagte in Waldau."),
    "bold never closed": repeated("<b>a "),
    "angle brackets": repeated("<"),
    "comments never closed": repeated("<!-- "),
    "entities": repeated("&amp;"),
    "links": numbered('<a href="/{}">Mehr</a> '),
    "a table": repeated("<tr><td>a</td></tr>"),
    "nested tables": nested("<table><tr><td>", "a", "</td></tr></table>"),
    "nested lists": nested("<ul><li>", "a", "</li></ul>"),
    "attributes": lambda size: f"<p {numbered('a{}=1 ')(size)}>a</p>",
    "line breaks": repeated("a<br>"),
    "spans": repeated("<span>a</span>"),
    "paragraphs": numbered("<p>Der Rat tagte am {}. Mai in Waldau.</p>"),
}
SEEDS = (1, 2, 3)


def shapes() -> dict[str, Callable[[int], dict[str, str]]]:
    """By name, what makes the fields of an article of about so many characters."""
    frame = "Der Rat der Stadt Waldau hat am Montag über das Freibad beraten und lange nichts beschlossen. "
    made: dict[str, Callable[[int], dict[str, str]]] = {}
    texts = TEXTS | {f"words in any order, seed {seed}": shuffled(seed) for seed in SEEDS}
    for name, text in texts.items():
        made[name] = lambda size, text=text: {"text": frame + text(size) + " " + frame}
    for name, page in PAGES.items():
        made[f"page: {name}"] = lambda size, page=page: {
            "html": f"<article><p>{frame}</p>{page(size)}<p>{frame}</p></article>"
        }
    return made
