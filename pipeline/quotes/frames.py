"""Frames: who says the words in quotation marks, by what stands beside them in their sentence."""

from collections.abc import Sequence

from pipeline.lexicon.words import ADVERBS, COORDINATORS, PREPOSITIONS
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.cues import Cue
from pipeline.quotes.direct import Passage, phrase_spans, token_spans
from pipeline.quotes.interview import is_line
from pipeline.quotes.mood import is_subjunctive
from pipeline.quotes.phrases import apposition, noun_phrase
from pipeline.quotes.source_phrases import says_so, says_so_before
from pipeline.quotes.text import AnalysedText, Sentence, Token
from pipeline.spans import CharRange, TokenRange, token_indices, trimmed

_GOING_ON = COORDINATORS | {"dann"}


def frame_around(analysed: AnalysedText, sentence: Sentence, spans: list[CharRange]) -> list[CharRange]:
    """What of a sentence is left beside `spans`, without the full stop: the frame."""
    text = analysed.text
    end = sentence.end
    pieces: list[CharRange] = []
    at = sentence.begin
    for begin, stop in [*spans, (end, end)]:
        piece = trimmed(text, at, max(at, min(begin, end)))
        if piece.end == end and text[end - 1] in ".!?":
            piece = trimmed(text, piece.begin, end - 1)
        if any(map(str.isalnum, text[slice(*piece)])):
            pieces.append(piece)
        at = max(at, stop)
    return pieces


def cue_beside(tokens: Sequence[Token], passage: Passage, cues: Sequence[Cue]) -> Cue | None:
    """The cue that introduces or follows a passage: the clause right behind it, else the one before it.

    What goes on with "und" behind a passage that a colon introduces is no frame of that: "Obst fragt: „Wie?“, und Reif
    antwortet: „So.“".
    """
    after = [cue for cue in cues if cue.clause.first >= passage.last]
    before = [cue for cue in cues if cue.clause.last <= passage.first]
    if before and after and after[0].finite <= passage.last + 3:
        goes_on = tokens[after[0].clause.first].lower in _GOING_ON and after[0].finite > after[0].clause.first
        return before[-1] if goes_on and tokens[passage.first - 1].text == ":" else after[0]
    if before:
        return before[-1]
    return after[0] if after else None


def says_so_beside(analysed: AnalysedText, sentence: Sentence, passage: Passage, candidate: QuoteCandidate) -> bool:
    """ "„…“, so X", "Das sei, so X, „…“": a speaker without a verb; written into `candidate`."""
    tokens, last = analysed.tokens, sentence.last
    start = passage.last + (passage.last < last and tokens[passage.last].text in ",–-")
    phrase = says_so(tokens, start, last, last, sentence.first) if start < last else None
    if phrase is None:
        phrase = says_so_before(tokens, sentence.first, passage.first)
    if phrase is None or phrase.speaker is None:
        return False
    candidate.speaker_spans = phrase_spans(analysed, [phrase.speaker])
    candidate.cue_spans = token_spans(analysed, list(phrase.cue))
    return True


def named_before_colon(analysed: AnalysedText, sentence: Sentence, passage: Passage, candidate: QuoteCandidate) -> bool:
    """ "X wörtlich: „…“": a speaker in front of a colon, without a verb; written into `candidate`."""
    tokens = analysed.tokens
    if passage.first == sentence.first or tokens[passage.first - 1].text != ":":
        return False
    first = sentence.first
    dashes = [at for at in token_indices(first, passage.first - 2) if tokens[at].text in "–—-"]
    if dashes and is_line(analysed, sentence):
        first = dashes[-1] + 1
    while first < passage.first and tokens[first].lower in ADVERBS | COORDINATORS:
        first += 1
    end = noun_phrase(tokens, first, passage.first - 1)
    if end is None or tokens[first].lower in {"es", "über", "zu", "zum", "zur"}:
        return False
    if tokens[first].lower in PREPOSITIONS:  # "Im Rat Ida Körber: „…“"
        return True
    end = apposition(tokens, end, passage.first) or end
    candidate.speaker_spans = phrase_spans(analysed, [TokenRange(first, end)])
    return True


def reports_more(analysed: AnalysedText, sentence: Sentence, passage: Passage, cue: Cue) -> bool:
    """Whether the verb reports Konjunktiv as well: "Obst sagte, es sei laut: „…“", "Es sei gut, sagte sie, „…“"."""
    tokens, opens = analysed.tokens, cue.clause.first
    before = tokens[passage.first - 1].text if passage.first > sentence.first else ""
    if before == ":":
        return cue.last + 1 < passage.first and is_subjunctive(tokens, cue.last + 1, passage.first)
    behind = before == "," and cue.finite == opens and sentence.first < opens < cue.clause.last <= passage.first
    return behind and is_subjunctive(tokens, sentence.first, opens)


def cue_around(passage: Passage, cues: Sequence[Cue]) -> Cue | None:
    """The verb whose object or complement a partial quote is; none within it ("die Devise „Erst denken“")."""
    usable = [cue for cue in cues if "q" in cue.verb.takes and not passage.first <= cue.finite < passage.last]
    same = [cue for cue in usable if cue.clause.first <= passage.first < cue.clause.last]
    if same:
        return same[0]
    before = [cue for cue in usable if cue.clause.last <= passage.first and not cue.final]
    return before[-1] if before else None
