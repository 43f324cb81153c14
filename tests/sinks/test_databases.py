"""PostgreSQL and DuckDB by themselves: one transaction a batch, whatever stands in it, and versions of the tables."""

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from aiokafka import TopicPartition

from agents.sinks.store import Batch, SinkAddressError, SinkError, SinkStore, SinkUnavailable, StoredPosition
from pipeline.tables.columns import RecordKind
from pipeline.tables.rows import Change, change_of
from tests.sinks.conftest import Archive, ask_duckdb
from tests.sinks.records import RELEASE_0_1, article, statement
from tests.support.small_disk import filled, mount, small_disk

TP = TopicPartition("articles.quotes", 0)
LONG = "".join(chr(0x4E00 + 7919 * n % 20_000) for n in range(1900))
"""The longest id there is, of characters that do not compress."""


def batch(*messages: tuple[str, bytes | None], kind: RecordKind = "article", upto: int = 1) -> Batch:
    made = Batch(positions={TP: StoredPosition(upto, "x")})
    for key, value in messages:
        change = change_of(kind, key.encode(), value, timestamp_ms=0)
        made.messages.append((SimpleNamespace(value=value), change))
    return made


DATABASES = pytest.mark.parametrize("archive", ["duckdb", "postgres"], indirect=True)


@pytest.fixture
def make(archive: Archive) -> Callable[[], SinkStore]:
    """Opens the archive anew."""
    kind, target = archive.arguments
    if kind == "duckdb":
        from agents.sinks.duckdb import DuckDBStore

        return lambda: DuckDBStore(Path(target))
    from agents.sinks.postgres import PostgresStore

    return lambda: PostgresStore(target)


@DATABASES
async def test_revisions_repeats_and_tombstones(make: Callable[[], SinkStore], archive: Archive) -> None:
    store = make()
    assert await store.open() == {}
    written = await store.write(batch(("a-1", article("a-1")), ("a-2", article("a-2")), ("alt-1", RELEASE_0_1)))
    assert written.rows == {"articles": 3, "entities": 3, "mentions": 3, "quotes": 3}
    await store.write(batch(("s-1", statement("s-1")), kind="statement"))
    again = await store.write(batch(("a-1", article("a-1")), upto=5))
    assert (again.rows, again.unchanged) == ({}, 1)
    await store.write(batch(("a-2", article("a-2", said=("Nein", "Doch"))), ("alt-1", None), ("b", None), upto=8))
    await store.write(batch(("s-1", statement("s-1", articles=3)), kind="statement", upto=9))
    await store.close()
    assert archive.ask("SELECT id, text FROM quotes ORDER BY id") == [
        ("a-1#0", "Das tut weh"),
        ("a-2#0", "Nein"),
        ("a-2#1", "Doch"),
    ]
    assert archive.ask("SELECT count(*) FROM mentions") == [(2,)]
    assert archive.ask("SELECT id, count, article_ids[3] FROM statements") == [("s-1", 3, "a-2")]
    store = make()
    assert await store.open() == {TP: StoredPosition(9, "x")}
    await store.close()


@DATABASES
async def test_hostile_text_is_kept(make: Callable[[], SinkStore], archive: Archive) -> None:
    store = make()
    await store.open()
    hostile = article("a-1", title="<b>\x00'\";--", authors=["\x00", "{,\"'\\}"], meta={"x": "\x00\\u0000\t"})
    await store.write(batch(("a-1", hostile), (LONG, article(LONG, published="0001-01-01T00:00:00+14:00"))))
    await store.close()
    ((title,),) = archive.ask("SELECT title FROM articles WHERE id = 'a-1'")
    assert title.replace("\x00", "�") == "<b>�'\";--"
    assert archive.ask("SELECT authors[2] FROM articles WHERE id = 'a-1'") == [("{,\"'\\}",)]
    assert len(archive.ask(f"SELECT id FROM quotes WHERE article_id = '{LONG}'")) == 1


