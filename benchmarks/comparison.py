"""Redefluss against what was measured between two runs of it, so that a machine that slows down does so for both."""

from statistics import mean
from typing import Any

from benchmarks.journal import Journal, flood_of
from benchmarks.systems import REDEFLUSS

LIMIT = "the limit"


def against(journal: Journal) -> dict[str, list[float]]:
    """Throughput of Redefluss against each other's and the limit's, one ratio a turn.

    In a turn Redefluss is measured before and after each of the others; the mean of the two counts.
    """
    lines = [line for line in journal.lines if line["part"] in ("limit", "throughput")]
    turns = dict.fromkeys(line["turn"] for line in journal.of("throughput"))
    found: dict[str, list[float]] = {}
    for turn in turns:
        measured = [(_name(line), _rate(line)) for line in lines if line["turn"] == turn]
        for (first, before), (name, rate), (last, after) in zip(measured, measured[1:], measured[2:], strict=False):
            if name != first == last == REDEFLUSS.name and before and rate and after:
                found.setdefault(name, []).append(mean((before, after)) / rate)
    return found


def _name(line: dict[str, Any]) -> str:
    return LIMIT if line["part"] == "limit" else str(line["system"])


def _rate(line: dict[str, Any]) -> float | None:
    """Articles per second; None if it did not finish."""
    if "failed" in line:
        return None
    return float(line["articles_per_second"]) if line["part"] == "limit" else flood_of(line).articles_per_second
