"""How alike two orders of the same things are; equal values share their rank."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from nasbench_db.ask.tables import import_extra

if TYPE_CHECKING:
    import numpy as np

Method = Literal["spearman", "kendall"]
"""A coefficient of rank correlation."""


def correlate(method: Method, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """A coefficient, and its p value; both NaN if one side has only one value.

    Args:
        method: Spearman's coefficient is that of the mean ranks, Kendall's is tau-b.
        x, y: the values, which are none of them NaN.

    Raises:
        MissingExtra: scipy is not installed.
    """
    if not len(x) or x.min() == x.max() or y.min() == y.max():
        import_extra("scipy")
        return math.nan, math.nan  # of equal values there is no order
    if method == "spearman":
        return _spearman(x, y)
    found = import_extra("scipy.stats").kendalltau(x, y)
    return float(found.statistic), float(found.pvalue)


def _spearman(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """As ``scipy.stats.spearmanr`` has it, which takes a second of a processor to be imported."""
    import numpy as np

    students_t = import_extra("scipy.special").stdtr
    value = float(np.clip(np.corrcoef(_mean_ranks(x), _mean_ranks(y))[0, 1], -1, 1))
    free = len(x) - 2
    if not free:
        return value, math.nan
    if abs(value) == 1:
        return value, 0.0
    return value, 2 * float(students_t(free, -abs(value) * math.sqrt(free / (1 - value * value))))


def _mean_ranks(values: np.ndarray) -> np.ndarray:
    """The rank of each value from the lowest, from 1; of equal ones the mean of theirs."""
    import numpy as np

    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: np.ndarray = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return ranks
