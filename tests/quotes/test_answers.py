import pytest

from pipeline.config import PipelineConfig
from pipeline.models.catalogue import reader_folder
from pipeline.quotes.answers import interview_answers
from pipeline.quotes.extractor import QuoteExtractor
from pipeline.reader.model import Reader, shared_reader
from schemas.records import Block
from tests.quotes.reading import analysed

QUESTIONS = ["Frau Obst, warum bauen Sie neu?", "Und wann?", "Freuen Sie sich?"]
ANSWERS = [
    "Die alte Brücke stammt aus dem Jahr 1911. Ihre Pfeiler sind gerissen.",
    "Ich hoffe, dass wir im Mai so weit sind. Was wäre die Alternative? Wir haben keine.",
    "Ja, sehr. Ich habe es versprochen.",
]
INTRODUCTION = "Die Bürgermeisterin Hanna Obst baut eine Brücke."


@pytest.fixture(scope="module")
def reader() -> Reader:
    folder = reader_folder("redefluss")
    assert folder is not None
    return shared_reader(folder)


def answers(reader: Reader, text: str, blocks: tuple[Block, ...] = ()) -> list[str]:
    found = interview_answers(analysed(text), reader(text), blocks)
    return [text[c.begin : c.end] for c in found]


def test_what_follows_each_question_is_said(reader: Reader) -> None:
    turns = [line for pair in zip(QUESTIONS, ANSWERS, strict=True) for line in pair]
    assert answers(reader, "\n\n".join([INTRODUCTION, *turns])) == ANSWERS


def test_a_question_may_open_the_paragraph_of_its_answer(reader: Reader) -> None:
    turns = [f"{question} {answer}" for question, answer in zip(QUESTIONS, ANSWERS, strict=True)]
    turns[1] = f"Im Rat ist das umstritten. {turns[1]}"
    assert answers(reader, "\n\n".join([INTRODUCTION, *turns])) == ANSWERS


def test_what_is_marked_as_a_question_needs_no_question_mark(reader: Reader) -> None:
    asked = [question.replace("?", ".") for question in QUESTIONS]
    text = "\n\n".join(line for pair in zip(asked, ANSWERS, strict=True) for line in pair)
    begins = [text.index(question) for question in asked]
    blocks = tuple(
        Block(kind="question", begin=begin, end=begin + len(question))
        for begin, question in zip(begins, asked, strict=True)
    )
    assert answers(reader, text) == []
    assert answers(reader, text, blocks) == ANSWERS


def test_a_quote_set_apart_and_a_heading_are_no_answers(reader: Reader) -> None:
    lines = [
        QUESTIONS[0],
        "„Ihre Pfeiler sind gerissen.“",
        ANSWERS[0],
        QUESTIONS[1],
        ANSWERS[1],
        QUESTIONS[2],
        "Zum Schluss",
    ]
    text = "\n\n".join([*lines, ANSWERS[2]])
    begin = text.index("Zum Schluss")
    heading = Block(kind="heading", begin=begin, end=begin + len("Zum Schluss"))
    assert answers(reader, text, (heading,)) == ANSWERS


def test_an_answer_goes_on_in_the_paragraphs_that_are_spoken(reader: Reader) -> None:
    further = "Mir ist das wichtig. Ich fahre selbst jeden Tag über diese Brücke, und ich habe Angst dabei."
    told = "Hanna Obst wurde 1970 in Waldau geboren. Der Rat stimmt am Montag über ihren Plan ab."
    lines = [line for pair in zip(QUESTIONS, ANSWERS, strict=True) for line in pair]
    text = "\n\n".join([INTRODUCTION, *lines[:2], further, *lines[2:], told])
    assert answers(reader, text) == [f"{ANSWERS[0]}\n\n{further}", *ANSWERS[1:]]


def test_where_blocks_tell_the_answers_what_follows_the_last_is_none(reader: Reader) -> None:
    thanks = "Ich danke Ihnen sehr für dieses Gespräch."
    turns = [line for pair in zip(QUESTIONS, ANSWERS, strict=True) for line in pair]
    text = "\n\n".join([*turns, thanks])
    kinds = ["question", "answer"] * 3 + ["paragraph"]
    begins = [text.index(line) for line in (*turns, thanks)]
    blocks = tuple(
        Block(kind=kind, begin=begin, end=begin + len(line))  # type: ignore[arg-type]
        for kind, begin, line in zip(kinds, begins, (*turns, thanks), strict=True)
    )
    assert answers(reader, text) == [*ANSWERS[:2], f"{ANSWERS[2]}\n\n{thanks}"]
    assert answers(reader, text, blocks) == ANSWERS


def test_the_name_before_the_first_answer_is_not_said(reader: Reader) -> None:
    turns = [line for pair in zip(QUESTIONS, (f"Hanna Obst: {ANSWERS[0]}", *ANSWERS[1:]), strict=True) for line in pair]
    text = "\n\n".join([INTRODUCTION, *turns])
    first, *further = interview_answers(analysed(text), reader(text))
    assert [text[c.begin : c.end] for c in (first, *further)] == ANSWERS
    assert [text[span.begin : span.end] for span in first.speaker_spans] == ["Hanna Obst"]
    assert not any(candidate.speaker_spans for candidate in further)


def test_a_word_with_a_colon_is_said(reader: Reader) -> None:
    said = (f"Im Ernst: {ANSWERS[0]}", *ANSWERS[1:])
    turns = [line for pair in zip(QUESTIONS, said, strict=True) for line in pair]
    assert answers(reader, "\n\n".join([INTRODUCTION, *turns])) == list(said)


def test_a_heading_that_asks_is_a_question(reader: Reader) -> None:
    text = "\n\n".join(line for pair in zip(QUESTIONS, ANSWERS, strict=True) for line in pair)
    begins = [text.index(question) for question in QUESTIONS]
    blocks = tuple(
        Block(kind="heading", begin=begin, end=begin + len(question))
        for begin, question in zip(begins, QUESTIONS, strict=True)
    )
    assert answers(reader, text, blocks) == ANSWERS


def test_a_text_that_asks_its_readers_is_no_interview(reader: Reader) -> None:
    told = [
        "Der Schalter ist montags offen.",
        "Der Ausweis kostet 20 Euro, die Gebühr ist beim Antrag fällig.",
        "Kinder brauchen ein Foto. Es darf nicht älter als ein Jahr sein.",
    ]
    asked = ["Wann ist der Schalter offen?", "Was kostet ein Ausweis?", "Was brauchen Kinder?"]
    assert answers(reader, "\n\n".join(line for pair in zip(asked, told, strict=True) for line in pair)) == []
    two = [line for pair in zip(QUESTIONS[:2], ANSWERS[:2], strict=True) for line in pair]
    assert answers(reader, "\n\n".join(two)) == []


def test_what_somebody_is_said_to_ask_is_no_question_of_an_interviewer(reader: Reader) -> None:
    told = ["Der Beamte fragte nur: Ausweis dabei?", "Dann sagte er: Und sonst?", "Sie rief: Kommst du?"]
    turns = [line for pair in zip(told, ANSWERS, strict=True) for line in pair]
    assert answers(reader, "\n\n".join(turns)) == []


def test_with_labels_the_turns_are_those_of_the_labels() -> None:
    turns = [f"Obst: {answer}" for answer in ANSWERS]
    text = "\n\n".join(line for pair in zip(QUESTIONS, turns, strict=True) for line in pair)
    found = QuoteExtractor(PipelineConfig()).sentences(text)
    assert [text[c.begin : c.end] for c in found if c.rule in {"turn", "answer"}] == ANSWERS
