"""Whose statements a quote or a statement belongs to: one state holds what one owner said."""

from schemas.records import QuoteRecord, Statement

_SEPARATOR = "\n"
"""Between the article and the name of a speaker that is no entity. An article's id may have it as well, a name not."""


def speaker_key(record: QuoteRecord) -> str:
    """Whose statements a quote belongs to: the entity's, else those of this name in this article."""
    if record.speaker is not None:
        return record.speaker.id
    speaker = record.quote.speaker
    name = "" if speaker is None else speaker.name or speaker.text
    return _in_article(record.article.id, name)


def owner_of_statement(statement: Statement) -> str:
    """The `speaker_key` of the quotes that a statement is made of."""
    if statement.speaker is not None:
        return statement.speaker.id
    return _in_article(statement.articles[0].id, statement.said_by or "")


def stream_key(owner: str) -> str:
    """The entity or the article by whose id the quotes of an owner are keyed on their topic."""
    return owner.rpartition(_SEPARATOR)[0] or owner


def _in_article(article: str, name: str) -> str:
    return f"{article}{_SEPARATOR}{name.replace(_SEPARATOR, ' ')}"
