"""What a function of a library mentions and takes: tests say by it which members the project depends on."""

import inspect
from collections.abc import Callable
from typing import Any


def names_in(function: Callable[..., Any]) -> set[str]:
    """The attributes and globals that a function mentions."""
    return set(function.__code__.co_names)


def parameters(function: Callable[..., Any]) -> list[str]:
    """The names of what a function takes, in their order."""
    return list(inspect.signature(function).parameters)
