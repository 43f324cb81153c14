"""A worker's web view for tests of the stream, which run their workers without one otherwise."""

import asyncio
import urllib.error
import urllib.request

from tests.support.ports import free_port


class View:
    """The web view of one worker on a free port; `options` are for `Stream.start_worker`."""

    def __init__(self) -> None:
        self._port = free_port()

    @property
    def options(self) -> dict[str, object]:
        """Settings of the worker."""
        return {"web_enabled": "true", "web_port": self._port}

    async def until_ready(self, seconds: float) -> None:
        """Wait until the worker says that it is ready.

        Raises:
            AssertionError: it did not in time; with what it said last.
        """
        said: tuple[int, str] = (0, "")
        try:
            async with asyncio.timeout(seconds):
                while said[0] != 200:
                    said = await asyncio.to_thread(self._ask)
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise AssertionError(f"not ready within {seconds} s: {said}") from None

    async def metrics(self) -> str:
        """What Prometheus gets to read."""
        return (await asyncio.to_thread(self._ask, "/metrics"))[1]

    def _ask(self, path: str = "/health/ready") -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)
