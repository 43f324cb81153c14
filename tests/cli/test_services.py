"""The processes that `redefluss run` stands on."""

import asyncio
import sys

import pytest

from agents.cli import services
from agents.cli.errors import CommandError
from agents.settings import Settings
from tests.support.ports import free_port

WRITES = "import sys; sys.stderr.write({text}); sys.stderr.flush()"


async def relayed(text: str) -> list[str]:
    """What is told of what a process writes; `text` is Python's."""
    said: list[str] = []
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITES.format(text=text), stderr=asyncio.subprocess.PIPE
    )
    await asyncio.wait_for(services._relay(process, said.append), 60)
    assert await process.wait() == 0
    return said


async def test_a_long_line_is_told_as_any_other() -> None:
    assert await relayed("'eins\\n' + 300_000 * 'x' + '\\nzwei \\n\\ndrei'") == [
        "eins",
        300_000 * "x",
        "zwei",
        "",
        "drei",
    ]


async def test_of_a_line_without_end_there_is_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "LINE_BYTES", 1_000)
    assert await relayed("300_000 * 'x' + '\\nzwei'") == [1_000 * "x", "zwei"]


def test_where_only_the_embedded_broker_could_listen_an_ipv6_address_is_refused() -> None:
    settings = Settings(broker=f"kafka://[::1]:{free_port()}")
    with (
        pytest.raises(CommandError, match="the embedded one listens on"),
        services.broker(settings),
    ):
        pass


def test_a_broker_at_an_ipv6_address_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(services, "_listens", lambda *where: not asked.append(where))
    with services.broker(Settings(broker="kafka://[::1]:9093")) as own:
        assert not own
    assert asked == [("::1", 9093)]
