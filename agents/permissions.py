"""Permissions on the cluster, and how a missing one is told. Who needs which: `agents.needed_permissions`."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
)

Operation = Literal["READ", "WRITE", "CREATE", "DESCRIBE"]
BITS: dict[Operation, int] = {"READ": 3, "WRITE": 4, "CREATE": 5, "DESCRIBE": 8}
"""Where an operation stands in what a broker tells of those that are allowed."""
AUTHORIZATION_ERRORS = (
    TopicAuthorizationFailedError,
    GroupAuthorizationFailedError,
    ClusterAuthorizationFailedError,
)


class Need(NamedTuple):
    """An operation on a topic or group (named with its prefix). READ and WRITE include DESCRIBE."""

    operation: Operation
    kind: Literal["topic", "group"]
    name: str


class MissingPermission(Exception):
    """The log-in lacks permissions: one line that names all of them.

    Args:
        needs: what is missing.
    """

    def __init__(self, needs: Iterable[Need]) -> None:
        self.needs = tuple(sorted(set(needs)))
        super().__init__(f"the log-in lacks {'; '.join(_listed(self.needs))}")


def in_words(error: BaseException) -> str | None:
    """What a client's error says about a missing permission; None if it is about something else."""
    about = ", ".join(str(name) for argument in error.args[:1] for name in _names(argument))
    match error:
        case TopicAuthorizationFailedError():
            return f"the log-in lacks a permission on the topic {about}".rstrip()
        case GroupAuthorizationFailedError():
            return f"the log-in lacks READ on the group {about}".rstrip()
        case ClusterAuthorizationFailedError():
            return "the log-in may WRITE to no topic at all"
    return None


def _names(argument: object) -> Sequence[object]:
    return sorted(argument) if isinstance(argument, set | frozenset | list | tuple) else [argument]


def _listed(needs: Sequence[Need]) -> Iterable[str]:
    """Needs of one operation and kind together: "READ on the topics a, b"."""
    for kind, operation in dict.fromkeys((need.kind, need.operation) for need in needs):
        names = [need.name for need in needs if (need.kind, need.operation) == (kind, operation)]
        yield f"{operation} on the {kind}{'s' if len(names) > 1 else ''} {', '.join(names)}"
