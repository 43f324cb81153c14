"""How often each rule is right."""

from pipeline.quotes.candidates import QuoteCandidate

CONFIDENCE = {
    "marks-framed": 0.95,
    "marks-inherited": 0.9,
    "marks-alone": 0.7,
    "part-of-indirect": 0.7,
    "part-of-clause": 0.6,
    "verb-that": 0.9,
    "verb-that-demand": 0.6,
    "verb-question": 0.6,
    "verb-infinitive": 0.8,
    "verb-subjunctive": 0.9,
    "verb-plain": 0.6,
    "as-said": 0.8,
    "said-behind": 0.9,
    "said-behind-plain": 0.7,
    "so-said": 0.9,
    "source": 0.8,
    "adverb": 0.6,
    "noun": 0.5,
    "back-reference": 0.7,
    "carried-on": 0.7,
    "carried-on-perhaps": 0.4,
    "carried-on-said-to": 0.4,
    "reported": 0.4,
}
"""The share of a rule's quotes that are quotes, on articles held out while the rules were written."""


def ruled(candidate: QuoteCandidate, rule: str) -> QuoteCandidate:
    """`candidate` with the name of its rule and how often that rule is right."""
    candidate.rule = rule
    candidate.confidence = CONFIDENCE[rule]
    return candidate
