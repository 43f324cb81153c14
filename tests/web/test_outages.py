"""Why what the pages show may be old is said on every page: broker away, store not writable, store being filled."""

import time
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from agents.web import site
from agents.web.operations import LAG_TO_TELL
from agents.web.store.writer import StoreWriter
from tests.web.conftest import FakeStatus, all_is_well
from tests.web.test_operations import EVERY_PAGE, api, get

Client = TestClient[Any, Any]


@pytest.fixture
def outages_are_looked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of outages holds for no time, where it holds for a second otherwise."""
    monkeypatch.setattr(site, "TROUBLE_SECONDS", -1.0)


async def test_every_page_says_that_the_broker_is_away(client: Client, writer: StoreWriter) -> None:
    for path in EVERY_PAGE:
        all_is_well(writer)
        assert 'class="banner bad trouble"' not in (await get(client, path))[1], path
    writer.put_state("broker", time.time(), {"ok": False, "detail": "KafkaConnectionError"})
    time.sleep(site.TROUBLE_SECONDS + 0.1)
    for path in (*EVERY_PAGE, "/fragments/trouble"):
        writer.put_state("broker", time.time(), {"ok": False, "detail": "KafkaConnectionError"})
        _, page = await get(client, path)
        assert (
            "Der Broker ist nicht zu erreichen: Was die Seiten zeigen, kann alt sein. KafkaConnectionError" in page
        ), path
    state = await api(client)
    assert {stage["health"] for stage in state["stages"]} == {"unknown"}
    _, page = await get(client, "/operations")
    assert ">läuft</span>" not in page


@pytest.mark.usefixtures("outages_are_looked_for_at_once")
async def test_every_page_says_that_the_store_cannot_be_written_and_does_not_blame_the_broker(
    client: Client, writer: StoreWriter, status: FakeStatus
) -> None:
    all_is_well(writer)
    assert 'class="banner bad trouble"' not in (await get(client, "/"))[1]
    status.store_trouble = "a.sqlite cannot be written: database or disk is full"
    _, page = await get(client, "/fragments/trouble")
    assert "Der Speicher dieser Seiten kann nicht beschrieben werden" in page, "there was room for a word of the broker"
    writer.put_state("broker", time.time() - 60, {"ok": True, "detail": None})
    for path in (*EVERY_PAGE, "/fragments/trouble"):
        _, page = await get(client, path)
        assert "Der Speicher dieser Seiten kann nicht beschrieben werden" in page, path
        assert "a.sqlite cannot be written: database or disk is full" in page, path
        assert "Broker" not in page or path == "/runbooks", path
    assert "Wie es um den Strom steht, ist nicht bekannt." in (await get(client, "/operations"))[1]
    assert (await api(client))["store_trouble"] == "a.sqlite cannot be written: database or disk is full"
    writer.put_state("broker", time.time() - 60, {"ok": False, "detail": "KafkaConnectionError"})
    assert "Der Broker ist nicht zu erreichen" in (await get(client, "/"))[1]


@pytest.mark.usefixtures("outages_are_looked_for_at_once")
async def test_every_page_says_that_the_store_is_still_being_filled(client: Client, writer: StoreWriter) -> None:
    """Where a store is made anew, counts and lists hold a part of what there is."""
    all_is_well(writer)
    for lag, told in ((LAG_TO_TELL, False), (LAG_TO_TELL + 1, True), (0, False)):
        writer.put_state("store", time.time(), {"lag": lag, "unreadable": 0})
        for path in ("/", "/search", "/shares", "/fragments/trouble"):
            _, page = await get(client, path)
            assert ("Der Speicher dieser Seiten wird noch gefüllt: Es fehlen" in page) == told, (path, lag)
            assert "banner bad trouble" not in page, (path, lag)
