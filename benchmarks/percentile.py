"""Percentiles as the reports of measurements have them."""

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The least of the values that at least `share` of them do not exceed."""
    ascending = sorted(values)
    return ascending[min(len(ascending) - 1, int(share * len(ascending)))]
