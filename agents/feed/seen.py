"""What was seen, in SQLite: feeds, the pages they list and what became of each, and hosts that asked for a pause.

A page is written down before it is fetched and marked once its article is
confirmed, each in a transaction: after a crash nothing is missing, and only
what was under way is fetched again.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from agents.feed.feed_document import FeedEntry
from agents.feed.harvest import Harvest
from agents.file_lock import locked
from agents.sqlite_transaction import transaction
from pipeline.identity import article_id
from schemas.records import RawArticle

KEEP_DAYS = 90
_SCHEMA = """
CREATE TABLE IF NOT EXISTS feeds (
  url TEXT PRIMARY KEY, title TEXT, etag TEXT, last_modified TEXT, polled REAL, next_poll REAL NOT NULL DEFAULT 0,
  interval REAL, failures INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS pages (
  link TEXT PRIMARY KEY,        -- normalised: what an id is made of
  feed TEXT NOT NULL, entry TEXT NOT NULL, listed REAL NOT NULL, first_seen REAL NOT NULL,
  due REAL,                     -- when to fetch it; NULL: never again
  checked REAL, attempts INTEGER NOT NULL DEFAULT 0, problem TEXT,
  article TEXT, url TEXT, fingerprint TEXT, etag TEXT, last_modified TEXT);
CREATE INDEX IF NOT EXISTS pages_due ON pages (feed, due);
CREATE INDEX IF NOT EXISTS pages_article ON pages (article);
CREATE INDEX IF NOT EXISTS pages_listed ON pages (listed);
CREATE TABLE IF NOT EXISTS hosts (host TEXT PRIMARY KEY, until REAL NOT NULL);
PRAGMA user_version = 1;
"""


class SeenError(Exception):
    """The file cannot be used: one line."""


@dataclass
class FeedState:
    """How a feed stands. Times are Unix seconds; `interval` is the present time between polls, in seconds."""

    url: str
    title: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    polled: float | None = None
    next_poll: float = 0.0
    interval: float | None = None
    failures: int = 0


@dataclass
class Page:
    """A page that a feed has listed.

    Attributes:
        link: normalised; the key.
        entry: what the feed said last.
        due: when it is to be fetched (Unix seconds); None: never again.
        checked: when it was fetched last.
        attempts: failed ones in a row.
        problem: why there is no article of it.
        article, url: its article's id and canonical URL, once it was produced.
        fingerprint: of the article that was produced last.
    """

    link: str
    feed: str
    entry: FeedEntry
    listed: float
    first_seen: float
    due: float | None
    checked: float | None = None
    attempts: int = 0
    problem: str | None = None
    article: str | None = None
    url: str | None = None
    fingerprint: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class ListedPages:
    """What a poll brought: pages not known before, and known ones of which the feed now says something else."""

    new: int
    changed: int


class SeenPages:
    """The file; one process at a time.

    Args:
        folder: made if it is not there.

    Raises:
        SeenError: another process uses it, it is damaged, or the disk is full.
        OSError: the folder cannot be written, or not be locked.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        lock = locked(folder / "feed.lock")
        if lock is None:
            raise SeenError(f"another `redefluss feed` runs on {folder}; REDEFLUSS_DATA_DIR names another")
        self._lock = lock
        self._path = folder / "feed.sqlite"
        try:
            self._db = sqlite3.connect(self._path, isolation_level=None)
            self._db.row_factory = sqlite3.Row
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(_SCHEMA)
            self._correct_future()
            self.harvest = Harvest(self._db)
        except sqlite3.DatabaseError as error:
            self._lock.close()
            passing = isinstance(error, sqlite3.OperationalError)  # such as a full disk: the file is sound
            raise SeenError(f"{self._path}: {error}" + ("" if passing else "; move it away to begin anew")) from None

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
        self._lock.close()

    @contextmanager
    def naming_errors(self) -> Iterator[None]:
        """In the `with` block, raise `SeenError` where the file cannot be written now, such as on a full disk."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise SeenError(f"{self._path}: {error}") from None

    def _correct_future(self) -> None:
        """What was done later than now was done with a wrong clock: nothing waits until that time has come."""
        now = time.time()
        self._db.execute("UPDATE feeds SET polled = NULL, next_poll = 0 WHERE polled > ?", (now,))
        self._db.execute(
            "UPDATE pages SET due = MIN(due, :now), checked = NULL, first_seen = MIN(first_seen, :now),"
            " listed = MIN(listed, :now) WHERE first_seen > :now OR listed > :now OR checked > :now",
            {"now": now},
        )

    def feed(self, url: str) -> FeedState:
        """How a feed stands; a new one has not been polled."""
        row = self._db.execute("SELECT * FROM feeds WHERE url = ?", (url,)).fetchone()
        return FeedState(**dict(row)) if row else FeedState(url)

    def save_feed(
        self, state: FeedState, entries: Iterable[FeedEntry] = (), *, others: set[str], follow: float
    ) -> ListedPages:
        """Write down a poll: the feed's state and what it listed, together.

        Args:
            others: all feeds that are polled now; a page of one that no longer is passes to this one.
            follow: how long articles are followed, in seconds; one whose entry changed is due at once within it.
        """
        now = time.time()
        new = changed = 0
        with transaction(self._db):
            self._write("feeds", "url", vars(state))
            for entry in entries:
                link = normalised(entry.link)
                known = self.page(link)
                if known is None:
                    new += 1
                    self.save_page(Page(link, state.url, entry, now, now, now))
                    continue
                if known.feed not in others:
                    known.feed = state.url
                if known.feed == state.url:
                    if known.entry != entry and known.fingerprint is not None and now - known.first_seen < follow:
                        changed += 1
                        known.due = now
                        known.checked = None
                    known.entry = entry
                known.listed = now
                self.save_page(known)
        return ListedPages(new, changed)

    def page(self, link: str) -> Page | None:
        """A page by its normalised link."""
        row = self._db.execute("SELECT * FROM pages WHERE link = ?", (link,)).fetchone()
        return _page(row) if row else None

    def due(self, feed: str, *, pause: float) -> list[Page]:
        """The pages of a feed that are to be fetched now, the longest waiting first; of those that wait for the same
        host, the one for which it wanted rest is the last: a page that it never gives holds up no other.

        Args:
            pause: seconds that have to pass between two looks at a page.
        """
        now = time.time()
        rows = self._db.execute(
            "SELECT * FROM pages WHERE feed = ? AND due <= ? AND (checked IS NULL OR checked <= ?)"
            " ORDER BY due, checked, rowid",
            (feed, now, now - pause),
        )
        return [_page(row) for row in rows]

    def next_due(self, feed: str, *, pause: float) -> float | None:
        """When the next of a feed's pages is to be fetched; `pause` as of `due`."""
        query = "SELECT MIN(MAX(due, COALESCE(checked + ?, 0))) FROM pages WHERE feed = ? AND due IS NOT NULL"
        row = self._db.execute(query, (pause, feed)).fetchone()
        return None if row[0] is None else float(row[0])

    def holder(self, article: str, *, but: str) -> Page | None:
        """Another page than `but` whose article has that id."""
        row = self._db.execute("SELECT * FROM pages WHERE article = ? AND link != ? LIMIT 1", (article, but)).fetchone()
        return _page(row) if row else None

    def save_page(self, page: Page) -> None:
        """Write down how a page stands."""
        values = vars(page) | {"entry": json.dumps(page.entry.metadata(), ensure_ascii=False)}
        self._write("pages", "link", values)

    def hosts(self) -> dict[str, float]:
        """Hosts that want rest, with the time until then."""
        self._db.execute("DELETE FROM hosts WHERE until < ?", (time.time(),))
        return {row["host"]: row["until"] for row in self._db.execute("SELECT * FROM hosts")}

    def save_host(self, host: str, until: float) -> None:
        """Write down that a host wants rest."""
        self._write("hosts", "host", {"host": host, "until": until})

    def forget_old(self) -> int:
        """Drop pages that no feed has listed for KEEP_DAYS days, and what came of pages long ago; how many pages."""
        self.harvest.forget_old()
        return self._db.execute("DELETE FROM pages WHERE listed < ?", (time.time() - KEEP_DAYS * 86_400,)).rowcount

    def _write(self, table: str, key: str, values: dict[str, Any]) -> None:
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        updates = ", ".join(f"{name} = excluded.{name}" for name in values if name != key)
        self._db.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {updates}",
            tuple(values.values()),
        )


def normalised(link: str) -> str:
    """The same for links that differ only in what does not matter: the id that an article at this URL has."""
    return article_id(RawArticle(url=link, text=""), key=None)


def _page(row: sqlite3.Row) -> Page:
    known = {column.name for column in fields(FeedEntry)}
    said = {name: value for name, value in json.loads(row["entry"]).items() if name in known}
    for name in ("authors", "tags"):
        said[name] = tuple(said.get(name, ()))
    return Page(**dict(row) | {"entry": FeedEntry(**said)})
