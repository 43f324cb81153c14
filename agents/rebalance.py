"""Holds back messages during rebalances, so that Faust drops none.

Faust stops the flow when partitions are revoked, and lets messages flow again once it has gone back to what is
committed. Whatever waits in the buffers of the streams is dropped in that moment. So nothing may be read between going
back and that moment: it would be dropped, and never read again, for the client has gone on. Faust does not see to that
in two cases:

- Going back takes time, and another rebalance may begin meanwhile. Faust lets messages flow all the same.
- A worker without partitions has none revoked, and its flow is not stopped (`AdaptedApp` stops it).

What is used of Faust here is not offered publicly; `tests/agents/test_rebalance.py` fails when it is renamed or works
otherwise.
"""

from typing import Any

from faust.tables import manager
from faust.tables.recovery import RebalanceAgain, Recovery


class CurrentRecovery(Recovery):
    """Faust's, which waits for the next assignment if there was another rebalance while it waited for something else.

    With no tables, as here, all that it does is to let messages flow after a rebalance.
    """

    async def _wait(self, coro: Any, timeout: Any = None) -> None:
        """Called for the time before it goes back, and for going back."""
        app: Any = self.app
        begun = app.rebalancing_count
        await super()._wait(coro, timeout)
        if not begun == app.rebalancing_count == app.assigned_in:
            raise RebalanceAgain


class TableManager(manager.TableManager):
    """The only place where Faust says which recovery it takes."""

    @property
    def recovery(self) -> Recovery:
        """Made when it is asked for first, as Faust's."""
        if self._recovery is None:
            self._recovery = CurrentRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery
