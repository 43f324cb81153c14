"""An article's fields beside its text: by its page where that has them, else by its lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.cleaning.access import access_of
from pipeline.cleaning.agencies import AGENCIES, agencies_in, agencies_of_source
from pipeline.cleaning.bylines import agencies_of_byline, own_bylines
from pipeline.cleaning.credits import says_nothing
from pipeline.cleaning.dates import dated_lines, is_day_in_words
from pipeline.cleaning.embeds import is_author_of_post
from pipeline.cleaning.field_value import FieldValue
from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import Line
from pipeline.cleaning.metadata import Metadata
from pipeline.cleaning.parsing import ParsedArticle

_ABOVE, _BELOW = 12, 4
_PICTURES = frozenset(("figure", "figcaption", "caption", "video"))


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
    own = own_bylines(article.lines)
    signed = [name for number in own for name in article.readings[number].authors]
    sites = {site.lower() for site in metadata.sites}
    by_site_alone = all(name.lower() in sites for name in metadata.authors)
    authors = signed if signed and by_site_alone else metadata.authors
    agencies = [
        name
        for line, said in pairs
        if line.kind or line.field == "agencies"
        for name in agencies_in(line.text, whole=said.agency)
    ]
    agencies += [name for name in authors if name in AGENCIES]
    agencies += [name for number in own for name in agencies_of_byline(article.lines[number].text)]
    agencies += [name for line in _sources(article.lines) for name in agencies_of_source(line.text)]
    credits = [
        said.credit[1]
        for line, said in pairs
        if line.reason == "credit" and said.credit and not says_nothing(said.credit[1])
    ]
    return Fields(_unique(authors), _unique(agencies), _unique(credits), _page_values(article, metadata, own))


def _sources(lines: Sequence[Line]) -> list[Line]:
    """The removed lines that may say where the article comes from: below its text, on a page also at its beginning.

    Those of pictures are where pictures are.
    """
    kept = [number for number, line in enumerate(lines) if line.kind is not None]
    if not kept:
        return []
    below = lines[kept[-1] + 1 :][:_BELOW]
    at_beginning = lines[max(0, kept[0] - _ABOVE) : kept[0] + _BELOW]
    return [
        line
        for line in [*(line for line in at_beginning if line.markup is not None), *below]
        if line.reason is not None and (line.markup is None or line.markup.near.isdisjoint(_PICTURES))
    ]


def _page_values(article: ParsedArticle, metadata: Metadata, bylines: Sequence[int]) -> dict[str, FieldValue]:
    signed = [article.lines[number] for number in bylines]
    # Those in brackets stand at a text's end, and have the day alone.
    over_text = [line for line in signed if line.text[0] != "("]
    at_end = [line for line in article.lines if line.field in ("authors", "agencies") and line.text[0] == "("]
    published, modified = dated_lines([*over_text, *_lines_at_beginning(article.lines), *at_end])
    page_values = {
        "published_at": metadata.published or published,
        "modified_at": metadata.modified or modified,
        "department": metadata.department,
        "access": access_of(article.lines, metadata.access, metadata.body),
    }
    return {field: value for field, value in page_values.items() if value is not None}


def _lines_at_beginning(lines: Sequence[Line]) -> list[Line]:
    """The lines above and between the first of the text that may say when the article was published."""
    begin = next((number for number, line in enumerate(lines) if line.kind is not None), len(lines))
    return [
        lines[number]
        for number in range(max(0, begin - _ABOVE), min(begin + _BELOW, len(lines)))
        if lines[number].kind is None
        and lines[number].field != "title"
        and lines[number].reason != "embed"
        and not is_author_of_post(lines[number].text)
        and not (number > begin and _is_heading(lines[number - 1 : number + 2]))
    ]


def _is_heading(lines: Sequence[Line]) -> bool:
    """Whether the second of three lines is a day that heads a part of the text ("9. November 1938")."""
    line, beside = lines[1], lines[::2]
    return (
        line.field != "authors"
        and len(beside) == 2
        and is_paragraph(beside[0])
        and all(other.kind is not None for other in beside)
        and is_day_in_words(line.text)
    )


def _unique(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))
