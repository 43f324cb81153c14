"""What a worker keeps on its disk: values and how far they were read, both or neither, apart from other workers'."""

import errno
import fcntl
import random
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from rocksdict import AccessType, Options, Rdict

from agents.duplicates import SeenArticle
from agents.local_store import BLOCK_CACHE_BYTES, PREFIX_BYTES, WRITE_BUFFER_BYTES, LocalStore, LocalStoreError
from agents.seen_replica import SeenReplica
from agents.seen_store import SeenStore
from agents.settings import Settings
from tests.support.small_disk import small_disk


@pytest.fixture
def store(tmp_path):
    made = LocalStore(tmp_path, "copy", 60)
    yield made
    made.close()


def test_values_are_kept_with_how_far_they_were_read(store):
    assert store.checkpoint(0) is None
    assert store.read(b"ka") is None
    store.update(0, {b"ka": b"1", b"kb": b"2"}, {"offset": 2, "last": "x"})
    store.update(1, {}, {"offset": 7, "last": "y"})
    assert (store.read(b"ka"), store.read(b"kb")) == (b"1", b"2")
    assert (store.checkpoint(0), store.checkpoint(1)) == ({"offset": 2, "last": "x"}, {"offset": 7, "last": "y"})
    store.update(0, {b"ka": None, b"kb": b"3"}, {"offset": 4, "last": "z"})
    assert (store.read(b"ka"), store.read(b"kb")) == (None, b"3")
    assert store.checkpoint(0) == {"offset": 4, "last": "z"}


def test_a_copy_that_is_to_keep_more_than_before_is_read_anew(tmp_path):
    """As where REDEFLUSS_STATEMENT_DAYS was raised: what the copy has dropped by then is on the topic."""

    def known_with(keep_seconds: float) -> list[dict[str, int] | None]:
        store = LocalStore(tmp_path, "copy", keep_seconds)
        known = [store.checkpoint(0), store.checkpoint(1)]
        store.update(0, {}, {"offset": 1})
        store.close()
        return known

    assert known_with(60) == [None, None]
    assert known_with(60) == [{"offset": 1}, None]
    assert known_with(90) == [None, None]
    assert known_with(30) == [{"offset": 1}, None]
    assert known_with(60) == [None, None], "it may have dropped what is older than 30 s meanwhile"
    assert known_with(60) == [{"offset": 1}, None]


@pytest.mark.parametrize(("files", "content"), [("*.sst", b"?" * 2000), ("CURRENT", b"?"), ("MANIFEST-*", None)])
def test_a_damaged_copy_is_made_anew_when_it_is_opened(tmp_path, caplog, files: str, content: bytes | None):
    """All of it is on the topic."""
    store = LocalStore(tmp_path, "copy", 60)
    store.update(0, {b"ka": b"1"}, {"offset": 1})
    store.close()
    damaged = list((tmp_path / "0" / "copy").glob(files))
    assert damaged
    for path in damaged:
        path.unlink() if content is None else path.write_bytes(content)
    store = LocalStore(tmp_path, "copy", 60)
    assert (store.read(b"ka"), store.checkpoint(0)) == (None, None)
    store.update(0, {b"kb": b"2"}, {"offset": 2})
    store.close()
    store = LocalStore(tmp_path, "copy", 60)
    assert store.read(b"kb") == b"2"
    store.close()
    (told,) = [record.getMessage() for record in caplog.records]
    assert told.startswith(f"the local copy in {tmp_path / '0' / 'copy'} is damaged (")


def test_what_cannot_be_written_whole_is_not_written_at_all(store):
    store.update(0, {b"ka": b"1"}, {"offset": 1})
    with pytest.raises(TypeError):
        store.update(0, {b"ka": b"2"}, {"offset": object()})
    assert (store.read(b"ka"), store.checkpoint(0)) == (b"1", {"offset": 1})


def test_keys_below_a_prefix_are_given_in_order(store):
    a, b = b"r" * PREFIX_BYTES, b"r" * (PREFIX_BYTES - 1) + b"s"
    store.update(0, {key: key.upper() for key in (a + b"2", a + b"1", b + b"1", a[1:], b"qz")}, {"offset": 1})
    assert list(store.scan_prefix(a)) == [(a + b"1", (a + b"1").upper()), (a + b"2", (a + b"2").upper())]
    assert list(store.scan_prefix(b"s" * PREFIX_BYTES)) == []
    assert store.read_all([a + b"1", a, b"qz"]) == [(a + b"1").upper(), None, b"QZ"]


