"""The OpenAPI document, made from the routes and the models of their answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from pydantic import TypeAdapter

from agents.headers import installed_version
from agents.web import models
from agents.web.models import ErrorAnswer

_SCHEMAS = "#/components/schemas/{model}"


@dataclass(frozen=True)
class Parameter:
    """A parameter of a route, with its JSON schema."""

    name: str
    place: Literal["path", "query"]
    meaning: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class Route:
    """A route of the API; `handler`'s docstring is its summary, `answers` the type of what it answers.

    `files` are the media types in which it also answers, by its parameter `format`.
    """

    path: str
    handler: Callable[..., Any]
    answers: Any
    parameters: Sequence[Parameter] = ()
    method: Literal["get", "post"] = "get"
    media_type: str = "application/json"
    files: Sequence[str] = ()
    token: bool = False


def document(routes: Sequence[Route]) -> bytes:
    """The document as JSON."""
    answers: list[tuple[Any, Literal["serialization"], TypeAdapter[Any]]] = [
        *((model, "serialization", TypeAdapter(model)) for model in vars(models).values() if _is_model(model)),
        *((number, "serialization", TypeAdapter(route.answers)) for number, route in enumerate(routes)),
    ]
    schemas, definitions = TypeAdapter.json_schemas(answers, ref_template=_SCHEMAS)
    paths: dict[str, dict[str, Any]] = {}
    for number, route in enumerate(routes):
        paths.setdefault(route.path, {})[route.method] = _operation(route, schemas[number, "serialization"])
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Redefluss",
                "version": installed_version(),
                "description": "Who is in the news, and who said what. Where the web view listens beyond loopback, "
                "all of it needs the token.",
            },
            "paths": paths,
            "components": {
                "schemas": definitions["$defs"],
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


def _operation(route: Route, answer: dict[str, Any]) -> dict[str, Any]:
    problem = {"application/json": {"schema": {"$ref": _SCHEMAS.format(model=ErrorAnswer.__name__)}}}
    operation: dict[str, Any] = {
        "summary": (route.handler.__doc__ or "").strip(),
        "operationId": f"{route.method}-{route.path.removeprefix('/api/').replace('{', '').replace('}', '')}".replace(
            "/", "-"
        ),
        "parameters": [
            {
                "name": parameter.name,
                "in": parameter.place,
                "required": parameter.place == "path",
                "description": parameter.meaning,
                "schema": parameter.schema,
            }
            for parameter in route.parameters
        ],
        "responses": {
            "200": {
                "description": "as asked for",
                "content": {route.media_type: {"schema": answer}} | {kind: {} for kind in route.files},
            },
            "default": {"description": "what is wrong", "content": problem},
        },
    }
    if route.token:
        operation["security"] = [{"token": []}]
    return operation


def _is_model(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, models.ApiModel) and value is not models.ApiModel
