"""The API answers as its own description says."""

import re
import time
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from aiohttp.test_utils import TestClient

from agents.web.openapi import document
from agents.web.store.writer import StoreWriter
from agents.web.views import PAGES, api
from agents.web.views.api import ROUTES
from tests.web.articles import message, quote_article

Client = TestClient[Any, Any]


@pytest.fixture
def description() -> dict[str, Any]:
    import orjson

    read: dict[str, Any] = orjson.loads(document(ROUTES))
    return read


def test_every_route_is_described(description: dict[str, Any]) -> None:
    (api,) = [pages for pages in PAGES if pages.blueprint.name == "api"]
    served = {
        route.uri.replace(":[\\s\\S]+", "").replace(":[0-9]{1,9}", "").replace(":[0-9]{1,18}", "")
        for route in api.blueprint.routes
    }
    assert served == set(description["paths"]) | {"/api/", "/api/openapi.json"}
    for path, operations in description["paths"].items():
        for operation in operations.values():
            assert operation["summary"]
            named = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
            assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}


async def test_the_address_of_the_api_leads_to_its_description(client: Client) -> None:
    async with client.get("/api/") as response:
        assert "/api/quotes" in (await response.json())["paths"]


async def test_what_needs_the_token_on_loopback_too_is_described_as_such(
    client: Client, description: dict[str, Any]
) -> None:
    needing = []
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            async with client.request(method, re.sub(r"\{\w+\}", "1", path)) as response:
                needed = response.status == 401
            assert operation.get("security") == ([{"token": []}] if needed else None), path
            needing += [path] * needed
    assert needing == ["/api/dead-letters/{partition}/{offset}"]


async def test_each_format_of_a_route_is_described_with_its_media_type(client: Client) -> None:
    async with client.get("/api/openapi.json") as response:
        paths = (await response.json())["paths"]
    told, answered = {}, {}
    for path, operations in paths.items():
        named = [it["schema"]["enum"] for it in operations["get"]["parameters"] if it["name"] == "format"]
        for kind in [kind for formats in named for kind in formats]:
            async with client.get(f"{path}?format={kind}") as response:
                answered.setdefault(path, set()).add(response.content_type)
            told[path] = set(operations["get"]["responses"]["200"]["content"])
    assert told == answered
    assert {"/api/quotes", "/api/statements"} <= told.keys()


async def test_the_entities_of_the_last_hour_are_told_from_those_of_the_day(
    client: Client, writer: StoreWriter
) -> None:
    writer.add(message(quote_article(f"r-{n}"), offset=n + 10, at=time.time() - 7200 * n) for n in range(2))
    counts = {}
    for window in ("hour", "day"):
        async with client.get(f"/api/ranks?window={window}&by=quotes") as response:
            counts[window] = {entity["name"]: entity["count"] for entity in await response.json()}["Karla Brinkmeier"]
    assert counts["day"] == counts["hour"] + 1


def test_all_references_lead_somewhere(description: dict[str, Any]) -> None:
    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            found = {value["$ref"]} if "$ref" in value else set()
            return found.union(*(references(item) for item in value.values()))
        if isinstance(value, list):
            return set().union(*(references(item) for item in value))
        return set()

    schemas = {f"#/components/schemas/{name}" for name in description["components"]["schemas"]}
    assert references(description) <= schemas


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/api/articles", "/api/articles"),
        ("/api/articles/a-1", "/api/articles/{id}"),
        ("/api/ranks?window=day&by=mentions", "/api/ranks"),
        ("/api/entities/per/karla-brinkmeier", "/api/entities/{id}"),
        ("/api/search?words=umbau", "/api/search"),
        ("/api/operations", "/api/operations"),
        ("/api/dead-letters", "/api/dead-letters"),
    ],
)
async def test_answers_are_as_described(client: Client, description: dict[str, Any], address: str, path: str) -> None:
    async with client.get(address) as response:
        assert response.status == 200
        answer = await response.json()
    schema = description["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator(schema | {"components": description["components"]}).validate(answer)
    assert answer


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/api/articles/nirgends", 404),
        ("/api/entities/per/niemand", 404),
        ("/api/records/nix/a-1", 404),
        ("/api/records/clean/a-1", 404),
        ("/api/records/quotes/a-1", 503),
        ("/api/dead-letters/0/0", 404),
        ("/api/search", 400),
        ("/api/ranks?window=week", 400),
        ("/api/nix", 404),
    ],
)
async def test_what_is_wrong_is_said_in_json(client: Client, address: str, code: int) -> None:
    async with client.get(address, headers={"Accept": "text/html"}) as response:
        assert response.status == code
        assert (await response.json())["error"]


@pytest.mark.parametrize(("key", "code"), [(b"a-1", 200), (b"a-2", 404)])
async def test_what_stands_in_a_records_place_since_its_topic_was_created_again_is_not_shown_for_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, key: bytes, code: int
) -> None:
    async def message_at(*_: Any) -> SimpleNamespace:
        return SimpleNamespace(key=key, value=b"{}", timestamp=0)

    monkeypatch.setattr(api, "message_at", message_at)
    async with client.get("/api/records/quotes/a-1") as response:
        assert response.status == code


async def test_articles_can_be_read_page_by_page(client: Client) -> None:
    seen: list[str] = []
    before = ""
    while True:
        async with client.get(f"/api/articles?limit=2{before}") as response:
            page = await response.json()
        if not page:
            break
        seen += [line["id"] for line in page]
        before = f"&before={page[-1]['sequence']}"
    assert len(seen) == len(set(seen)) == 3