async def test_one_sink_at_a_time_and_no_newer_tables(database: str) -> None:
    from agents.sinks.postgres import PostgresStore

    first, second = PostgresStore(database), PostgresStore(database)
    await first.open()
    with pytest.raises(SinkError, match="another sink"):
        await second.open()
    await first.close()
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE sink_schema SET version = 99")
    with pytest.raises(SinkError, match="newer version"):
        await second.open()
    await second.close()


async def test_tables_of_the_first_version_get_other_indexes(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from agents.sinks import postgres
    from agents.sinks.postgres_schema import MIGRATIONS

    indexes = "SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%USING hash%' ORDER BY indexname"
    with monkeypatch.context() as former:
        former.setattr(postgres, "MIGRATIONS", MIGRATIONS[:1])
        store = postgres.PostgresStore(database)
        await store.open()
        await store.write(batch(("a-1", article("a-1"))))
        await store.close()
    store = postgres.PostgresStore(database)
    await store.open()
    await store.write(batch(("a-2", article("a-2"))))
    await store.close()
    with psycopg.connect(database) as connection:
        assert {name for (name,) in connection.execute(indexes)} == {
            "articles_id_idx", "quotes_id_idx", "quotes_article_id_idx", "statements_id_idx"
        }  # fmt: skip
        assert connection.execute("SELECT version FROM sink_schema").fetchall() == [(2,)]
        assert connection.execute("SELECT id FROM articles ORDER BY id").fetchall() == [("a-1",), ("a-2",)]


async def test_duckdb_makes_the_folder_of_its_file_and_takes_no_other_file_for_one_of_its_own(tmp_path: Path) -> None:
    from agents.sinks.duckdb import DuckDBStore

    for _ in range(2):
        store = DuckDBStore(tmp_path / "neu" / "out.duckdb")
        await store.open()
        await store.close()
    for content in ("Der Rat tagte gestern.", ""):  # an empty file, too, is refused by DuckDB
        (tmp_path / "notizen.txt").write_text(content)
        with pytest.raises(SinkAddressError, match="txt: not a file of DuckDB"):
            await DuckDBStore(tmp_path / "notizen.txt").open()
    with pytest.raises(IsADirectoryError):
        await DuckDBStore(tmp_path).open()


@pytest.mark.parametrize("checkpoint", ["16MB", "100KB"], ids=["in the commit", "behind it"])
async def test_duckdb_waits_for_a_full_disk(tmp_path: Path, checkpoint: str) -> None:
    from agents.sinks.duckdb import DuckDBStore

    large = "".join(chr(0x4E00 + 7919 * n % 20_000) for n in range(40_000))
    lots = [batch((f"a-{n}", article(f"a-{n}", title=large[n:])), upto=n + 1) for n in range(12)]
    with small_disk(tmp_path / "disk", "8m") as folder:
        store = DuckDBStore(folder / "out.duckdb")
        await store.open()
        store._connection.execute(f"SET checkpoint_threshold = '{checkpoint}'")

        async def write_all() -> None:
            for lot in lots:
                await store.write(lot)

        with filled(folder, but=600_000):
            for _ in range(2):
                with pytest.raises(SinkUnavailable, match="No space left"):
                    await write_all()
        await write_all()
        await store.close()
        assert ask_duckdb(folder, "SELECT id, next_offset FROM articles, sink_offsets ORDER BY len(id), id") == [
            (f"a-{n}", len(lots)) for n in range(len(lots))
        ]


async def test_a_file_of_duckdb_on_a_read_only_disk_is_told_as_one_that_cannot_be_used(tmp_path: Path) -> None:
    from agents.sinks.duckdb import DuckDBStore

    with small_disk(tmp_path / "disk", "24m") as disk:
        (disk / "used").mkdir()
        store = DuckDBStore(disk / "used" / "out.duckdb")
        await store.open()
        await store.close()
        mount("-o", "remount,ro", str(disk))
        for folder in (disk / "used", disk):
            with pytest.raises(SinkAddressError, match=f"{folder} cannot be written: it is read-only"):
                await DuckDBStore(folder / "out.duckdb").open()


async def test_a_server_or_sink_that_has_gone_without_a_word_is_soon_given_up(database: str) -> None:
    """By both ends: the server's default is more than two hours, in which no other sink would get its lock."""
    from agents.sinks.postgres import PostgresStore

    store = PostgresStore(f"{database}?keepalives_count=7&application_name=mine")
    await store.open()
    connection = store._connection
    assert connection is not None
    own = connection.info.get_parameters()
    assert (own["keepalives_idle"], own["keepalives_count"], own["application_name"]) == ("30", "7", "mine")
    assert connection.execute("SHOW tcp_keepalives_idle").fetchone() == ("30",)
    assert connection.execute("SHOW tcp_keepalives_interval").fetchone() == ("10",)
    assert connection.execute("SHOW tcp_keepalives_count").fetchone() == ("3",)
    connection.rollback()
    await store.close()


async def test_no_end_of_the_process_waits_for_a_server_that_does_not_answer() -> None:
    from agents.sinks import postgres

    def refuse() -> None:
        raise SinkUnavailable("not now")

    assert await postgres._in_thread(lambda: threading.current_thread().daemon)
    with pytest.raises(SinkUnavailable, match="not now"):
        await postgres._in_thread(refuse)
    may_end = threading.Event()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(postgres._in_thread(may_end.wait), 0.05)
    may_end.set()


async def test_a_lost_connection_is_made_again(database: str) -> None:
    from agents.sinks.postgres import PostgresStore

    store = PostgresStore(database)
    await store.open()
    await store.write(batch(("a-1", article("a-1"))))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'redef%'"
        )
    second = batch(("a-2", article("a-2")))
    with pytest.raises(SinkUnavailable):
        await store.write(second)
    await store.write(second)
    await store.close()
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT id FROM articles ORDER BY id").fetchall() == [("a-1",), ("a-2",)]


