"""Newspapers in, rows out, with deaths in between; and what the account of it would notice."""

from collections import Counter

import pytest

from agents.broker import BrokerError
from tests.support.missing import missing
from tests.support.postgres import PostgresMissing
from tests.system.archive_report import StoreReport, compared
from tests.system.archive_run import Plan, Run, surroundings

PLAN = Plan(articles=30, feeds=4, kills=2, seed=5, rules=True)


@pytest.mark.fault
@pytest.mark.timeout(900)
async def test_each_article_is_in_both_stores_once_and_in_its_last_version(tmp_path):
    try:
        with surroundings(real_kafka=False) as (broker, server, site):
            report = await Run(PLAN, broker, server, site, tmp_path).carry_out()
    except (BrokerError, PostgresMissing) as error:
        missing(error)
    assert report.faults == 0, report
    assert (report.published, report.withdrawn) == (30, 1)
    assert sum(report.killed.values()) == 2
    assert report.revised > 0
    for store in report.stores.values():
        assert store.articles == 29
        assert store.quotes > 29
        assert store.statements > 29
        assert store.revised > 0


def test_what_is_lost_twice_stale_or_left_is_seen():
    right = {
        "articles": [("a", 1, "A"), ("b", 2, "B")],
        "quotes": [("a", "a#0", "Ja", "Hanna Tölke")],
        "mentions": [("a", "per/hanna-tolke", 0, 5)],
        "statements": [("s", "Ja", 2)],
    }
    on_topics = {table: Counter(rows) for table, rows in right.items()}

    def report(**rows) -> StoreReport:
        return compared(right | rows, on_topics, {"a": "A", "b": "B"}, {"gone"})

    assert report().faults == 0
    assert report(articles=right["articles"][:1]).lost == 1
    assert report(articles=[*right["articles"], ("a", 1, "A")]).twice == 1
    assert report(quotes=right["quotes"] * 2).twice == 1
    assert report(articles=[("a", 1, "A"), ("b", 1, "alt")]).stale == 1
    assert report(articles=[*right["articles"], ("gone", 1, "")]).not_withdrawn == 1
    assert report(mentions=[]).differing["mentions"] == 1
    assert report(statements=[("s", "Ja", 3)]).differing["statements"] == 2
