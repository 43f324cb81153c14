import pytest

from pipeline.cleaning.interviews import mark_turns
from pipeline.cleaning.lines import Line, Markup
from pipeline.cleaning.page import page_lines, parse

QUESTIONS = ("Frau Rickmers, wie geht es dem Seegras?", "Woran liegt das?", "Was sagen die Fischer zu Ihren Plänen?")
ANSWERS = ("Besser, als ich dachte.", "Am Wasser, glaube ich.", "Mich haben sie zuerst ausgelacht.")


def kinds(*texts: str) -> list[str | None]:
    lines = [Line(text) for text in texts]
    for line in lines:
        line.keep("paragraph", "test")
    mark_turns(lines)
    return [line.kind for line in lines]


def test_questions_and_answers_in_turn() -> None:
    turns = [text for pair in zip(QUESTIONS, ANSWERS, strict=True) for text in pair]
    assert kinds("Ein Gespräch.", *turns) == ["paragraph", *["question", "answer"] * 3]


@pytest.mark.parametrize(("asks", "answers"), [("Frage", "Antwort"), ("Seeblatt", "Antje Rickmers"), ("F", "A")])
def test_labels(asks: str, answers: str) -> None:
    turns = [
        f"{label}: {text}"
        for pair in zip(QUESTIONS, ANSWERS, strict=True)
        for label, text in zip((asks, answers), pair, strict=True)
    ]
    assert kinds(*turns) == ["question", "answer"] * 3


def test_an_answer_goes_on_until_the_next_question() -> None:
    found = kinds(
        f"Frage: {QUESTIONS[0]}",
        f"Antwort: {ANSWERS[0]}",
        "Das freut uns.",
        f"Frage: {QUESTIONS[1]}",
        f"Antwort: {ANSWERS[1]}",
    )
    assert found == ["question", "answer", "answer", "question", "answer"]


@pytest.mark.parametrize(
    ("bold", "kind"), [(QUESTIONS, "question"), ((*QUESTIONS, *ANSWERS), "answer"), ((), "answer")]
)
def test_what_the_interviewer_says_is_set_apart_as_the_questions_are(bold: tuple[str, ...], kind: str) -> None:
    remark = "Das klingt ja nicht gut."
    texts = [text for pair in zip(QUESTIONS, ANSWERS, strict=True) for text in pair]
    texts.insert(2, remark)
    lines = []
    for text in texts:
        share = 1.0 if text in (*bold, remark) else 0.0
        lines.append(Line(text, markup=Markup("p", 0.0, frozenset(), frozenset(), 0, 0, 0, bold_share=share)))
        lines[-1].keep("paragraph", "test")
    mark_turns(lines)
    assert lines[2].kind == kind


def test_only_the_answers_have_labels() -> None:
    found = kinds(
        QUESTIONS[0], f"Rickmers: {ANSWERS[0]}", QUESTIONS[1], f"Rickmers: {ANSWERS[1]}", f"Rickmers: {ANSWERS[2]}"
    )
    assert found == ["question", "answer", "question", "answer", "answer"]


def test_what_stands_before_a_label_of_who_has_just_spoken_is_another_ones() -> None:
    found = kinds(
        QUESTIONS[0],
        f"Rickmers: {ANSWERS[0]}",
        "Das hat lange gedauert.",
        "Das Seegras ist trotzdem nicht überall.",
        f"Rickmers: {ANSWERS[1]}",
        QUESTIONS[2],
        f"Rickmers: {ANSWERS[2]}",
    )
    assert found == ["question", "answer", "answer", "question", "answer", "question", "answer"]


def test_a_long_paragraph_before_such_a_label_is_none_of_the_interviewers() -> None:
    long = " ".join(["Das Seegras wächst."] * 40)
    turns = [QUESTIONS[0], f"Rickmers: {ANSWERS[0]}", long, f"Rickmers: {ANSWERS[1]}", QUESTIONS[2]]
    assert kinds(*turns, f"Rickmers: {ANSWERS[2]}")[2] == "answer"


def test_what_stands_before_the_label_of_somebody_else_may_go_on_with_the_answer() -> None:
    found = kinds(
        QUESTIONS[0],
        f"Rickmers: {ANSWERS[0]}",
        "Es wächst seit drei Jahren.",
        f"Ohlsen: {ANSWERS[1]}",
        QUESTIONS[2],
        f"Rickmers: {ANSWERS[2]}",
        f"Ohlsen: {ANSWERS[1]}",
    )
    assert found == ["question", "answer", "answer", "answer", "question", "answer", "answer"]


