"""Rules and the learned model together: what both find, and what one of them finds surely enough."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.quotes.candidates import QuoteCandidate, Range, overlap

_SAME = 0.4
"""How alike (F1 over code points) two candidates' spans must be to mean the same quote."""
_LEARNED_ALONE = 0.7
"""How sure the learned model must be of a quote that no rule finds; chosen on articles held out from training."""
_BOTH = 0.96
"""How often a quote is one that both are sure of."""
_ALONE = 0.7
"""What is left of a rule's confidence where the learned model does not see the quote."""

_NEEDS_BOTH = frozenset({"part-of-indirect", "part-of-clause", "marks-alone"})
"""Rules that tell quoted words from names and distance less well than the model: alone they do not count."""


def combine(text: str, rules: Sequence[QuoteCandidate], learned: Sequence[QuoteCandidate]) -> list[QuoteCandidate]:
    """The quotes of `text` that both find, in text order, an outer one before those inside it.

    Where both find a quote, spans and roles are those of the rules, which keep to quotation marks and clauses; the
    model says its medium, and who speaks, the cue and the frame where the rules do not know.
    """
    learned = [_within_lines(text, candidate) for candidate in learned]
    partner = _pairs(rules, learned)
    result = []
    for index, candidate in enumerate(rules):
        if index in partner:
            result.append(_confirmed(candidate, learned[partner[index]]))
        elif candidate.rule not in _NEEDS_BOTH:
            result.append(replace(candidate, confidence=candidate.confidence * _ALONE))
    taken = set(partner.values())
    result += [c for index, c in enumerate(learned) if index not in taken and c.confidence >= _LEARNED_ALONE]
    return sorted(result, key=lambda candidate: (candidate.begin, -candidate.end))


def _within_lines(text: str, candidate: QuoteCandidate) -> QuoteCandidate:
    """The model's candidate without speakers and addressees that run over a line's end: no phrase does."""

    def kept(spans: Sequence[Range]) -> list[Range]:
        return [(begin, end) for begin, end in spans if "\n" not in text[begin:end]]

    return replace(
        candidate,
        speaker_spans=kept(candidate.speaker_spans),
        addressee_spans=kept(candidate.addressee_spans),
    )


def _pairs(rules: Sequence[QuoteCandidate], learned: Sequence[QuoteCandidate]) -> dict[int, int]:
    """For candidates of the rules the one of the model that means the same quote, the most alike first."""
    alike = []
    for first, rule in enumerate(rules):
        for second, other in enumerate(learned):
            if rule.begin < other.end and other.begin < rule.end:
                likeness = overlap(rule.spans, other.spans)
                if likeness >= _SAME:
                    alike.append((likeness + 0.2 * (rule.type == other.type), first, second))
    alike.sort(key=lambda entry: (-entry[0], entry[1], entry[2]))
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, first, second in alike:
        if first not in partner and second not in taken:
            partner[first] = second
            taken.add(second)
    return partner


def _confirmed(rule: QuoteCandidate, learned: QuoteCandidate) -> QuoteCandidate:
    doubt = (1 - rule.confidence) * (1 - learned.confidence)
    confidence = _BOTH * (1 - doubt)
    return replace(
        rule,
        medium=learned.medium,
        speaker_spans=rule.speaker_spans or learned.speaker_spans,
        cue_spans=rule.cue_spans or learned.cue_spans,
        frame_spans=rule.frame_spans or learned.frame_spans,
        confidence=confidence,
    )
