"""Values that narrow a search, and their shares of what is found."""

from typing import Literal

from pydantic import Field

from agents.web.models.base import ApiModel


class FacetValue(ApiModel):
    """A value by which a search can be narrowed, and how much it then finds."""

    value: str = Field(description="the value to use in a query")
    name: str
    count: int


class Share(ApiModel):
    """A value's part of all statements that were asked for."""

    value: str = Field(description="the value to use in a query")
    name: str
    count: int = Field(description="statements, or statements of a paper, if each paper counts")
    articles: int
    sources: int
    share: float = Field(description="of all that were asked for")
    low: float = Field(description="the lower end of the share's 95 % interval (Wilson)")
    high: float = Field(description="its upper end")
    usual: float | None = Field(None, description="its share in the four periods of the same length before")
    more: bool = Field(False, description="the whole interval is above the usual share")
    evidence: dict[str, int] = Field({}, description="of genders: what tells them, with counts")


class SharePeriod(ApiModel):
    """A day, or the week that begins with it, and how much of each of the shown values it has."""

    day: str
    total: int
    counts: list[int] = Field(description="in the order of the values")


class Shares(ApiModel):
    """Who or what is quoted how much."""

    by: str
    each: Literal["statement", "paper"]
    total: int
    without: int = Field(description="of them those that have no value")
    articles: int
    sources: int
    values: list[Share]
    others: int = Field(description="how many further values there are")
    period: Literal["day", "week"]
    over_time: list[SharePeriod]
    compared: "Shares | None" = Field(None, description="the same of what it is compared with")
