"""In place of the clients by which a worker looks for stalls."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any

from agents.settings import Settings


class ProgressClients:
    """Stands for `progress_reader`: counts what is opened and closed, and gives what each look is to find."""

    def __init__(self, *looks: Any) -> None:
        self.looks = list(looks)
        self.opened = self.closed = 0
        self.looked = asyncio.Event()

    @asynccontextmanager
    async def __call__(self, settings: Settings) -> Any:
        self.opened += 1
        try:
            yield self
        finally:
            self.closed += 1

    async def read(self, stages: Any) -> dict[str, list[Any]]:
        found = self.looks.pop(0) if self.looks else None
        if not self.looks:
            self.looked.set()
        if isinstance(found, Exception):
            raise found
        if found is not None:
            await asyncio.sleep(found)
        return {}
