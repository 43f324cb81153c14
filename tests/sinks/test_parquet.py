"""The folder of Parquet files by itself: parts, what an interrupted batch leaves, and who else reads it."""

import os
import stat
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pyarrow.dataset
import pytest
from aiokafka import TopicPartition

from agents.sinks.catalogue import Catalogue
from agents.sinks.parquet import ParquetStore
from agents.sinks.store import Batch, SinkAddressError, SinkError, SinkUnavailable, StoredPosition
from pipeline.tables.rows import change_of
from tests.sinks.records import article
from tests.support.small_disk import filled, mount, small_disk

TP = TopicPartition("articles.quotes", 0)


def batch(*messages: tuple[str, bytes | None], upto: int = 1) -> Batch:
    made = Batch(positions={TP: StoredPosition(upto, "x")})
    for key, value in messages:
        change = change_of("article", key.encode(), value, timestamp_ms=0)
        made.messages.append((SimpleNamespace(value=value), change))
    return made


def ids(folder: Path) -> list[str]:
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT id FROM read_parquet('{folder}/quotes/**/*.parquet') ORDER BY id")
        return [row[0] for row in found.fetchall()]


async def written(folder: Path, *batches: Batch, **options: int) -> None:
    store = ParquetStore(folder, **options)
    await store.open()
    for each in batches:
        await store.write(each)
    await store.close()


async def test_parts_are_rolled_by_size_and_partitioned_by_day(tmp_path: Path) -> None:
    days = ("2026-05-01T10:00:00Z", "2026-05-02T10:00:00Z")
    lots = [batch((f"a-{n}", article(f"a-{n}", published=days[n % 2]))) for n in range(8)]
    await written(tmp_path, *lots, roll_bytes=len(article("a-0")) * 2)
    files = sorted(str(path.relative_to(tmp_path / "quotes")) for path in (tmp_path / "quotes").rglob("*.parquet"))
    assert [file.split("/")[0] for file in files] == ["day=2026-05-01"] * 2 + ["day=2026-05-02"] * 2
    assert ids(tmp_path) == [f"a-{n}#0" for n in range(8)]
    table = pyarrow.dataset.dataset(tmp_path / "quotes", partitioning="hive").to_table()
    assert table.num_rows == 8
    assert set(table["day"].to_pylist()) == {"2026-05-01", "2026-05-02"}


async def test_what_is_no_folder_is_no_address(tmp_path: Path) -> None:
    (tmp_path / "notizen.txt").write_text("Der Rat tagte.")
    with pytest.raises(SinkAddressError, match="txt: not a folder"):
        await ParquetStore(tmp_path / "notizen.txt").open()


async def test_a_single_batch_is_rolled_as_many_are(tmp_path: Path) -> None:
    lot = batch(*((f"a-{n}", article(f"a-{n}")) for n in range(6)))
    await written(tmp_path, lot, roll_bytes=len(article("a-0")) * 2)
    assert len(list((tmp_path / "quotes").rglob("*.parquet"))) == 3
    assert ids(tmp_path) == [f"a-{n}#0" for n in range(6)]


async def test_a_batch_sums_up_what_a_part_holds_once_for_each_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[date] = []
    newest = Catalogue.newest_part
    monkeypatch.setattr(Catalogue, "newest_part", lambda self, kind, day: asked.append(day) or newest(self, kind, day))
    days = [f"2026-05-0{n % 2 + 1}T10:00:00Z" for n in range(8)]
    await written(tmp_path, batch(*((f"a-{n}", article(f"a-{n}", published=day)) for n, day in enumerate(days))))
    assert sorted(asked) == [date(2026, 5, 1), date(2026, 5, 2)]


async def test_a_part_that_loses_all_loses_its_files(tmp_path: Path) -> None:
    await written(tmp_path, batch(("a-1", article("a-1"))), batch(("a-1", None)))
    assert not list(tmp_path.rglob("*.parquet*"))


