"""Direct speech: which quotation marks hold somebody's words, and which a name or a word used with distance."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.lexicon.verbs import reporting_forms
from pipeline.lexicon.words import (
    DETERMINERS,
    NAMING,
    PREPOSITIONS,
)
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.cues import Cue
from pipeline.quotes.marks import CLOSING, QuotedText
from pipeline.quotes.text import AnalysedText, Sentence
from pipeline.quotes.word_shapes import is_finite_reporting
from pipeline.spans import CharRange, TokenIndex, TokenRange

_SENTENCE_END = re.compile(rf"[.!?…][{''.join(sorted(CLOSING))}]*$")
_SPEAKING = ("sprach", "sprech", "sprich", "gesproch")
DASHES = frozenset({",", "–", "-"})
_SMALL = DETERMINERS | PREPOSITIONS | {"und"}
_OPEN_ARTICLES = frozenset(
    ["ein", "eine", "einen", "einem", "einer", "eines", "kein", "keine", "keinen", "als", "wie", "für"]
)


@dataclass(slots=True)
class Passage:
    """Quoted words within one sentence: tokens `first` to `last` (marks included).

    `whole` is True where they stand as a clause of their own, so that the words around are their frame.
    """

    quoted: QuotedText
    first: TokenIndex
    last: TokenIndex
    whole: bool


def passages(analysed: AnalysedText, sentence: Sentence) -> list[Passage]:
    """The outermost quoted passages that begin in `sentence`."""
    found: list[Passage] = []
    for quoted in analysed.quotes_from(sentence.begin, sentence.end):
        if not quoted.outer:
            continue
        first, last = analysed.token_range(quoted.begin, min(quoted.end, sentence.end))
        if first >= last:
            continue
        passage = Passage(quoted, first, last, False)
        passage.whole = _stands_alone(analysed, sentence, passage, found[-1] if found else None)
        found.append(passage)
    return found


def _behind_frame(analysed: AnalysedText, earlier: Passage | None) -> bool:
    """Whether a frame follows the passage before, so that it may go on: "„Wir müssen“, so Obst, „handeln.“"."""
    if earlier is None or not earlier.whole or analysed.tokens[earlier.last].text not in DASHES:
        return False
    opener = analysed.tokens[earlier.last + 1]
    return is_finite_reporting(opener) or opener.lower == "so"


def up_to_frames(found: Sequence[Passage]) -> list[Passage]:
    """The passages of a sentence, each with those behind it that only a comma, a dash or "und" parts from it.

    A frame behind the last of them is the frame of all: "„Wir müssen“, „und zwar bald“, sagte Obst".
    """
    result: list[Passage] = []
    for passage in reversed(found):
        following = result[-1] if result else None
        if following is not None and passage.whole and following.whole and following.first == passage.last + 1:
            result.append(replace(passage, last=following.last))
        else:
            result.append(passage)
    return result[::-1]


def _stands_alone(analysed: AnalysedText, sentence: Sentence, passage: Passage, earlier: Passage | None) -> bool:
    """Whether the words in the marks are a clause of their own, by their length and by what stands beside them.

    `earlier` is the passage before in the same sentence.
    """
    tokens = analysed.tokens
    words = sum(token.word for token in tokens[passage.first : passage.last])
    if words == 0:
        return False
    before = tokens[passage.first - 1].text if passage.first > sentence.first else ""
    after = tokens[passage.last].text if passage.last < sentence.last else ""
    inner = analysed.text[passage.quoted.begin : passage.quoted.inner[-1][1]].strip()
    ends = bool(_SENTENCE_END.search(inner))
    enough = words >= 2 or ends
    if not before:
        reported = after.lower() in reporting_forms() and words >= 3
        return after in DASHES or reported or (enough and (not after or (ends and after in ".,;")))
    if before == ":":
        return enough and tokens[passage.first - 2].lower not in NAMING
    if before in {",", ";", *DASHES}:
        if tokens[passage.first + 1].text[0].islower():
            spoken = tokens[sentence.first : passage.first]
            closed = not after or not after[0].isalnum()
            told = words >= 3 and any(is_finite_reporting(token) for token in spoken)
            return closed and (told or _behind_frame(analysed, earlier))
        return enough if ends else words >= 3 and after in DASHES
    long = words >= 5 and tokens[passage.first + 1].capital and (not after or after in ".,;")
    return long and ends


def is_name(analysed: AnalysedText, passage: Passage) -> bool:
    """Whether the words in the marks look like a name or a title, by their capitals and by what stands beside them."""
    tokens = analysed.tokens
    before = tokens[passage.first - 1] if passage.first else None
    after = tokens[passage.last] if passage.last < len(tokens) else None
    inner = [token for token in tokens[passage.first + 1 : passage.last] if token.word]
    if not inner or before is None:
        return False
    capitals = all(token.capital or token.lower in _SMALL for token in inner)
    beside_noun = before.capital and before.word and before.end + 1 == passage.quoted.begin
    if before.lower in NAMING or (after is not None and after.text == "-" and after.begin == passage.quoted.end):
        named = True
    elif inner[0].text[0].islower():
        named = before.text == "(" or (beside_noun and len(inner) == 1 and not inner[0].lower.endswith("t"))
    elif before.text in "(:":
        named = capitals
    elif beside_noun:
        named = capitals or len(inner) < 4
    else:
        spoken_of = before.lower == "von" and any(
            token.lower.startswith(_SPEAKING) for token in tokens[max(0, passage.first - 12) : passage.last + 6]
        )
        named = before.lower not in _OPEN_ARTICLES and not spoken_of and capitals and len(inner) <= 3
    return named


def token_spans(analysed: AnalysedText, indices: list[TokenIndex]) -> list[CharRange]:
    """Tokens as character ranges, neighbours joined."""
    spans: list[CharRange] = []
    previous = -2
    for index in sorted(indices):
        token = analysed.tokens[index]
        if index == previous + 1:
            spans[-1] = CharRange(spans[-1].begin, token.end)
        else:
            spans.append(CharRange(token.begin, token.end))
        previous = index
    return spans


def phrase_spans(analysed: AnalysedText, phrases: Sequence[TokenRange]) -> list[CharRange]:
    return [CharRange(analysed.tokens[first].begin, analysed.tokens[last - 1].end) for first, last in phrases]


def with_roles(analysed: AnalysedText, candidate: QuoteCandidate, cue: Cue) -> QuoteCandidate:
    """`candidate` with the roles that `cue` gives it."""
    candidate.speaker_spans = phrase_spans(analysed, cue.speaker)
    candidate.cue_spans = token_spans(analysed, cue.tokens)
    candidate.addressee_spans = phrase_spans(analysed, cue.addressee)
    candidate.medium = cue.verb.medium
    return candidate
