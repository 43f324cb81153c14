"""Feeds and sinks on the pages, as they say that they are."""

import time
from typing import Any

from aiohttp.test_utils import TestClient

from agents.web.store.writer import StoreWriter

Client = TestClient[Any, Any]
HOSTILE = "<script>alert(1)</script>"
NOW = time.time() + 3600
"""A moment that is not long ago, however slow the machine is."""


def source(name: str, **more: Any) -> dict[str, Any]:
    known = {
        "source": name, "feeds": 2, "hours": [0] * 23 + [3], "new": 3, "revised": 1, "failed": 0, "problems": [],
        "polled_at": 1.0, "usual_removed": 0.2, "recent_removed": 0.21, "drifted": False,
    }  # fmt: skip
    return known | more


def sink(**more: Any) -> dict[str, Any]:
    known = {
        "program": "sink", "name": "redefluss-sink-parquet-1", "host": "h", "pid": 1, "version": "0.2.0",
        "kind": "parquet", "target": "Parquet in /archive", "read": 70, "unchanged": 2, "refused": 1, "batches": 3,
        "failures": 0, "rows": {"quotes": 1234}, "lag": 56, "stored_at": 1.0, "problem": None,
    }  # fmt: skip
    return known | more


def programs() -> list[tuple[str, dict[str, Any]]]:
    sources = [
        source("Waldauer Bote"),
        source(HOSTILE, drifted=True, recent_removed=0.9, problems=[f"http://x: {HOSTILE}"]),
    ]
    return [
        ("feed", {"program": "feed", "name": "h:/data", "sources": [*sources, {"source": "of another version"}]}),
        ("sink", sink()),
        ("sink", sink(name="redefluss-sink-postgres-2", kind="postgres", target="PostgreSQL x", problem=HOSTILE)),
        ("sink", {"program": "sink", "name": "of another version"}),
    ]


async def get(client: Client, path: str) -> str:
    async with client.get(path, headers={"Accept-Language": "en"}) as response:
        assert response.status == 200
        return await response.text()


async def test_sources_and_sinks_are_shown(client: Client, writer: StoreWriter) -> None:
    for program, said in programs():
        writer.put_program(program, said["name"], NOW, said)
    page = await get(client, "/feeds")
    assert page.index("layout has drifted") < page.index("Waldauer Bote"), "what is wrong comes first"
    assert page.count("layout has drifted") == 1
    assert "90.0 %" in page
    assert HOSTILE not in page
    operations = await get(client, "/operations")
    assert "Parquet in /archive" in operations
    assert "1,234" in operations
    assert HOSTILE not in operations
    assert "Parquet in /archive" in await get(client, "/fragments/operations")
    async with client.get("/api/feeds") as answer:
        sources = await answer.json()
    assert [one["source"] for one in sources] == [HOSTILE, "Waldauer Bote"]
    assert sources[1]["alive"]
    async with client.get("/api/sinks") as answer:
        sinks = await answer.json()
    assert [(one["kind"], one["lag"]) for one in sinks] == [("parquet", 56), ("postgres", 56)]


async def test_who_is_silent_or_has_ended_is_not_alive(client: Client, writer: StoreWriter) -> None:
    writer.put_program("sink", "silent", time.time() - 100, sink(name="silent", kind="duckdb"))
    writer.put_program("sink", "ended", NOW, sink(name="ended", kind="webhook", ended=True))
    async with client.get("/api/sinks") as answer:
        found = {one["name"]: (one["alive"], one["ended"]) for one in await answer.json()}
    assert found["silent"] == (False, False)
    assert found["ended"] == (False, True)
    writer.forget_programs(time.time() - 50)
    async with client.get("/api/sinks") as answer:
        assert [one["name"] for one in await answer.json() if one["name"] in found] == ["ended"]