def test_only_the_questions_have_labels() -> None:
    asked = (f"Seeblatt: {QUESTIONS[0]}", "Seeblatt: Das klingt gut.", f"Seeblatt: {QUESTIONS[1]}", "Seeblatt: Wem?")
    turns = [text for pair in zip(asked, (*ANSWERS, "Den Fischern."), strict=True) for text in pair]
    assert kinds(*turns, "Seeblatt: Danke.") == [*["question", "answer"] * 4, "question"]


@pytest.mark.parametrize(
    "texts",
    [
        ("Was ist Seegras?", "Eine Pflanze.", "Wo wächst es?", "Im Meer.", "Wem nützt es?", "Den Fischen."),
        ("Mythos: Ist Seegras giftig?", "Nein.", "Mythos: Stinkt es?", "Nur im Mai.", "Mythos: Stirbt es?", "Nein."),
        ("Wird die Brücke gebaut?", "Die Stadt sagt ja.", "Das Land zögert.", "Wer zahlt?"),
        ("Ort: Hafen", "Zeit: Montag", "Eintritt: frei"),
        (),
    ],
    ids=["explainer", "labelled explainer", "two questions", "key and value", "nothing"],
)
def test_other_articles_stay_as_they_are(texts: tuple[str, ...]) -> None:
    assert set(kinds(*texts)) <= {"paragraph"}


def test_a_bold_line_that_calls_somebody_is_a_turn_of_who_asks() -> None:
    asked = ("Frau Rickmers, das Seegras stirbt.", QUESTIONS[1], "Was kommt danach?", "Und wann?")
    texts = [text for pair in zip(asked, (*ANSWERS, "Bald, hoffen wir."), strict=True) for text in pair]
    lines = page_lines(parse("".join(f"<p><b>{text}</b></p>" if text in asked else f"<p>{text}</p>" for text in texts)))
    for line in lines:
        line.keep("paragraph", "test")
    mark_turns(lines)
    assert [line.kind for line in lines] == ["question", "answer"] * 4


def test_short_questions_in_bold_are_set_apart_though_they_look_like_headings() -> None:
    turns = zip((QUESTIONS[0], "Das klingt ja nicht gut.", *QUESTIONS[1:]), (ANSWERS[0], *ANSWERS), strict=True)
    page = "".join(f"<p><strong>{asked}</strong></p><p>{answer}</p>" for asked, answer in turns)
    lines = page_lines(parse(page))
    for line in lines:
        line.keep("heading" if line.text.endswith("?") else "paragraph", "test")
    mark_turns(lines)
    assert [line.kind for line in lines] == ["question", "answer"] * 4


def test_what_is_in_bold_under_the_last_answer_is_no_turn() -> None:
    turns = "".join(f"<p><b>{asked}</b></p><p>{answer}</p>" for asked, answer in zip(QUESTIONS, ANSWERS, strict=True))
    lines = page_lines(parse(f"{turns}<p><b>Antje Rickmers ist Biologin.</b></p>"))
    for line in lines:
        line.keep("paragraph", "test")
    mark_turns(lines)
    assert [line.kind for line in lines] == [*["question", "answer"] * 3, "paragraph"]


@pytest.mark.parametrize("heading", ["Zur Person", "Konzert im Dom"])
def test_a_box_under_an_interview_is_no_answer(heading: str) -> None:
    turns = [text for pair in zip(QUESTIONS, ANSWERS, strict=True) for text in pair]
    lines = [Line(text) for text in (*turns, "So war es.", heading, "Antje Rickmers ist Biologin in Norderhafen.")]
    for line in lines:
        line.keep("heading" if line.text == heading else "paragraph", "test")
    mark_turns(lines)
    assert [line.kind for line in lines[-3:]] == ["answer", "heading", "paragraph"]


def test_those_who_ask_at_a_press_conference_are_one() -> None:
    found = kinds(
        "Frage Ostrop: Herr Kern, das Seegras stirbt.",
        "Kern: Das stimmt.",
        "Zusatzfrage: Seit wann?",
        "Kern: Das weiß ich nicht.",
        "Frage: Wer weiß es?",
        "Tölke: Ich.",
        "Nachfrage Ostrop: Und?",
        "Tölke: Seit Mai.",
    )
    assert found == ["question", "answer"] * 4
