"""The dead letters of the store: lists of them, and their counts."""

import time
from typing import Any

from agents.web.models import DeadLetterCount, DeadLetterLine, DeadLetterList
from agents.web.store.access import StoreAccess

LETTER_HOURS = 48
_COLUMNS = {
    **{name: name for name in ("partition", "stage", "reason", "detail", "key", "topic", "attempts")},
    **{"offset": "position", "at": "d.at", "replayed_at": "r.at", "replayed_by": "r.by"},
}
"""Of the tables, by the fields of a `DeadLetterLine`."""
_LETTER = f"SELECT {', '.join(_COLUMNS.values())}"
_LETTERS = "FROM dead_letters d LEFT JOIN replays r USING (partition, position)"
_SELECTED = f"{_LETTERS} WHERE (? IS NULL OR stage = ?) AND (? IS NULL OR reason = ?) AND d.at >= ?"


class DeadLetterReader(StoreAccess):
    """The queries of `StoreReader` on dead letters; moments are in seconds since 1970 UTC."""

    def dead_letters(
        self, *, stage: str | None, reason: str | None, limit: int, since: float = 0.0, cursor: str | None = None
    ) -> DeadLetterList:
        """A page of letters, newest first, the counts of all, and how many came in each of the last `LETTER_HOURS`.

        Args:
            stage: only letters of this stage.
            reason: only letters with this reason.
            limit: at most so many letters.
            since: only those written then or later; of the counts too.
            cursor: what the page before gave.

        Raises:
            ValueError: the cursor is none that a page gave.
        """
        selected = (stage, stage, reason, reason)
        values: tuple[str | float | None, ...] = (*selected, since)
        begin = time.time() - LETTER_HOURS * 3600
        with self._open() as connection:
            (total,) = connection.execute(f"SELECT count(*) {_SELECTED}", values).fetchone()
            where = _SELECTED
            if cursor is not None:
                at, partition, offset = cursor.split("_")
                where += " AND (d.at, partition, position) < (?, ?, ?)"
                values = (*values, float(at), int(partition), int(offset))
            rows = connection.execute(
                f"{_LETTER} {where} ORDER BY d.at DESC, partition DESC, position DESC LIMIT ?", (*values, limit + 1)
            ).fetchall()
            counts = connection.execute(
                "SELECT stage, reason, count(*) FROM dead_letters WHERE at >= ? GROUP BY stage, reason ORDER BY 3 DESC",
                (since,),
            ).fetchall()
            hours = connection.execute(
                f"SELECT CAST((d.at - ?) / 3600 AS INTEGER), count(*) {_SELECTED} GROUP BY 1",
                (begin, *selected, begin),
            ).fetchall()
        letters = [_line(row) for row in rows[:limit]]
        last = letters[-1] if len(rows) > limit else None
        course = [0] * LETTER_HOURS
        for hour, count in hours:
            course[min(hour, LETTER_HOURS - 1)] += count
        return DeadLetterList(
            letters=letters,
            total=total,
            next=None if last is None else f"{last.at!r}_{last.partition}_{last.offset}",
            counts=[DeadLetterCount(stage=s, reason=r, count=c) for s, r, c in counts],
            course=course,
        )

    def dead_letter_counts(self, since: float = 0.0, *, unanswered: bool = False) -> dict[str, int]:
        """By stage, the dead letters that are kept and were written since then.

        `unanswered`: only those that were not replayed. What fails again after that makes another letter.
        """
        with self._open() as connection:
            rows = connection.execute(
                f"SELECT stage, count(*) {_LETTERS} WHERE d.at >= ? AND NOT (? AND r.at IS NOT NULL) GROUP BY stage",
                (since, unanswered),
            )
            return dict(rows.fetchall())

    def dead_letter(self, partition: int, offset: int) -> DeadLetterLine | None:
        """One dead letter, by its place on the topic."""
        query = f"{_LETTER} {_LETTERS} WHERE partition = ? AND position = ?"
        with self._open() as connection:
            row = connection.execute(query, (partition, offset)).fetchone()
        return None if row is None else _line(row)


def _line(row: tuple[Any, ...]) -> DeadLetterLine:
    return DeadLetterLine.model_validate(dict(zip(_COLUMNS, row, strict=True)))
