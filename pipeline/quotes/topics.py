"""What somebody said on several topics, a line each: "Trainer Grewe über ...", "... den Torwart: „Er war gut.“"."""

import re
from bisect import bisect_left
from collections.abc import Sequence

from pipeline.quotes.marks import QuotedText, solid_lines
from pipeline.quotes.signatures import NAME, means_person
from pipeline.spans import CharOffset, CharRange, char_span

_NAMED = re.compile(NAME)
_TOPIC = re.compile(r"(?:\.\.\.|…)[^„“”»«\"\n]{2,120}: ?")
_SPEAKS = re.compile(r"[^„“”»«\"\n]{3,160}(?:\.\.\.|…|:)")


def said_on_topics(text: str, quotes: Sequence[QuotedText]) -> dict[CharOffset, CharRange]:
    """Who says the quotes of such lines, by where they begin: who is named in the line over the first of them.

    The line ends as if it went on. Whom a topic names does not speak.
    """
    begins = [quoted.begin for quoted in quotes]
    found: dict[CharOffset, CharRange] = {}
    person: CharRange | None = None
    read_to = CharOffset(0)
    for line in solid_lines(text):
        if line.begin < read_to:
            continue
        topic = _TOPIC.match(text, *line)
        at = bisect_left(begins, topic.end()) if topic is not None and person is not None else len(quotes)
        if at < len(quotes) and topic is not None and person is not None and begins[at] == topic.end():
            found[quotes[at].begin] = person
            read_to = quotes[at].end
        else:
            person = _person(text, line)
    return found


def _person(text: str, line: CharRange) -> CharRange | None:
    """The first person whom a line names that ends as if it went on."""
    if _SPEAKS.fullmatch(text, *line) is None:
        return None
    named = (match for match in _NAMED.finditer(text, *line) if means_person(match[0].split()))
    first = next(named, None)
    return CharRange(*char_span(first)) if first is not None else None
