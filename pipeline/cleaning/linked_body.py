"""The article by JSON-LD's `articleBody`, where that is whole and the page's markup is not."""

from pipeline.cleaning.head import may_lead
from pipeline.cleaning.lines import Line, text_lines
from pipeline.cleaning.other_extractors import shares_inside

_FEWEST_WORDS = 60
_MUCH_MORE = 1.6
_SAME_SHARE = 0.7
_RULE = "JSON-LD articleBody, which has more than the markup"


def with_linked_body(lines: list[Line], body: str | None) -> list[Line]:
    """The lines, and among them those of `body` in the place of the kept ones, if it has these and much more.

    What of the page stands in the body is removed as repeated.
    """
    if body is None:
        return lines
    whole = text_lines(body)
    kept = [line for line in lines if line.kind is not None]
    body_words, found = sum(len(line.words) for line in whole), sum(len(line.words) for line in kept)
    if body_words < _FEWEST_WORDS or body_words < _MUCH_MORE * found:
        return lines
    shares = shares_inside(kept, [word for line in whole for word in line.words])
    inside = [line for line, share in zip(kept, shares, strict=True) if share >= _SAME_SHARE]
    if sum(len(line.words) for line in inside) < _SAME_SHARE * found:
        return lines
    at = next((number for number, line in enumerate(lines) if line.kind is not None), len(lines))
    for line in inside:
        line.remove("repeated", "stands in JSON-LD's articleBody")
    for number, line in enumerate(whole):
        is_lead = number == 0 and len(whole) > 1 and may_lead(line)
        line.keep("list" if line.bullet else "lead" if is_lead else "paragraph", _RULE)
    return [*lines[:at], *whole, *lines[at:]]


def is_stub(body: str, extracted: str) -> bool:
    """Whether the words of `body` are less than half of what an extractor takes for the article."""
    return len(body) * 2 < len(extracted)
