"""What figures are drawn from: values of the database, and those that can be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from nasbench_db.ask.tables import Table
from nasbench_db.ask.trials import Trials
from nasbench_db.ask.words import Reduction
from nasbench_db.errors import InvalidQuery
from nasbench_db.metrics import Direction, Metric
from nasbench_db.plotting.words import name_of

if TYPE_CHECKING:
    import numpy as np

Spread = Literal["range", "std"] | None
"""What the band around a curve is: from the least to the most; or the mean plus and minus the
standard deviation (divided by n); or None, for no band."""

MOST_LINES = 12
"""The most lines that can be told apart in one figure."""

MOST_STEPS = 2000
"""The most steps of a distribution; a larger one is drawn at so many of its quantiles."""

SIZES = ("parameters", "model_params")

TIMES = ("training_time", "time_elapsed", "flops")  # what is computed stands in for time

BANDS: dict[Spread, tuple[Reduction, ...]] = {
    "range": ("mean", "min", "max"),
    "std": ("mean", "std"),
    None: ("mean",),
}
"""Which reductions a curve with its band is drawn from."""


@dataclass
class Curve:
    """One line of :func:`curves`.

    Attributes:
        arch: what its architecture is called.
        key: the epochs, data set or task of its trials.
        epochs: where it has values.
        mean, low, high: the values, and the ends of the band.
        trials: over how many trials each is.
    """

    arch: str
    key: dict[str, Any]
    epochs: list[int]
    mean: list[float]
    low: list[float]
    high: list[float]
    trials: list[int]


def curves_of(
    tables: Sequence[Table], metric: str, asked: Trials, label: str | None
) -> list[Curve]:
    """The curves of one architecture, in the order of their epochs, data sets or tasks.

    Args:
        tables: its means, and then nothing; or its least and highest values; or its deviations.
        metric: the metric.
        asked: which trials.
        label: what the architecture is called, if not by its own name.
    """
    found: dict[tuple[Any, ...], Curve] = {}
    for row, *others in zip(*tables, strict=True):
        value = row[metric]
        band = [other[metric] for other in others]
        if len(band) == 1:
            (deviation,) = band
            band = [] if deviation is None else [value - deviation, value + deviation]
        low, high = band or (value, value)
        if value is None or not abs(value) + abs(low) + abs(high) < float("inf"):
            continue
        key = {name: row[name] for name in asked.tables.schema.fidelity}
        curve = found.get(tuple(key.values()))
        if curve is None:
            name = name_of(row) if label is None else label
            curve = found[tuple(key.values())] = Curve(name, key, [], [], [], [], [])
        curve.epochs.append(row["current_epoch"])
        curve.mean.append(value)
        curve.low.append(low)
        curve.high.append(high)
        curve.trials.append(row["num_trials"])
    return [found[key] for key in sorted(found)]


def first_of(asked: Trials, names: Iterable[str]) -> str:
    """The one of some metrics that the benchmark has."""
    return next(name for name in names if name in asked.tables.metrics)


def objective_of(asked: Trials, given: object) -> tuple[str, Direction]:
    """A metric and its better end."""
    pair = (given, None) if isinstance(given, str) else given
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise InvalidQuery(
            f"an objective is {given!r}; give a metric, or a pair such as ('latency', 'min')"
        )
    name, direction = pair
    return asked.metric(name).name, asked.direction(name, direction)


def values_of(
    asked: Trials, metrics: Sequence[Metric], *, some: bool = True
) -> tuple[np.ndarray, int]:
    """The values of metrics, a row for each architecture, and how many have none.

    Args:
        asked: which trials.
        metrics: a column for each.
        some: whether there must be a row.

    Raises:
        InvalidQuery: there must be a row, and there is none.
    """
    names = [metric.name for metric in metrics]
    table = asked.table_of(asked.statement(list(dict.fromkeys(names))))
    values, left_out = finite_rows(stacked(table, names))
    if some and not len(values):
        raise InvalidQuery(nothing_to_draw(asked, metrics))
    return values, left_out


def stacked(table: Table, names: Sequence[str]) -> np.ndarray:
    """Columns of a table as those of an array."""
    import numpy as np

    found = table.to_numpy()
    return np.column_stack([found[name] for name in names])


def finite_rows(values: np.ndarray) -> tuple[np.ndarray, int]:
    """The rows that have finite values only, and how many others there are."""
    import numpy as np

    finite = np.isfinite(values).all(axis=1)
    return values[finite], int((~finite).sum())


def nothing_to_draw(asked: Trials, metrics: Sequence[Metric]) -> str:
    """Why there is nothing to draw."""
    names = " and ".join(metric.name for metric in metrics)
    rows = asked.statement([asked.key])
    ((count,),) = asked.table_of(rows.around("SELECT count(*) AS n FROM answer")).rows()
    if not count:
        return f"no trial matches: there is none where {asked}"
    return (
        f"there is nothing to draw: none of {count:,} "
        f"{'architectures' if asked.reduction else 'trials'} has a finite value of {names} where "
        f"{asked}; NULL means not measured"
    )


def lines_over(asked: Trials, name: str) -> list[Any]:
    """The values of a column, in their order.

    Args:
        asked: which trials.
        name: the column.

    Raises:
        InvalidQuery: there is no such column, or there are more values than can be told apart.
    """
    if asked.tables.role(name) == "metric":
        raise InvalidQuery(f"{name} is a metric; give a column that tells trials apart")
    values = asked.distinct(name)
    if len(values) > MOST_LINES:
        raise InvalidQuery(
            f"{name} has more values than the {MOST_LINES} lines that can be told apart; give "
            f"some of them as a list, such as {name}={values[:2]!r}, or another column"
        )
    return values


def tell_apart(count: int) -> None:
    if count > MOST_LINES:
        raise InvalidQuery(
            f"there would be {count} lines, and more than {MOST_LINES} cannot be told apart; "
            "draw fewer"
        )


def shuffled(values: np.ndarray) -> np.ndarray:
    """Rows in a random order, always the same one."""
    import numpy as np

    return values[np.random.default_rng(0).permutation(len(values))]


def steps_of(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The steps of an empirical distribution: values, and which fraction is at most so much."""
    import numpy as np

    values = np.sort(values)
    count = len(values)
    places = np.arange(count)
    if count > MOST_STEPS:
        places = np.linspace(0, count - 1, MOST_STEPS).round().astype(int)
    # The first one goes up from 0.
    return np.append(values[0], values[places]), np.append(0, (places + 1) / count)


