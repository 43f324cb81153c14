"""What the tests read out of a text."""

from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.marks import quoted_texts
from pipeline.quotes.rules import RuleQuotes
from pipeline.quotes.text import AnalysedText
from pipeline.spans import CharRange


def analysed(text: str) -> AnalysedText:
    return AnalysedText(text, quoted_texts(text))


def found_by_rules(text: str) -> list[QuoteCandidate]:
    return RuleQuotes()(analysed(text))


def words(text: str, spans: list[CharRange]) -> str:
    return " … ".join(text[begin:end] for begin, end in spans)


def readable(text: str) -> list[tuple[str, str, str, str]]:
    """The quotes by rules as (type, words, speaker, cue)."""
    return [
        (c.type, words(text, c.spans), words(text, c.speaker_spans), words(text, c.cue_spans))
        for c in found_by_rules(text)
    ]