def test_files_of_a_former_version_are_read(tmp_path):
    """They have no filters, and the database does not end at a prefix by itself."""
    keys = [b"r" * (PREFIX_BYTES - 1) + bytes([65 + number % 3]) + b"%d" % number for number in range(30)]
    (tmp_path / "0").mkdir()
    former = Rdict(str(tmp_path / "0" / "copy"), Options(raw_mode=True), access_type=AccessType.with_ttl(60))
    for key in keys:
        former.put(key, b"1")
    former.close()
    store = LocalStore(tmp_path, "copy", 60)
    found = [key for key, _ in store.scan_prefix(keys[1][:PREFIX_BYTES])]
    assert found == sorted(key for key in keys if key.startswith(keys[1][:PREFIX_BYTES]))
    assert store.read_all(keys[:2]) == [b"1", b"1"]
    store.close()


def test_all_copies_together_hold_little_in_memory(tmp_path):
    """RocksDB's own cache is 32 MB for each of them."""
    stores = [LocalStore(tmp_path, name, 60) for name in ("first", "second")]
    rows, row_bytes, prefix = 400, 50_000, b"k" * PREFIX_BYTES
    for store in stores:
        for number in range(rows):
            store.update(0, {prefix + b"%03d" % number: random.randbytes(row_bytes)}, {"offset": number})
            assert int(store._db.property_value("rocksdb.cur-size-active-mem-table")) < 1.2 * WRITE_BUFFER_BYTES
        store._db.flush()
        assert sum(1 for _ in store.scan_prefix(prefix)) * row_bytes > 2 * BLOCK_CACHE_BYTES
    cached = {int(store._db.property_value("rocksdb.block-cache-usage")) for store in stores}
    assert len(cached) == 1, "one cache for all"
    assert max(cached) < 1.2 * BLOCK_CACHE_BYTES
    for store in stores:
        store.close()


def test_everything_can_be_forgotten(store, tmp_path):
    store.update(0, {b"ka": b"1"}, {"offset": 1})
    store.clear()
    assert (store.read(b"ka"), store.checkpoint(0)) == (None, None)
    store.update(0, {b"ka": b"2"}, {"offset": 2})
    assert store.read(b"ka") == b"2"


def test_nothing_is_lost_when_two_copies_are_opened_again(tmp_path):
    """By the options in their folders they would drop what is old twice, the second time by the end of a value."""
    values = {b"ka": b"", b"kb": b"outline\0\0\0\0"}
    for start in ("first", "second", "third"):
        stores = [LocalStore(tmp_path / name, name, 60) for name in ("seen", "state")]
        for store in stores:
            if start == "first":
                store.update(0, values, {"offset": 2})
            store._db.flush()
            store._db.compact_range(None, None)
            assert store.read_all(list(values)) == list(values.values())
        for store in stores:
            store.close()


def test_a_folder_that_is_gone_is_no_harm(tmp_path):
    first = LocalStore(tmp_path / "new" / "folder", "copy", 0.2)
    assert first.keep_seconds == 0.2
    first.close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "8m") as folder:
        yield folder


def take_all_room(file: Path) -> None:
    """Write until there is none."""
    with suppress(OSError), file.open("wb", buffering=0) as out:
        while True:
            out.write(bytes(4096))


def test_a_full_disk_is_named_and_passes(disk, caplog):
    folder = disk / "copies"
    store = LocalStore(folder, "copy", 60)
    told = rf"the local copy in {folder}\S* cannot be read or written \(the disk is full\)"

    def fill() -> None:
        for number in range(100):
            store.update(0, {b"k%d" % number: random.randbytes(200_000)}, {"offset": number})

    with pytest.raises(LocalStoreError, match=told):
        fill()
    take_all_room(disk / "rest")
    store.close()
    assert "cannot be read or written" in caplog.text
    take_all_room(disk / "more")  # of what the end of the store has set free
    with pytest.raises(LocalStoreError, match=told):
        LocalStore(folder, "other", 60)
    (disk / "rest").unlink()
    (disk / "more").unlink()
    shutil.rmtree(folder)
    LocalStore(folder, "copy", 60).close()
    assert [path.name for path in folder.iterdir()] == ["0"], "no lock is left behind"


def test_a_full_disk_does_not_keep_a_copy_from_being_forgotten(disk):
    store = LocalStore(disk / "copies", "copy", 60)
    store.update(0, {b"ka": random.randbytes(500_000)}, {"offset": 1})
    take_all_room(disk / "rest")
    store.clear()
    assert (store.read(b"ka"), store.checkpoint(0)) == (None, None)
    store.update(0, {b"kb": b"2"}, {"offset": 2})
    assert store.read(b"kb") == b"2"
    store.close()


