"""Interviews: which blocks ask and which answer.

Turns are labelled ("Ida Muster: …", "Frage: …"), or the questions are set apart
(bold, or headings) or at least follow one another in turn with what answers them.
The one who asks is the one whose turns end in a question mark.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from pipeline.cleaning.lines import Line
from pipeline.cleaning.sentences import ends_sentence
from pipeline.cleaning.shapes import turn_of

_ASKS = re.compile(r"\?[\"“”»«’'‘)\]]*$")
_LABEL = re.compile(r"(?P<label>(?:[A-ZÄÖÜ][\w.&’'-]{0,30})(?: [\w.&’'-]{1,30}){0,3}): (?=\S)")
_LABELLED_QUOTE = re.compile(r"[^:]{1,80}: [„“»«\"]")
_TO_SOMEONE = re.compile(r"\b(?:Sie|Ihr\w{0,2}|Ihnen|Herr|Frau|du|dein\w{0,2}|dir|dich|euch|eure?\w?)\b")
_CALLED = re.compile(r"(?:^|, )(?:Herr|Frau) (?:[A-ZÄÖÜ][\w.-]{0,30} ){0,3}?([A-ZÄÖÜ][\w-]{1,30})(?=[,?]| und )")
_OF_ONESELF = re.compile(r"\b(?:ich|mir|mich|mein\w{0,2}|wir|uns|unser\w{0,2})\b", re.IGNORECASE)
_OF_THE_PRESS = frozenset(("frage", "zusatzfrage", "nachfrage"))
_ASKING = frozenset(("frage", "f", "redaktion", "interviewer", "interviewerin"))
_ANSWERING = frozenset(("antwort", "a"))
_FEWEST = 3
_FEWEST_LABELLED = 2
_LONGEST_QUESTION = 90
_SHARE = 0.4
TURN_KINDS = ("lead", "paragraph", "heading", "quote")


def mark_turns(lines: Sequence[Line]) -> None:
    """Name the kept lines of an interview questions and answers; other articles stay as they are."""
    kept = [line for line in lines if line.kind in TURN_KINDS]
    labels = [_label(line) for line in kept]
    asking, answering = _speakers(kept, labels)
    if asking or answering:
        _mark_labelled(kept, labels, asking, answering)
        return
    questions = [number for number, line in enumerate(kept) if is_question(line)]
    apart = [number for number in questions if _is_set_apart(kept[number])]
    if len(apart) >= _FEWEST:
        questions = apart
    calling = (number for number, line in enumerate(kept) if _is_set_apart(line) and called_by(line))
    questions = sorted({*questions, *calling})
    if len(questions) >= _FEWEST and _are_answered(kept, questions):
        _mark_between(kept, set(questions))


def is_interview(turns: Sequence[Line]) -> bool:
    """Whether lines hold the turns of an interview."""
    if any(_speakers(turns, [_label(line) for line in turns])):
        return True
    questions = [number for number, line in enumerate(turns) if is_question(line)]
    return len(questions) >= _FEWEST and _are_answered(turns, questions)


def begins_interview(lines: Sequence[Line]) -> bool:
    """Whether the first of these lines asks somebody, the second answers of itself, and the questions go on below."""
    asks = is_question(lines[0]) and _TO_SOMEONE.search(lines[0].text) is not None
    return asks and _speak_of_themselves(lines[1:2]) and is_interview(lines)


def has_labels(turns: Sequence[Line]) -> bool:
    """Whether lines hold the turns of an interview in which those who answer have labels."""
    _, answering = _speakers(turns, [_label(line) for line in turns])
    return bool(answering)


def first_turn(lines: Sequence[Line]) -> int:
    """The number of the first line that shows by itself to be a turn; that of all lines if none does.

    It has the label of another turn, or calls somebody by name and asks.
    """
    calling = {number for number, line in enumerate(lines) if is_question(line) and called_by(line)}
    return min(calling | labelled_turns(lines), default=len(lines))


def labelled_turns(lines: Sequence[Line]) -> set[int]:
    """The numbers of the lines with a label that another line has too; a headline has it before a quotation."""
    names = [
        turn_of(line.text) if ends_sentence(line.text) and not _LABELLED_QUOTE.match(line.text) else None
        for line in lines
    ]
    turns = Counter(name for name, _ in {(name, line.text) for name, line in zip(names, lines, strict=True)})
    return {number for number, name in enumerate(names) if name is not None and turns[name] >= _FEWEST_LABELLED}


def called_by(line: Line) -> list[str]:
    """The surnames by which a line calls people ("Frau Muster, was sagen Sie?")."""
    return _CALLED.findall(line.text)


def _label(line: Line) -> str | None:
    begin = line.text[:140]
    found = _LABEL.match(begin) if ": " in begin else None
    return found["label"] if found is not None else None


def _speaker(label: str) -> str:
    """Who has a label, by the last name; those who ask for the press are one ("Frage Muster", "Zusatzfrage")."""
    words = label.lower().split()
    return "frage" if words[0] in _OF_THE_PRESS else words[-1]


def _speakers(kept: Sequence[Line], labels: Sequence[str | None]) -> tuple[set[str], set[str]]:
    """Who asks and who answers, by their labels; both empty if labels do not show it."""
    turns: dict[str, list[Line]] = defaultdict(list)
    for line, label in zip(kept, labels, strict=True):
        if label is not None:
            turns[_speaker(label)].append(line)
    often = {name: own for name, own in turns.items() if len(own) >= _FEWEST_LABELLED}
    if not often:
        return set(), set()
    asking = {
        name for name, own in often.items() if name in _ASKING or sum(map(_asks, own)) > len(own) / 2
    } - _ANSWERING
    answering = {name for name in often if name not in asking}
    unlabelled = sum(label is None and _asks(line) for line, label in zip(kept, labels, strict=True))
    if asking and answering:
        return asking, answering
    if answering and unlabelled >= _FEWEST_LABELLED and sum(map(len, often.values())) >= _FEWEST:
        return set(), answering
    answers = [line for line, (before, label) in zip(kept[1:], pairwise(labels), strict=True) if before and not label]
    if len(often) == len(asking) == 1 and len(answers) >= _FEWEST and _speak_of_themselves(answers):
        return asking, set()
    return set(), set()


def _speak_of_themselves(answers: Sequence[Line]) -> bool:
    """Whether enough answers are in the first person; those of an explanation are not."""
    return sum(_OF_ONESELF.search(line.text) is not None for line in answers) >= _SHARE * len(answers)


def _mark_labelled(kept: Sequence[Line], labels: Sequence[str | None], asking: set[str], answering: set[str]) -> None:
    answer, begun = False, False
    names = [_speaker(label) if label is not None else None for label in labels]
    remarks = set() if asking else _between_answers(kept, names, answering)
    for number, (line, name) in enumerate(zip(kept, names, strict=True)):
        if not begun and name is None and is_question(line) and called_by(line):
            line.kind, answer, begun = "question", True, True
        elif name in asking or (name is None and not asking and (number in remarks or is_question(line))):
            line.kind, answer, begun = "question", not answering, True
        elif name in answering:
            line.kind, answer, begun = "answer", True, True
        elif line.kind == "heading":
            answer = False
        elif begun and answer and name is None and line.kind != "quote":
            line.kind = "answer"


def _between_answers(kept: Sequence[Line], names: Sequence[str | None], answering: set[str]) -> set[int]:
    """The numbers of the lines, behind which somebody is named anew who has just spoken: another one speaks there."""
    found: set[int] = set()
    last: str | None = None
    for number, name in enumerate(names):
        if name is None:
            last = None if is_question(kept[number]) or kept[number].kind == "heading" else last
            continue
        if name == last and names[number - 1] is None and len(kept[number - 1].words) <= _LONGEST_QUESTION:
            found.add(number - 1)
        last = name if name in answering else None
    return found


def is_question(line: Line) -> bool:
    """Whether the line ends in a question and is not too long for one."""
    return _asks(line) and len(line.words) <= _LONGEST_QUESTION


def _asks(line: Line) -> bool:
    end = line.text[-12:]
    return "?" in end and _ASKS.search(end) is not None


def _are_answered(kept: Sequence[Line], questions: Sequence[int]) -> bool:
    """Whether questions go to someone who answers them, one paragraph after the other.

    If the questions do not call them by name, they answer in the first person.
    """
    to_someone = sum(_TO_SOMEONE.search(kept[number].text) is not None for number in questions)
    asked = set(questions)
    answers = [kept[number + 1] for number in questions if number + 1 < len(kept) and number + 1 not in asked]
    called = any(called_by(kept[number]) for number in questions)
    between = questions[-1] - questions[0] + 1
    return (
        (called or (to_someone >= max(2, _SHARE * len(questions)) and _speak_of_themselves(answers)))
        and len(answers) >= _FEWEST
        and between <= 4 * len(questions)
    )


def _mark_between(kept: Sequence[Line], questions: set[int]) -> None:
    first, last, apart = min(questions), max(questions), _set_apart(kept, questions)
    end = max(number for number, line in enumerate(kept) if number == last or not _is_set_apart(line))
    for number, line in enumerate(kept[first : end + 1 if apart else None], start=first):
        if number > last + 1 and line.kind == "heading":
            return  # what stands under it, as who was asked, is no answer
        if number in questions or (apart and line.kind != "lead" and _is_set_apart(line)):
            line.kind = "question"
        elif line.kind in ("paragraph", "lead"):
            line.kind = "answer"


def _set_apart(kept: Sequence[Line], questions: set[int]) -> bool:
    """Whether the questions are bold and the other lines are not."""
    others = [line for number, line in enumerate(kept) if number not in questions and number > min(questions)]
    return (
        all(_is_set_apart(kept[number]) for number in questions) and sum(map(_is_set_apart, others)) < len(others) / 3
    )


def _is_set_apart(line: Line) -> bool:
    return line.markup is not None and line.markup.bold_share > 0.9 and (line.kind != "heading" or _asks(line))
