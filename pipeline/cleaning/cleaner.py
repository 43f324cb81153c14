"""The cleaning stage: a raw article in, its body and fields out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from pydantic import TypeAdapter

from pipeline.cleaning.classifier import Classifiers
from pipeline.cleaning.datelines import dateline, place_alone
from pipeline.cleaning.fields import fields_of
from pipeline.cleaning.fingerprint import fingerprints_of
from pipeline.cleaning.language import detect, main_language
from pipeline.cleaning.lines import Line
from pipeline.cleaning.linked_body import with_linked_body
from pipeline.cleaning.list_marks import put_back_marks
from pipeline.cleaning.metadata import Metadata
from pipeline.cleaning.parsing import read_article
from pipeline.cleaning.tickers import mark_entries
from pipeline.cleaning.verdicts import decide
from pipeline.config import PipelineConfig
from pipeline.errors import Rejected
from pipeline.identity import article_id
from pipeline.spans import CharOffset
from schemas.records import Block, CleanArticle, RawArticle, Removed

_STATE = re.compile(r"\b__(?:NEXT_DATA|NUXT(?:_DATA)?|(?:APOLLO|INITIAL|PRELOADED)_STATE)__\b")
"""What web frameworks call the data that a page is made of in the browser."""
# All of an article's at once: one by one they take three times as long.
_BLOCKS = TypeAdapter(list[Block])
_REMOVED = TypeAdapter(list[Removed])


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
        classifiers: of lines; those that ship, if not given.
    """

    def __init__(self, config: PipelineConfig, classifiers: Classifiers | None = None) -> None:
        self._config = config
        self._classifiers = classifiers or Classifiers()

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
        self._check_size(article)
        read = read_article(html=article.html, text=article.text, title=article.title)
        infobox = decide(read, self._classifiers)
        fields = fields_of(read)
        metadata = read.metadata or Metadata()
        lines = with_linked_body(read.lines, metadata.body)
        published_at = article.published_at or fields.value("published_at")
        mark_entries(
            lines,
            named=" ".join(filter(None, (read.kicker, read.title, article.url))),
            published_at=published_at,
            modified_at=fields.value("modified_at"),
            updates=metadata.updates,
        )
        put_back_marks(lines)
        kept = [line for line in lines if line.kind is not None]
        if not kept:
            raise Rejected("empty", f"no text of an article is left after cleaning{_by_script(article)}")
        text = "\n\n".join(line.text for line in kept)
        language = self._language(article, text)
        content, near = fingerprints_of(chain.from_iterable(line.words for line in kept))
        return CleanArticle(
            id=article_id(article, key=None),
            url=article.url,
            source=article.source,
            language=language,
            published_at=published_at,
            meta=article.meta,
            kicker=read.kicker,
            title=read.title,
            authors=fields.authors,
            dateline=_place(kept, lines),
            text=text,
            blocks=_BLOCKS.validate_python(list(_blocks(kept))),
            modified_at=fields.value("modified_at"),
            department=fields.value("department"),
            access="teaser" if (access := fields.value("access")) == "teaser" else "free" if access else "unknown",
            evidence={
                field: value.source
                for field, value in fields.page_values.items()
                if field != "published_at" or article.published_at is None
            },
            infobox=infobox,
            credits=fields.credits,
            agencies=fields.agencies,
            removed=_REMOVED.validate_python(_removed(lines)),
            content_hash=content,
            simhash=near,
        ), lines

    def _check_size(self, article: RawArticle) -> None:
        size = len((article.html or article.text or "").encode("utf-8", "replace"))
        if size > (most := self._config.max_article_bytes):
            raise Rejected("too-large", f"the article has {size} bytes, more than the {most} allowed")

    def _language(self, article: RawArticle, text: str) -> str:
        accepted = self._config.languages
        language = main_language(article.language) if article.language else detect(text, accepted)
        if language not in accepted:
            raise Rejected(
                "unsupported-language",
                f"the article is in {language!r}; processed are {', '.join(accepted)}",
            )
        return language


def _by_script(article: RawArticle) -> str:
    """What to say of a page whose text only a script would put into it."""
    state = _STATE.search(article.html or article.text or "")
    if state is None:
        return ""
    return f"; the page has it at most in a script's data ({state.group()}): send the page as a browser shows it"


def _place(kept: Sequence[Line], lines: Sequence[Line]) -> str | None:
    """The place of the dateline that one of the first paragraphs begins with, or that is a line of its own."""
    paragraphs = [line for line in kept if line.kind in ("lead", "paragraph")][:3]
    alone = (place_alone(line.text) for line in lines if line.field == "agencies")
    return next((found[0] for line in paragraphs if (found := dateline(line.text))), next(alone, None))


def _removed(lines: Sequence[Line]) -> list[dict[str, str]]:
    """What is no part of the text; a byline or agency line, since it holds more words than the field made of it."""
    return [
        {"text": line.text, "reason": line.reason or "other"}
        for line in lines
        if line.reason is not None or line.field in ("authors", "agencies")
    ]


def _blocks(kept: Sequence[Line]) -> Iterator[dict[str, object]]:
    """The blocks of a text that joins the kept lines by blank lines; a ticker's entry is one block."""
    position = CharOffset(0)
    for (_, time), lines in groupby(enumerate(kept), lambda pair: (pair[1].entry or -1 - pair[0], pair[1].time)):
        part = [line for _, line in lines]
        end = position + sum(len(line.text) + 2 for line in part) - 2
        yield {"begin": position, "end": end, "kind": part[0].kind or "paragraph", "time": time}
        position = end + 2


def _verdict(line: Line) -> Verdict:
    if line.kind is not None:
        return Verdict(line.text, "keep", line.kind, line.rule)
    if line.field is not None:
        return Verdict(line.text, "field", line.field, line.rule)
    return Verdict(line.text, "remove", line.reason or "other", line.rule)
