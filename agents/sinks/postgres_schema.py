"""The tables that the sink makes in PostgreSQL, version by version."""

from collections.abc import Mapping

from pipeline.tables.columns import TABLES, TABLES_OF, ColumnType

TYPES: Mapping[ColumnType, str] = {
    "text": "text",
    "texts": "text[]",
    "integer": "bigint",
    "number": "double precision",
    "truth": "boolean",
    "time": "timestamptz",
    "json": "jsonb",
}


def _first_version() -> list[str]:
    """Tables, their keys (of 16 bytes, since an id can be too long for an index), and indexes for usual questions."""
    made = []
    for tables in TABLES_OF.values():
        for table in tables:
            columns = [f"{name} {TYPES[type_]}" for name, type_ in TABLES[table].items()]
            if table == tables[0]:
                columns += ["key uuid PRIMARY KEY", "digest bytea NOT NULL"]
            else:
                columns += [
                    f"key uuid NOT NULL REFERENCES {tables[0]} ON DELETE CASCADE",
                    "PRIMARY KEY (key, position)",
                ]
            made.append(f"CREATE TABLE {table} ({', '.join(columns)})")
    indexes = (
        "articles USING hash (id)",
        "articles (published_at)",
        "entities USING hash (id)",
        "quotes USING hash (id)",
        "quotes USING hash (article_id)",
        "quotes USING hash (speaker_id)",
        "quotes USING hash (speaker_name)",
        "quotes (published_at)",
        "statements USING hash (id)",
        "statements USING hash (speaker_id)",
        "statements (first_published_at)",
    )
    return [*made, *(f"CREATE INDEX ON {index}" for index in indexes)]


def _second_version() -> list[str]:
    """Other indexes on what stands in very many rows: a hash index looks through all of them for each new one. A B-tree
    takes no long texts, but SP-GiST does."""
    return [
        "DROP INDEX IF EXISTS entities_id_idx, quotes_speaker_id_idx",
        "DROP INDEX IF EXISTS quotes_speaker_name_idx, statements_speaker_id_idx",
        "CREATE INDEX entities_id_idx ON entities USING spgist (id)",
        "CREATE INDEX quotes_speaker_id_idx ON quotes USING spgist (speaker_id)",
        "CREATE INDEX quotes_speaker_name_idx ON quotes USING spgist (speaker_name)",
        "CREATE INDEX statements_speaker_id_idx ON statements USING spgist (speaker_id)",
    ]


MIGRATIONS = (_first_version, _second_version)
"""What leads from each version of the schema to the next, the first from an empty one."""
