"""The counters of `/metrics` are what a consumer counts on the topics."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from agents.broker import BrokerError, EmbeddedBroker
from agents.topic_reader import messages_to_end
from pipeline.stages import DEAD_LETTER_TOPIC, QUOTES_TOPIC
from tests.support.kafka_broker import KafkaBroker, KafkaMissing
from tests.support.missing import missing
from tests.web.system import System, until

ARTICLES = 200
QUICK_WORKER = (
    "import sys; from agents import worker; from agents.settings import Settings; "
    "sys.exit(worker.run(Settings(), (), loader='tests.web.stages:load'))"
)


@pytest.fixture(params=[EmbeddedBroker, pytest.param(KafkaBroker, marks=pytest.mark.kafka)])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[System]:
    try:
        with request.param(port=0) as broker:
            running = System(broker.address, tmp_path, command=("-c", QUICK_WORKER))
            try:
                running.start()
                yield running
            finally:
                running.stop()
    except (BrokerError, KafkaMissing) as error:
        missing(error)


async def read_all(system: System, name: str) -> list[Any]:
    """Every value on a topic."""
    return [orjson.loads(message.value) async for message in messages_to_end(system.settings, name)]


def counters(system: System) -> dict[str, dict[tuple[str, ...], float]]:
    return {
        family.name: {
            tuple(value for _, value in sorted(sample.labels.items())): sample.value
            for sample in family.samples
            if sample.name.endswith("_total") and sample.value
        }
        for family in text_string_to_metric_families(system.text("/metrics"))
        if family.type == "counter"
    }


@pytest.mark.timeout(600)
def test_counters_equal_what_stands_on_the_topics(system: System) -> None:
    good = [{"id": f"a-{n}", "text": f"Artikel {n}"} for n in range(ARTICLES)]
    empty = [{"id": f"leer-{n}", "text": "leer"} for n in range(20)]
    broken = [b"{" for _ in range(10)]
    system.produce([*good, *empty, *broken])
    until(lambda: counters(system)["redefluss_articles"].get(("quotes",)) == ARTICLES, 300, "all articles")
    until(lambda: sum(counters(system)["redefluss_dead_letters"].values()) == 30, 60, "all dead letters")
    articles = asyncio.run(read_all(system, "articles.quotes"))
    quotes = asyncio.run(read_all(system, QUOTES_TOPIC))
    letters = asyncio.run(read_all(system, DEAD_LETTER_TOPIC))
    found = counters(system)
    assert found["redefluss_articles"][("quotes",)] == len(articles)
    assert found["redefluss_articles"][("clean",)] == len(asyncio.run(read_all(system, "articles.cleaned")))
    assert found["redefluss_quotes"][()] == len(quotes) == sum(len(article["quotes"]) for article in articles)
    types = Counter(entity["type"] for article in articles for entity in article["entities"])
    assert found["redefluss_entities"] == {(type_,): count for type_, count in types.items()}
    reasons = Counter((letter["reason"], letter["stage"]) for letter in letters)
    assert found["redefluss_dead_letters"] == dict(reasons)
    until(lambda: system.json("/api/operations")["store_articles"] == ARTICLES, 30, "all articles on the pages")
    until(lambda: len(system.json("/api/dead-letters")["letters"]) == len(letters), 30, "all dead letters on the pages")
