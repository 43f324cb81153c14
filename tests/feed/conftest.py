"""A web server, a fetcher that may ask it, and a newsroom that polls it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from agents.feed.fetching import Fetcher
from agents.feed.hosts import Hosts
from tests.feed.newsroom import Newsroom
from tests.feed.site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    hosts = Hosts(pause_seconds=0)
    async with Fetcher(hosts, user_agent="Redefluss/1 (test)", allow_private=True, timeout_seconds=2) as ready:
        yield ready


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "feed")
