"""Quick stages for counting: every article has the entities and quotes of the invented one."""

from collections.abc import Callable

from agents.pool.protocol import Job, Outcome
from agents.stage_jobs import StageSetup, perform
from pipeline.errors import Rejected
from pipeline.stages import stage_named
from schemas.records import CleanArticle, EntityArticle, QuoteArticle, RawArticle
from tests.web.articles import quote_article


def load(order: StageSetup) -> Callable[[Job], Outcome]:
    """What a pool process does in these tests."""
    functions = {"clean": clean, "entities": entities, "quotes": quotes}
    return lambda job: perform(job, stage_named(job.stage), functions[job.stage])


def clean(article: RawArticle) -> CleanArticle:
    """Refuses an article whose text is `leer`."""
    if article.text == "leer":
        raise Rejected("empty", "told to")
    fields = quote_article(article.id or "").model_dump(by_alias=True, exclude={"entities", "quotes"})
    return CleanArticle.model_validate(fields | {"schema": "clean-article/1"})


def entities(article: CleanArticle) -> EntityArticle:
    """Every third article has one entity less."""
    fields = quote_article(article.id).model_dump(by_alias=True, exclude={"quotes"})
    fields["entities"] = fields["entities"][: 2 if article.id.endswith(("0", "3", "6")) else 3]
    return EntityArticle.model_validate(fields | {"schema": "entity-article/1"})


def quotes(article: EntityArticle) -> QuoteArticle:
    """Articles whose id ends in 5 have no quotes."""
    fields = article.model_dump(by_alias=True) | {"schema": "quote-article/1"}
    found = [] if article.id.endswith("5") else quote_article(article.id).model_dump(by_alias=True)["quotes"]
    return QuoteArticle.model_validate(fields | {"quotes": found})
