"""The interface of a stateful stage: what is asked of it so that its states can be kept and restored."""

from collections.abc import Sequence
from typing import Any, Protocol


class StatefulStage(Protocol):
    """What a stateful stage's row loads: says whose a record is, and makes states."""

    def owner(self, record: Any) -> str:
        """The key of the state that a record on the source topic belongs to."""

    def name(self, record: Any) -> str:
        """The id of a record that was given out, which is the key of its message."""

    def owner_of(self, record: Any) -> str:
        """The key of the state that gave a record out."""

    def stream_key(self, owner: str) -> str:
        """The message key of an owner's records on the source topic."""

    def articles(self, record: Any) -> Sequence[str]:
        """The ids of the articles that a record that was given out is made of."""

    def outline(self, record: Any) -> bytes:
        """What a state goes on from before it reads a record that was given out."""

    def state(self, owner: str) -> Any:
        """The state of an owner of whom nothing is known."""
