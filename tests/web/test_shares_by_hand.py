"""The shares of a week of the corpus's development part, counted here from the annotation, are those of the pages."""

import re
import time
from collections import defaultdict
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from agents.web.store.writer import StoreWriter, TopicMessage
from pipeline.corpus.model import AnnotatedArticle, AnnotatedQuote
from schemas.codec import encode
from schemas.records import QuoteArticle
from tests.web.annotated import printed

SINCE, UNTIL = "2026-03-09", "2026-03-15"
WEEK = f"since={SINCE}&until={UNTIL}"
Printed = list[tuple[AnnotatedArticle, QuoteArticle]]


@pytest.fixture(scope="module")
def all_articles() -> Printed:
    return list(printed())


@pytest.fixture
def articles(writer: StoreWriter, all_articles: Printed) -> Printed:
    """All of them, in the store."""
    found, now = all_articles, time.time()
    writer.add(
        TopicMessage("articles.quotes", 0, number + 10, now, encode(record), {})
        for number, (_, record) in enumerate(found)
    )
    assert writer.unreadable == 0
    return found


def gender(article: AnnotatedArticle, quote: AnnotatedQuote, _: QuoteArticle) -> str:
    """By the annotation: of a person who has a name."""
    if not quote.speakers:
        return "unknown"
    chain = article.chains[quote.speakers[0]]
    if chain.type == "PER":
        return chain.gender if chain.named and chain.gender in "fm" else "unknown"
    return "none" if chain.type in {"ORG", "LOC", "GRP", "DOC"} else "unknown"


def verbatim(_: AnnotatedArticle, quote: AnnotatedQuote, __: QuoteArticle) -> str:
    return "true" if quote.type == "Direct" else "false"


def source(_: AnnotatedArticle, __: AnnotatedQuote, record: QuoteArticle) -> str:
    return record.source or ""


def by_hand(articles: Printed, value: Any, *, once: bool) -> tuple[int, dict[str, int]]:
    """All statements of the week, and how many have each value: the same words of an article, once or in each paper."""
    having: dict[str, set[Any]] = defaultdict(set)
    for article, record in articles:
        if SINCE <= (record.published_at or "")[:10] <= UNTIL:
            for quote, kept in zip(article.body.quotes, record.quotes, strict=True):
                name = kept.speaker and kept.speaker.name
                words = tuple(re.findall(r"\w+", kept.text.lower()))
                having[value(article, quote, record)].add((article.id, name, words, None if once else record.source))
    return len(set().union(*having.values())), {name: len(things) for name, things in having.items()}


@pytest.mark.parametrize("each", ["statement", "paper"])
@pytest.mark.parametrize("value", [gender, verbatim, source])
async def test_the_shares_of_a_week(client: TestClient[Any, Any], articles: Printed, value: Any, each: str) -> None:
    total, counts = by_hand(articles, value, once=each == "statement")
    assert total > 200
    async with client.get(f"/api/shares?by={value.__name__}&each={each}&{WEEK}") as response:
        found = await response.json()
    assert found["total"] == total
    assert {line["value"]: line["count"] for line in found["values"]} == counts
    assert [line["share"] for line in found["values"]] == pytest.approx(
        sorted((count / total for count in counts.values()), reverse=True)
    )
    if each == "paper":
        assert sum(day["total"] for day in found["over_time"]) == total
        assert [day["day"] for day in found["over_time"]][:: len(found["over_time"]) - 1] == [SINCE, UNTIL]


async def test_the_page_has_the_same_numbers(client: TestClient[Any, Any], articles: Printed) -> None:
    total, counts = by_hand(articles, gender, once=True)
    async with client.get(f"/shares?by=gender&{WEEK}", headers={"Accept-Language": "en"}) as response:
        page = await response.text()
    for name, count in counts.items():
        link = re.search(rf'<tr><th scope="row"><a href="[^"]*gender={name}[^"]*">.*?</tr>', page, re.DOTALL)
        assert link is not None, name
        cells = [re.sub("<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", link[0], re.DOTALL)]
        assert f"{count:,}" in cells, (name, count, cells)
        assert any(cell.startswith(f"{100 * count / total:.1f}") for cell in cells), (name, cells)
