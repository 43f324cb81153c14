"""The store's tables, and how to open it."""

import secrets
import sqlite3
from pathlib import Path

VERSION = 12
"""Of the tables; a store of another version is built anew from the topics."""
PROGRAM = "program/"
"""What the names of the states of feeds and sinks begin with."""

_TABLES = """
CREATE TABLE articles (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    source TEXT,
    arrived REAL NOT NULL,
    at REAL NOT NULL,
    simhash TEXT NOT NULL,
    same INTEGER NOT NULL,
    first INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    position INTEGER NOT NULL,
    trail TEXT NOT NULL,
    version TEXT,
    digest BLOB NOT NULL,
    line TEXT NOT NULL,
    record BLOB NOT NULL
);
CREATE INDEX articles_arrived ON articles (arrived);
CREATE INDEX articles_at ON articles (first, at, seq);
CREATE INDEX articles_time ON articles (at, seq);
CREATE INDEX articles_source ON articles (source, at, seq);
CREATE INDEX articles_same ON articles (same, at, seq);
CREATE TABLE gone (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, same INTEGER NOT NULL);

CREATE TABLE entities (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    about TEXT NOT NULL,
    articles INTEGER NOT NULL DEFAULT 0,
    quotes INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX entities_quotes ON entities (quotes, articles, num);
CREATE TABLE free_numbers (num INTEGER PRIMARY KEY, at REAL NOT NULL);
CREATE INDEX free_numbers_at ON free_numbers (at, num);
CREATE VIRTUAL TABLE entity_search USING fts5 (name, tokenize = "unicode61 remove_diacritics 0");
CREATE TABLE mentions (
    entity INTEGER NOT NULL,
    article INTEGER NOT NULL,
    count INTEGER NOT NULL,
    arrived REAL NOT NULL,
    day INTEGER NOT NULL,
    source INTEGER NOT NULL,
    PRIMARY KEY (entity, article)
) WITHOUT ROWID;
CREATE INDEX mentions_article ON mentions (article);

CREATE TABLE labels (num INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE quotes (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    article INTEGER NOT NULL,
    entity INTEGER,
    gender TEXT,
    party INTEGER,
    agency INTEGER,
    statement INTEGER,
    fragment INTEGER NOT NULL,
    printed INTEGER NOT NULL,
    said INTEGER NOT NULL
);
CREATE INDEX quotes_article ON quotes (article);
CREATE INDEX quotes_said ON quotes (said);
CREATE INDEX quotes_statement ON quotes (statement) WHERE statement IS NOT NULL;
CREATE TABLE quote_columns (article INTEGER PRIMARY KEY, rows BLOB NOT NULL);
CREATE TABLE quote_about (
    entity INTEGER NOT NULL,
    quote INTEGER NOT NULL,
    PRIMARY KEY (entity, quote)
) WITHOUT ROWID;
CREATE INDEX quote_about_quote ON quote_about (quote);
CREATE TABLE quote_lines (num INTEGER PRIMARY KEY, line TEXT NOT NULL, context TEXT NOT NULL);
CREATE VIRTUAL TABLE quote_search USING fts5 (
    text, speaker, tokenize = "unicode61 remove_diacritics 0", columnsize = 0
);

CREATE TABLE statements (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    count INTEGER NOT NULL,
    sources INTEGER NOT NULL,
    record BLOB NOT NULL
);
CREATE TABLE statement_quotes (
    quote TEXT NOT NULL PRIMARY KEY,
    statement INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX statement_quotes_statement ON statement_quotes (statement);

CREATE VIRTUAL TABLE search USING fts5 (
    title, text, speakers, entities, source, tokenize = "unicode61 remove_diacritics 2"
);

CREATE TABLE dead_letters (
    partition INTEGER NOT NULL,
    position INTEGER NOT NULL,
    at REAL NOT NULL,
    stage TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    key TEXT,
    topic TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (partition, position)
);
CREATE INDEX dead_letters_at ON dead_letters (at);
CREATE TABLE replays (
    partition INTEGER NOT NULL,
    position INTEGER NOT NULL,
    at REAL NOT NULL,
    by TEXT,
    PRIMARY KEY (partition, position)
) WITHOUT ROWID;

CREATE TABLE changes (n INTEGER NOT NULL);
INSERT INTO changes (n) VALUES (0);
CREATE TABLE positions (
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next INTEGER NOT NULL,
    mark TEXT NOT NULL,
    PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
CREATE TABLE workers (id TEXT PRIMARY KEY, at REAL NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE states (name TEXT PRIMARY KEY, at REAL NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
-- A statement that a trigger follows begins a savepoint, at which the full-text indexes write what they hold in memory
-- to the disk: unless it says what is to be done where it fails, other than the default.
CREATE TRIGGER named AFTER INSERT ON mentions BEGIN
    UPDATE entities SET articles = articles + 1 WHERE num = new.entity;
END;
CREATE TRIGGER no_longer_named AFTER DELETE ON mentions BEGIN
    UPDATE entities SET articles = articles - 1 WHERE num = old.entity;
END;
CREATE TRIGGER quoted AFTER INSERT ON quotes WHEN new.entity IS NOT NULL AND new.fragment = 0 BEGIN
    UPDATE entities SET quotes = quotes + 1 WHERE num = new.entity;
END;
CREATE TRIGGER no_longer_quoted AFTER DELETE ON quotes WHEN old.entity IS NOT NULL AND old.fragment = 0 BEGIN
    UPDATE entities SET quotes = quotes - 1 WHERE num = old.entity;
END;
CREATE TABLE samples (
    stage TEXT NOT NULL,
    at REAL NOT NULL,
    committed INTEGER NOT NULL,
    lag INTEGER NOT NULL,
    PRIMARY KEY (stage, at)
) WITHOUT ROWID;
"""


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open the store, making or remaking it where that is needed.

    Only one process at a time may do so. WAL lets the readers go on meanwhile;
    after a power cut the last moments may be missing, and are read from the
    topics again, since positions are written in the same transactions.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _connect(path)
    if connection.execute("PRAGMA user_version").fetchone()[0] not in (0, VERSION):
        connection.close()
        remove_store(path)
        connection = _connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA recursive_triggers = ON")
    if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
        pragmas = f"PRAGMA user_version = {VERSION}; PRAGMA application_id = {secrets.randbits(31)};"
        connection.executescript(f"BEGIN; {_TABLES} {pragmas} COMMIT;")
    return connection


def identity(connection: sqlite3.Connection) -> int:
    """By what a store is told from the one that is made in its place, in which articles have other numbers."""
    number: int = connection.execute("PRAGMA application_id").fetchone()[0]
    return number


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open a store that exists, for queries only, from any thread.

    Raises:
        sqlite3.OperationalError: there is no store yet.
    """
    if not path.exists():
        raise sqlite3.OperationalError("there is no store here yet; a worker makes it")
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5, check_same_thread=False)
    connection.execute("PRAGMA query_only = ON")
    if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        connection.close()
        raise sqlite3.OperationalError("the store is being made")
    return connection


def is_corrupt(error: BaseException) -> bool:
    """Whether an error means that the file is no sound store, and not that the disk is full or the store in use."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)


def remove_store(path: Path) -> None:
    """Delete the store, so that it is filled from the topics again."""
    for file in path.parent.glob(path.name + "*"):
        file.unlink()


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=10, isolation_level=None)
