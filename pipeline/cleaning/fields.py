"""An article's fields beside its text: by its page where that has them, else by its lines."""

from dataclasses import dataclass

from pipeline.cleaning import shapes
from pipeline.cleaning.access import access_of
from pipeline.cleaning.dates import dated_lines
from pipeline.cleaning.field_value import FieldValue
from pipeline.cleaning.metadata import Metadata
from pipeline.cleaning.parsing import ParsedArticle

_ABOVE, _BELOW = 12, 4


@dataclass(frozen=True, slots=True)
class Fields:
    """What is known of an article beside its text.

    Attributes:
        page_values: `published_at`, `modified_at`, `department` and `access`, as far as something tells them.
    """

    authors: list[str]
    agencies: list[str]
    credits: list[str]
    page_values: dict[str, FieldValue]

    def value(self, field: str) -> str | None:
        """What was told of `field`."""
        return self.page_values[field].value if field in self.page_values else None


def fields_of(article: ParsedArticle) -> Fields:
    """The fields of an article whose lines have their verdicts."""
    pairs = list(zip(article.lines, article.readings, strict=True))
    metadata = article.metadata or Metadata()
    authors = metadata.authors or [name for line, said in pairs if line.field == "authors" for name in said.authors]
    agencies = [
        name
        for line, said in pairs
        if line.kind or line.field == "agencies"
        for name in shapes.agencies_in(line.text, whole=said.agency)
    ]
    credits = [said.credit[1] for line, said in pairs if line.reason == "credit" and said.credit]
    return Fields(_unique(authors), _unique(agencies), _unique(credits), _page_values(article, metadata))


def _page_values(article: ParsedArticle, metadata: Metadata) -> dict[str, FieldValue]:
    lines = article.lines
    begin = next((number for number, line in enumerate(lines) if line.kind is not None), len(lines))
    published, modified = dated_lines(
        [line for line in lines[max(0, begin - _ABOVE) : begin + _BELOW] if line.kind is None and line.field != "title"]
    )
    page_values = {
        "published_at": metadata.published or published,
        "modified_at": metadata.modified or modified,
        "department": metadata.department,
        "access": access_of(lines, metadata.access, metadata.body),
    }
    return {field: value for field, value in page_values.items() if value is not None}


def _unique(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))
