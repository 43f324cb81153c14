"""From a page's HTML to its lines and metadata."""

from dataclasses import dataclass, field

import trafilatura

from pipeline.cleaning.lines import Line, text_lines
from schemas.records import RawArticle


@dataclass(slots=True)
class Metadata:
    """What a page says about its article."""

    title: str | None = None
    kicker: str | None = None
    authors: list[str] = field(default_factory=list)
    published_at: str | None = None


def read_page(article: RawArticle) -> tuple[Metadata, list[Line]]:
    """Metadata and lines of the article's page."""
    html = article.html or ""
    text = trafilatura.extract(html, include_comments=False, favor_precision=False) or ""
    found = trafilatura.extract_metadata(html)
    metadata = Metadata(title=found.title, authors=(found.author or "").split("; ")) if found else Metadata()
    return metadata, text_lines(text)
