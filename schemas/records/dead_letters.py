"""Messages that could not be processed."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, StringConstraints

from schemas.spans import RecordModel

StageName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=100)]
"""Which there are `redefluss worker --help` tells; a reader takes letters of stages that it does not know, too."""


def _base64(value: str) -> str:
    try:
        b64decode(value)
    except ValueError:
        raise ValueError(f"{value[:40]!r} is not base64") from None
    return value


Base64 = Annotated[str, AfterValidator(_base64)]
FailureReason = Literal[
    "malformed-json",
    "schema",
    "unsupported-schema",
    "too-large",
    "empty",
    "unsupported-language",
    "processing-error",
    "timeout",
    "worker-crash",
]
FAILURE_REASONS: tuple[str, ...] = get_args(FailureReason)


class HeaderInBase64(RecordModel):
    """A header of a message as it was on the topic; None is a header without a value, not even an empty one."""

    name: str
    value: Base64 | None


class DeadLetter(RecordModel):
    """A message that could not be processed: its bytes, where it stood, and why."""

    schema_: Literal["dead-letter/1"] = Field(default="dead-letter/1", alias="schema")
    stage: StageName
    reason: FailureReason
    detail: str
    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    timestamp: int = Field(description="milliseconds since 1970 UTC, as the broker has it")
    key: str | None = None
    key_base64: Base64 | None = Field(default=None, description="the key's bytes, only where they are not UTF-8")
    value: Base64 = Field(description="the message's bytes in base64")
    tombstone: bool = Field(default=False, description="the message had no value at all, not even an empty one")
    headers: dict[str, str] = Field(default_factory=dict, description="as text, the last of each name")
    headers_base64: list[HeaderInBase64] | None = Field(
        default=None,
        description="all headers in their order; only where `headers` cannot tell them, since a name comes twice or a "
        "value is missing or not UTF-8",
    )
    attempts: int = Field(ge=1)

    @classmethod
    def of(
        cls,
        *,
        stage: StageName,
        reason: FailureReason,
        detail: str,
        topic: str,
        partition: int,
        offset: int,
        timestamp: int,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]],
        attempts: int,
    ) -> Self:
        """The dead letter of a message, from its bytes as they stood on the topic."""
        as_text = {name: (header or b"").decode("utf-8", "backslashreplace") for name, header in headers}
        lossless = [(name, header.encode()) for name, header in as_text.items()] == list(headers)
        name = undecodable = None
        if key is not None:
            try:
                name = key.decode()
            except UnicodeDecodeError:
                undecodable = b64encode(key).decode("ascii")
        return cls(
            stage=stage,
            reason=reason,
            detail=detail,
            topic=topic,
            partition=partition,
            offset=offset,
            timestamp=timestamp,
            key=name,
            key_base64=undecodable,
            value=b64encode(value or b"").decode("ascii"),
            tombstone=value is None,
            headers=as_text,
            headers_base64=None if lossless else [_in_base64(name, header) for name, header in headers],
            attempts=attempts,
        )

    @property
    def value_bytes(self) -> bytes | None:
        """The failed message's value as it was on the topic; None for a tombstone."""
        return None if self.tombstone else b64decode(self.value)

    @property
    def header_bytes(self) -> list[tuple[str, bytes | None]]:
        """The failed message's headers as they were on the topic, in their order."""
        if self.headers_base64 is None:
            return [(name, value.encode()) for name, value in self.headers.items()]
        return [(it.name, None if it.value is None else b64decode(it.value)) for it in self.headers_base64]

    @property
    def key_bytes(self) -> bytes | None:
        """The failed message's key as it was on the topic."""
        if self.key_base64 is not None:
            return b64decode(self.key_base64)
        return None if self.key is None else self.key.encode()


def _in_base64(name: str, value: bytes | None) -> HeaderInBase64:
    return HeaderInBase64(name=name, value=None if value is None else b64encode(value).decode("ascii"))
