"""Reports messages that a reader will never see, since the broker deleted or lost them before they were read.

aiokafka goes on where the partition begins then, without a word above the level of debugging. What it does not offer
publicly is used here; `tests/agents/test_lost_messages.py` fails when it is renamed or works otherwise.
"""

import logging
from collections.abc import Collection
from typing import Any

from aiokafka.consumer import consumer
from aiokafka.structs import TopicPartition

from agents.prompt_fetcher import PromptFetcher

log = logging.getLogger("redefluss.lost_messages")


class ReportingFetcher(PromptFetcher):
    """aiokafka's, which logs where it could not go on reading."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._out_of_range: dict[TopicPartition, int] = {}
        """Where it wanted to go on, of partitions of which the broker does not have that."""
        self._told: dict[TopicPartition, tuple[int, int]] = {}
        """Between which places messages were gone, as it was told last: whoever seeks comes to the same gap again."""
        self._sought: set[TopicPartition] = set()
        """Of which somebody wants the beginning or the end."""
        self.read_again: set[TopicPartition] = set()
        """Which end before where they were to be read on, and are read from their beginning. Whoever passes by what has
        been read already must not do so here, and takes them out."""

    def request_offset_reset(self, tps: Collection[TopicPartition], strategy: int) -> Any:
        """Called when somebody seeks to the beginning or the end."""
        self._sought.update(tps)
        return super().request_offset_reset(tps, strategy)

    async def _proc_fetch_request(self, assignment: Any, node_id: int, request: Any) -> bool:
        """Called for each request; a partition that waits for a new place afterwards does not have the one it had."""
        needs_wakeup: bool = await super()._proc_fetch_request(assignment, node_id, request)
        for topic, partitions in request.topics if assignment.active else ():
            for partition, offset, _ in partitions:
                tp = TopicPartition(topic, partition)
                if assignment.state_value(tp).awaiting_reset and tp not in self._sought:
                    self._out_of_range[tp] = offset
        return needs_wakeup

    async def _update_fetch_positions(self, assignment: Any, node_id: int, tps: Collection[TopicPartition]) -> bool:
        """Called for partitions that wait for a place."""
        needs_wakeup: bool = await super()._update_fetch_positions(assignment, node_id, tps)
        for tp in tps:
            state = assignment.state_value(tp) if assignment.active else None
            if state is None or not state.has_valid_position:
                continue
            self._sought.discard(tp)
            wanted = self._out_of_range.pop(tp, None)
            if wanted is not None:
                self._report(tp, wanted, state.position)
        return needs_wakeup

    def _report(self, tp: TopicPartition, wanted: int, found: int) -> None:
        where = f"{tp.topic}/{tp.partition}"
        if found > wanted:
            if self._told.get(tp) == (wanted, found):
                return
            self._told[tp] = wanted, found
            log.warning("%s: %s messages were deleted before they were read", where, f"{found - wanted:,}")
        else:
            log.warning("%s ends before %d, where it was to be read on; it is read again from %d", where, wanted, found)
            self.read_again.add(tp)


def install() -> None:
    """Let all consumers that this process makes log that."""
    consumer.Fetcher = ReportingFetcher
