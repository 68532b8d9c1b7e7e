"""How well each metric of a measurement set ranks architectures as a benchmark's own does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from nasbench_db.ask.ranks import correlate
from nasbench_db.ask.trials import Trials
from nasbench_db.errors import InvalidQuery
from nasbench_db.store.attached import AttachedSet

if TYPE_CHECKING:
    import numpy as np

Sentinels = Literal["lowest", "omit"]
"""What is done with numbers that stand for no value: they are taken as they are in the source,
where they are mostly the lowest, or left out as others that are missing."""


@dataclass(frozen=True)
class Correlated:
    """One metric of a set against one of the benchmark.

    Attributes:
        metric: the metric of the set.
        spearman, kendall: the coefficients; NaN where all values of a side are equal, or fewer
            than two architectures have both.
        count: how many architectures have both values.
        missing: how many have the benchmark's, and of the set others, but not this one.
        sentinels: of how many the source has a number that stands for none.
    """

    metric: str
    spearman: float
    kendall: float
    count: int
    missing: int
    sentinels: int


def set_of(asked: Trials, name: object) -> AttachedSet:
    """A measurement set that is attached to what is asked.

    Raises:
        InvalidQuery: there is none of that name.
    """
    sets = {one.name: one for one in asked.tables.sets}
    if name not in sets:
        benchmark = asked.tables.schema.benchmark
        raise InvalidQuery(
            f"no measurement set {name!r} is attached"
            + (f", but {', '.join(sets)}" if sets else "")
            + f"; name it when you connect: nasbench_db.connect({benchmark!r}, "
            f"measurements=[{name!r}])"
        )
    return sets[str(name)]


def correlated(
    asked: Trials, by: str, one: AttachedSet, best: float, sentinels: Sentinels
) -> Iterator[Correlated]:
    """Each metric of a set against one of the benchmark, at one fidelity.

    Args:
        asked: which trials, with a reduction.
        by: the benchmark's metric.
        one: the set.
        best: among which part of the architectures that the set has, the best by ``by``.
        sentinels: see :data:`Sentinels`.
    """
    import numpy as np

    metrics = [metric.name for metric in one.metrics if metric.name != by]
    group = asked.tables.alike if asked.database.several_written else None
    statement = asked.statement([one.key, by, *metrics], present=[by], ordered=False, group=group)
    rows = asked.table_of(statement).to_numpy()
    values = np.column_stack([rows[name] for name in metrics])
    given = _given(asked, one, rows[one.key].tolist(), metrics)
    is_sentinel = ~np.isnan(given) & np.isnan(values)
    there = (~np.isnan(values) | is_sentinel).any(axis=1)
    if sentinels == "lowest":
        values = np.where(is_sentinel, given, values)
    there &= _among_best(rows[by], there, best, asked.direction(by))
    wanted = rows[by][there]
    for name, column, marked in zip(metrics, values[there].T, is_sentinel[there].T, strict=True):
        known = ~np.isnan(column)
        x, y = wanted[known], column[known]
        spearman, _ = correlate("spearman", x, y)
        kendall, _ = correlate("kendall", x, y)
        absent = len(column) - len(x)
        yield Correlated(name, spearman, kendall, len(x), absent, int(marked.sum()))


def _among_best(by: np.ndarray, there: np.ndarray, best: float, direction: str) -> np.ndarray:
    """Whether each row is among the best part of those that are there; equal ones all are."""
    if best == 1 or not there.any():
        return there
    import numpy as np

    losses: np.ndarray = by if direction == "min" else -by
    ranked = np.sort(losses[there])
    among: np.ndarray = losses <= ranked[max(int(best * len(ranked)), 1) - 1]
    return among


def _given(asked: Trials, one: AttachedSet, keys: list[Any], metrics: list[str]) -> np.ndarray:
    """The numbers that stand for none, a row for each key and a column for each metric."""
    import numpy as np

    found = np.full((len(keys), len(metrics)), np.nan)
    context = [name for name in one.scope if name != asked.tables.schema.seed]
    conditions = " AND ".join(f'"{name}" = ?' for name in context) or "1"
    values = [asked.chosen[name][0] for name in context]
    rows = asked.database.select(
        f'SELECT "{one.key}", metric, value FROM "{one.name}".sentinel WHERE {conditions}', values
    )
    places: dict[Any, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    columns = {name.partition(".")[2]: place for place, name in enumerate(metrics)}
    for key, metric, value in rows:
        if metric in columns:
            found[places.get(key, []), columns[metric]] = value
    return found
