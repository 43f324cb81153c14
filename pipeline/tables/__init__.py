"""The stream as tables: articles, entities, mentions, quotes and statements in rows, for stores of every kind."""
