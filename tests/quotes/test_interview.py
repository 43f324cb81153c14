import pytest

from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.segmentation import without_questions
from pipeline.spans import CharOffset, CharRange
from schemas.records import Block
from tests.quotes.reading import readable

INTERVIEW = """Frau Celik, was hat sich verändert?

Aylin Celik: Die Klassen sind größer geworden. Wir haben 29 Kinder.

Was fordern Sie?

Celik: Wir brauchen mehr Personal."""


def test_turns_of_an_interview() -> None:
    assert readable(INTERVIEW) == [
        ("Direct", "Die Klassen sind größer geworden. Wir haben 29 Kinder.", "Aylin Celik", ""),
        ("Direct", "Wir brauchen mehr Personal.", "Celik", ""),
    ]


def test_question_and_answer() -> None:
    found = readable("Frage: Merken Sie davon etwas?\n\nAntwort: Bei uns ist niemand angekommen.")
    assert [(quote, speaker) for _, quote, speaker, _ in found] == [
        ("Merken Sie davon etwas?", "Frage"),
        ("Bei uns ist niemand angekommen.", "Antwort"),
    ]


def test_lines_with_colons_are_no_interview() -> None:
    assert readable("Zuschauer: 2100\n\nTore: 1:0 Meier, 2:0 Krol\n\nTore: 3:0 Reif\n\nTermin: Am 3. Mai.") == []


@pytest.mark.parametrize("line", ["", "Lindow\n", "Lindow\n ", "Lindow\n\n\t  "])
@pytest.mark.parametrize("behind", ["", " ", "  \t"])
def test_headlines_of_somebody_who_speaks(line: str, behind: str) -> None:
    text = f"{line}Obst: Brücke kommt im Mai{behind}\n\n„Wir bauen neu“, sagte Chefin Hanna Obst am Montag."
    assert readable(text)[0] == ("Indirect", "Brücke kommt im Mai", "Obst", "")


def test_other_headlines_say_nothing() -> None:
    assert readable("Hochwasser: Pegel steigen weiter\n\nDie Pegel stiegen am Montag.") == []


def test_a_quote_in_a_headline() -> None:
    text = "Kiel verliert – Krolow: „Das darf nicht passieren“\n\nKiel hat verloren."
    assert readable(text) == [("Direct", "„Das darf nicht passieren“", "Krolow", "")]


@pytest.mark.parametrize(
    ("words", "stays"),
    [("Was hat sich verändert?", False), ("hat sich", False), ("„Viel“?", True), ("Die Klassen sind größer.", True)],
)
def test_what_an_interviewer_asks_is_nobodys_statement(words: str, stays: bool) -> None:
    text = "Was hat sich verändert?\n\nDie Klassen sind größer.\n\n„Viel“?"
    begin = CharOffset(text.index(words))
    questions = [Block(begin=at, end=at + len(line), kind="question") for at, line in ((0, text[:23]), (50, text[50:]))]
    candidate = QuoteCandidate([CharRange(begin, CharOffset(begin + len(words)))], "Direct")
    assert without_questions(text, [candidate], questions) == [candidate] * stays
