"""Who and what is in the news: the directory, the most quoted, and all about one."""

from typing import Literal

from pydantic import Field

from agents.web.models.base import ApiModel
from agents.web.models.shares import FacetValue

RankWindow = Literal["hour", "day"]
RankedBy = Literal["quotes", "mentions"]


class Person(ApiModel):
    """Someone or something in the directory."""

    id: str
    name: str
    type: str
    roles: list[str]
    affiliations: list[str]
    quotes: int = Field(description="in all papers, without those that are part of another")
    articles: int


class People(ApiModel):
    """A page of the directory."""

    items: list[Person]
    total: int
    next: str | None = Field(description="the cursor of the next page; null on the last one")


class Ranked(ApiModel):
    """An entity in a list of the most quoted or most named, with its course over the window."""

    id: str
    name: str
    type: str
    count: int
    course: list[int] = Field(description="counts in twelve equal parts of the window, oldest first")


class SourceCount(ApiModel):
    """How often a source quotes and names an entity; a statement counts once in it."""

    source: str | None
    quotes: int
    articles: int


class Period(ApiModel):
    """Statements and articles of one day in Germany; a statement counts on the day of its first quote."""

    day: str
    quotes: int
    articles: int


class EntityDetail(ApiModel):
    """Everything kept about one entity."""

    id: str
    name: str
    type: str
    roles: list[str]
    affiliations: list[str]
    wikidata: str | None
    statement_count: int = Field(description="each statement once")
    quote_count: int = Field(description="in all papers, without those that are part of another")
    about_count: int = Field(description="statements of others in which it is named")
    article_count: int
    mention_count: int
    called_roles: list[FacetValue] = Field(description="roles beside its statements, and how many have them")
    called_affiliations: list[FacetValue] = Field(description="affiliations beside its statements, likewise")
    days: list[Period]
    sources: list[SourceCount]
    perhaps: list[FacetValue] = Field(description="people who may be the same, and in how many articles they are named")
    together: list[FacetValue] = Field(description="who is quoted in the same articles, and in how many")
    members: int = Field(description="statements of those who belong to it")
    party: str | None = Field(description="what they are said to belong to; null: it is no organisation")
