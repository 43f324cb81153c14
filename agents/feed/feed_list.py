"""The list of feeds: a TOML file with `[[feeds]]`, and what is wrong in it by line and field."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from yarl import URL

from agents.http_address import http_address
from agents.toml_lists import read_toml
from schemas.records import Language

_TABLE = re.compile(r"\s*\[\[\s*\"?feeds\"?\s*\]\]")
_ANY_TABLE = re.compile(r"\s*\[")


class FeedListError(Exception):
    """The file cannot be used: one line with the place in it."""


_address = partial(http_address, example="https://www.example.org/feed.xml")


class FeedSource(BaseModel):
    """One feed or news sitemap.

    Attributes:
        url: where it is.
        source: the medium, as records name it.
        language: of its articles, ISO 639-1; None: found out article by article.
        interval_minutes: time between polls; None: as often as something new comes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    url: Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_address)]
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    language: Language | None = None
    interval_minutes: Annotated[float, Field(gt=0, le=10_080, allow_inf_nan=False, strict=False)] | None = None

    @property
    def public_url(self) -> str:
        """The address without the name and password that it may have."""
        return str(URL(self.url).with_user(None))


def load(path: Path) -> list[FeedSource]:
    """The feeds that a file names, each address once.

    Raises:
        FeedListError: it cannot be read, is no TOML, or has a wrong or missing field.
    """
    text, content = read_toml(path, FeedListError)
    for name in content:
        if name != "feeds":
            raise FeedListError(f"{path}{_line(text, None, name)}: {name}: not known here; feeds stand under [[feeds]]")
    entries = content.get("feeds", [])
    if not isinstance(entries, list):
        raise FeedListError(f"{path}{_line(text, None, 'feeds')}: feeds: a list is needed: write [[feeds]]")
    if not entries:
        raise FeedListError(f"{path}: names no feed; each stands under a line [[feeds]], without # before it")
    feeds = [_feed(path, text, number, entry) for number, entry in enumerate(entries)]
    _check_once(path, text, feeds)
    return feeds


def _feed(path: Path, text: str, number: int, entry: object) -> FeedSource:
    try:
        return FeedSource.model_validate(entry)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        field = str(problem["loc"][0]) if problem["loc"] else ""
        match problem["type"]:
            case "extra_forbidden":
                what = f"no such field; there are {', '.join(FeedSource.model_fields)}"
            case "missing":
                what = "is missing"
            case _:
                what = problem["msg"].removeprefix("Value error, ")
        where = f"feeds[{number + 1}]" + (f".{field}" if field else "")
        raise FeedListError(f"{path}{_line(text, number, field)}: {where}: {what}") from None


def _check_once(path: Path, text: str, feeds: Sequence[FeedSource]) -> None:
    first: dict[str, int] = {}
    for number, feed in enumerate(feeds):
        if feed.url in first:
            where = f"feeds[{number + 1}].url"
            same = f"the same as feeds[{first[feed.url] + 1}].url"
            raise FeedListError(f"{path}{_line(text, number, 'url')}: {where}: {same}")
        first[feed.url] = number


def _line(text: str, number: int | None, field: str) -> str:
    """Where a field stands, as in ":7"; of a missing one, where its table begins; "" if neither is found.

    Args:
        number: of the table under `[[feeds]]`; None: the field stands outside of them.
    """
    at, table, found = -1, -1, ""
    for line_number, line in enumerate(text.splitlines(), start=1):
        if _TABLE.match(line):
            at += 1
            table = at
            if at == number:
                found = f":{line_number}"
        elif _ANY_TABLE.match(line) and not line.lstrip().startswith("[["):
            table = -1
        if (number is None or table == number) and re.match(rf"\s*\[*\s*[\"']?{re.escape(field)}[\"']?\s*[=\]]", line):
            return f":{line_number}"
    return found
