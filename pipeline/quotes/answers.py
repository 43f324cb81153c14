"""Answers of an interview without quotation marks and names: the paragraphs behind each of its questions.

Rules alone cannot tell an interview from a text that asks its readers, so that the model has to hear somebody speak in
much of these paragraphs. The first behind each question is then said also if it sounds like an article to it.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile

from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.marks import CLOSERS
from pipeline.quotes.registry import by_rule
from pipeline.quotes.text import AnalysedText, Sentence
from pipeline.quotes.word_shapes import is_finite_reporting
from pipeline.reader.reading import Reading
from pipeline.spans import CharRange, TokenRange, token_indices
from schemas.records import Block

_FEWEST = 3
_SHARE = 0.4
"""Of the words between the questions, how many the reader must hear as direct speech."""
_SPOKEN = 0.5
_OPENING = 3
"""Sentences at the beginning of a paragraph of which one can ask for the rest of it."""


def interview_answers(analysed: AnalysedText, reading: Reading, blocks: Sequence[Block] = ()) -> list[QuoteCandidate]:
    """The answers, a candidate each; none if this is no interview."""
    turns = list(_answers(analysed, blocks, apart=True))
    if len(turns) < _FEWEST:
        turns = list(_answers(analysed, blocks, apart=False))
    if len(turns) < _FEWEST or _share_spoken(reading, [turn[0] for turn in turns]) < _SHARE:
        return []
    found = (by_rule(_said(reading, _spoken(reading, turn)), "answer") for turn in turns)
    return [candidate for candidate in found if candidate is not None]


def _said(reading: Reading, turn: Sequence[CharRange]) -> QuoteCandidate:
    """An answer; the first may begin with who gives them all: "Hanna Obst: Ja, sehr."."""
    layout = reading.layout
    first, last = layout.span(*turn[0])
    name = next((name for name in reading.names if name.first == first and name.type == "PER"), None)
    if name is None or name.last + 1 >= last or layout.words[name.last] != ":":
        return QuoteCandidate(list(turn), "Direct")
    label, words = layout.range(TokenRange(first, name.last)), layout.range(TokenRange(name.last + 1, last))
    return QuoteCandidate([words, *turn[1:]], "Direct", speaker_spans=[label], frame_spans=[label])


def _spoken(reading: Reading, turn: Sequence[CharRange]) -> list[CharRange]:
    """The first paragraph of an answer, and those behind it as long as the reader hears most of them."""
    further = takewhile(lambda paragraph: _share_spoken(reading, [paragraph]) > _SPOKEN, turn[1:])
    return [turn[0], *further]


def _share_spoken(reading: Reading, turns: Sequence[CharRange]) -> float:
    """The share of what is in no quotation marks that the reader takes for direct speech."""
    spans = [reading.layout.span(*span) for span in turns]
    tokens = [token for first, last in spans for token in range(first, last) if not reading.layout.depth[token]]
    return float((reading.inside[tokens, 0] > _SPOKEN).mean()) if tokens else 0.0


def _answers(analysed: AnalysedText, blocks: Sequence[Block], *, apart: bool) -> Iterator[list[CharRange]]:
    """The paragraphs that follow each question, up to a heading, to words in quotation marks, or to the end of the
    interview, if the blocks tell it.

    All but the first of them may as well be the interviewer's. The questions are lines of their own if they stand
    `apart`; else they may open the paragraph that answers them. A heading that asks is a question as well.
    """
    questions = {block.begin for block in blocks if block.kind == "question"}
    outside = ("heading", "paragraph") if any(block.kind == "answer" for block in blocks) else ("heading",)
    silences = {block.begin for block in blocks if block.kind in outside}
    asked, turn = False, list[CharRange]()
    for _, paragraph in groupby(analysed.sentences, key=lambda sentence: sentence.paragraph):
        sentences = list(paragraph)
        begin, end = sentences[0].begin, sentences[-1].end
        opening = len(sentences) if begin in questions else _asking(analysed, sentences, apart=apart)
        silent = analysed.text[begin] in CLOSERS or (begin in silences and not opening)
        if turn and (opening or silent):
            yield turn
            turn = []
        if silent:
            continue
        asked = asked or opening > 0
        if turn or (asked and opening < len(sentences)):
            turn.append(CharRange(sentences[opening].begin, end))
            asked = False
    if turn:
        yield turn


def _asking(analysed: AnalysedText, sentences: Sequence[Sentence], *, apart: bool) -> int:
    """How many sentences of a paragraph, from its first on, are the question."""
    asks = [analysed.text[sentence.end - 1] == "?" and not _is_told(analysed, sentence) for sentence in sentences]
    if asks[-1]:
        return len(asks)
    if apart or True not in asks[:_OPENING]:
        return 0
    last = asks.index(True)
    while asks[last + 1]:
        last += 1
    return last + 1


def _is_told(analysed: AnalysedText, sentence: Sentence) -> bool:
    """Whether a verb of speech and a colon introduce a question: "Der Beamte fragte nur: Ausweis dabei?"."""
    tokens = analysed.tokens
    colon = next((at for at in token_indices(sentence.first, sentence.last) if tokens[at].text == ":"), sentence.first)
    return any(is_finite_reporting(tokens[at]) for at in token_indices(sentence.first, colon))