@pytest.mark.parametrize("renames", range(4))
async def test_an_interrupted_batch_is_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    await written(tmp_path, batch(("a-1", article("a-1")), ("a-2", article("a-2"))))
    store = ParquetStore(tmp_path)
    await store.open()
    rename, done = Path.replace, []

    def fails(path: Path, target: Path) -> Path:
        if len(done) == renames:
            raise OSError("out of order")
        done.append(path)
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(SinkError, match="next start"):
        await store.write(batch(("a-2", article("a-2", said=("Nein", "Doch"))), ("a-3", article("a-3")), upto=7))
    await store.close()
    monkeypatch.undo()
    store = ParquetStore(tmp_path)
    assert await store.open() == {TP: StoredPosition(7, "x")}
    await store.close()
    assert ids(tmp_path) == ["a-1#0", "a-2#0", "a-2#1", "a-3#0"]
    assert not [path for path in tmp_path.rglob("part-*") if path.suffix != ".parquet"]


async def test_a_batch_that_cannot_be_written_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await written(tmp_path, batch(("a-1", article("a-1"))))
    store = ParquetStore(tmp_path)
    await store.open()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("agents.sinks.parquet.os.fsync", full)
    second = batch(("a-1", None), ("a-2", article("a-2")), upto=9)
    with pytest.raises(SinkUnavailable, match="No space left"):
        await store.write(second)
    assert ids(tmp_path) == ["a-1#0"]
    assert not [path for path in tmp_path.rglob("part-*") if path.suffix != ".parquet"]
    monkeypatch.undo()
    await store.write(second)
    await store.close()
    assert ids(tmp_path) == ["a-2#0"]


async def test_a_disk_that_is_full_for_the_catalogue_too_is_waited_for(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as folder:
        store = ParquetStore(folder)
        await store.open()
        places = Batch(positions={TP: StoredPosition(1, "x")})
        with filled(folder):
            for each in (places, batch(("a-1", article("a-1")))):
                with pytest.raises(SinkUnavailable, match=r"full|No space left"):
                    await store.write(each)
        await store.write(batch(("a-1", article("a-1")), upto=7))
        await store.close()
        assert ids(folder) == ["a-1#0"]
        store = ParquetStore(folder)
        assert await store.open() == {TP: StoredPosition(7, "x")}
        await store.close()


async def test_a_read_only_disk_is_told_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        await written(disk / "used", batch(("a-1", article("a-1"))))
        (disk / "new").mkdir()
        mount("-o", "remount,ro", str(disk))
        for name in ("used", "new"):
            with pytest.raises(SinkAddressError, match=f"{name} cannot be written: it is read-only"):
                await ParquetStore(disk / name).open()
        monkeypatch.setattr("agents.sinks.parquet.check_writable", lambda *_: None)  # later it has become so
        store = ParquetStore(disk / "used")
        await store.open()
        for each in (Batch(positions={TP: StoredPosition(2, "x")}), batch(("a-2", article("a-2")))):
            with pytest.raises(SinkUnavailable, match=r"readonly|Read-only"):
                await store.write(each)
        await store.close()


async def test_a_catalogue_of_another_sink_and_one_that_is_none_are_told_apart(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path)
    await store.open()
    with pytest.raises(SinkError, match="another sink writes to"):
        await ParquetStore(tmp_path).open()
    await store.close()
    (tmp_path / "_catalogue.sqlite").write_bytes(b"no database" * 500)
    with pytest.raises(SinkError, match=r"_catalogue\.sqlite: file is not a database"):
        await ParquetStore(tmp_path).open()


async def test_folders_that_are_not_as_they_were_left_are_refused(tmp_path: Path) -> None:
    await written(tmp_path, batch(("a-1", article("a-1"))))
    next((tmp_path / "quotes").rglob("*.parquet")).unlink()
    with pytest.raises(SinkError, match="is missing"):
        await written(tmp_path)
    (tmp_path / "_catalogue.sqlite").unlink()
    with pytest.raises(SinkError, match="no catalogue"):
        await written(tmp_path)


async def test_a_file_is_on_disk_as_a_whole_before_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    sync = os.fsync

    def noted(handle: int) -> None:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            synced.append(os.fstat(handle).st_size)
        sync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    await written(tmp_path, batch(("a-1", article("a-1"))))
    files = list(tmp_path.rglob("*.parquet"))
    assert files
    assert sorted(file.stat().st_size for file in files) == sorted(synced)
