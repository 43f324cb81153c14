"""The best one-to-one assignment between what was annotated and what was found (scipy's Hungarian algorithm)."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from pipeline.errors import ConfigurationError

try:
    from scipy.optimize import linear_sum_assignment
except ImportError:
    raise ConfigurationError(
        "scoring quotes, speakers and chains needs scipy, which is not installed: pip install 'redefluss[evaluate]'"
    ) from None


def best_assignment(similarity: NDArray[Any]) -> Sequence[tuple[int, int]]:
    """Pairs of (row, column) whose similarities add up to the most, by row; each row and column at most once.

    Args:
        similarity: a matrix, rows by columns, either of which may be 0.
    """
    rows, columns = linear_sum_assignment(similarity, maximize=True)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))
