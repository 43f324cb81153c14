"""Chains of mentions: what is asked again about an article is remembered, and the answer is the same as before."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.reader import chains
from pipeline.reader.chains import Resolution, resolve, speakers
from pipeline.reader.mentions import describe
from pipeline.reader.model import Reader, shared_reader
from pipeline.reader.reading import Reading
from pipeline.reader.scorers import Scorers
from pipeline.reader.speaker_pairs import QuoteSpan
from pipeline.spans import CharOffset, TokenIndex, TokenRange

TEXT = (
    "Die Bürgermeisterin Hanna Tölke hat den Bau verteidigt. „Wir haben lange gewartet“, sagte sie.\n\n"
    "Der Vorsitzende Karl Brandes widersprach ihr. Das Geld fehle, erklärte er. Tölke schwieg dazu."
)


def at(reading: Reading, words: str) -> TokenRange:
    begin = TEXT.index(words)
    return reading.layout.span(begin, begin + len(words))  # type: ignore[arg-type]


@pytest.fixture
def reader() -> Reader:
    return shared_reader()


@pytest.fixture
def reading(reader: Reader) -> Reading:
    return replace(reader(TEXT), resolutions={})


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of how many mentions chains were made, each time."""
    made: list[int] = []
    original = chains.antecedent_pairs

    def counted(layout, mentions):  # type: ignore[no-untyped-def]
        made.append(len(mentions))
        return original(layout, mentions)

    monkeypatch.setattr(chains, "antecedent_pairs", counted)
    return made


def names(reading: Reading, hanna: int, karl: int) -> list[tuple[TokenIndex, TokenIndex, int]]:
    surname = at(reading, "Tölke schwieg").first
    return [
        (*at(reading, "Hanna Tölke"), hanna),
        (*at(reading, "Karl Brandes"), karl),
        (surname, surname + 1, hanna),
    ]


def entities(resolution: Resolution) -> list[int | None]:
    return [resolution.chains[chain].entity for chain in resolution.chain]


def test_the_same_names_are_resolved_once(reader: Reader, reading: Reading, resolved: list[int]) -> None:
    first = resolve(reading, reader.scorers, names(reading, 0, 1))
    again = resolve(reading, reader.scorers, names(reading, 0, 1), [at(reading, "Karl Brandes")])
    assert again == first
    assert len(resolved) == 1


def test_other_numbers_of_clusters_make_the_same_chains(reader: Reader, reading: Reading, resolved: list[int]) -> None:
    first = resolve(reading, reader.scorers, names(reading, 0, 1))
    other = resolve(reading, reader.scorers, names(reading, 5, 3)[::-1])
    assert (other.chain, other.certainty) == (first.chain, first.certainty)
    assert entities(other) == [{0: 5, 1: 3}.get(number) if number is not None else None for number in entities(first)]
    assert {0, 1} <= set(entities(first))
    assert len(resolved) == 1


def test_another_question_is_answered_as_if_it_were_the_first(
    reader: Reader, reading: Reading, resolved: list[int]
) -> None:
    asked = [
        (names(reading, 0, 1), [at(reading, "lange")]),
        (names(reading, 0, 1), []),
        (names(reading, 0, 0), []),
        (names(reading, 0, 1)[:1], []),
    ]
    found = [resolve(reading, reader.scorers, *question) for question in asked]
    assert len(resolved) == len(asked)
    assert found == [resolve(replace(reading, resolutions={}), reader.scorers, *question) for question in asked]
    assert len(reading.resolutions) == 1


def test_the_chain_with_the_greatest_share_is_chosen(reader: Reader) -> None:
    scores = np.array([1.0, 2.0, 1.5, -40.0], dtype=np.float32)
    shares = chains._shares([0, 1, 0, 2], scores, 0.5)
    weights = {-1: np.exp(0.5), 0: np.exp(1.0) + np.exp(1.5), 1: np.exp(2.0), 2: np.exp(-40.0)}
    assert shares == pytest.approx({chain: weight / sum(weights.values()) for chain, weight in weights.items()})
    assert chains._likeliest(shares) == 1
    assert chains._likeliest(chains._shares([], scores[:0], 0.5)) == chains.NOBODY


def test_each_quote_gets_its_speaker(reader: Reader, reading: Reading) -> None:
    resolution = resolve(reading, reader.scorers, names(reading, 0, 1))
    said = [at(reading, "„Wir haben lange gewartet“"), at(reading, "Das Geld fehle")]
    found = speakers(reading, reader.scorers, resolution, [QuoteSpan((said[0],), 0), QuoteSpan((said[1],), 1)])
    assert [resolution.chains[choice.chain].entity for choice in found] == [0, 1]
    assert all(choice.mention is not None and 0.5 < choice.probability <= 1 for choice in found)


