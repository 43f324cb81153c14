"""What an archive gives: articles to send, what is refused, and what is no article at all."""

from dataclasses import dataclass

from agents.cli.articles import ArticleMessage, RefusedInput
from pipeline.identity import article_id
from schemas.codec import RecordError, encode
from schemas.records import RawArticle


@dataclass(frozen=True)
class Skipped:
    """What is no article and was not meant to be one."""

    origin: str


def message(origin: str, article: RawArticle, limit_bytes: int) -> ArticleMessage | RefusedInput:
    """An article ready to be sent."""
    try:
        value = encode(article)
    except RecordError as error:
        return RefusedInput(origin, str(error))
    if len(value) > limit_bytes:
        return RefusedInput(origin, f"{len(value):,} bytes; the limit of a message is {limit_bytes:,}")
    return ArticleMessage(origin, article_id(article, key=None), value)
