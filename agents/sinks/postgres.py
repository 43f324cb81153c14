"""PostgreSQL: rows and offsets in one transaction, so that each message counts exactly once."""

import asyncio
import hashlib
import re
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from aiokafka import TopicPartition
from psycopg import sql

from agents.sinks.postgres_schema import MIGRATIONS
from agents.sinks.store import (
    Batch,
    SinkAddressError,
    SinkError,
    SinkUnavailable,
    StoredPosition,
    WriteResult,
    fresh,
    positions_in,
    words_of,
)
from pipeline.tables.columns import TABLES, TABLES_OF, RecordKind, Row
from pipeline.tables.rows import Change

T = TypeVar("T")

CONNECT_SECONDS = 10
KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}
"""When the other end of a connection disappears without notice, it is given up after a minute. The default is more than
two hours, in which the lock of a sink that has disappeared would keep every other one out."""
QUOTED = re.compile(r'".*"')
NUL = re.compile("\x00")
NUL_IN_JSON = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


class PostgresStore:
    """Tables of a database's current schema.

    Args:
        dsn: a connection string or address, as libpq has it.
    """

    batch_bytes = 4_000_000
    flush_seconds = 2.0

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: psycopg.Connection[Any] | None = None
        self._positions: dict[TopicPartition, StoredPosition] = {}
        """As the last transaction that was confirmed left them."""
        try:
            parts = psycopg.conninfo.conninfo_to_dict(dsn)
        except psycopg.Error as error:
            words = words_of(error)
            if not words.startswith(("invalid connection option", "invalid URI query parameter")):
                # What libpq quotes is the password, or may have it.
                words = QUOTED.sub('"…"', words)
            raise SinkAddressError(f"not an address of PostgreSQL: {words}") from None
        own = {"connect_timeout": CONNECT_SECONDS, "application_name": "redefluss sink"} | KEEPALIVES
        self._options: dict[str, Any] = {name: value for name, value in own.items() if name not in parts}
        self.name = f"PostgreSQL {parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"

    async def open(self) -> Mapping[TopicPartition, StoredPosition]:
        """Connect and migrate; the offsets that the database has."""
        return await _in_thread(self._open)

    async def write(self, batch: Batch) -> WriteResult:
        """One transaction: what the changes replace goes, their rows and the offsets come."""
        return await _in_thread(lambda: self._write(batch))

    async def close(self) -> None:
        """Disconnect, unless a transaction is under way that the server does not answer: it ends with the process."""
        if self._connection is not None and not self._connection.lock.locked():
            self._connection.close()

    def _open(self) -> Mapping[TopicPartition, StoredPosition]:
        try:
            connection = self._connected()
            self._migrate(connection)
            self._positions = _positions(connection)
            connection.commit()
        except SinkUnavailable as error:
            raise SinkError(str(error)) from None
        except psycopg.Error as error:
            raise SinkError(f"{self.name}: {words_of(error)}") from None
        return self._positions

    def _connected(self) -> psycopg.Connection[Any]:
        """The connection, made anew if it broke, and no other sink beside it."""
        if self._connection is not None and not self._connection.closed:
            return self._connection
        try:
            connection = psycopg.connect(self._dsn, **self._options)
            for name in ("idle", "interval", "count"):  # of the server's end
                value = KEEPALIVES[f"keepalives_{name}"]
                connection.execute("SELECT set_config(%s, %s, false)", (f"tcp_keepalives_{name}", str(value)))
            lock = "SELECT pg_try_advisory_lock(hashtext('redefluss sink'), hashtext(current_schema()))"
            row = connection.execute(lock).fetchone()
            connection.commit()
        except psycopg.OperationalError as error:
            raise SinkUnavailable(f"{self.name}: {words_of(error)}") from None
        if row is None or not row[0]:
            connection.close()
            raise SinkUnavailable(f"{self.name}: another sink writes to it")
        self._connection = connection
        return connection

    def _migrate(self, connection: psycopg.Connection[Any]) -> None:
        with connection.transaction():
            connection.execute("CREATE TABLE IF NOT EXISTS sink_schema (version integer NOT NULL)")
            row = connection.execute("SELECT max(version) FROM sink_schema").fetchone()
            version = (row[0] if row else None) or 0
            if version > len(MIGRATIONS):
                raise SinkError(f"{self.name}: its tables are of a newer version of Redefluss than this one")
            if version == 0:
                connection.execute(
                    "CREATE TABLE sink_offsets (topic text, partition integer, next_offset bigint NOT NULL,"
                    " fingerprint text NOT NULL, PRIMARY KEY (topic, partition))"
                )
            for number, migration in enumerate(MIGRATIONS[version:], version + 1):
                for statement in migration():
                    connection.execute(statement.encode())
                connection.execute("DELETE FROM sink_schema")
                connection.execute("INSERT INTO sink_schema VALUES (%s)", (number,))

    def _write(self, batch: Batch) -> WriteResult:
        former = self._connection
        connection = self._connected()
        made: list[Change] = []
        try:
            with connection.transaction(), connection.cursor() as cursor:
                if connection is not former:
                    self._check_positions(connection, batch)
                for kind, tables in TABLES_OF.items():
                    changes = self._fresh(cursor, kind, batch.latest(kind))
                    made += changes
                    self._replace(cursor, tables, changes)
                cursor.executemany(
                    "INSERT INTO sink_offsets VALUES (%s, %s, %s, %s) ON CONFLICT (topic, partition)"
                    " DO UPDATE SET next_offset = excluded.next_offset, fingerprint = excluded.fingerprint",
                    batch.position_rows,
                )
        except psycopg.Error as error:
            # One that stood still for too long, as on a machine that was paused, ends with another kind of error.
            if isinstance(error, psycopg.OperationalError) or connection.closed:
                connection.close()
                raise SinkUnavailable(f"{self.name}: {words_of(error)}") from None
            raise SinkError(f"{self.name}: {words_of(error)}") from None
        self._positions = self._positions | batch.positions
        return batch.result_of(made)

    def _check_positions(self, connection: psycopg.Connection[Any], batch: Batch) -> None:
        """Over a new connection there may be another server, or an older state: rows would be missing there for ever.

        The batch may be there already, if the old connection broke when it was committed.

        Raises:
            SinkError: the offsets are not those that were written.
        """
        if _positions(connection) not in (self._positions, self._positions | batch.positions):
            raise SinkError(f"{self.name}: has other offsets than were written; the next start goes on from them")

    @staticmethod
    def _fresh(cursor: psycopg.Cursor[Any], kind: RecordKind, changes: list[Change]) -> list[Change]:
        keys = {_key(change): change.key for change in changes}
        cursor.execute(
            sql.SQL("SELECT key, digest FROM {} WHERE key = ANY(%s)").format(sql.Identifier(TABLES_OF[kind][0])),
            (list(keys),),
        )
        return fresh(changes, {keys[key]: digest for key, digest in cursor.fetchall()})

    @staticmethod
    def _replace(cursor: psycopg.Cursor[Any], tables: tuple[str, ...], changes: list[Change]) -> None:
        main = tables[0]
        gone = [_key(change) for change in changes]
        cursor.execute(sql.SQL("DELETE FROM {} WHERE key = ANY(%s)").format(sql.Identifier(main)), (gone,))
        for table in tables:
            columns = [*TABLES[table], "key", *(["digest"] if table == main else [])]
            into = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
            )
            with cursor.copy(into) as copy:
                for change in changes:
                    more = [_key(change), *([change.digest] if table == main else [])]
                    for row in change.rows.get(table, ()):
                        copy.write_row([*_values(table, row), *more])


