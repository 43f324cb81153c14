"""The newsroom over HTTP: what its address asks for, and what it offers to ask for."""

import re
from typing import Any

from aiohttp.test_utils import TestClient

Client = TestClient[Any, Any]


async def page(client: Client, path: str = "/") -> str:
    async with client.get(path, headers={"Accept": "text/html", "Accept-Language": "de"}) as response:
        assert response.status == 200
        return await response.text()


async def test_what_one_visitor_asked_for_is_on_no_other_visitors_page(client: Client) -> None:
    for path in ("/?source=&source=Tagblatt", "/?since=+&nothing=4711"):
        await page(client, path)
        (live,) = re.findall(r'data-live="([^"]*)"', await page(client))
        assert live == "/live?after=3"
