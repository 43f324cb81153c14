"""What came into the store and what went from it, in one order, for lists of articles that are open.

An article that is withdrawn, or replaced by a new version of it, gets a number of its own when it goes, from the same
sequence as the articles that come.
"""

import math
import sqlite3
from dataclasses import dataclass

from agents.web.models import ArticleLine
from agents.web.store.access import StoreAccess
from agents.web.store.article_lists import ArticleFilter, article_lines
from agents.web.store.tables import identity

MOST_GONE = 200
"""Articles that went, of which is told at a time."""
_CAME = "SELECT seq FROM articles WHERE seq < :before ORDER BY seq DESC LIMIT :limit"
_WENT = (
    "SELECT seq, id, same FROM gone WHERE seq < :before"
    f" AND seq >= min(:before - :limit, (SELECT coalesce(min(seq), 0) FROM ({_CAME})))"
    f" ORDER BY seq DESC LIMIT {MOST_GONE}"
)


@dataclass(frozen=True)
class GoneArticle:
    """An article that a list no longer shows as it did, and nothing in its place; `same`: the number of its text."""

    sequence: int
    id: str
    same: int


class ArrivalReader(StoreAccess):
    """The queries of `StoreReader` on what came and went."""

    def last_sequence(self) -> int:
        """The number of what came or went last; 0: nothing has come yet."""
        return self.store_and_last_sequence()[1]

    def store_and_last_sequence(self) -> tuple[int, int]:
        """The identity of the store that has the number, and `last_sequence`."""
        with self._open() as connection:
            row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'articles'").fetchone()
            return identity(connection), 0 if row is None else int(row[0])

    def arrivals(self, shown: ArticleFilter, *, limit: int, before: int) -> list[ArticleLine | GoneArticle]:
        """What the `limit` articles that came last before number `before`, and those that went since, change in a list,
        in the order of their numbers.

        For an article of `shown` whose text another paper had before, in the time that is asked for, it is that one
        with its copies; for one that went it is what stands for its text now, if anything does.
        """
        with self._open() as connection:
            came = _came(connection, shown, limit=limit, before=before)
            went = _went(connection, shown, limit=limit, before=before)
        return sorted([*came, *went], key=lambda change: change.sequence)

    def leaves_out(self, shown: ArticleFilter | None, limit: int, *, after: int, before: int) -> bool:
        """Whether `arrivals` leaves out articles of `shown` that came, or any that went, after number `after`; None:
        whether articles that came after it are not among the `limit` that came last."""
        where, values = (shown or ArticleFilter()).condition(copies=True)
        latest = "SELECT seq FROM articles WHERE seq < ? ORDER BY seq DESC LIMIT ?"
        earlier = f"SELECT 1 FROM articles a WHERE a.seq > ? AND a.seq < (SELECT min(seq) FROM ({latest})) AND {where}"
        with self._open() as connection:
            query = f"SELECT EXISTS ({earlier})"
            (came,) = connection.execute(query, (after, before, limit, *values)).fetchone()
            (went,) = connection.execute(
                "SELECT EXISTS (SELECT 1 FROM gone WHERE seq > :after AND seq < :before"
                f" AND seq NOT IN (SELECT seq FROM ({_WENT})))",
                {"after": after, "before": before, "limit": limit},
            ).fetchone()
        return bool(came or (went and shown is not None))


def note_gone(connection: sqlite3.Connection, id_: str, same: int) -> None:
    """Note that an article went, by itself or for its new version."""
    query = "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'articles' RETURNING seq"
    ((seq,),) = connection.execute(query).fetchall()
    connection.execute("INSERT INTO gone (seq, id, same) VALUES (?, ?, ?)", (seq, id_, same))


def forget_gone(connection: sqlite3.Connection) -> None:
    """Forget what went before any of the articles that are kept came."""
    connection.execute("DELETE FROM gone WHERE seq < (SELECT min(seq) FROM articles)")


def _came(connection: sqlite3.Connection, shown: ArticleFilter, *, limit: int, before: int) -> list[ArticleLine]:
    where, values = shown.condition(copies=True)
    rows = connection.execute(
        "SELECT a.seq, a.same FROM"
        " (SELECT seq, same, source, at FROM articles WHERE seq < ? ORDER BY seq DESC LIMIT ?) a"
        f" WHERE {where}",
        (before, limit, *values),
    ).fetchall()
    found = []
    for seq, same in rows:
        first = connection.execute(
            "SELECT seq, line, at, same FROM articles WHERE "
            + ("seq = ?" if shown.sources else "same = ? AND at >= ? ORDER BY at, seq LIMIT 1"),
            (seq,) if shown.sources else (same, -math.inf if shown.since is None else shown.since),
        ).fetchone()
        found.append(_numbered(connection, seq, first))
    return found


def _went(
    connection: sqlite3.Connection, shown: ArticleFilter, *, limit: int, before: int
) -> list[ArticleLine | GoneArticle]:
    rows = connection.execute(_WENT, {"before": before, "limit": limit}).fetchall()
    where, values = shown.condition()
    found: list[ArticleLine | GoneArticle] = []
    for seq, id_, same in rows:
        own = (" AND a.id = ?", [id_]) if shown.sources else ("", [])
        first = connection.execute(
            f"SELECT a.seq, a.line, a.at, a.same FROM articles a WHERE a.same = ?{own[0]} AND {where}"
            " ORDER BY a.at, a.seq LIMIT 1",
            (same, *own[1], *values),
        ).fetchone()
        found.append(GoneArticle(seq, id_, same) if first is None else _numbered(connection, seq, first))
    return found


def _numbered(connection: sqlite3.Connection, number: int, row: tuple[int, str, float, int]) -> ArticleLine:
    return article_lines(connection, [row])[0].model_copy(update={"sequence": number})
