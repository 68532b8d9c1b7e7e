"""Sums and means of floats that are the same everywhere, however they are added.

A plain sum depends on the order of its terms and on who adds them: SQLite adds as it goes up to
3.42 and compensates from 3.43 on, numpy adds in pairs. So every mean and deviation of this package
is defined by the correctly rounded sum, that of :func:`math.fsum`: the mean is it divided by the
number of values, the standard deviation (divided by n, as ``numpy.std`` has it) the root of the
mean of the squared differences from the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt


def mean(values: Sequence[float]) -> float:
    """The mean of one value or more; not a number if both infinities are among them."""
    return total(values) / len(values)


def std(values: Sequence[float]) -> float:
    """The standard deviation of two values or more, divided by their number."""
    middle = mean(values)
    return sqrt(mean([(value - middle) * (value - middle) for value in values]))


def total(values: Sequence[float]) -> float:
    """The sum of some values, rounded once."""
    try:
        return fsum(values)
    except (OverflowError, ValueError):  # which plain addition has an infinity, or NaN, for
        return sum(values)
