"""Rules and the trained reader together: what either finds, and how sure that is a quote."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from pipeline.quotes.author import without_author
from pipeline.quotes.candidates import QuoteCandidate, overlap, shared
from pipeline.quotes.registry import is_certain, is_of_others
from pipeline.reader.calibration import Calibration, logit
from pipeline.reader.reading import Reading
from pipeline.spans import CharRange, trimmed

MARKS = frozenset('„“”‚‘’»«›‹"')
UNMARKED = "Direct without marks"
"""The kind of direct speech whose type alone tells it: in interviews and tickers, and where marks were lost."""
_JOINTS = " ,"
_FEW = 6
"""Words of a statement below which it is often a piece of a clause."""
_WORD = re.compile(r"\w+")
_SURE = 0.9
"""The probability of the reader's tags from which the bounds of indirect speech are its own."""
_NEIGHBOURS = 4
"""How many quotes before one are looked at for one that says the same."""
_SAME = 0.4
"""How alike (F1 over code points) two candidates' spans must be to mean the same quote."""

_PIECE = 0.8
"""How alike a piece of the reader's quote and a quote of the rules must be to mean the same."""


def combine(
    reading: Reading,
    calibration: Calibration,
    rules: Sequence[QuoteCandidate],
    read: Sequence[QuoteCandidate],
) -> list[QuoteCandidate]:
    """The quotes that rules or reader find surely enough, in text order, an outer one before those inside it.

    `confidence` is by the calibration, and that of what the layout tells at least that of its rule.
    """
    found = [
        replace(candidate, confidence=max(calibration.quote(evidence), candidate.confidence * is_certain(candidate)))
        for candidate, evidence in weigh(reading, rules, read)
    ]
    sure = [c for c in found if calibration.enough(_kind(reading, c), c.confidence)]
    return _once(sorted(without_author(reading.layout, sure), key=lambda candidate: (candidate.begin, -candidate.end)))


def _once(candidates: Sequence[QuoteCandidate]) -> list[QuoteCandidate]:
    """`candidates`, in text order, of which the surer one stays where two are the same statement with other bounds.

    What is said within another statement has a cue there: "Obst sagte, Reif habe versprochen, dass es dabei bleibe".
    """
    result: list[QuoteCandidate] = []
    for candidate in candidates:
        same = [other for other in result[-_NEIGHBOURS:] if _same_statement(candidate, other)]
        if all(candidate.confidence > other.confidence for other in same):
            result[-_NEIGHBOURS:] = [other for other in result[-_NEIGHBOURS:] if other not in same]
            result.append(candidate)
    return result


def _same_statement(one: QuoteCandidate, other: QuoteCandidate) -> bool:
    if "Direct" in {one.type, other.type} or overlap(one.spans, other.spans) < _SAME:
        return False
    return not shared(one.cue_spans, other.spans) and not shared(other.cue_spans, one.spans)


def _kind(reading: Reading, candidate: QuoteCandidate) -> str:
    """The type of a candidate, and of direct speech whether it has quotation marks or the layout shows it."""
    if candidate.type != "Direct" or candidate.rule == "answer":
        return candidate.type
    begin, end = candidate.spans[0][0], candidate.spans[-1][1]
    return "Direct" if MARKS & set(reading.layout.text[begin:end]) else UNMARKED


def weigh(
    reading: Reading, rules: Sequence[QuoteCandidate], read: Sequence[QuoteCandidate]
) -> list[tuple[QuoteCandidate, dict[str, float]]]:
    """Every candidate of rules or reader once, with what speaks for and against it.

    Where both find a quote, spans and roles are those of the rules, which keep to quotation marks and clauses; but of
    indirect speech spans and type are the reader's if it is sure, since it sees what goes on behind a frame, or if it
    hears direct speech. The reader says the medium, and what shows speech where the rules do not know.
    """
    read = _apart(rules, read)
    partner = _pairs(reading.layout.text, rules, read)
    taken = set(partner.values())
    found = []
    for index, rule in enumerate(rules):
        other = read[partner[index]] if index in partner else None
        said = replace(rule, spans=other.spans, type="Direct") if other and _spoken(rule, other) else rule
        found.append((_of_both(reading.layout.text, said, other) if other else said, features(reading, said, other)))
    found += [
        (candidate, features(reading, None, candidate)) for index, candidate in enumerate(read) if index not in taken
    ]
    return found


def _apart(rules: Sequence[QuoteCandidate], read: Sequence[QuoteCandidate]) -> list[QuoteCandidate]:
    """What the reader finds; indirect speech in pieces, some of which are nobody's by the rules, is divided into these.

    In "auf den Hinweis, es regne, entgegnete Obst, das sei gut" Obst says the second only.
    """
    found: list[QuoteCandidate] = []
    indirect = sorted((rule for rule in rules if rule.type == "Indirect"), key=lambda rule: rule.begin)
    begins = [rule.begin for rule in indirect]
    for candidate in read:
        pieces = [replace(candidate, spans=[span]) for span in candidate.spans]
        said_by: set[tuple[CharRange, ...]] = set()
        for piece in pieces if candidate.type != "Direct" and len(pieces) > 1 else ():
            near = range(bisect_left(begins, 2 * piece.begin - piece.end), bisect_left(begins, piece.end))
            known = (indirect[at] for at in near if overlap(indirect[at].spans, piece.spans) >= _PIECE)
            said_by |= {tuple(rule.speaker_spans) for rule in islice(known, 1)}
        found += pieces if () in said_by and len(said_by) == len(pieces) else [candidate]
    return found


