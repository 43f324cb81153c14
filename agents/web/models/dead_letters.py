"""Dead letters and their replay."""

from typing import Any

from pydantic import Field

from agents.web.models.base import ApiModel


class DeadLetterLine(ApiModel):
    """A dead letter as lists show it."""

    partition: int
    offset: int
    stage: str
    reason: str
    detail: str
    key: str | None
    topic: str = Field(description="the topic of the failed message")
    at: float = Field(description="when it was written, in seconds since 1970 UTC")
    attempts: int
    replayed_at: float | None
    replayed_by: str | None = Field(None, description="who did that: a user and host, or the address of a browser")


class DeadLetterCount(ApiModel):
    """How many dead letters a stage has for a reason."""

    stage: str
    reason: str
    count: int


class DeadLetterList(ApiModel):
    """A page of dead letters, newest first, and the counts of all kept."""

    letters: list[DeadLetterLine]
    total: int = Field(description="of the stage, reason and time asked for, on all pages")
    next: str | None = Field(description="the cursor of the next page; null on the last one")
    counts: list[DeadLetterCount]
    course: list[int] = Field(description="those of the stage and reason asked for in the last 48 hours, oldest first")


class StoredDeadLetter(ApiModel):
    """A dead letter and where it stands."""

    partition: int
    offset: int
    letter: dict[str, Any] = Field(description="the DeadLetter; `value` holds the message's bytes in base64")


class Replayed(ApiModel):
    """What became of a replay."""

    topic: str = Field(description="where the message failed, and was sent again")
    sent: bool = Field(description="false: it had been replayed already, and was not sent once more")
