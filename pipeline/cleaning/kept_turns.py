"""Interviews: the turns, and who is asked, where the classifier took them for something else."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from pipeline.cleaning.interviews import TURN_KINDS, called_by, first_turn, has_labels, is_interview, is_question
from pipeline.cleaning.lines import Line
from pipeline.cleaning.sentences import ends_sentence
from pipeline.cleaning.shapes import turn_of

_FEWEST_TURNS = 2
_NAMED = re.compile(r"\b(?!Herr\b|Frau\b)[A-ZÄÖÜ][\w-]{1,30} (?=([A-ZÄÖÜ][\w-]{1,30}))")


def keep_turns(lines: Sequence[Line], unlikely: Sequence[bool]) -> None:
    """Keep the turns of an interview, and the line over it that says who is asked.

    A short answer is as much the article's as the long ones of the same person,
    and so is a question between turns, and the answer to the last question.
    `unlikely` tells of each line whether the classifier alone removed it.
    """
    names = [turn_of(line.text) if ends_sentence(line.text) else None for line in lines]
    kept = Counter(name for name, line in zip(names, lines, strict=True) if line.kind in TURN_KINDS)
    turns = kept + Counter(name for name, may_be in zip(names, unlikely, strict=True) if may_be)
    labelled = {
        number
        for number, name in enumerate(names)
        if unlikely[number] and name is not None and kept[name] and turns[name] >= _FEWEST_TURNS
    }
    inside = {number for number, line in enumerate(lines) if line.kind in TURN_KINDS} | labelled
    asked = {
        number
        for number, line in enumerate(lines)
        if unlikely[number] and is_question(line) and number - 1 in inside and number + 1 in inside
    }
    found = is_interview([lines[number] for number in sorted(inside | asked)])
    for number in sorted(labelled | asked):
        line, name = lines[number], names[number]
        if number in labelled and (found or kept[name] >= _FEWEST_TURNS):
            line.keep("paragraph", f"{line.rule}, but {name} speaks elsewhere too")
        elif found:
            line.keep("paragraph", f"{line.rule}, but a question of an interview")
    if not found:
        return
    if not has_labels([line for line in lines if line.kind in TURN_KINDS]):
        _keep_answers(lines, unlikely)
    _keep_introduction(lines, unlikely)


def _keep_answers(lines: Sequence[Line], unlikely: Sequence[bool]) -> None:
    """Keep the line that follows a question, if it is all that may answer it."""
    for question, answer in pairwise(range(len(lines))):
        line, after = lines[answer], next((one for one in lines[answer + 1 :] if one.kind is not None), None)
        if (
            unlikely[answer]
            and lines[question].kind is not None
            and is_question(lines[question])
            and ends_sentence(line.text)
            and not is_question(line)
            and (after is None or is_question(after) or turn_of(after.text) is not None)
        ):
            line.keep("paragraph", f"{line.rule}, but the answer to a question")


def _keep_introduction(lines: Sequence[Line], unlikely: Sequence[bool]) -> None:
    """Keep the line above the turns with the full name of one whom they call by the surname, if no other has it."""
    first = first_turn(lines)
    turns = [line for line in lines[first:] if line.kind in TURN_KINDS]
    surnames = {name.lower() for line in turns for name in (*called_by(line), turn_of(line.text)) if name is not None}
    surnames -= {name for line in lines if line.kind is not None for name in _surnames(line)}
    for number in reversed(range(first)):
        if unlikely[number] and not surnames.isdisjoint(_surnames(lines[number])):
            lines[number].keep("paragraph", f"{lines[number].rule}, but says who is asked")
            return


def _surnames(line: Line) -> list[str]:
    """What stands behind a given name, or another word with a capital, in lower case."""
    return [name.lower() for name in _NAMED.findall(line.text)]
