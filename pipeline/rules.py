"""Hand-written rules as objects, so that each can be shown, tested and measured without the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Generic, TypeVar

_SWITCHED_OFF: ContextVar[frozenset[str]] = ContextVar("switched_off", default=frozenset())


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its name.

    Attributes:
        name: of the rule; unique among all stages.
        summary: what it does, in one line.
        example: an invented text in which it matches; the stage's registry says how matches are marked.
        counterexample: a text that looks alike, in which it must not match.
    """

    name: str
    summary: str
    example: str
    counterexample: str

    @property
    def on(self) -> bool:
        """Whether it is in force, as all rules are outside of `without`."""
        return self.name not in _SWITCHED_OFF.get()


AnyRule = TypeVar("AnyRule", bound=Rule)


class RuleSet(Generic[AnyRule]):
    """Rules of one kind by name, in the order in which they are documented."""

    def __init__(self, rules: Iterable[AnyRule]) -> None:
        self._rules = {rule.name: rule for rule in rules}

    def __iter__(self) -> Iterator[AnyRule]:
        return iter(self._rules.values())

    def __getitem__(self, name: str) -> AnyRule:
        return self._rules[name]


@contextmanager
def without(*rules: Rule) -> Iterator[None]:
    """Read as if there were none of `rules`, within the `with` block and its thread."""
    token = _SWITCHED_OFF.set(_SWITCHED_OFF.get() | {rule.name for rule in rules})
    try:
        yield
    finally:
        _SWITCHED_OFF.reset(token)
