"""Commits of offsets that end in order when nobody waits for them any more.

aiokafka lets a commit go on when its caller has given it up, as where the broker is silent. When it fails then, Python
prints a traceback of a task that nobody has asked.

What is replaced in aiokafka is not offered publicly; `tests/agents/test_observed_commits.py` fails when it is renamed
or works otherwise.
"""

import asyncio
from typing import Any

from aiokafka.consumer import consumer
from aiokafka.consumer.group_coordinator import GroupCoordinator


class ObservedCoordinator(GroupCoordinator):  # type: ignore[misc]
    """aiokafka's, of whose commits it may remain unknown how they end."""

    def _do_commit_offsets(self, assignment: Any, offsets: Any) -> asyncio.Task[None]:
        """Called for each commit."""
        committing: asyncio.Task[None] = asyncio.ensure_future(super()._do_commit_offsets(assignment, offsets))
        committing.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        return committing


def install() -> None:
    """Let all consumers that this process makes commit so."""
    consumer.GroupCoordinator = ObservedCoordinator
