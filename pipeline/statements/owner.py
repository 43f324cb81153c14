"""Whose statements a quote or a statement belongs to: one state holds what one owner said."""

from schemas.records import QuoteRecord, Statement


def speaker_key(record: QuoteRecord) -> str:
    """Whose statements a quote belongs to: the entity's, else those of this name in this article."""
    if record.speaker is not None:
        return record.speaker.id
    speaker = record.quote.speaker
    name = "" if speaker is None else speaker.name or speaker.text
    return f"{record.article.id}\n{name}"


def owner_of_statement(statement: Statement) -> str:
    """The `speaker_key` of the quotes that a statement is made of."""
    if statement.speaker is not None:
        return statement.speaker.id
    return f"{statement.articles[0].id}\n{statement.said_by or ''}"