async def test_a_transaction_that_stood_still_for_too_long_is_made_again(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As while the sink's machine was paused: the server ends the connection, with an error that is none of its own."""
    from agents.sinks.postgres import PostgresStore

    store = PostgresStore(f"{database}?options=-c%20idle_in_transaction_session_timeout%3D50")
    fresh, pauses = PostgresStore._fresh, [0.5]

    def fresh_after_a_pause(*arguments: Any) -> list[Change]:
        time.sleep(pauses.pop() if pauses else 0.0)
        return fresh(*arguments)

    await store.open()
    monkeypatch.setattr(PostgresStore, "_fresh", staticmethod(fresh_after_a_pause))
    with pytest.raises(SinkUnavailable, match="idle-in-transaction timeout"):
        await store.write(batch(("a-1", article("a-1"))))
    await store.write(batch(("a-1", article("a-1"))))
    await store.close()
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT id FROM articles").fetchall() == [("a-1",)]


@pytest.mark.parametrize(
    ("offset", "words"), [(1, "other offsets than were written"), (2, None), (3, None), (4, "other offsets")]
)
async def test_over_a_new_connection_nothing_is_added_to_another_state(
    database: str, offset: int, words: str | None
) -> None:
    """As of a copy that took over and lacks the last batch, or which a second sink has filled meanwhile. What is there
    may be the batch of which the old connection brought no confirmation."""
    from agents.sinks.postgres import PostgresStore

    store = PostgresStore(database)
    await store.open()
    await store.write(batch(("a-1", article("a-1")), upto=2))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'redef%'"
        )
        connection.execute("UPDATE sink_offsets SET next_offset = %s", (offset,))
    second = batch(("a-2", article("a-2")), upto=3)
    with pytest.raises(SinkUnavailable):
        await store.write(second)
    if words is None:
        await store.write(second)
    else:
        with pytest.raises(SinkError, match=words):
            await store.write(second)
    await store.close()
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchall() == [(1 if words else 2,)]


def test_a_wrong_address_is_told() -> None:
    from agents.sinks.postgres import PostgresStore

    with pytest.raises(SinkError, match="not an address"):
        PostgresStore("kein dsn")
