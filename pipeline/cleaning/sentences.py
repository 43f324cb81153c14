"""Where sentences end in a line."""

import re

_SENTENCE_END = re.compile(r"[.!?…][\"“”»«’'‘)\]]*(?= |$)")
_QUOTATION_MARKS = ('"', "“", "”", "»", "«")
_STOPS = (".", "!", "?", "…", ":")
_ENDS = (*_STOPS, *_QUOTATION_MARKS)
_AFTER_STOP = "\"“”»«’'‘)]*"


def sentence_count(line: str) -> int:
    """How many sentence ends the line has."""
    return len(_SENTENCE_END.findall(line))


def ends_sentence(line: str) -> bool:
    """Whether the line ends as a sentence does."""
    return line.endswith(_ENDS) or line[-8:].rstrip(_AFTER_STOP).endswith(_STOPS)
