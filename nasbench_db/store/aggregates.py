"""The SQL aggregates that SQLite lacks; every connection that nasbench_db opens has them.

``avg`` it has, but what that gives depends on its version; see :mod:`nasbench_db.store.exact`.
"""

from __future__ import annotations

from nasbench_db.store import exact


class _Aggregate:
    """An aggregate over the values that are not NULL; NULL where there are none."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def step(self, value: float | None) -> None:
        if value is not None:
            self.values.append(value)


class _Median(_Aggregate):
    """The middle value, or the mean of the two in the middle."""

    def finalize(self) -> float | None:
        if not self.values:
            return None
        values = sorted(self.values)
        middle = len(values) // 2
        return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


class _Mean(_Aggregate):
    """The mean of the values, correctly rounded sum over number."""

    def finalize(self) -> float | None:
        return exact.mean(self.values) if self.values else None


class _Std(_Aggregate):
    """The standard deviation of the values themselves (divided by n), as ``numpy.std``.

    One value does not tell how much values differ: its deviation is NULL, and not 0.
    """

    def finalize(self) -> float | None:
        return exact.std(self.values) if len(self.values) > 1 else None


AGGREGATES = {"mean": _Mean, "median": _Median, "std": _Std}
"""The aggregates by their name in SQL; each takes one column."""
