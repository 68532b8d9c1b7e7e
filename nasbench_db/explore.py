"""Questions that people ask of every benchmark, each of them one SQL statement.

All functions take the same arguments to say which trials they are about: ``benchmark`` (a name)
or ``db`` (what :func:`nasbench_db.connect` returned), by default what was connected last;
``where``, a dict of columns of the benchmark's flat view or a condition in SQL; and further
columns as keywords::

    top(10, by="valid_acc", benchmark="nasbench101", num_epochs=108)
    top(10, by="valid_acc", where="num_epochs = 108 AND parameters < 5")
    top(10, by="valid_acc", dataset="cifar100", num_epochs=200, flops=(None, 100))

A value must be equal, a list means one of its values, and a pair ``(lowest, highest)`` a range.
Trials of different epochs, data sets or tasks are not to be compared, so a question must say
which; there are no defaults for these. ``reduction`` is over the trials (seeds, repeats) of each
architecture: 'mean', 'median', 'std', 'min', 'max', or None to compare single trials.

The answers are a :class:`~nasbench_db.ask.tables.Table`: iterate over dicts, or take
``to_pandas()``, ``to_arrow()``, ``to_numpy()``, and ``sql()`` for the statement.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from nasbench_db.ask.results import whole_number
from nasbench_db.ask.tables import Table, import_extra
from nasbench_db.ask.trials import Scope, Where, chosen_database
from nasbench_db.errors import InvalidQuery
from nasbench_db.metrics import Reporting, choose, find
from nasbench_db.store.database import BenchmarkDatabase

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "Optimum",
    "RankCorrelation",
    "coverage",
    "learning_curve",
    "optimum",
    "pareto",
    "rank_correlation",
    "select_and_report",
    "statistics",
    "top",
]


def top(
    k: int = 10,
    *,
    by: str,
    where: Where = None,
    benchmark: str | None = None,
    reduction: str | None = "mean",
    columns: Sequence[str] | None = None,
    direction: str | None = None,
    db: BenchmarkDatabase | None = None,
    **equal: Any,
) -> Table:
    """The best architectures by a metric, the best one first.

    Args:
        k: how many.
        by: the metric, such as ``valid_acc``. To report on what a search by this metric finds, see
            :func:`select_and_report`.
        where, benchmark, reduction, db, equal: which trials; see the top of this module.
        columns: the further metrics to give; by default those of the same kind on other splits,
            and what the network costs.
        direction: ``max`` or ``min``, if not the metric's own.

    Returns:
        a row for each; equal ones in the order of the database, and none that has no value.

    Raises:
        InvalidQuery: an argument is none of these, or the epochs, data set or task is not said.
    """
    scope = Scope(benchmark, db, where, equal, reduction)
    scope.need_one_fidelity()
    way = scope.direction(by, direction)
    statement, kinds = scope.rows([by, *_columns(scope, by, columns)])
    statement = _having(scope, statement, [by]) + (
        f" ORDER BY {scope.of(by)}{_descending(way)}, {scope.key} LIMIT {whole_number('k', k, 0)}"
    )
    return Table(scope.database, statement, scope.values, kinds)


def pareto(
    objectives: Sequence[str | tuple[str, str]],
    *,
    where: Where = None,
    benchmark: str | None = None,
    reduction: str | None = "mean",
    columns: Sequence[str] = (),
    db: BenchmarkDatabase | None = None,
    **equal: Any,
) -> Table:
    """The architectures that no other one beats in all objectives: the Pareto front.

    One beats another if it is at least as good in every objective and better in one; so of equals
    all are given.

    Args:
        objectives: two or more metrics, each alone, for its own direction, or with ``max`` or
            ``min``: ``[("valid_acc", "max"), ("latency", "min")]``.
        where, benchmark, reduction, db, equal: which trials; see the top of this module.
        columns: further metrics to give.

    Returns:
        the front, from the best to the worst by the first objective; architectures that lack a
        value of an objective are left out.

    Raises:
        InvalidQuery: an argument is none of these, or the epochs, data set or task is not said.
    """
    scope = Scope(benchmark, db, where, equal, reduction)
    scope.need_one_fidelity()
    if isinstance(objectives, str) or len(objectives) < 2:
        raise InvalidQuery(
            f"objectives is {objectives!r}; give two or more, such as "
            "[('valid_acc', 'max'), ('parameters', 'min')]"
        )
    directions: dict[str, str] = {}
    for objective in objectives:
        name, direction = (objective, None) if isinstance(objective, str) else objective
        if name in directions:
            raise InvalidQuery(f"the objective {name!r} comes twice")
        directions[name] = scope.direction(name, direction)
    names = [scope.metric(name).name for name in (*directions, *columns)]
    statement, kinds = scope.rows(names)
    statement = _having(scope, statement, list(directions))
    first = next(iter(directions))
    order = _descending(directions[first])
    # Sorted so that what beats many comes first, a search for one that beats ends soon.
    at_least = " AND ".join(
        f"q.{name} {'>=' if way == 'max' else '<='} p.{name}" for name, way in directions.items()
    )
    better = " OR ".join(
        f"q.{name} {'>' if way == 'max' else '<'} p.{name}" for name, way in directions.items()
    )
    statement = (
        f"WITH rows AS ({statement} ORDER BY {scope.of(first)}{order}) "
        f"SELECT * FROM rows AS p WHERE NOT EXISTS (SELECT 1 FROM rows AS q WHERE {at_least} "
        f"AND ({better})) ORDER BY {first}{order}, {scope.key}"
    )
    return Table(scope.database, statement, scope.values, kinds)


@dataclass(frozen=True)
class Optimum:
    """The best value of a metric, and who reaches it.

    Attributes:
        metric: the metric.
        value: the best value.
        rule: in a sentence, over what it is the best.
        architectures: all that reach it.
        count: among how many architectures (or trials) it is the best.
    """

    metric: str
    value: float
    rule: str
    architectures: Table
    count: int

    def regret(self, value: float) -> float:
        """How much worse a value is than the best; 0 for the best itself."""
        return abs(self.value - value)

    def sql(self) -> str:
        """The statement that finds it."""
        return self.architectures.sql()

    def __str__(self) -> str:
        return f"{self.value:g}: {self.rule}"


def optimum(
    by: str,
    *,
    where: Where = None,
    benchmark: str | None = None,
    reduction: str | None = "mean",
    direction: str | None = None,
    db: BenchmarkDatabase | None = None,
    **equal: Any,
) -> Optimum:
    """The best value that a search could find, for computing regret.

    Which value that is depends on whether trials are averaged before they are compared, so the
    rule belongs to the answer.

    Args:
        by: the metric.
        where, benchmark, reduction, db, equal: which trials; see the top of this module.
        direction: ``max`` or ``min``, if not the metric's own.

    Raises:
        InvalidQuery: an argument is none of these; or the epochs, data set or task is not said;
            or no trial in scope has a value.
    """
    scope = Scope(benchmark, db, where, equal, reduction)
    scope.need_one_fidelity()
    way = scope.direction(by, direction)
    statement, kinds = scope.rows([by])
    statement = (
        f"WITH rows AS ({_having(scope, statement, [by])}) "
        f"SELECT *, (SELECT count(*) FROM rows) AS num_compared FROM rows "
        f"WHERE {by} = (SELECT {way}({by}) FROM rows) ORDER BY {scope.key}"
    )
    table = Table(scope.database, statement, scope.values, {**kinds, "num_compared": "i8"})
    best = next(iter(table), None)
    if best is None:
        raise InvalidQuery(f"no trial has a value of {by} where {scope}")
    count = best["num_compared"]
    rule = (
        f"the {'highest' if way == 'max' else 'lowest'} "
        f"{f'{scope.reduction} over trials of ' if scope.reduction else ''}{by} among {count:,} "
        f"{'configs' if scope.reduction else 'trials'} of {scope.benchmark.title} "
        f"where {scope}"
    )
    return Optimum(by, best[by], rule, table, count)


def learning_curve(
    arch: Any,
    *,
    metrics: Sequence[str] | None = None,
    where: Where = None,
    benchmark: str | None = None,
    reduction: str | None = None,
    db: BenchmarkDatabase | None = None,
    **equal: Any,
) -> Table:
    """The evaluations during the trainings of an architecture, a row for each epoch of each trial.

    Args:
        arch: the architecture, in any form that the benchmark's query helper takes.
        metrics: which ones to give; by default all that are recorded during training.
        where, benchmark, reduction, db, equal: which trials; see the top of this module. Curves of
            several fidelities or data sets may be asked for at once. With a reduction there is a
            row for each epoch of each config, over the trials that were evaluated then.

    Returns:
        a long table, in the order of configs, trials and epochs, with ``current_epoch`` counted
        from 1. What was not evaluated after an epoch is NULL.

    Raises:
        InvalidArchitecture: ``arch`` is outside the search space.
        InvalidQuery: another argument is none of these.
    """
    scope = Scope(benchmark, db, where, equal, reduction)
    point = scope.schema.intermediate
    recorded = {name: m for name, m in scope.benchmark.metrics.items() if m.per_epoch}
    names = [
        choose("metric that is recorded during training", name, recorded)
        for name in (recorded if metrics is None else metrics)
    ]
    column, value = scope.benchmark.identify(scope.database, arch)
    kinds = {name: scope.kinds[name] for name in scope.identity}
    columns = [f"v.{name}" for name in scope.identity]
    if scope.reduction:
        columns += ["i.current_epoch", "count(*) AS num_trials"]
        columns += [f"{scope.of(f'i.{name}')} AS {name}" for name in names]
        kinds |= {"current_epoch": "i8", "num_trials": "i8"}
        group, order = " GROUP BY v.config_id, i.current_epoch", "v.config_id, i.current_epoch"
    else:
        if scope.schema.seed is not None:
            columns.append(f"v.{scope.schema.seed}")
            kinds[scope.schema.seed] = "i8"
        columns += ["v.trial_id", "i.current_epoch", *(f"i.{name}" for name in names)]
        kinds |= {"trial_id": "i8", "current_epoch": "i8"}
        group, order = "", "v.config_id, v.trial_id, i.current_epoch"
    kinds.update((name, scope.kinds[name]) for name in names)
    statement = (
        f"SELECT {', '.join(columns)} FROM (SELECT * FROM {scope.schema.view} "
        f"WHERE {column} = ? AND {scope.condition}) AS v "
        f"JOIN {point._meta.table_name} AS i ON i.trial_id = v.trial_id{group} ORDER BY {order}"
    )
    return Table(scope.database, statement, [value, *scope.values], kinds)


def statistics(
    by: str | Sequence[str],
    *,
    arch: Any = None,
    where: Where = None,
    benchmark: str | None = None,
    db: BenchmarkDatabase | None = None,
    **equal: Any,
) -> Table:
    """How much the trials of each config differ: their number, mean, deviation, least and most.

    Args:
        by: a metric or several.
        arch: an architecture, in any form that the benchmark's query helper takes; by default all.
        where, benchmark, db, equal: which trials; see the top of this module.

    Returns:
        a row for each config: for each metric ``<metric>_n`` (trials that have a value),
        ``_mean``, ``_std`` (divided by n, as ``numpy.std`` does), ``_min`` and ``_max``.

    Raises:
        InvalidArchitecture: ``arch`` is outside the search space.
        InvalidQuery: another argument is none of these.
    """
    scope = Scope(benchmark, db, where, equal, "mean")
    names = [scope.metric(name).name for name in ([by] if isinstance(by, str) else by)]
    if not names:
        raise InvalidQuery("by is empty; give a metric, such as 'valid_acc', or several")
    aggregates = {"n": "count", "mean": "avg", "std": "std", "min": "min", "max": "max"}
    extra = []
    kinds = {name: scope.kinds[name] for name in scope.identity}
    for name in names:
        for suffix, aggregate in aggregates.items():
            extra.append(f"{aggregate}({name}) AS {name}_{suffix}")
            kinds[f"{name}_{suffix}"] = "i8" if suffix == "n" else "f8"
    values = list(scope.values)
    condition = scope.condition
    if arch is not None:
        column, value = scope.benchmark.identify(scope.database, arch)
        condition += f" AND {column} = ?"
        values.append(value)
    statement = (
        f"SELECT {', '.join([*scope.identity, *extra])} FROM {scope.schema.view} "
        f"WHERE {condition} GROUP BY config_id ORDER BY config_id"
    )
    return Table(scope.database, statement, values, kinds)


def coverage(*, benchmark: str | None = None, db: BenchmarkDatabase | None = None) -> Table:
    """How much of a benchmark a database has: a row for each fidelity, data set or task.

    Args:
        benchmark, db: which database; see the top of this module.
    """
    database = chosen_database(benchmark, db)
    return Table(database, database.schema.coverage_query)


@dataclass(frozen=True)
class RankCorrelation:
    """How alike two orders of the same architectures are.

    Attributes:
        method: ``spearman`` or ``kendall``.
        value: the coefficient, from -1 to 1; NaN if one side has only one value.
        p_value: of the hypothesis that the orders are independent.
        count: how many architectures have both values.
        pairs: the two values of each of them, ``x`` and ``y``, to be asked for anew.
        values: the same two, of shape (count, 2), as they were compared.
    """

    method: str
    value: float
    p_value: float
    count: int
    pairs: Table
    values: np.ndarray = field(repr=False, compare=False)

    def sql(self) -> str:
        """The statement that gives the pairs."""
        return self.pairs.sql()

    def __str__(self) -> str:
        return f"{self.method} {self.value:.4f} over {self.count:,} architectures"


def rank_correlation(
    by: str | tuple[str, str],
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    *,
    method: str = "spearman",
    where: Where = None,
    benchmark: str | None = None,
    reduction: str = "mean",
    db: BenchmarkDatabase | None = None,
    **equal: Any,
) -> RankCorrelation:
    """How well one fidelity, data set or task ranks the architectures as another does.

    ``rank_correlation("valid_acc", {"num_epochs": 4}, {"num_epochs": 108})`` tells how far one may
    trust four epochs. Equal values share their rank: Spearman's coefficient is that of the mean
    ranks, Kendall's is tau-b.

    Args:
        by: the metric, or one for each side: ``("valid_acc", "test_acc")``.
        x, y: the conditions of each side, such as its epochs.
        method: ``spearman`` or ``kendall``.
        where, benchmark, reduction, db, equal: which trials, on both sides; see the top of this
            module.

    Raises:
        InvalidQuery: an argument is none of these; or the epochs, data set or task of a side is
            not said; or fewer than two architectures have both values.
        MissingExtra: scipy is not installed.
    """
    import numpy as np

    names = (by, by) if isinstance(by, str) else tuple(by)
    if len(names) != 2:
        raise InvalidQuery(f"by is {by!r}; give a metric, or a pair of them, one for each side")
    choose("rank correlation", method, ("spearman", "kendall"))
    sides = []
    for name, conditions in zip(names, (x, y), strict=True):
        if not isinstance(conditions, Mapping):
            raise InvalidQuery(
                f"a side is {conditions!r}; it must be a dict such as {{'num_epochs': 4}}"
            )
        scope = Scope(benchmark, db, where, {**equal, **conditions}, reduction)
        sides.append(_Side(scope, scope.metric(name).name))
    scope = sides[0].scope
    identity, kinds = _identity(scope)
    statement = f"SELECT {identity}, a.value AS x, b.value AS y FROM {_joined(sides)}"
    values = [*sides[0].scope.values, *sides[1].scope.values]
    kinds |= {"x": "f8", "y": "f8"}
    pairs = Table(scope.database, statement, values, kinds)
    found = pairs.to_numpy()
    if len(found) < 2:
        raise InvalidQuery(f"{len(found)} architectures have both values; two or more are needed")
    value, p_value = _correlate(method, found["x"], found["y"])
    both = np.column_stack([found["x"], found["y"]])
    return RankCorrelation(method, value, p_value, len(found), pairs, both)


def _correlate(method: str, x: Any, y: Any) -> tuple[float, float]:
    stats = import_extra("scipy.stats")
    if x.min() == x.max() or y.min() == y.max():
        return math.nan, math.nan  # of equal values there is no order
    found = (stats.spearmanr if method == "spearman" else stats.kendalltau)(x, y)
    return float(found.statistic), float(found.pvalue)


def select_and_report(
    by: str | None = None,
    report: str | None = None,
    *,
    k: int = 1,
    where: Where = None,
    benchmark: str | None = None,
    reduction: str | None = "mean",
    allow_test: bool = False,
    db: BenchmarkDatabase | None = None,
    **equal: Any,
) -> Table:
    """What an honest search may report: the test value of the best by validation.

    Args:
        by: the metric to select by, on a validation split; by default the benchmark's.
        report: the metric to report, on a test split; by default the benchmark's.
        k: how many architectures, the best by ``by`` first.
        where, benchmark, reduction, db, equal: which trials; see the top of this module.
        allow_test: whether ``by`` may be measured on test images. A value that was selected by is
            the best of many, and no estimate of what the architecture does on new images.

    Raises:
        InvalidQuery: ``by`` is measured on test images; or the data set has no validation split;
            or an argument is none of these.
    """
    rule = _reporting(Scope(benchmark, db, where, equal, reduction))
    by, report = by or rule.select_by, report or rule.report_by
    if by is None or report is None:
        raise InvalidQuery(
            f"{rule.report_on} has no {'validation' if by is None else 'test'} split: {rule.why}"
        )
    sides = []
    for name, of in ((by, rule.select_on), (report, rule.report_on)):
        conditions = {**equal, rule.column: of} if rule.column else equal
        scope = Scope(benchmark, db, where, conditions, reduction)
        sides.append(_Side(scope, scope.metric(name).name))
    scope = sides[0].scope
    if scope.metric(by).is_test and not allow_test:
        raise InvalidQuery(
            f"{by} is measured on test images, and the best of many by it is no estimate of what "
            f"it does on new ones: select by {rule.select_by}, or say allow_test=True"
        )
    if by == report:
        raise InvalidQuery(f"by and report are both {by}; select by one split, report another")
    identity, kinds = _identity(scope)
    order = _descending(scope.direction(by))
    statement = (
        f"SELECT p.*, c.arch AS arch FROM (SELECT {identity}, a.num_trials AS num_trials, "
        f"a.value AS {by}, b.value AS {report}, a.config_id AS config_id FROM {_joined(sides)} "
        f"ORDER BY {by}{order}, config_id LIMIT {whole_number('k', k, 0)}) AS p "
        f"JOIN {scope.schema.config._meta.table_name} AS c ON c.id = p.config_id "
        f"ORDER BY p.{by}{order}, p.config_id"
    )
    kinds |= {"num_trials": "i8", by: "f8", report: "f8", "config_id": "i8", "arch": "json"}
    return Table(
        scope.database, statement, [v for side in sides for v in side.scope.values], kinds
    )


def _reporting(scope: Scope) -> Reporting:
    """How to select and report on the data set or task that was asked for.

    Raises:
        InvalidQuery: none was asked for, or another than there are.
    """
    reports = scope.benchmark.reports
    column = next(iter(reports.values())).column
    if column is None:
        return next(iter(reports.values()))
    if column not in scope.given:
        raise InvalidQuery(
            f"the question must say which {column} to report on: {column}= one of "
            f"{', '.join(map(repr, reports))}"
        )
    asked = scope.given[column]
    return find(column, asked.lower() if isinstance(asked, str) else asked, reports)


class _Side(NamedTuple):
    """One of two metrics, or scopes, that are compared by architecture."""

    scope: Scope
    name: str


def _joined(sides: Sequence[_Side]) -> str:
    """The SQL of two sides ``a`` and ``b``, joined by architecture, where both have a value.

    Each has the columns that identify an architecture, ``value``, ``num_trials`` and a
    ``config_id``. Configs of one architecture that is written in several ways are one row.
    """
    parts = []
    for alias, (scope, name) in zip("ab", sides, strict=True):
        if scope.reduction is None:
            raise InvalidQuery(
                "reduction is None; single trials of two sides do not belong together"
            )
        scope.need_one_fidelity()
        value = scope.of(name)
        parts.append(
            f"(SELECT {', '.join(scope.schema.identity)}, {value} AS value, "
            f"count(*) AS num_trials, min(config_id) AS config_id FROM {scope.schema.view} "
            f"WHERE {scope.condition} GROUP BY {scope.schema.identity[0]} "
            f"HAVING {value} IS NOT NULL) AS {alias}"
        )
    key = sides[0].scope.schema.identity[0]
    return f"{parts[0]} JOIN {parts[1]} ON b.{key} = a.{key}"


def _identity(scope: Scope) -> tuple[str, dict[str, str]]:
    """The columns that tell which architecture, of the side ``a``, and their kinds."""
    names = scope.schema.identity
    return ", ".join(f"a.{name} AS {name}" for name in names), {n: scope.kinds[n] for n in names}


def _descending(way: str) -> str:
    """How SQL orders from the better to the worse."""
    return " DESC" if way == "max" else ""


_SELDOM_ASKED = ("evaluation_time", "epoch_training_time")


def _columns(scope: Scope, by: str, columns: Sequence[str] | None) -> list[str]:
    """The further metrics to give."""
    if columns is not None:
        if isinstance(columns, str):
            raise InvalidQuery(f"columns is {columns!r}; give a list of metrics")
        return [scope.metric(name).name for name in columns]
    quantity = scope.metric(by).quantity
    return [
        metric.name
        for metric in scope.benchmark.metrics.values()
        if metric.quantity == quantity
        or (metric.split is None and metric.quantity not in _SELDOM_ASKED)
    ]


def _having(scope: Scope, statement: str, names: Sequence[str]) -> str:
    """The rows that have values of some metrics."""
    condition = " AND ".join(f"{scope.of(name)} IS NOT NULL" for name in names)
    return f"{statement} {'HAVING' if scope.reduction else 'AND'} {condition}"
