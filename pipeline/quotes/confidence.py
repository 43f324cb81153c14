"""How often each rule is right."""

from pipeline.quotes.candidates import QuoteCandidate

CONFIDENCE = {
    "marks-framed": 0.95,
    "marks-inherited": 0.95,
    "marks-alone": 0.7,
    "part-of-indirect": 0.87,
    "part-of-clause": 0.65,
    "verb-that": 0.87,
    "verb-that-demand": 0.5,
    "verb-question": 0.4,
    "verb-infinitive": 0.8,
    "verb-subjunctive": 0.87,
    "verb-plain": 0.45,
    "as-said": 0.87,
    "said-behind": 0.94,
    "said-behind-plain": 0.7,
    "so-said": 0.85,
    "source": 0.93,
    "adverb": 0.85,
    "noun": 0.75,
    "back-reference": 0.85,
    "carried-on": 0.88,
    "carried-on-perhaps": 0.58,
    "carried-on-said-to": 0.52,
    "reported": 0.52,
    "turn": 0.95,
    "headline": 0.7,
    "verb-colon": 0.7,
    "stated": 0.7,
    "announced": 0.7,
}
"""The share of a rule's quotes that cover a quote of the annotated articles (token F1 of at least 0.5).

The last five are estimates: in those articles there are hardly any such quotes."""


def ruled(candidate: QuoteCandidate, rule: str) -> QuoteCandidate:
    """`candidate` with the name of its rule and how often that rule is right."""
    candidate.rule = rule
    candidate.confidence = CONFIDENCE[rule]
    return candidate
