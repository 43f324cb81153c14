"""The page on records has every topic, header and field that there is, and no other."""

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from agents.headers import REPLAYED_FROM, STAGE_HEADERS
from agents.tracing import PROPAGATED
from pipeline.stages import topic_names
from schemas.records import (
    Access,
    BlockKind,
    CleanArticle,
    DeadLetter,
    Entity,
    Medium,
    Quote,
    QuotedArticle,
    QuoteRecord,
    QuoteType,
    RawArticle,
    RemovalReason,
    Speaker,
    SpeakerKind,
    Statement,
    StatementArticle,
    StatementStart,
)

PAGE = (Path(__file__).parents[2] / "docs" / "records.md").read_text(encoding="utf-8")
INTRODUCTION, *PARTS = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
SECTIONS = {"": INTRODUCTION} | dict(zip(PARTS[::2], PARTS[1::2], strict=True))


def rows(title: str) -> dict[str, str]:
    """Each name in the first column of the table under a heading ("": before the first), with the rest of its row."""
    lines = re.findall(r"^\| (`.+?) \| (.+) \|$", SECTIONS[title], re.MULTILINE)
    return {name: rest for names, rest in lines for name in re.findall(r"`([^`]+)`", names)}


def names_of(record: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in record.model_fields.items()}


@pytest.mark.parametrize(
    ("title", "record"),
    [
        ("Raw article", RawArticle),
        ("Cleaned article", CleanArticle),
        ("Article with entities", Entity),
        ("Article with quotes", Quote),
        ("Quote record", QuoteRecord),
        ("Statement", Statement),
        ("Dead letter", DeadLetter),
    ],
)
def test_every_field_is_there(title: str, record: type[BaseModel]) -> None:
    assert rows(title).keys() == names_of(record)


@pytest.mark.parametrize(
    ("title", "field", "record"),
    [
        ("Article with quotes", "speaker", Speaker),
        ("Quote record", "article", QuotedArticle),
        ("Statement", "first", StatementStart),
        ("Statement", "articles", StatementArticle),
    ],
)
def test_what_is_in_a_field_is_there(title: str, field: str, record: type[BaseModel]) -> None:
    assert names_of(record) <= set(re.findall(r"`([^`]+)`", rows(title)[field]))


@pytest.mark.parametrize(
    ("title", "field", "values"),
    [
        ("Cleaned article", "blocks", BlockKind),
        ("Cleaned article", "access", Access),
        ("Cleaned article", "removed", RemovalReason),
        ("Article with quotes", "type", QuoteType),
        ("Article with quotes", "medium", Medium),
        ("Article with quotes", "speaker", SpeakerKind),
    ],
)
def test_every_value_of_a_closed_list_is_there(title: str, field: str, values: object) -> None:
    assert set(get_args(values)) <= set(re.findall(r"`([^`]+)`", rows(title)[field]))


def test_every_topic_and_every_header_is_there() -> None:
    assert rows("").keys() == set(topic_names())
    assert rows("Headers").keys() == STAGE_HEADERS | {REPLAYED_FROM, "reason", *PROPAGATED}