def test_a_copy_that_cannot_be_made_anew_is_made_when_it_can(store, monkeypatch):
    def full(self: LocalStore) -> None:
        raise LocalStoreError(Path("copy"), OSError("No space left on device"))

    store.update(0, {b"ka": b"1"}, {"offset": 1})
    with monkeypatch.context() as patched:
        patched.setattr(LocalStore, "_open", full)
        for use in (store.clear, lambda: store.checkpoint(0), lambda: store.update(0, {}, {"offset": 2})):
            with pytest.raises(LocalStoreError, match="the disk is full"):
                use()
    assert (store.read(b"ka"), store.checkpoint(0)) == (None, None)
    store.update(0, {b"kb": b"2"}, {"offset": 2})
    assert store.read_all([b"ka", b"kb"]) == [None, b"2"]


@contextmanager
def no_large_files() -> Iterator[None]:
    """Files cannot grow meanwhile; as with a quota that is used up, RocksDB takes that for no full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_copy_that_could_not_be_written_is_written_as_soon_as_it_can_be(store):
    """RocksDB writes nothing more after such an error, until the copy is opened anew."""
    store.update(0, {b"ka": b"1"}, {"offset": 1})
    with no_large_files():
        for _ in range(3):
            with pytest.raises(LocalStoreError, match="File too large"):
                store.update(0, {b"kb": bytes(200_000)}, {"offset": 2})
            assert store.read(b"ka") == b"1", "meanwhile it can be read"
    store.update(0, {b"kc": b"3"}, {"offset": 3})
    assert (store.read_all([b"ka", b"kb", b"kc"]), store.checkpoint(0)) == ([b"1", None, b"3"], {"offset": 3})


def test_a_file_system_without_locks_is_named(tmp_path, monkeypatch):
    """Every folder would look like another worker's, without end."""

    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(LocalStoreError, match="No locks available"):
        LocalStore(tmp_path, "copy", 60)
    assert [path.name for path in tmp_path.iterdir()] == ["0"]


def test_two_workers_take_two_parts_of_the_data_folder(tmp_path):
    first, second = SeenStore(tmp_path, 60), SeenStore(tmp_path, 60)
    first.write(0, {b"a": SeenArticle("h", 1.0, 1).encode()}, {"offset": 1, "last": "x"})
    assert first.get(b"a") == SeenArticle("h", 1.0, 1)
    assert second.get(b"a") is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1"]
    first.close()
    again = SeenStore(tmp_path, 60)
    assert again.get(b"a") == SeenArticle("h", 1.0, 1)
    assert again.checkpoint(0) == {"offset": 1, "last": "x"}
    again.clear()
    assert again.get(b"a") is None
    third = SeenStore(tmp_path, 60)
    assert (tmp_path / "2").exists(), "the first two are in use"
    for kept in (second, again, third):
        kept.close()


@pytest.mark.parametrize(
    "value",
    [
        b"", b"kaputt", b"null", b"[]", b"{}", b"\xff", b'{"content_hash": "h", "at": "gestern", "revision": 1}',
        b'{"content_hash": "h", "at": 2, "revision": null}', b'{"content_hash": ["h"], "at": 2, "revision": 1}',
        b'{"content_hash": "h", "at": 2, "revision": 1, "versions": [1]}',
        b'{"content_hash": "h", "at": 2, "revision": 1, "versions": {"3/7/h": "x"}}',
        b'{"content_hash": "h", "at": "nan", "revision": 1}', b'{"content_hash": "h", "at": "inf", "revision": 1}',
        b'{"content_hash": "h", "at": 2, "revision": "%d"}' % 10**30, b'{"content_hash": "h", "at": 2, "revision": -1}',
        b'{"content_hash": "h", "at": 2, "revision": 1, "versions": {"3/7/h": "%d"}}' % 10**30,
    ],
)  # fmt: skip
def test_what_is_none_of_ours_on_the_topic_changes_nothing_and_stops_nothing(tmp_path, value):
    """All articles wait until the topic is read to its end."""
    store = SeenStore(tmp_path, 60)
    replica = SeenReplica(Settings(), "articles.cleaned", store)
    known = SeenArticle("g", 1.0, 1)
    for article in (known, SeenArticle("h", 3.0, 2)):
        replica.apply(0, [SimpleNamespace(key=b"a", value=article.encode())], {"offset": 1})
        replica.apply(0, [SimpleNamespace(key=key, value=value) for key in (b"a", b"b")], {"offset": 2})
        assert store.get(b"a") == article
    assert store.get(b"b") is None
    store.close()