@pytest.mark.parametrize(
    ("text", "pronoun", "named"),
    [
        ("Um acht, als ich auf den Hof komme, hat Ida Körber schon gemolken. „Gut“, sagt sie.", "ich", False),
        (
            "Ich treffe die Autorin Ida Körber in ihrem Garten. „Kommen Sie rein“, sagt sie. „Schreiben Sie noch?“, "
            "frage ich. „Jeden Tag“, sagt Körber.",
            "ich",
            False,
        ),
        ("Die Autorin Ida Körber lacht. Was davon erfunden ist, will ich wissen. „Nichts“, sagt Körber.", "ich", False),
        ("Die Autorin Ida Körber lacht. „Das habe ich nicht erfunden“, sagt Körber.", "ich", True),
        ("Die Autorin Ida Körber lacht. ‚Das habe ich nicht erfunden‘, sagt Körber.", "ich", True),
        ("Körber: Das habe ich nie gesagt. Ich bin froh.\n\nFrage: Und nun?\n\nKörber: Ich gehe.", "ich", True),
        ("Die Autorin Ida Körber lacht. Davon ist, sagt sie, nichts erfunden.", "sie", True),
        ("Meine Nachbarin lacht. Ida Körber hat den Garten gekauft. „Er gehört mir“, sagt Körber.", "mir", True),
        ("Die Stadtwerke Lindow bauen um. Unsere Kunden erreichen uns am Montag.", "uns", True),
    ],
)
def test_outside_of_what_is_said_ich_is_no_person_who_is_named(
    reader: Reader, text: str, pronoun: str, named: bool
) -> None:
    reading = replace(reader(text), resolutions={})
    name = "Körber" if "Körber" in text else "Stadtwerke Lindow"
    begin = text.index(name)
    (first, last) = reading.layout.span(begin, begin + len(name))  # type: ignore[arg-type]
    resolution = resolve(reading, reader.scorers, [(first, last, 0)])
    (meant,) = {
        resolution.chains[chain].entity
        for mention, chain in zip(resolution.mentions, resolution.chain, strict=True)
        if mention.words == (pronoun,)
    }
    assert meant == (0 if named else None)


class Eager:
    """Scorers to whom any two mentions mean the same, as far as they are asked."""

    def __init__(self, scorers: Scorers) -> None:
        self.mention = scorers.mention
        self.speakers = scorers.speakers

    def antecedents(self, left, right, pairs, features):  # type: ignore[no-untyped-def]
        return np.full((len(features), 1), 9.0), np.zeros((len(left), 1))


@pytest.mark.parametrize(
    ("text", "name", "phrase", "meant"),
    [
        ("Karl Brandes kam. Ein Nachbar sprach.", "Karl Brandes", "Ein Nachbar", False),
        ("Karl Brandes kam. Der Nachbar sprach.", "Karl Brandes", "Der Nachbar", True),
        ("Karl Brandes kam. Einer der Nachbarn sprach.", "Karl Brandes", "Einer der Nachbarn", True),
        ("Ein Nachbar, Karl Brandes, sprach.", "Karl Brandes", "Ein Nachbar", True),
        ("Der Nachbar Karl Brandes kam. Der Nachbar rief. Ein Nachbar sprach.", "Karl Brandes", "Ein Nachbar", True),
        ("Der Zeuge Karl Brandes kam. Der Zeuge rief. Ein Augenzeuge sprach.", "Karl Brandes", "Ein Augenzeuge", True),
    ],
)
def test_a_noun_with_ein_brings_somebody_new(reader: Reader, text: str, name: str, phrase: str, meant: bool) -> None:
    reading = replace(reader(text), resolutions={})
    spans = [
        reading.layout.span(CharOffset(text.index(words)), CharOffset(text.index(words) + len(words)))
        for words in (name, phrase)
    ]
    found = resolve(reading, Eager(reader.scorers), [(*spans[0], 0)], [spans[1]])  # type: ignore[arg-type]
    (chain,) = [
        chain
        for mention, chain in zip(found.mentions, found.chain, strict=True)
        if (mention.first, mention.last) == spans[1]
    ]
    assert (found.chains[chain].entity == 0) is meant


