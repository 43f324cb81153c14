"""What the rules for names make of how likely the model takes words for names."""

import re

import numpy as np
import pytest

from pipeline.entities.gazetteer import GazetteerEntry, load_gazetteer
from pipeline.entities.name_evidence import NameEvidence
from pipeline.entities.name_spans import name_spans
from pipeline.reader.layout import Layout
from pipeline.reader.schema import NAME_TYPES

_MARKED = re.compile(r"\[([^\]|]+)\|((?:[A-Z]+ [\d.]+ ?)+)\]")
GAZETTEER = load_gazetteer(None)


def found(marked: str, *users: GazetteerEntry) -> list[tuple[str, str]]:
    """Names and types in a text in which `[words|TYPE 0.6 TYPE 0.3]` says how likely words are names of the types."""
    text, at, likely = "", 0, []
    for match in _MARKED.finditer(marked):
        text += marked[at : match.start()]
        shares = {kind: float(share) for kind, share in (part.split() for part in re.findall(r"\w+ [\d.]+", match[2]))}
        likely.append((len(text), len(text) + len(match[1]), shares))
        text, at = text + match[1], match.end()
    text += marked[at:]
    layout = Layout(text)
    named = np.zeros((len(layout), len(NAME_TYPES)), dtype=np.float32)
    model = []
    for begin, end, shares in likely:
        span = layout.span(begin, end)
        for kind, share in shares.items():
            named[span.first : span.last, NAME_TYPES.index(kind)] = share
        if sum(shares.values()) > 0.5:
            model.append((begin, end, max(shares, key=lambda kind: shares[kind])))
    gazetteer = load_gazetteer(None) if users else GAZETTEER
    gazetteer.add(users)
    spans = name_spans(layout.text_words, model, gazetteer, NameEvidence(layout, named))
    return [(text[span.begin : span.end], span.type) for span in spans]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Das [Deichamt|ORG 0.6] prüft. Ein [Deichamt|ORG 0.1] schweigt. Jedes [Deichamt|ORG 0.2] zahlt.", 1),
        ("Das [Deichamt|ORG 0.9] prüft. Ein [Deichamt|ORG 0.1] schweigt. Jedes [Deichamt|ORG 0.4] zahlt.", 3),
        ("[Falk Ahlers|PER 1] kam. Er rief [Ahlers|PER 0.1] an. [Falk Ahlers|PER 1] blieb.", 3),
        ("Ministerin [Anna Finanzen|PER 0.6] kam. Es geht um Finanzen, nur um Finanzen.", 1),
    ],
)
def test_a_name_is_one_in_other_places_if_it_is_likely_on_the_whole(text: str, names: int) -> None:
    assert len(found(text)) == names


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("[Falk Ahlers|PER 1] kam. Die Firma [Ahlers|ORG 0.95] zahlt.", ["PER", "ORG"]),
        ("[Falk Ahlers|PER 1] kam. Dann ging [Ahlers|ORG 0.7].", ["PER", "PER"]),
        ("[Nordo|MISC 0.8]. [Nordo|MISC 0.8]. [Nordo|ORG 0.8].", ["MISC", "MISC", "MISC"]),
        ("[Nordo|MISC 0.8]. [Nordo|MISC 0.8]. [Nordo|ORG 0.95].", ["MISC", "MISC", "ORG"]),
    ],
)
def test_a_type_that_the_model_is_sure_of_stays(text: str, kinds: list[str]) -> None:
    assert [kind for _, kind in found(text)] == kinds


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Der [Bundesrat|ORG 0.2] tagt.", [("Bundesrat", "ORG")]),
        ("Der [Bundesrat|ORG 0.05] tagt.", []),
        ("[Frankreich|ORG 0.7 LOC 0.2] siegt.", [("Frankreich", "LOC")]),
        ("[Frankreich|ORG 0.95] siegt.", [("Frankreich", "ORG")]),
        ("[Wagner|PER 0.95] komponiert.", [("Wagner", "PER")]),
        ("[Wagner|PER 0.7] kämpft.", [("Wagner", "ORG")]),
    ],
)
def test_a_name_of_the_gazetteer_counts_unless_the_model_is_sure(text: str, names: list[tuple[str, str]]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Die „[Hessen|MISC 0.8]“ kam. Das Land [Hessen|LOC 0.9] zahlt.", [("Hessen", "MISC"), ("Hessen", "LOC")]),
        ("Die Fregatte „[Hessen|LOC 0.6]“ kam. Die „[Hessen|LOC 0.6]“ siegt.", [("Hessen", "MISC")] * 2),
        ("Die Zeitung „[Österreich|ORG 0.6 LOC 0.3]“ berichtet.", [("Österreich", "ORG")]),
        ("Das Wort „[Hessen|LOC 0.6 MISC 0.3]“ fiel.", [("Hessen", "LOC")]),
        ("In [Hessen|MISC 0.6 LOC 0.3] regnet es.", [("Hessen", "LOC")]),
        ("Die [Nordo Alf|ORG 0.6] kam. Die Fähre „[Nordo Alf|MISC 0.7]“ sank.", [("Nordo Alf", "MISC")] * 2),
        ("Die [Nordo Alf|ORG 0.6] kam. Die „[Nordo Alf|MISC 0.7]“ sank.", [("Nordo Alf", "MISC")] * 2),
        ("Das Boot „[Alfo|MISC 0.8]“ sank. In [Alfo|LOC 0.6] regnet es.", [("Alfo", "MISC"), ("Alfo", "LOC")]),
        ("Die App „[Alfo|MISC 0.7]“ warb. [Alfo|ORG 0.8] zahlt. [Alfo|ORG 0.8] baut.", [("Alfo", "ORG")] * 3),
        ("[Faust|PER 0.6] singt im „[Faust|MISC 0.7]“.", [("Faust", "PER"), ("Faust", "MISC")]),
    ],
)
def test_a_name_in_marks_is_that_of_a_ship_or_work_as_the_model_sees_it(
    text: str, names: list[tuple[str, str]]
) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[Falk Ahlers|PER 1] (Linke) kam.", 2),
        ("[Falk Ahlers|PER 1] (Linke, 45) kam.", 2),
        ("[Falk Ahlers|PER 1], Linke und Rechte kamen.", 1),
        ("Die Hand (Linke) schmerzt.", 0),
        ("[Falk Ahlers|PER 1] (Linke Hand) kam.", 1),
    ],
)
def test_an_organisation_in_brackets_behind_a_person_is_one_whatever_the_model_says(text: str, names: int) -> None:
    assert len(found(text)) == names


def test_names_of_the_users_file_count_whatever_the_model_says() -> None:
    entry = GazetteerEntry("org/deichbund", "Deichbund", "ORG", users=True)
    ship = GazetteerEntry("loc/nordo", "Nordo", "LOC", users=True)
    assert found("Die Fähre „[Nordo|MISC 0.8]“ sank.", ship) == [("Nordo", "LOC")]
    assert (
        found("Der Deichbund tagt. Die Deichbund-Studie erschien. Der [Deichbund|PER 1] sang.", entry)
        == [("Deichbund", "ORG")] * 3
    )