def ends_of(values: np.ndarray, tail: float = 0.01) -> tuple[float, float]:
    """Where an axis ends: at the least and the highest value, or before values that are far off.

    They are far off if they are the outermost ones, and farther from the others than those are
    apart.

    Args:
        values: what is drawn.
        tail: which fraction of them may be cut off, at each end.
    """
    import numpy as np

    least, most = float(values.min()), float(values.max())
    low, high = (float(bound) for bound in np.quantile(values, (tail, 1 - tail)))
    spread = high - low
    if spread > 0:
        least = low - 0.05 * spread if low - least > spread else least
        most = high + 0.05 * spread if most - high > spread else most
    return least, most


def within_ends(values: np.ndarray) -> np.ndarray:
    low, high = ends_of(values)
    inside: np.ndarray = (values >= low) & (values <= high)
    return inside


class Bars(NamedTuple):
    """What a figure of correlations draws.

    Attributes:
        names: what the bars are of, those with the highest coefficients first.
        groups: the data sets or tasks; None alone, if there is one that goes without saying.
        values: for each group the coefficients, in the order of the names; 0 where there is none.
        counts: the least and the most architectures of a bar.
    """

    names: list[str]
    groups: list[str | None]
    values: dict[str | None, list[float]]
    counts: tuple[int, int]


def bars_of(table: Table, method: str, metrics: Mapping[str, Metric]) -> Bars:
    """The bars of a table of correlations; those that are undefined have no length.

    Args:
        table: the table.
        method: its column of coefficients.
        metrics: what its metrics are. Those that were measured on images of a split, as the
            metric that all are compared with, have no bars.
    """
    rows = [row for row in table if metrics[row["metric"]].split is None] or list(table)
    context = table.columns[0]
    found = {
        (row[context] if context != "metric" else None, row["metric"]): row[method] or 0.0
        for row in rows
    }
    groups = list(dict.fromkeys(group for group, _ in found))
    names = list(dict.fromkeys(name for _, name in found))
    values = {group: {name: found.get((group, name), 0.0) for name in names} for group in groups}
    names.sort(key=lambda name: -sum(of[name] for of in values.values()))
    counts = [row["count"] for row in rows]
    return Bars(
        names,
        groups,
        {group: [of[name] for name in names] for group, of in values.items()},
        (min(counts), max(counts)),
    )
