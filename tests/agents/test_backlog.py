"""What the pages say of a backlog: how long it takes by itself, and when it is done."""

import math

import pytest

from agents.backlog import Trend


@pytest.mark.parametrize(
    ("trend", "work_seconds", "until_done_seconds"),
    [
        (Trend(), 0.0, 0.0),
        (Trend(seconds=60, lag=0, growth=-30, done=30), 0.0, 0.0),
        (Trend(seconds=60, lag=100, growth=-50, done=100), 60.0, 120.0),
        (Trend(seconds=60, lag=100, growth=50, done=50), 120.0, None),
        (Trend(seconds=60, lag=100, growth=0, done=0), math.inf, None),
    ],
)
def test_how_long_a_backlog_takes(trend: Trend, work_seconds: float, until_done_seconds: float | None) -> None:
    assert (trend.work_seconds, trend.until_done_seconds) == (work_seconds, until_done_seconds)
