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
    stats = import_extra("scipy.stats")
    if not len(x) or x.min() == x.max() or y.min() == y.max():
        return math.nan, math.nan  # of equal values there is no order
    found = (stats.spearmanr if method == "spearman" else stats.kendalltau)(x, y)
    return float(found.statistic), float(found.pvalue)
