"""The cleaning stage: a raw article in, its body and fields out."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

from pipeline.cleaning import shapes
from pipeline.cleaning.fingerprint import fingerprints_of
from pipeline.cleaning.forest import Forest, load
from pipeline.cleaning.language import detect
from pipeline.cleaning.lines import Line
from pipeline.cleaning.reading import read_article
from pipeline.cleaning.verdicts import decide
from pipeline.config import PipelineConfig
from pipeline.errors import Rejected
from pipeline.identity import article_id
from schemas.records import Block, CleanArticle, RawArticle, Removed


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a line, for people to read.

    Attributes:
        text: the line, normalised.
        verdict: "keep", "field" or "remove".
        detail: the block kind, the field's name or the reason.
        rule: the rule or model that decided.
    """

    text: str
    verdict: str
    detail: str
    rule: str


class Cleaner:
    """Cleans articles; a pure function of the article and the installed version.

    Args:
        config: languages and size limit.
        forests: the block classifiers "page" and "text"; those that ship, if not given.
    """

    def __init__(self, config: PipelineConfig, forests: Callable[[str], Forest] = load) -> None:
        self._config = config
        self._forests = forests

    def __call__(self, article: RawArticle) -> CleanArticle:
        """Clean one article.

        Raises:
            Rejected: "too-large", "empty" or "unsupported-language".
        """
        return self._clean(article)[0]

    def explain(self, article: RawArticle) -> tuple[CleanArticle, list[Verdict]]:
        """The cleaned article, and what became of each of its lines, in their order."""
        clean, lines = self._clean(article)
        return clean, [_verdict(line) for line in lines]

    def _clean(self, article: RawArticle) -> tuple[CleanArticle, list[Line]]:
        size = len((article.html or article.text or "").encode("utf-8", "replace"))
        if size > self._config.max_article_bytes:
            raise Rejected(
                "too-large", f"the article has {size} bytes, more than the {self._config.max_article_bytes} allowed"
            )
        read = read_article(html=article.html, text=article.text, title=article.title)
        infobox = decide(read, self._forests)
        lines, readings, metadata = read.lines, read.readings, read.metadata
        kept = [line for line in lines if line.kind is not None]
        if not kept:
            raise Rejected("empty", "no text of an article is left after cleaning")
        text = "\n\n".join(line.text for line in kept)
        language = self._language(article, text)
        blocks, position = [], 0
        for line in kept:
            blocks.append(Block(begin=position, end=position + len(line.text), kind=line.kind or "paragraph"))
            position += len(line.text) + 2
        paragraphs = [line for line in kept if line.kind in ("lead", "paragraph")][:3]
        place = next((found for line in paragraphs if (found := shapes.dateline(line.text))), None)
        authors = (
            metadata.authors
            if metadata and metadata.authors
            else [
                name
                for line, reading in zip(lines, readings, strict=True)
                if line.field == "authors"
                for name in reading.authors
            ]
        )
        agencies = [
            name
            for line, reading in zip(lines, readings, strict=True)
            if line.kind or line.field == "agencies"
            for name in shapes.agencies_in(line.text, whole=reading.agency)
        ]
        content, near = fingerprints_of(chain.from_iterable(line.words for line in kept))
        return CleanArticle(
            id=article_id(article, key=None),
            url=article.url,
            source=article.source,
            language=language,
            published_at=article.published_at or (metadata.published_at if metadata else None),
            meta=article.meta,
            kicker=read.kicker,
            title=read.title,
            authors=list(dict.fromkeys(authors)),
            dateline=place[0] if place else None,
            text=text,
            blocks=blocks,
            infobox=infobox,
            credits=list(
                dict.fromkeys(
                    r.credit[1] for line, r in zip(lines, readings, strict=True) if line.reason == "credit" and r.credit
                )
            ),
            agencies=list(dict.fromkeys(agencies)),
            removed=[
                Removed(text=line.text, reason=line.reason or "other")
                for line in lines
                # A byline or agency line holds more words than the field made of it.
                if line.reason is not None or line.field in ("authors", "agencies")
            ],
            content_hash=content,
            simhash=near,
        ), lines

    def _language(self, article: RawArticle, text: str) -> str:
        language = article.language.lower()[:2] if article.language else detect(text)[0]
        if language not in self._config.languages:
            raise Rejected(
                "unsupported-language",
                f"the article is in {language!r}; processed are {', '.join(self._config.languages)}",
            )
        return language


def _verdict(line: Line) -> Verdict:
    if line.kind is not None:
        return Verdict(line.text, "keep", line.kind, line.rule)
    if line.field is not None:
        return Verdict(line.text, "field", line.field, line.rule)
    return Verdict(line.text, "remove", line.reason or "other", line.rule)