async def _in_thread(work: Callable[[], T]) -> T:
    """Do it beside the event loop, in a thread that no end of the process waits for: a server may never answer."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(outcome: Callable[[], None]) -> None:
        if not done.done():
            outcome()

    def run() -> None:
        try:
            result = work()
        except Exception as error:
            outcome = partial(done.set_exception, error)
        else:
            outcome = partial(done.set_result, result)
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, outcome)

    threading.Thread(target=run, name="PostgreSQL", daemon=True).start()
    return await done


def _positions(connection: psycopg.Connection[Any]) -> dict[TopicPartition, StoredPosition]:
    """How far the database is."""
    return positions_in(connection.execute("SELECT topic, partition, next_offset, fingerprint FROM sink_offsets"))


def _key(change: Change) -> UUID:
    return UUID(bytes=hashlib.blake2b(change.key.encode(), digest_size=16).digest())


def _values(table: str, row: Row) -> list[Any]:
    """A row as PostgreSQL takes it: it knows no character NUL, in whose place the replacement character comes."""
    made = []
    for column, type_ in TABLES[table].items():
        value = row[column]
        if value is not None and type_ == "text":
            value = NUL.sub("�", value)
        elif value is not None and type_ == "texts":
            value = [NUL.sub("�", item) for item in value]
        elif value is not None and type_ == "json":
            value = NUL_IN_JSON.sub(r"\1\\ufffd", value)
        made.append(value)
    return made