@pytest.mark.parametrize(
    ("text", "phrase", "meant"),
    [
        ("Ein Nachbar kam. Ein anderer Nachbar sprach.", "Ein anderer Nachbar", False),
        ("Ein Nachbar kam. Hier sprach ein zweiter Nachbar.", "zweiter Nachbar", False),
        ("Ein Nachbar kam. Eine dritte sprach.", "Eine dritte", False),
        ("Ein Nachbar kam. Weitere Nachbarn sprachen.", "Weitere Nachbarn", False),
        ("Ein Nachbar kam. Ein alter Nachbar sprach.", "Ein alter Nachbar", True),
        ("Ein Nachbar kam. Der zweite Nachbar sprach.", "Der zweite Nachbar", True),
        ("Ein Nachbar kam. Hier sprach der zweite Nachbar.", "zweite Nachbar", True),
        ("Ein Nachbar kam. Einer der anderen Nachbarn sprach.", "Einer der anderen Nachbarn", True),
    ],
)
def test_another_one_is_none_of_those_before(reader: Reader, text: str, phrase: str, meant: bool) -> None:
    reading = replace(reader(text), resolutions={}, others=[])
    first, second = (
        reading.layout.span(CharOffset(text.index(words)), CharOffset(text.index(words) + len(words)))
        for words in ("Ein Nachbar", phrase)
    )
    found = resolve(reading, Eager(reader.scorers), [], [first, second])  # type: ignore[arg-type]
    assert (len(found.chains) == 1) is meant


@pytest.mark.parametrize(
    ("text", "named", "phrase", "meant"),
    [
        ("Eine Ministerin kam. Der Minister sprach.", "Eine Ministerin", "Der Minister", False),
        ("Ein Minister kam. Die Ministerin sprach.", "Ein Minister", "Die Ministerin", False),
        ("Ein Minister kam. Der Politiker sprach.", "Ein Minister", "Der Politiker", True),
        ("Anna Berg kam. Der Minister sprach.", "Anna Berg", "Der Minister", False),
        ("Anna Berg kam. Die Ministerin sprach.", "Anna Berg", "Die Ministerin", True),
        ("Anna Berg kam. Der Star sprach.", "Anna Berg", "Der Star", True),
        ("Ein 19-Jähriger kam. Der 22-Jährige sprach.", "Ein 19-Jähriger", "Der 22-Jährige", False),
        ("Ein 19-Jähriger kam. Der 19-Jährige sprach.", "Ein 19-Jähriger", "Der 19-Jährige", True),
        ("Ein 19 Jahre alter Maler kam. Der 22-Jährige sprach.", "Ein 19 Jahre alter Maler", "Der 22-Jährige", False),
    ],
)
def test_another_form_means_somebody_else(reader: Reader, text: str, named: str, phrase: str, meant: bool) -> None:
    reading = replace(reader(text), resolutions={}, others=[])
    first, second = (
        reading.layout.span(CharOffset(text.index(words)), CharOffset(text.index(words) + len(words)))
        for words in (named, phrase)
    )
    names, phrases = ([(*first, 0)], [second]) if named == "Anna Berg" else ([], [first, second])
    found = resolve(reading, Eager(reader.scorers), names, phrases)  # type: ignore[arg-type]
    assert (len(found.chains) == 1) is meant


@pytest.mark.parametrize(
    ("text", "named", "phrase", "meant"),
    [
        ("Der Angeklagte kam. Der Richter sprach.", "Der Angeklagte", "Der Richter", False),
        ("Der Angeklagte kam. Der Beschuldigte sprach.", "Der Angeklagte", "Der Beschuldigte", True),
        ("Die Zeugin kam. Die Nebenklägerin sprach.", "Die Zeugin", "Die Nebenklägerin", True),
        ("Der Kanzler kam. Der Regierungschef sprach.", "Der Kanzler", "Der Regierungschef", True),
        ("Der Kanzler kam. Der frühere Finanzminister sprach.", "Der Kanzler", "Der frühere Finanzminister", True),
        ("Richterin Anna Berg kam. Die Zeugin sprach.", "Anna Berg", "Die Zeugin", False),
        ("Richterin Anna Berg kam. Die Richterin sprach.", "Anna Berg", "Die Richterin", True),
        ("Anna Berg kam. Die Zeugin sprach.", "Anna Berg", "Die Zeugin", True),
        ("Anna Berg, Richterin und Zeugin, kam. Die Zeugin sprach.", "Anna Berg", "Die Zeugin", True),
    ],
)
def test_nobody_is_judge_and_accused(reader: Reader, text: str, named: str, phrase: str, meant: bool) -> None:
    reading = replace(reader(text), resolutions={}, others=[])
    first, second = (
        reading.layout.span(CharOffset(text.index(words)), CharOffset(text.index(words) + len(words)))
        for words in (named, phrase)
    )
    names, phrases = ([(*first, 0)], [second]) if named == "Anna Berg" else ([], [first, second])
    found = resolve(reading, Eager(reader.scorers), names, phrases)  # type: ignore[arg-type]
    assert (len(found.chains) == 1) is meant


