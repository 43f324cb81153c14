"""Faust's blueprints, with aiohttp's requests and responses as their types."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from faust import web

ViewType = TypeVar("ViewType")


class Pages:
    """A blueprint whose routes take aiohttp's `Request`, which is what Faust's web view passes on."""

    def __init__(self, name: str) -> None:
        self.blueprint = web.Blueprint(name)

    def page(self, path: str, *, name: str) -> Callable[[ViewType], ViewType]:
        """Register a function `(view, request, **path parameters)` or a View class for a path."""

        def register(handler: ViewType) -> ViewType:
            self.blueprint.route(path, name=name)(cast(Any, handler))
            return handler

        return register
