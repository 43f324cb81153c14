"""A long backlog: the notes that it is made of, the sink beside it, and its table."""

import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from agents.settings import Settings
from benchmarks import backlog
from benchmarks.backlog_report import figures, table
from benchmarks.journal import Journal
from benchmarks.notes import BROKEN_ONE_IN, notes, whole
from benchmarks.report import _page
from benchmarks.report import figures as all_figures
from benchmarks.usage import readings
from pipeline.cleaning.fingerprint import distance, fingerprints

QUOTED = re.compile(r"„(.+?)“, sagte \w+ (\w+ [\w-]+)")


def test_notes_differ_in_id_and_text_and_hardly_anybody_says_the_same_twice():
    made = list(notes(2000))
    articles = [orjson.loads(value) for _, value in made if value.endswith(b"}")]
    assert len(articles) == whole(2000) == 2000 - 2000 // BROKEN_ONE_IN
    assert len({key for key, _ in made}) == 2000
    prints = [fingerprints(article["text"]) for article in articles]
    assert len({content for content, _ in prints}) == len(articles)
    near = sum(distance(one[1], other[1]) <= 5 for one, other in zip(prints[::2], prints[1::2], strict=True))
    assert near <= len(articles) / 100, "near copies are one article to the pages"
    said = [found.groups() for article in articles if (found := QUOTED.search(article["text"]))]
    assert len(said) == len(articles)
    assert len(set(said)) > 0.99 * len(said)
    assert len({speaker for _, speaker in said}) > 500
    assert 40 < sum(len(article["text"].split()) for article in articles) / len(articles) < 80
    assert made == list(notes(2000)), "the same each time"


def test_a_sink_is_told_from_the_other_processes():
    with subprocess.Popen(["sleep", "60"]) as one, subprocess.Popen(["sleep", "60"]) as other:
        try:
            found = readings([], one.pid, at=0.0, sink=other.pid)
        finally:
            one.kill()
            other.kill()
    assert {pid: reading.role for pid, reading in found.items()} == {one.pid: "broker", other.pid: "sink"}


async def test_what_a_sink_has_stored_is_read_from_what_it_says(monkeypatch: pytest.MonkeyPatch):
    said = "1,234 messages stored, 5 of them changed nothing, 0 taken back; 0 refused; 17 behind"

    @asynccontextmanager
    async def sink(settings: Settings, store: str, target: str, log: Path) -> AsyncIterator[Any]:
        with subprocess.Popen([sys.executable, "-c", ""]) as process:
            yield process
        log.write_text(said)

    monkeypatch.setattr(backlog, "sink", sink)
    async with backlog.sink_beside(Settings(), "parquet") as beside:
        assert beside.pid is not None
    assert (beside.stored, beside.behind) == (1234, 17)
    said = "Traceback"
    with pytest.raises(SystemExit, match="Traceback"):
        async with backlog.sink_beside(Settings(), "parquet"):
            pass
    async with backlog.sink_beside(Settings(), None) as beside:
        assert beside.pid is None


def tenth(number: int) -> dict[str, Any]:
    return {
        "articles_per_second": 50.0,
        "cpu_milliseconds_per_article": {"worker": 10.0 + number / 10, "sink": 2.0},
        "largest_own_mb": {"worker": 100.0 + number, "sink": 80.0},
        "dead_letters": 5 * number,
        "quotes_waiting": number,
    }


def test_a_backlog_is_told_by_tenths():
    journal = Journal(None)
    journal.add(
        *("backlog", "1"),
        articles=1000,
        sink="parquet",
        seconds=40,
        stored=2000,
        behind=1,
        tenths=list(map(tenth, range(10))),
    )
    found = figures(journal.of("backlog")[0])
    assert found["cpu_of_last_tenth_against_first"] == pytest.approx(12.9 / 12.0)
    assert found["articles_per_second"] == pytest.approx(50.0)
    lines = table(found)
    assert "with `redefluss sink parquet` beside it: 50.0 articles a second, 45 dead letters" in lines[0]
    assert "stored 2,000 messages, and had 1 left" in lines[0]
    assert (
        lines[2]
        == "| tenth | articles a second | worker, ms | sink, ms | all, ms | worker, MB | sink, MB | quotes waiting |"
    )
    assert lines[-1] == "| 10 | 50.0 | 10.90 | 2.00 | 12.90 | 109 | 80 | 9 |"
    assert lines[-1] in _page(all_figures(journal)).splitlines()


def test_without_a_sink_nothing_is_said_of_one():
    journal = Journal(None)
    journal.add("backlog", "1", articles=1000, sink=None, seconds=40, tenths=[tenth(0)] * 10)
    assert "without a sink" in table(figures(journal.of("backlog")[0]))[0]
    assert "stored" not in table(figures(journal.of("backlog")[0]))[0]
