"""Words in quotation marks within somebody's speech: „Er hat gesagt: ‚Wir bauen neu.‘ Ich war dabei“."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.clauses import clauses
from pipeline.quotes.cues import Cue
from pipeline.quotes.direct import DASHES, Passage, with_roles
from pipeline.quotes.frames import cue_beside, frame_around
from pipeline.quotes.marks import CLOSERS, QuotedText
from pipeline.quotes.registry import by_rule
from pipeline.quotes.speakers import all_cues
from pipeline.quotes.text import AnalysedText, Sentence
from pipeline.spans import CharRange, TokenIndex, TokenRange

_ENDS = frozenset(".!?…") | CLOSERS.keys()
"""What a sentence within speech begins behind."""
_FARTHEST = 40
"""Tokens before and behind a quote within speech in which its frame can stand."""


def speech_in_marks(analysed: AnalysedText, turns: Sequence[QuoteCandidate]) -> list[QuoteCandidate]:
    """What somebody says whom a speaker quotes, behind a colon or before a comma and a verb of saying.

    In `turns` that have no marks of their own, any marks are those of others.
    """
    unmarked = sorted(turn.spans[0] for turn in turns if analysed.text[turn.begin] not in CLOSERS)
    found = (_quoted_by(analysed, quoted, around) for quoted, around in _within_speech(analysed, unmarked))
    return [candidate for candidate in found if candidate is not None]


def _within_speech(analysed: AnalysedText, unmarked: Sequence[CharRange]) -> Iterator[tuple[QuotedText, CharRange]]:
    """The quotes within others, and within turns that have no marks and do not begin with them; what is around each.

    Around a quote in a speech whose closing mark is missing, and that has ended before, is its sentence.
    """
    begins = [span.begin for span in unmarked]
    for quoted in analysed.quotes:
        before = bisect_left(begins, quoted.begin)
        if quoted.depth:
            sentence = analysed.sentences[analysed.sentence_at(quoted.begin)]
            yield quoted, analysed.quoted_at(quoted.begin) or CharRange(sentence.begin, sentence.end)
        elif before and quoted.end <= unmarked[before - 1].end:
            yield quoted, unmarked[before - 1]


def _quoted_by(analysed: AnalysedText, quoted: QuotedText, around: CharRange) -> QuoteCandidate | None:
    """The speech in `quoted` with whoever says it by the sentence `around` it, if it is introduced as speech."""
    tokens, (first, last) = analysed.tokens, analysed.token_range(quoted.begin, quoted.end)
    if first >= last:
        return None
    introduced = first > 0 and tokens[first - 1].text == ":"
    if not introduced and (last == len(tokens) or tokens[last].text not in DASHES):
        return None
    sentence = _sentence(analysed, TokenRange(first, last), around, whole=not introduced)
    cue = _cue(analysed, sentence, quoted, TokenRange(first, last))
    if not introduced and (cue is None or cue.clause.first != last + 1):
        return None
    candidate = QuoteCandidate(list(quoted.spans), "Direct")
    if cue is not None:
        with_roles(analysed, candidate, cue)
        candidate.frame_spans = frame_around(analysed, sentence, quoted.spans)
    return by_rule(candidate, "marks-within")


def _sentence(analysed: AnalysedText, quoted: TokenRange, around: CharRange, *, whole: bool) -> Sentence:
    """The sentence within speech that has the tokens `quoted`; it ends with them, if it is not to be a `whole` one."""
    tokens, (opens, closes) = analysed.tokens, analysed.token_range(*around)
    first, last = quoted
    while first > max(opens, quoted.first - _FARTHEST) and tokens[first - 1].text not in _ENDS:
        first = TokenIndex(first - 1)
    while whole and last < min(closes, quoted.last + _FARTHEST) and tokens[last - 1].text not in ".!?…":
        last = TokenIndex(last + 1)
    paragraph = analysed.sentences[analysed.sentence_at(tokens[quoted.first].begin)].paragraph
    return Sentence(first, last, tokens[first].begin, tokens[last - 1].end, paragraph)


def _cue(analysed: AnalysedText, sentence: Sentence, quoted: QuotedText, place: TokenRange) -> Cue | None:
    """The verb of the sentence that introduces what is quoted."""
    parts = clauses(analysed.tokens, sentence.first, sentence.last, [place])
    cues = list(all_cues(analysed.tokens, parts, sentence.last, sentence.first))
    return cue_beside(analysed.tokens, Passage(quoted, *place, True), cues)
