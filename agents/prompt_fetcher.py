"""A fetcher that asks for more as soon as a request has ended.

aiokafka's fetcher notes to which nodes a request is under way, and sends no other there meanwhile. Only a callback of
the request's task takes the note back. If messages are taken out of the fetcher in the moment in which the request
ends, it decides what to fetch next before that callback has run: it sends nothing, has nothing left to wait for, and
sleeps for all of `consumer_timeout_ms`, whatever comes to the broker meanwhile. About one of a hundred single articles
waited so at its end, for up to a second.

What is replaced in aiokafka is not offered publicly; `tests/agents/test_prompt_fetcher.py` fails when it is renamed or
works otherwise.
"""

from typing import Any

from agents.orderly_fetcher import OrderlyFetcher


class PromptFetcher(OrderlyFetcher):
    """aiokafka's, which looks again at once while a request that has ended is still noted as under way."""

    def _get_actions_per_node(self, assignment: Any) -> Any:
        requests, resets, timeout, *others = super()._get_actions_per_node(assignment)
        if len(self._in_flight) > sum(not task.done() for task in self._pending_tasks):
            timeout = 0.0
        return requests, resets, timeout, *others
