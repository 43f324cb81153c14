"""What came of each source's pages lately: articles and failures by the hour, and what cleaning removes of a page."""

import sqlite3
import time
from dataclasses import dataclass
from statistics import median

HOURS = 24
KEEP_DAYS = 14
RECENT_ARTICLES = 10
USUAL_ARTICLES = 200
LEAST_USUAL = 20
"""Before so many articles are known, nothing is said about what is usual."""
LEAST_JUMP = 0.15
"""Of a page's text: a smaller change of the share that is removed is no changed layout."""
SPREADS = 4.0
MAD_TO_DEVIATION = 1.4826
"""What the median of the distances from the median is multiplied by, to be the standard deviation of normal values."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS harvest (source TEXT NOT NULL, at REAL NOT NULL, outcome TEXT NOT NULL, removed REAL);
CREATE INDEX IF NOT EXISTS harvest_source ON harvest (source, outcome, at);
CREATE INDEX IF NOT EXISTS harvest_at ON harvest (source, at);
CREATE INDEX IF NOT EXISTS harvest_age ON harvest (at);
"""


@dataclass(frozen=True)
class PageLayout:
    """What cleaning removes of a source's pages: shares of their characters, medians.

    Attributes:
        usual: of the articles before the latest ones; None while too few are known.
        recent: of the latest ones; None while there are none.
        drifted: the two are so far apart that the layout of the pages has probably changed.
    """

    usual: float | None = None
    recent: float | None = None
    drifted: bool = False


def layout(shares: list[float]) -> PageLayout:
    """Judge the shares that were removed of a source's articles, the oldest first.

    The latest ten are compared with up to 200 before them. The layout has drifted if their medians are further apart
    than 15 % of a page, and than four times the usual spread.
    """
    recent, usual = shares[-RECENT_ARTICLES:], shares[-RECENT_ARTICLES - USUAL_ARTICLES : -RECENT_ARTICLES]
    if not recent:
        return PageLayout()
    if len(usual) < LEAST_USUAL:
        return PageLayout(recent=median(recent))
    middle = median(usual)
    spread = MAD_TO_DEVIATION * median(abs(share - middle) for share in usual)
    jump = abs(median(recent) - middle)
    return PageLayout(middle, median(recent), jump > max(LEAST_JUMP, SPREADS * spread))


@dataclass(frozen=True)
class SourceCounts:
    """Of the last 24 hours: articles by hour, the oldest first, and pages and polls that failed."""

    hours: list[int]
    new: int
    revised: int
    failed: int


class Harvest:
    """The table, in the file of what was seen."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database
        self._db.executescript(SCHEMA)

    def article(self, source: str, outcome: str, *, kept: int, removed: int) -> None:
        """An article was produced, "new" or "revised"; of its page, cleaning keeps and removes so many characters."""
        self._note(source, outcome, removed / (kept + removed) if kept else 1.0)

    def failure(self, source: str) -> None:
        """A feed or a page could not be had."""
        self._note(source, "failed", None)

    def counts(self, source: str) -> SourceCounts:
        """What came of a source in the last 24 hours."""
        now = time.time()
        rows = self._db.execute(
            "SELECT outcome, CAST((? - at) / 3600 AS INTEGER), count(*) FROM harvest"
            " WHERE source = ? AND at > ? GROUP BY 1, 2",
            (now, source, now - HOURS * 3600),
        ).fetchall()
        hours = [0] * HOURS
        totals = dict.fromkeys(("new", "revised", "failed"), 0)
        for outcome, ago, count in rows:
            totals[outcome] += count
            if outcome == "new" and 0 <= ago < HOURS:
                hours[HOURS - 1 - ago] += count
        return SourceCounts(hours, totals["new"], totals["revised"], totals["failed"])

    def layout(self, source: str) -> PageLayout:
        """Whether the layout of a source's pages has changed."""
        rows = self._db.execute(
            "SELECT removed FROM harvest WHERE source = ? AND outcome = 'new' ORDER BY at DESC LIMIT ?",
            (source, RECENT_ARTICLES + USUAL_ARTICLES),
        )
        return layout([float(row[0]) for row in rows][::-1])

    def forget_old(self) -> None:
        """Drop what is older than two weeks."""
        self._db.execute("DELETE FROM harvest WHERE at < ?", (time.time() - KEEP_DAYS * 86_400,))

    def _note(self, source: str, outcome: str, removed: float | None) -> None:
        self._db.execute("INSERT INTO harvest VALUES (?, ?, ?, ?)", (source, time.time(), outcome, removed))
