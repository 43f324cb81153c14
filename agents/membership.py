"""Whether a worker certainly still owns the partitions that it reads.

A worker that was frozen or cut off is taken for dead by the broker once its session has run out, and its partitions
are another worker's. When it wakes it does not know that yet. What it published then would stand behind what the new
owner has published meanwhile: an old version of an article as the last word. So nothing is published unless the broker
has confirmed the membership lately.
"""

import time

CERTAIN_SHARE = 0.5
"""Of the session: so long after a confirmation nobody else can have the partitions. The rest of the session is for
what a producer already holds: it gives up by itself after that time (`agents.kafka.producer`)."""


class OwnershipLost(Exception):
    """The partition is another worker's by now, or may be: what was made of its messages must not be published."""


class Membership:
    """The membership of one consumer in its group. Written by the consumer's thread, read by the worker's.

    Args:
        session_seconds: silence after which the broker takes the worker for dead.
    """

    def __init__(self, session_seconds: float) -> None:
        self._certain_seconds = session_seconds * CERTAIN_SHARE
        self._confirmed_at = -float("inf")
        self.joined = False
        """Partitions were dealt out to it at least once, or none, if there are fewer than workers."""
        self.over = True
        """There is no generation in which the worker owns anything: none yet, or the last one has ended."""

    @property
    def certain(self) -> bool:
        """Whether nobody else can be the owner now."""
        return time.monotonic() - self._confirmed_at < self._certain_seconds

    def confirmed(self, asked_at: float) -> None:
        """The broker took the worker for a member when it was asked, at `asked_at` on the monotonic clock or later."""
        self._confirmed_at = max(self._confirmed_at, asked_at)

    def ended(self) -> None:
        """The worker joins anew, or the broker knows it no longer: what was read until now is another's."""
        self.over = True

    def begun(self) -> None:
        """Partitions are assigned, or none, and nothing of them has been read yet."""
        self.joined = True
        self.over = False
