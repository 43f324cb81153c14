"""An article: its text with quotes and entities, and how it came about."""

import asyncio

from aiohttp.web import HTTPNotFound, Request, Response
from faust import web

from agents.web.annotate import hues, paragraphs
from agents.web.models import StoredArticle
from agents.web.pages import Pages
from agents.web.paths import words_anchor
from agents.web.problems import NotFound
from agents.web.site import Site, site_of
from schemas.codec import RecordError, from_object
from schemas.records import QuoteArticle

pages = Pages("articles")


async def find_article(site: Site, id_: str) -> StoredArticle:
    """The article from the store.

    Raises:
        HTTPNotFound: it is not there (any more).
    """
    found = await asyncio.to_thread(site.reader.article, id_)
    if found is None:
        raise HTTPNotFound(text="no such article is kept")
    return found


@pages.page("/articles/", name="article-by-query")
@pages.page(r"/articles/{id:[\s\S]+}", name="article")
async def article(_: web.View, request: Request, id: str | None = None) -> Response:
    """The article with that id, which may hold anything, also slashes; without one, that whose id is in the query."""
    id_ = request.query.get("id", "") if id is None else id
    site = site_of(request)
    found = await find_article(site, id_)

    def render() -> Response:
        try:
            record = from_object(found.record, QuoteArticle)
        except RecordError as error:
            raise NotFound("the article's record is of another version (%(detail)s)", detail=error.detail) from None
        return site.page(
            "article.html",
            request,
            article=record,
            found=found,
            copies=site.reader.copies(id_),
            statements=site.reader.statements_of(id_),
            paragraphs=paragraphs(record),
            hues=hues(record),
            anchors=_anchors(record),
            names={entity.id: entity.name for entity in record.entities},
            total_ms=sum(step.took_ms or 0.0 for step in found.steps),
        )

    return await asyncio.to_thread(render)  # of a long article that takes seconds, in which others are answered


def _anchors(record: QuoteArticle) -> list[str]:
    """Of each quote: by its words, or by its number where an earlier one has the same words."""
    by_words = {words_anchor(quote.text): number for number, quote in reversed([*enumerate(record.quotes)])}
    return [
        anchor if by_words[anchor := words_anchor(quote.text)] == number else f"quote-{number}"
        for number, quote in enumerate(record.quotes)
    ]
