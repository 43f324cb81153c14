"""The base of all answers, and what several of them have."""

from pydantic import BaseModel, ConfigDict


class ApiModel(BaseModel):
    """What all answers have in common."""

    model_config = ConfigDict(frozen=True)


class TextRange(ApiModel):
    """Code points, from `begin` up to but not including `end`, of the text they belong to."""

    begin: int
    end: int


class ErrorAnswer(ApiModel):
    """Why a request failed."""

    error: str
