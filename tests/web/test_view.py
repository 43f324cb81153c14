"""The web view as a worker starts it: at each address that it can be given."""

import asyncio
import json
import re
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession

from agents import listening
from agents.broker_settings import host_in_address
from agents.settings import Settings
from agents.web.view import WebView
from tests.web.conftest import TOKEN, FakeStatus

ROOT = Path(__file__).parents[2]


async def probe(**environment: object) -> int:
    """The exit code of the health check of the image."""
    (command,) = re.findall(r"HEALTHCHECK .*\\\n +CMD (.*)", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    _, *arguments = json.loads(command)
    settings = {name: str(value) for name, value in environment.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=settings, stderr=asyncio.subprocess.DEVNULL
    )
    return await process.wait()


@pytest.mark.parametrize(
    ("host", "asked"),
    [("127.0.0.1", "127.0.0.1"), ("127.0.0.2", "127.0.0.2"), ("0.0.0.0", "127.0.0.1"), ("::1", "::1"), ("::", "::1")],
)
async def test_the_web_view_listens_on_addresses_of_both_protocols(
    status: FakeStatus, tmp_path: Path, host: str, asked: str
) -> None:
    try:
        port = listening.free_port(host, 0)
    except OSError as error:
        pytest.skip(f"nothing can listen on {host} here: {error}")
    settings = Settings(broker="kafka://127.0.0.1:1", data_dir=tmp_path, web_host=host, web_port=port, web_token=TOKEN)
    view = WebView(settings, status)
    await view.start()
    try:
        async with (
            ClientSession() as session,
            session.get(f"http://{host_in_address(asked)}:{port}/health/live") as answer,
        ):
            assert answer.status == 200
        assert await probe(REDEFLUSS_WEB_HOST=host, REDEFLUSS_WEB_PORT=port) == 0
    finally:
        await view.stop()
    assert await probe(REDEFLUSS_WEB_HOST=host, REDEFLUSS_WEB_PORT=port) == 1
