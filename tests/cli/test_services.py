"""The processes that `redefluss run` stands on."""

import asyncio
import socket
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agents.cli import services
from agents.cli.errors import CommandError, ExitCode
from agents.listening import PortTaken, check_web_port
from agents.settings import Settings
from agents.unknown_settings import unknown_settings
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


async def test_what_the_command_has_told_of_the_settings_its_worker_does_not_tell_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REDEFLUSS_WEBPORT", "1")
    line = "there is no setting REDEFLUSS_WEBPORT (is REDEFLUSS_WEB_PORT meant?)"
    assert unknown_settings() == line
    command = [sys.executable, "-c", WRITES.format(text=repr(f"WARNING {line}\nbereit\n"))]
    monkeypatch.setattr(services, "module_command", lambda *_: command)
    said: list[str] = []
    async with services.worker(Settings(web_port=free_port()), tmp_path, say=said.append) as process:
        await process.wait()
    assert said == ["bereit"]


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


@pytest.mark.parametrize("broker", ["kafka://kafka.example:9092", "kafka://127.0.0.1:9092,kafka.example:9092"])
def test_only_an_address_of_this_machine_alone_gets_the_embedded_broker(
    monkeypatch: pytest.MonkeyPatch, broker: str
) -> None:
    monkeypatch.setattr(services, "_listens", lambda *_: False)
    with services.broker(Settings(broker=broker)) as own:
        assert not own


def test_a_broker_that_begins_empty_has_a_folder_that_is_gone_at_the_end(tmp_path: Path) -> None:
    data = tmp_path / "share" / "data"
    settings = Settings(data_dir=data)
    with services.data_dir(settings, fresh=False) as folder:
        assert folder == data
        assert not folder.exists()
    for _ in range(2):
        with services.data_dir(settings, fresh=True) as folder:
            assert folder.parent == data
            (folder / "state").write_text("a")
        assert list(data.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "known"),
    [
        (3, ExitCode.UNREACHABLE),
        (5, ExitCode.FORBIDDEN),
        (0, ExitCode.INCOMPLETE),
        (-9, ExitCode.INCOMPLETE),
    ],
)
async def test_a_worker_that_ends_by_itself_gives_its_exit_code_on(code: int, known: ExitCode) -> None:
    async def wait() -> int:
        return code

    process: Any = SimpleNamespace(wait=wait)
    with pytest.raises(CommandError, match=f"the worker ended with exit code {code}$") as caught:
        await services.ended(process)
    assert caught.value.code == known


async def test_a_port_of_the_web_view_that_is_taken_is_told_before_the_worker_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTaken, match=f"cannot listen on 127.0.0.1:{port} .*: set REDEFLUSS_WEB_HOST"):
            async with services.worker(Settings(web_port=port), tmp_path):
                pass
        check_web_port(Settings(web_port=port, web_enabled=False))
    check_web_port(Settings(web_port=port))
