"""What is drawn of searches: how their runs lie together at each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nasbench_db.errors import InvalidQuery
from nasbench_db.simulation.rows import Rows

_MOST_TIMES = 400


class Band(NamedTuple):
    """The runs of one algorithm.

    Attributes:
        algorithm: which.
        runs: how many.
        times: from when all have an incumbent to the end.
        low, median, high: the quartiles of the runs at these times.
    """

    algorithm: str
    runs: int
    times: np.ndarray
    low: np.ndarray
    median: np.ndarray
    high: np.ndarray


def bands_of(tables: Sequence[Rows], column: str, ends: Sequence[float]) -> list[Band]:
    """The quartiles over the runs of each algorithm, at some hundred times that are evenly spread
    on a logarithmic axis.

    Args:
        tables: trajectories; runs of one algorithm in several of them are put together.
        column: which of their columns.
        ends: how far the clock went in each table.

    Raises:
        InvalidQuery: a value is missing, or there are no runs.
    """
    runs: dict[str, list[tuple[list[float], list[float]]]] = {}
    last: dict[str, float] = {}
    for table, end in zip(tables, ends, strict=True):
        found: dict[tuple[str, int], tuple[list[float], list[float]]] = {}
        columns = (table["algorithm"], table["run"], table["time"], table[column])
        for algorithm, run, time, value in zip(*columns, strict=True):
            if value is None:
                raise InvalidQuery(f"some incumbents have no {column}, so it cannot be drawn")
            times, values = found.setdefault((algorithm, run), ([], []))
            times.append(time)
            values.append(value)
        for (algorithm, _), steps in found.items():
            runs.setdefault(algorithm, []).append(steps)
            last[algorithm] = max(end, last.get(algorithm, end))
    if not runs:
        raise InvalidQuery("there is no run in these tables, and nothing to draw")
    bands = []
    for algorithm, of_algorithm in runs.items():
        first = max(times[0] for times, _ in of_algorithm)
        end = max(last[algorithm], first)
        at = np.geomspace(first, end, _MOST_TIMES)
        # So that a step at a time is seen at that time, whatever rounding does to it.
        at[0], at[-1] = first, end
        held = [
            np.asarray(steps)[np.searchsorted(times, at, side="right") - 1]
            for times, steps in of_algorithm
        ]
        low, median, high = np.quantile(held, (0.25, 0.5, 0.75), axis=0)
        bands.append(Band(algorithm, len(of_algorithm), at, low, median, high))
    return bands
