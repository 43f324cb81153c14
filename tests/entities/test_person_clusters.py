"""Which mentions of persons are of one person."""

import re

import pytest

from pipeline.entities.cluster import NameSpan
from pipeline.entities.person_clusters import cluster_persons
from pipeline.spans import CharOffset
from tests.support.people import text_words


def persons(text: str, *names: str) -> dict[str, list[str]]:
    """The persons of a text in which `names` are found, each with the words that mention them."""
    spans = sorted({(found.start(), found.end()) for name in names for found in re.finditer(re.escape(name), text)})
    outer = [(b, e) for b, e in spans if not any(x <= b and e <= y and (x, y) != (b, e) for x, y in spans)]
    named = [NameSpan(CharOffset(begin), CharOffset(end), "PER") for begin, end in outer]
    clusters = cluster_persons(text_words(text), named)
    return {found.name: [text[place.begin : place.end] for place in found.mentions] for found in clusters}


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        (
            "Hanna Tölke schweigt. Von Tölke heißt es wenig. Die Frau von Tölke kam.",
            ("Hanna Tölke", "Von Tölke", "von Tölke"),
            {"Hanna Tölke": ["Hanna Tölke", "Tölke", "Tölke"]},
        ),
        (
            "Hanna von Tölke schweigt. Von Tölke kam nicht.",
            ("Hanna von Tölke", "Von Tölke"),
            {"Hanna von Tölke": ["Hanna von Tölke", "Von Tölke"]},
        ),
        (
            "Karl Tölke siegt. Frau Dr. Tölke lacht. Frau Tölke sang. Tölke trank.",
            ("Karl Tölke", "Tölke"),
            {"Karl Tölke": ["Karl Tölke", "Tölke"], "Tölke": ["Tölke", "Tölke"]},
        ),
        (
            "Karl Tölke siegt. Ministerin Tölke lacht. Mit der Vorsitzenden Tölke kam die Ministerin. Tölke trank.",
            ("Karl Tölke", "Tölke"),
            {"Karl Tölke": ["Karl Tölke", "Tölke"], "Tölke": ["Tölke", "Tölke"]},
        ),
        (
            "Karl Tölke siegt. Die Anwälte der Angeklagten Tölke und Lind kamen. Die Anwältin Tölkes ging.",
            ("Karl Tölke", "Tölkes", "Tölke"),
            {"Karl Tölke": ["Karl Tölke", "Tölke", "Tölkes"]},
        ),
        (
            "Hanna Tölke siegt. 44 Prozent der Zuschauer Tölke, sagt sie.",
            ("Hanna Tölke", "Tölke"),
            {"Hanna Tölke": ["Hanna Tölke", "Tölke"]},
        ),
        (
            "Hanna Tölke und Karl Tölke kamen. Frau Dr. Tölke lacht. Herr Tölke sang.",
            ("Hanna Tölke", "Karl Tölke", "Tölke"),
            {"Hanna Tölke": ["Hanna Tölke", "Tölke"], "Karl Tölke": ["Karl Tölke", "Tölke"]},
        ),
        (
            "José Tölke Ruiz siegt. Anna Berg sagt, Tölke Ruiz lache. Ruiz sang.",
            ("José Tölke Ruiz", "Anna Berg", "Tölke Ruiz", "Ruiz"),
            {"José Tölke Ruiz": ["José Tölke Ruiz", "Tölke Ruiz", "Ruiz"], "Anna Berg": ["Anna Berg"]},
        ),
        (
            "Petra Schulze Lind siegt. Karl Schulze Lind kam. Schulze Lind schwieg, Petra Lind auch.",
            ("Petra Schulze Lind", "Karl Schulze Lind", "Schulze Lind", "Petra Lind"),
            {
                "Petra Schulze Lind": ["Petra Schulze Lind", "Petra Lind"],
                "Karl Schulze Lind": ["Karl Schulze Lind"],
                "Schulze Lind": ["Schulze Lind"],
            },
        ),
        (
            "„Johnny“ Tölke siegt. Jan „Johnny“ Tölke lacht. Johnny trank. Tölke sang.",
            ("Johnny“ Tölke", "Jan „Johnny“ Tölke", "Johnny", "Tölke"),
            {"Jan Tölke": ["Johnny“ Tölke", "Jan „Johnny“ Tölke", "Johnny", "Tölke"]},
        ),
        (
            "Karl Tölke siegt. Jan Tölke junior lacht. Tölke junior trank, Tölke jun. sang, Tölke senior kam.",
            ("Karl Tölke", "Jan Tölke junior", "Tölke junior", "Tölke jun", "Tölke senior"),
            {
                "Karl Tölke": ["Karl Tölke", "Tölke senior"],
                "Jan Tölke junior": ["Jan Tölke junior", "Tölke junior", "Tölke jun"],
            },
        ),
        (
            "Karl Tölke siegt. Tölke junior trank. Tölke kam, Tölke junior ging.",
            ("Karl Tölke", "Tölke junior", "Tölke"),
            {"Karl Tölke": ["Karl Tölke", "Tölke"], "Tölke junior": ["Tölke junior", "Tölke junior"]},
        ),
        (
            "Karl Tölke Jr. siegt. Tölke trank. Karl Tölke sang.",
            ("Karl Tölke Jr", "Karl Tölke", "Tölke"),
            {"Karl Tölke Jr": ["Karl Tölke Jr", "Tölke"], "Karl Tölke": ["Karl Tölke"]},
        ),
        (
            "Herr Tölke lacht. Hanna Tölke siegt.",
            ("Hanna Tölke", "Tölke"),
            {"Tölke": ["Tölke"], "Hanna Tölke": ["Hanna Tölke"]},
        ),
        (
            "Hanna Tölke schweigt. Der Graf von Sayn kam.",
            ("Hanna Tölke", "von Sayn"),
            {"Hanna Tölke": ["Hanna Tölke"], "von Sayn": ["von Sayn"]},
        ),
    ],
)
def test_von_may_be_no_part_of_a_surname(text: str, names: tuple[str, ...], expected: dict[str, list[str]]) -> None:
    assert persons(text, *names) == expected


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("Karl Obst kam mit seiner Frau Anna Obst. Obst sang.", ("Karl Obst", "Anna Obst"), {"Karl Obst": "Obst"}),
        ("Karl O. soll seine Frau Anna O. getötet haben. O. schwieg.", ("Karl O", "Anna O"), {"Karl O": "O"}),
        (
            "Der Sarg Karl Obsts. Obsts jüngster Bruder Jan Obst kam. Obst war 91.",
            ("Karl Obst", "Jan Obst"),
            {"Karl Obst": "Obst"},
        ),
        (
            "Anna Obst kam. Wie Annas erster Mann Jan Obst sagt, singt Obst.",
            ("Anna Obst", "Jan Obst"),
            {"Anna Obst": "Obst"},
        ),
        (
            "Karl Obst und seine Frau, die Lehrerin Anna Obst, kamen. Obst sang.",
            ("Karl Obst", "Anna Obst"),
            {"Karl Obst": "Obst"},
        ),
        ("Obst kam mit seiner Frau Anna Obst. Obst sang.", ("Anna Obst",), {"Obst": "Obst"}),
        ("Kanzler Obst kam mit seiner Frau Anna Obst. Obst sang.", ("Anna Obst",), {"Obst": "Obst"}),
        ("Wie Obsts Tochter Anna Obst sagt, singt Obst.", ("Anna Obst",), {"Obst": "Obst"}),
        ("Karl Lind kam mit seiner Frau Anna Obst. Obst sang.", ("Karl Lind", "Anna Obst"), {}),
        ("Der Zeuge und seine Mutter Anna Obst kamen. Obst sang.", ("Anna Obst",), {"Anna Obst": "Obst"}),
        ("Karl Obst kam mit Frau Anna Obst. Obst sang.", ("Karl Obst", "Anna Obst"), {"Anna Obst": "Obst"}),
        ("Karl Obst kam. Dann sang Anna Obst. Obst war müde.", ("Karl Obst", "Anna Obst"), {"Anna Obst": "Obst"}),
        ("Karl Obst kam mit seiner Frau Anna Obst. Frau Obst sang.", ("Karl Obst", "Anna Obst"), {"Anna Obst": "Obst"}),
    ],
)
def test_a_surname_alone_goes_on_with_the_person_whose_relative_was_named(
    text: str, names: tuple[str, ...], expected: dict[str, str]
) -> None:
    last = names[0].split()[-1]
    found = persons(text, *names, last)
    assert {
        name: mentions[-1] for name, mentions in found.items() if len(mentions) > 1 and " " not in mentions[-1]
    } == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Karl Obst kam mit seinem Sohn Jan Obst. Obst junior sang, Obst senior nicht.", ["Jan Obst", "Karl Obst"]),
        ("Jan Obst kam mit seinem Vater Karl Obst. Obst junior sang, Obst senior nicht.", ["Jan Obst", "Karl Obst"]),
        (
            "Jan Obst kam mit seinem Bruder Karl Obst. Obst junior sang, Obst senior nicht.",
            ["Obst junior", "Obst senior"],
        ),
        ("Jan Obst und Karl Obst kamen. Obst junior sang, Obst senior nicht.", ["Obst junior", "Obst senior"]),
    ],
)
def test_junior_is_the_son_and_senior_the_father(text: str, expected: list[str]) -> None:
    found = persons(text, "Karl Obst", "Jan Obst", "Obst junior", "Obst senior")
    assert [name for word in ("junior", "senior") for name, said in found.items() if f"Obst {word}" in said] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Das Ehepaar Petra und Jörg Lind kam. Petra Lind sang.", ["Petra Lind", "Jörg Lind", "Petra Obst"]),
        (
            "Die Brüder Jörg und Jan von Lind kamen. Jörg von Lind sang.",
            ["Jörg von Lind", "Jan von Lind", "Petra Obst"],
        ),
        ("Die Eheleute Petra und Jörg Lind kamen.", ["Petra Lind", "Jörg Lind", "Petra Obst"]),
        ("Die Kinder Petra und Jörg Lind kamen.", ["Petra Obst", "Jörg Lind"]),
        ("Das Ehepaar Petra mit Jörg Lind kam.", ["Petra Obst", "Jörg Lind"]),
        ("Das Ehepaar Sommer und Jörg Lind kamen.", ["Sommer", "Jörg Lind", "Petra Obst"]),
    ],
)
def test_who_is_named_together_as_a_family_shares_the_surname(text: str, expected: list[str]) -> None:
    full = ("Petra Lind", "Jörg Lind", "Jörg von Lind", "Jan von Lind", "Petra Obst")
    assert list(persons(f"{text} Petra Obst ging.", *full, "Petra", "Sommer", "Jörg")) == expected
