"""The benchmark's ratios: Redefluss before and after each of the others, within a turn."""

import pytest

from benchmarks.comparison import LIMIT, against
from benchmarks.flood import Flood
from benchmarks.journal import Journal, as_line
from benchmarks.systems import REDEFLUSS


def flood(journal: Journal, turn: str, system: str, articles_per_second: float) -> None:
    journal.add(
        "throughput", turn, system=system, flood=as_line(Flood(articles=100, seconds=100 / articles_per_second))
    )


def test_each_other_is_compared_with_what_was_measured_on_both_sides_of_it():
    journal = Journal(None)
    journal.add("limit", "an earlier turn of another part", articles_per_second=1.0)
    flood(journal, "1", REDEFLUSS.name, 10.0)
    journal.add("limit", "1", articles_per_second=10.0)
    flood(journal, "1", REDEFLUSS.name, 8.0)
    flood(journal, "1", "other", 7.0)
    flood(journal, "1", REDEFLUSS.name, 6.0)
    journal.add("throughput", "1", system="broken", failed="it ended")
    flood(journal, "1", REDEFLUSS.name, 6.0)
    flood(journal, "2", REDEFLUSS.name, 9.0)
    journal.add("limit", "2", articles_per_second=10.0)
    flood(journal, "2", REDEFLUSS.name, 11.0)
    found = against(journal)
    assert found.keys() == {LIMIT, "other"}
    assert found[LIMIT] == pytest.approx([0.9, 1.0])
    assert found["other"] == pytest.approx([1.0])