@pytest.mark.parametrize(
    ("text", "name", "phrase", "meant"),
    [
        ("Die Stadtpolizei Lindow kam. Die Feuerwehr sprach.", "Stadtpolizei Lindow", "Die Feuerwehr", False),
        ("Die Stadtpolizei Lindow kam. Die Polizei sprach.", "Stadtpolizei Lindow", "Die Polizei", True),
        ("Die Stadtpolizei Lindow kam. Die Behörde sprach.", "Stadtpolizei Lindow", "Die Behörde", True),
        (
            "Die Gewerkschaft der Polizei kam. Die Gewerkschaft rief.",
            "Gewerkschaft der Polizei",
            "Die Gewerkschaft",
            True,
        ),
    ],
)
def test_the_fire_brigade_is_not_the_police(reader: Reader, text: str, name: str, phrase: str, meant: bool) -> None:
    reading = replace(reader(text), resolutions={}, others=[])
    first, second = (
        reading.layout.span(CharOffset(text.rindex(words)), CharOffset(text.rindex(words) + len(words)))
        for words in (name, phrase)
    )
    found = resolve(reading, Eager(reader.scorers), [(*first, 0)], [second])  # type: ignore[arg-type]
    assert (len(found.chains) == 1) is meant


@pytest.mark.parametrize(
    ("text", "name", "phrase", "meant"),
    [
        ("Anna Berg kam. Ihr Kollege sprach.", "Anna Berg", "Ihr Kollege", False),
        ("Anna Berg kam. Ihren Angaben nach regnet es.", "Anna Berg", "Ihren Angaben", True),
        ("Bergs kam. Bergs Kollege sprach.", "Bergs", "Bergs Kollege", False),
        ("Karl Berg kam. Der Kollege sprach.", "Karl Berg", "Der Kollege", True),
    ],
)
def test_nobody_is_his_own_colleague(reader: Reader, text: str, name: str, phrase: str, meant: bool) -> None:
    reading = replace(reader(text), resolutions={})
    begin = text.index(phrase)
    names = [(*reading.layout.span(CharOffset(0), CharOffset(len(name))), 0)]
    if phrase.startswith(name):
        names.append((*reading.layout.span(CharOffset(begin), CharOffset(begin + len(name))), 0))
    wanted = reading.layout.span(CharOffset(begin), CharOffset(begin + len(phrase)))
    others = [m for m in reading.others if (m.first, m.last) != wanted and m.kind == "pronoun"]
    others = sorted([*others, describe(reading.layout, *wanted, "nominal")], key=lambda m: (m.first, -m.last))
    found = resolve(replace(reading, others=tuple(others)), Eager(reader.scorers), names)  # type: ignore[arg-type]
    (chain,) = [
        chain
        for mention, chain in zip(found.mentions, found.chain, strict=True)
        if (mention.first, mention.last) == wanted
    ]
    assert (found.chains[chain].entity == 0) is meant


@pytest.mark.parametrize(
    ("text", "phrase", "meant"),
    [
        ("Der Kassenverband klagt. Der Apothekerverband sprach.", "Der Apothekerverband", False),
        ("Der Kassenverband klagt. Der Verband sprach.", "Der Verband", True),
        ("Der Kassenverband klagt. Die Organisation sprach.", "Die Organisation", True),
        ("Das Landgericht Lindow tagt. Das Amtsgericht sprach.", "Das Amtsgericht", False),
    ],
)
def test_another_compound_is_another_organisation(reader: Reader, text: str, phrase: str, meant: bool) -> None:
    reading = replace(reader(text), resolutions={}, others=())
    name = text.split(" ", 2)[1] if "Lindow" not in text else "Landgericht Lindow"
    places = [(text.index(words), text.index(words) + len(words)) for words in (name, phrase)]
    named, wanted = (reading.layout.span(CharOffset(begin), CharOffset(end)) for begin, end in places)
    found = resolve(reading, Eager(reader.scorers), [(*named, 0)], [wanted])  # type: ignore[arg-type]
    (chain,) = [chain for mention, chain in zip(found.mentions, found.chain, strict=True) if mention.kind == "nominal"]
    assert (found.chains[chain].entity == 0) is meant
