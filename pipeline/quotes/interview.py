"""Speech that its layout shows: interviews with a speaker before every turn, and headlines ("Obst: Brücke kommt")."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.registry import by_rule
from pipeline.quotes.text import AnalysedText, Sentence
from pipeline.spans import CharRange, char_span

_LINE = re.compile(r"[^\n]+")
_NAME = r"[A-ZÄÖÜ][\w.-]*(?: (?:(?:von|van|de|der|zu|al) ){0,2}[A-ZÄÖÜ][\w.-]*){0,3}"
_TURN = re.compile(rf"\s*(?P<label>{_NAME}):\s+(?P<words>\S.*\S)\s*")
_HEADLINE = re.compile(rf"\s*(?P<speaker>{_NAME}): (?P<words>[^„“»«\"\n]*\w)\s*")
_ANSWERS = frozenset({"Frage", "Antwort"})
_SENTENCE_END = re.compile(r"[.!?…]['\"“”«»]?$")
_LEAST_WORDS = 3


def interview_turns(analysed: AnalysedText) -> list[QuoteCandidate]:
    """What is said in the turns of an interview: lines that begin with a speaker and a colon, of one at least two.

    Lines that are no sentences ("Tore: 1:0 Meier") are none.
    """
    found: list[tuple[str, CharRange, CharRange]] = []
    for line in _LINE.finditer(analysed.text):
        turn = _TURN.fullmatch(analysed.text, *char_span(line))
        words = turn["words"] if turn is not None else ""
        if turn is not None and words[0] not in '„“»«"' and _SENTENCE_END.search(words) and " " in words:
            label, said = CharRange(*char_span(turn, "label")), CharRange(*char_span(turn, "words"))
            found.append((turn["label"].split()[-1], label, said))
    often = Counter(name for name, *_ in found)
    asked = often.keys() >= _ANSWERS
    turns = [
        by_rule(QuoteCandidate([said], "Direct", speaker_spans=[label], frame_spans=[label]), "turn")
        for name, label, said in found
        if often[name] > 1 or (asked and name in _ANSWERS)
    ]
    return [candidate for candidate in turns if candidate is not None]


def headline_quotes(analysed: AnalysedText, found: Sequence[QuoteCandidate]) -> Iterator[QuoteCandidate]:
    """What stands behind the colon of a headline, where the name before it is of somebody who speaks in the text."""
    speakers = {
        analysed.text[begin:end].split()[-1].strip('.,“”«»")') for one in found for begin, end in one.speaker_spans
    }
    covered = {analysed.sentence_at(one.begin) for one in found}
    for number, sentence in enumerate(analysed.sentences):
        if number in covered or not (analysed.text[sentence.end - 1].isalnum() and is_line(analysed, sentence)):
            continue
        line = _HEADLINE.fullmatch(analysed.text, sentence.begin, sentence.end)
        if line is None or line["speaker"].split()[-1] not in speakers or len(line["words"].split()) < _LEAST_WORDS:
            continue
        label, words = CharRange(*char_span(line, "speaker")), CharRange(*char_span(line, "words"))
        candidate = QuoteCandidate([words], "Indirect", speaker_spans=[label], frame_spans=[label])
        said = by_rule(candidate, "headline")
        if said is not None:
            yield said


def is_line(analysed: AnalysedText, sentence: Sentence) -> bool:
    """Whether a sentence is a line of its own."""
    text, before, after = analysed.text, sentence.begin - 1, sentence.end
    while before >= 0 and text[before] in " \t":
        before -= 1
    while after < len(text) and text[after] in " \t":
        after += 1
    return (before < 0 or text[before] == "\n") and (after == len(text) or text[after] == "\n")
