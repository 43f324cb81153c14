"""What a step of cleaning keeps of lines that the classifier took out."""

from collections.abc import Callable, Sequence

from pipeline.cleaning.lines import Line, line_of


def kept_by(keep: Callable[[Sequence[Line], Sequence[bool]], None], texts: Sequence[str]) -> list[str]:
    """What is kept by `keep` of an article whose lines in brackets the classifier took out."""
    lines = [line_of(text.strip("[]")) for text in texts]
    unlikely = [text.startswith("[") for text in texts]
    for line, may_be in zip(lines, unlikely, strict=True):
        line.remove("other", "classifier 0.40") if may_be else line.keep("paragraph", "test")
    keep(lines, unlikely)
    return [line.text for line in lines if line.kind is not None]