def _spoken(rule: QuoteCandidate, read: QuoteCandidate) -> bool:
    """Whether the reader takes for direct speech what a rule can only take for indirect, for lack of marks."""
    return read.type == "Direct" and rule.type == "Indirect" and not is_of_others(rule)


def _of_both(text: str, rule: QuoteCandidate, read: QuoteCandidate) -> QuoteCandidate:
    """The quote that both find; what is said is no part of the words for the speaker."""
    if "Direct" in {rule.type, read.type} or read.confidence < _SURE or is_of_others(rule):
        return replace(rule, medium=read.medium, cue_spans=rule.cue_spans or read.cue_spans)
    frame = [span for span in rule.frame_spans if not shared([span], read.spans)]
    cue = [span for span in rule.cue_spans if not shared([span], read.spans)]
    return replace(
        rule,
        spans=read.spans,
        type=read.type,
        medium=read.medium,
        speaker_spans=[_apart_from(text, span, read.spans) for span in rule.speaker_spans],
        cue_spans=cue or read.cue_spans,
        frame_spans=frame or read.frame_spans,
    )


def _apart_from(text: str, span: CharRange, said: Sequence[CharRange]) -> CharRange:
    """What of a span, without spaces and commas around it, stands beside what is `said`; all of it if nothing does."""
    begin, end = span
    for first, last in said:
        if first <= begin < last:
            begin = last
        elif begin < first < end:
            end = first
    apart = trimmed(text, begin, end, _JOINTS)
    return apart if apart.begin < apart.end else span


def features(reading: Reading, rule: QuoteCandidate | None, read: QuoteCandidate | None) -> dict[str, float]:
    """What speaks for and against a candidate of the rules, of the reader, or of both."""
    candidate = rule if rule is not None else read
    assert candidate is not None
    by = "reader alone" if rule is None else "rule alone" if read is None else "both"
    begun = logit(_begun(reading, candidate))
    found = {"seen": logit(_seen(reading, candidate)), f"begun, {by}": begun, f"type {candidate.type}": 1.0}
    words = sum(len(_WORD.findall(reading.layout.text, begin, end)) for begin, end in candidate.spans)
    if words < _FEW:
        found[f"few words, {by}"] = 1.0
    if rule is not None:
        found |= {"rule": logit(rule.confidence), "by rule": 1.0}
    if read is not None:
        found |= {"read": logit(read.confidence), "by reader": 1.0}
    if rule is None:
        found[f"reader alone {candidate.type}"] = 1.0
    elif read is None:
        found["rule alone"] = 1.0
        found[f"rule alone, part {rule.rule.startswith('part')}"] = 1.0
    return found


def _seen(reading: Reading, candidate: QuoteCandidate) -> float:
    """The mean probability of the candidate's tokens to be in speech of its kind."""
    column = 0 if candidate.type == "Direct" else 1
    layout = reading.layout
    spans = [layout.span(begin, end) for begin, end in candidate.spans]
    values = [value for span in spans for value in reading.inside[span.first : span.last, column].tolist()]
    return sum(values) / len(values) if values else 0.0


def _begun(reading: Reading, candidate: QuoteCandidate) -> float:
    """The probability that speech of the candidate's kind begins where the candidate does."""
    first = reading.layout.span(*candidate.spans[0]).first
    column = 0 if candidate.type == "Direct" else 1
    return float(reading.begins[first, column]) if first < len(reading.layout) else 0.0


def _overlapping(rules: Sequence[QuoteCandidate], read: Sequence[QuoteCandidate]) -> Iterator[tuple[int, int]]:
    """The candidates of the rules and those of the reader, by their numbers, that reach into each other."""
    order = sorted(range(len(read)), key=lambda number: read[number].begin)
    begins = [read[number].begin for number in order]
    begun: list[int] = []
    at = 0
    for first in sorted(range(len(rules)), key=lambda number: rules[number].begin):
        rule = rules[first]
        behind = bisect_left(begins, rule.begin)
        begun = [second for second in (*begun, *order[at:behind]) if read[second].end > rule.begin]
        at = behind
        for second in (*begun, *order[behind : bisect_left(begins, rule.end)]):
            yield first, second


def _pairs(text: str, rules: Sequence[QuoteCandidate], read: Sequence[QuoteCandidate]) -> dict[int, int]:
    """For candidates of the rules the one of the reader that means the same quote, the most alike first.

    Speech that runs over a line's end is not the speech in quotation marks that it has in one of its lines.
    """
    alike = []
    for first, second in _overlapping(rules, read):
        rule, other = rules[first], read[second]
        likeness = overlap(rule.spans, other.spans)
        marked = rule.type == other.type == "Direct" and text[other.begin] not in MARKS
        around = marked and "\n" in text[other.begin : rule.begin]
        if likeness >= _SAME and not around:
            alike.append((likeness + 0.2 * (rule.type == other.type), first, second))
    alike.sort(key=lambda entry: (-entry[0], entry[1], entry[2]))
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, first, second in alike:
        if first not in partner and second not in taken:
            partner[first] = second
            taken.add(second)
    return partner
