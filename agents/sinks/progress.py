"""What a sink has done since it began, for its own lines, its metrics and the pages."""

import time
from collections import Counter
from dataclasses import dataclass, field

from agents.sinks.store import Batch, WriteResult


@dataclass
class Progress:
    """What a sink has done since it began.

    Attributes:
        read: messages stored, those that changed nothing included.
        refused: messages that hold no record; each was told.
        unchanged: messages that were in the store already, or were overtaken within their batch.
        removed: articles and statements taken back.
        rows: written, by table.
        lag: messages on the topics that are not in the store yet.
        batches: stored.
        failures: attempts to store a batch that failed, and were or will be made again.
        problem: why the store does not take the present batch; None where it does.
        stored_at: when a batch was stored last, in seconds since 1970 UTC; 0: not yet.
    """

    read: int = 0
    refused: int = 0
    unchanged: int = 0
    removed: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    lag: int = 0
    batches: int = 0
    failures: int = 0
    problem: str | None = None
    stored_at: float = 0.0

    @property
    def in_words(self) -> str:
        """One line."""
        rows = ", ".join(f"{table} {count:,}" for table, count in self.rows.items())
        return f"{self.read:,} messages stored, {self.lag:,} behind; rows: {rows or 'none'}"

    def add(self, batch: Batch, written: WriteResult) -> None:
        """A batch is stored."""
        self.read += len(batch.messages)
        self.unchanged += written.unchanged
        self.removed += written.removed
        self.rows.update(written.rows)
        self.batches += 1
        self.problem, self.stored_at = None, time.time()
