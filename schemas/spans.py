"""Spans: places in a text, as half-open ranges of Unicode code points."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self, final

from pydantic import BaseModel, ConfigDict, Field, model_validator

SPAN_SEPARATOR = " … "

if TYPE_CHECKING:

    class Place(int):
        """A place counted from the begin of a text: with a distance added or taken away it is one of the same kind."""

        def __add__(self, distance: int, /) -> Self: ...
        def __sub__(self, distance: int, /) -> Self: ...

    @final
    class CharOffset(Place):
        """The number of code points of a text that come before a place in it."""
else:
    CharOffset = int  # distinct to the type checker alone


class RecordModel(BaseModel):
    """What all records and their parts have in common: immutable, strictly typed, aliases as on the wire."""

    model_config = ConfigDict(frozen=True, strict=True, populate_by_name=True, extra="ignore", protected_namespaces=())


class Span(RecordModel):
    """Code points `begin` (included) to `end` (excluded) of the record's `text`."""

    begin: CharOffset = Field(ge=0)
    end: CharOffset = Field(ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.begin >= self.end:
            raise ValueError(f"begin {self.begin} is not before end {self.end}")
        return self


def joined(text: str, spans: Iterable[Span]) -> str:
    """The words of `spans` in `text`, in the order given, separated by " … "."""
    return SPAN_SEPARATOR.join(text[span.begin : span.end] for span in spans)


def check_span(text: str, span: Span, claimed: str | None, where: str) -> None:
    """Raise ValueError unless `span` lies within `text` and, if `claimed` is given, covers just that."""
    if span.end > len(text):
        raise ValueError(f"{where}: the span ends at {span.end}, the text at {len(text)}")
    if claimed is not None and text[span.begin : span.end] != claimed:
        raise ValueError(f"{where}: the span {span.begin}-{span.end} does not cover the text it claims")


def check_spans(text: str, spans: Iterable[Span], claimed: str, where: str) -> None:
    """Raise ValueError unless `spans` lie within `text` and their words, joined, are `claimed`."""
    spans = list(spans)
    for span in spans:
        check_span(text, span, None, where)
    if joined(text, spans) != claimed:
        raise ValueError(f"{where}: the spans do not cover the text they claim")
