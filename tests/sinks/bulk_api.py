"""A server that behaves as the documentation of OpenSearch's document, bulk and index APIs says, in memory.

Sources: docs.opensearch.org, "Bulk" (one line for the action, one for the document, none after `delete`; the answer has
`errors` and an item for each action, with `status`, and `error` where it failed; a failed action does not end the
others), "Multi-get documents", "Get document" (404 and `found: false`), "Index document" and "Create index" (400
`resource_already_exists_exception`). Elasticsearch documents the same.
"""

from collections.abc import Callable
from typing import Any

import orjson
from aiohttp import web

Failure = Callable[[int, str, str], tuple[int, str] | None]
"""Number of the action since the start, index and id of its document: status and type of its error; None: it works."""


class BulkApi:
    """The indices, and what was asked for."""

    def __init__(self) -> None:
        self.indices: dict[str, dict[str, dict[str, Any]]] = {}
        self.mappings: dict[str, dict[str, Any]] = {}
        self.logins: set[str | None] = set()
        self.fails: Failure = lambda number, index, identifier: None
        self.answers: list[web.Response] = []
        self.actions = 0

    def app(self) -> web.Application:
        """Its routes."""
        app = web.Application(client_max_size=100_000_000)
        app.router.add_put("/{index}", self.make)
        app.router.add_post("/_bulk", self.bulk)
        app.router.add_post("/{index}/_mget", self.multi_get)
        app.router.add_get("/{index}/_doc/{id}", self.get)
        app.router.add_put("/{index}/_doc/{id}", self.put)
        return app

    def sources(self, index: str) -> list[dict[str, Any]]:
        """The documents of an index, in the order of their ids."""
        return [document for _, document in sorted(self.indices[index].items())]

    async def make(self, request: web.Request) -> web.Response:
        name = request.match_info["index"]
        self.logins.add(request.headers.get("Authorization"))
        if name in self.indices:
            return _json({"error": {"type": "resource_already_exists_exception"}, "status": 400}, 400)
        self.indices[name] = {}
        self.mappings[name] = orjson.loads(await request.read())["mappings"]
        return _json({"acknowledged": True, "shards_acknowledged": True, "index": name})

    async def get(self, request: web.Request) -> web.Response:
        index, identifier = request.match_info["index"], request.match_info["id"]
        found = self.indices[index].get(identifier)
        if found is None:
            return _json({"_index": index, "_id": identifier, "found": False}, 404)
        return _json({"_index": index, "_id": identifier, "found": True, "_source": found})

    async def put(self, request: web.Request) -> web.Response:
        index, identifier = request.match_info["index"], request.match_info["id"]
        if failed := self._failure(index, identifier):
            return _json({"error": {"type": failed[1]}, "status": failed[0]}, failed[0])
        self.indices[index][identifier] = orjson.loads(await request.read())
        return _json({"_index": index, "_id": identifier, "result": "updated"})

    async def multi_get(self, request: web.Request) -> web.Response:
        index = request.match_info["index"]
        docs = []
        for identifier in orjson.loads(await request.read())["ids"]:
            known = self.indices[index].get(identifier)
            line = {"_index": index, "_id": identifier, "found": known is not None}
            docs.append(line if known is None else line | {"_source": known})
        return _json({"docs": docs})

    async def bulk(self, request: web.Request) -> web.Response:
        if self.answers:
            return self.answers.pop(0)
        assert request.headers["Content-Type"] == "application/x-ndjson"
        data = await request.read()
        assert data.endswith(b"\n"), "the last line ends with a newline"
        lines = iter(data.splitlines())
        items = []
        for line in lines:
            ((action, target),) = orjson.loads(line).items()
            document = orjson.loads(next(lines)) if action == "index" else None
            items.append({action: self._act(action, target["_index"], target["_id"], document)})
        errors = any("error" in item for one in items for item in one.values())
        return _json({"took": 1, "errors": errors, "items": items})

    def _act(self, action: str, index: str, identifier: str, document: Any) -> dict[str, Any]:
        assert action in {"index", "delete"}
        done = {"_index": index, "_id": identifier}
        assert len(identifier.encode()) <= 512
        if failed := self._failure(index, identifier):
            return done | {"status": failed[0], "error": {"type": failed[1], "reason": "so"}}
        known = self.indices[index]
        if action == "delete":
            there = known.pop(identifier, None) is not None
            return done | {"status": 200 if there else 404, "result": "deleted" if there else "not_found"}
        assert document.keys() <= self.mappings[index]["properties"].keys()
        status = 200 if identifier in known else 201
        known[identifier] = document
        return done | {"status": status, "result": "created"}

    def _failure(self, index: str, identifier: str) -> tuple[int, str] | None:
        number, self.actions = self.actions, self.actions + 1
        return self.fails(number, index, identifier)


def _json(value: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")
