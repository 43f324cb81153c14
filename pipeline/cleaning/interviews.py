"""Interviews: which blocks ask and which answer.

Turns are labelled ("Ida Muster: …", "Frage: …"), or the questions are set apart
(bold, or headings) or at least follow one another in turn with what answers them.
The one who asks is the one whose turns end in a question mark.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from pipeline.cleaning.lines import Line

_ASKS = re.compile(r"\?[\"“”»«’'‘)\]]*$")
_LABEL = re.compile(r"(?P<label>(?:[A-ZÄÖÜ][\w.&’'-]{0,30})(?: [\w.&’'-]{1,30}){0,3}): (?=\S)")
_TO_SOMEONE = re.compile(r"\b(?:Sie|Ihr\w{0,2}|Ihnen|Herr|Frau|du|dein\w{0,2}|dir|dich|euch|eure?\w?)\b")
_OF_ONESELF = re.compile(r"\b(?:ich|mir|mich|mein\w{0,2}|wir|uns|unser\w{0,2})\b", re.IGNORECASE)
_ASKING = frozenset(("frage", "f", "redaktion", "interviewer", "interviewerin"))
_ANSWERING = frozenset(("antwort", "a"))
_FEWEST = 3
_FEWEST_LABELLED = 2
_LONGEST_QUESTION = 90
_SHARE = 0.4
_KINDS = ("lead", "paragraph", "heading", "quote")


def mark_turns(lines: Sequence[Line]) -> None:
    """Name the kept lines of an interview questions and answers; other articles stay as they are."""
    kept = [line for line in lines if line.kind in _KINDS]
    labels = [_label(line) for line in kept]
    asking, answering = _speakers(kept, labels)
    if asking or answering:
        _mark_labelled(kept, labels, asking, answering)
        return
    questions = [number for number, line in enumerate(kept) if _is_question(line)]
    if len(questions) >= _FEWEST and _is_interview(kept, questions) and _keep_questions(lines):
        kept = [line for line in lines if line.kind in _KINDS]
        questions = [number for number, line in enumerate(kept) if _is_question(line)]
    apart = [number for number in questions if _is_set_apart(kept[number])]
    if len(apart) >= _FEWEST:
        questions = apart
    if len(questions) >= _FEWEST and _is_interview(kept, questions):
        _mark_between(kept, set(questions))


def _keep_questions(lines: Sequence[Line]) -> bool:
    """Keep the questions of an interview that the classifier took for headlines: whether there are any."""
    found = False
    for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
        unlikely = line.kind is None and line.rule.startswith("classifier")
        if unlikely and _is_question(line) and before.kind in _KINDS and after.kind in _KINDS:
            line.keep("paragraph", f"{line.rule}, but a question of an interview")
            found = True
    return found


def _label(line: Line) -> str | None:
    found = _LABEL.match(line.text[:140]) if ": " in line.text[:140] else None
    return found["label"] if found is not None else None


def _speakers(kept: Sequence[Line], labels: Sequence[str | None]) -> tuple[set[str], set[str]]:
    """Who asks and who answers, by their labels; both empty if labels do not show it."""
    turns: dict[str, list[Line]] = defaultdict(list)
    for line, label in zip(kept, labels, strict=True):
        if label is not None:
            turns[label.split()[-1].lower()].append(line)
    often = {name: own for name, own in turns.items() if len(own) >= _FEWEST_LABELLED}
    asking = {
        name for name, own in often.items() if name in _ASKING or sum(map(_asks, own)) > len(own) / 2
    } - _ANSWERING
    answering = {name for name in often if name not in asking}
    unlabelled = sum(label is None and _asks(line) for line, label in zip(kept, labels, strict=True))
    if asking and answering:
        return asking, answering
    if answering and unlabelled >= _FEWEST_LABELLED and sum(map(len, often.values())) >= _FEWEST:
        return set(), answering
    return set(), set()


def _mark_labelled(kept: Sequence[Line], labels: Sequence[str | None], asking: set[str], answering: set[str]) -> None:
    answer, begun = False, False
    for line, label in zip(kept, labels, strict=True):
        name = label.split()[-1].lower() if label is not None else None
        if name in asking or (name is None and not asking and _is_question(line)):
            line.kind, answer, begun = "question", False, True
        elif name in answering:
            line.kind, answer, begun = "answer", True, True
        elif line.kind == "heading":
            answer = False
        elif begun and answer and name is None and line.kind != "quote":
            line.kind = "answer"


def _is_question(line: Line) -> bool:
    return _asks(line) and len(line.words) <= _LONGEST_QUESTION


def _asks(line: Line) -> bool:
    return _ASKS.search(line.text[-12:]) is not None


def _is_interview(kept: Sequence[Line], questions: Sequence[int]) -> bool:
    """Whether questions go to someone who answers them in the first person, one paragraph after the other."""
    to_someone = sum(_TO_SOMEONE.search(kept[number].text) is not None for number in questions)
    asked = set(questions)
    answers = [kept[number + 1] for number in questions if number + 1 < len(kept) and number + 1 not in asked]
    of_oneself = sum(_OF_ONESELF.search(line.text) is not None for line in answers)
    between = questions[-1] - questions[0] + 1
    return (
        to_someone >= max(2, _SHARE * len(questions))
        and len(answers) >= _FEWEST
        and of_oneself >= _SHARE * len(answers)
        and between <= 4 * len(questions)
    )


def _mark_between(kept: Sequence[Line], questions: set[int]) -> None:
    first, apart = min(questions), _set_apart(kept, questions)
    for number, line in enumerate(kept[first:], start=first):
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
    return line.markup is not None and line.markup.bold_share > 0.9 and line.kind != "heading"
