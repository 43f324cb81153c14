"""What a reader types, as a query for the full-text search of articles."""

from agents.web.store.query_parser import as_in_articles


def search_expression(*, words: str = "", speaker: str = "", entity: str = "", source: str = "") -> str | None:
    """An FTS5 expression in which all that was typed is plain words; None if nothing was.

    All words must occur; the last one of each field may be the beginning of a word.
    """
    fields = {"{title text}": words, "speakers": speaker, "entities": entity, "source": source}
    parts = []
    for column, typed in fields.items():
        tokens = ['"' + token.replace('"', '""') + '"' for token in as_in_articles(typed).replace("\0", " ").split()]
        if tokens:
            parts.append(f"({column} : ({' AND '.join(tokens)} *))")
    return " AND ".join(parts) or None
