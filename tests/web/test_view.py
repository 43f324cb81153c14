"""The web view as a worker starts it: at each address that it can be given."""

from pathlib import Path

import pytest
from aiohttp import ClientSession

from agents import listening
from agents.broker_settings import host_in_address
from agents.settings import Settings
from agents.web.view import WebView
from tests.web.conftest import TOKEN, FakeStatus


@pytest.mark.parametrize(("host", "asked"), [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::", "::1")])
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
    finally:
        await view.stop()
