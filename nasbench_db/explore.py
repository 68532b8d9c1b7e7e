"""Questions that people ask of every benchmark, each of them one SQL statement.

All functions take the same arguments to say which trials they are about: ``benchmark`` (a name)
or ``db`` (what :func:`nasbench_db.connect` returned), by default what was connected last;
``where``, a dict of columns of the benchmark's flat view or a condition in SQL; and further
columns as keywords::

    top(10, by="valid_acc", benchmark="nasbench101", num_epochs=108)
    top(10, by="valid_acc", where="num_epochs = 108 AND parameters < 5")
    top(10, by="valid_acc", dataset="cifar100", num_epochs=200, flops=(None, 100))
    top(10, by="test_acc", dataset="cifar100", num_epochs=200, connected=True)

A value must be equal, a list means one of its values, and a pair ``(lowest, highest)`` a range.
Columns that identify a trial (architecture, epochs, data set, task, seed, repeat) choose trials;
with a reduction, conditions on metrics apply to the reduced values. ``connected`` is a word of
the spaces in which some cells have no path from their input to their output. A condition in SQL is
read part by part, as AND joins them: a part about identifying columns alone chooses trials, any
other one sees the rows of the answer. ``reduction`` is over the trials (seeds, repeats) of each
architecture: 'mean', 'median', 'std', 'min', 'max', or None to compare single trials.

Trials of different epochs, data sets or tasks are not to be compared, so a question must say
which; there are no defaults for these. What the database does not hold is an error that says what
it holds, never an empty answer. Metrics of test images may be ranked by and shown by all
functions; only :func:`select_and_report`, which says what a search may report, refuses to select
by them.

The answers are a :class:`~nasbench_db.ask.tables.Table`: iterate over dicts, or take
``to_pandas()``, ``to_arrow()``, ``to_numpy()``, and ``sql()`` for the statement.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from nasbench_db.architectures.inputs import plain
from nasbench_db.ask.ranks import Method, correlate
from nasbench_db.ask.sqltext import quoted
from nasbench_db.ask.statements import Statement
from nasbench_db.ask.tables import Table
from nasbench_db.ask.trials import Trials
from nasbench_db.ask.words import Reduction, Where, whole_number
from nasbench_db.benchmarks import chosen_database, get, trials
from nasbench_db.errors import InvalidQuery, QueryWarning, UnsaidFidelity
from nasbench_db.measurements.correlating import Sentinels
from nasbench_db.metrics import Direction, Reporting, choose, find, warn_of_fraction
from nasbench_db.store.database import BenchmarkDatabase

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "Method",
    "Optimum",
    "RankCorrelation",
    "Ranking",
    "Sentinels",
    "Ties",
    "correlations",
    "coverage",
    "learning_curve",
    "optimum",
    "pareto",
    "rank_correlation",
    "select_and_report",
    "statistics",
    "top",
]

Ties = Literal["images", "exact"]
"""Which values are equal: those of as many correct images, or those of the same float.

Many published accuracies are running means over batches, so that one count of images is several
floats, which differ by less than 2e-7. A metric that is no accuracy on a known number of images
has no counts, and is compared as it is.
"""

_SHARES = 12
"""Of as many equal parts of an image are means of 1, 2, 3 or 4 counts whole numbers."""


class Ranking(Table):
    """What :func:`top` and :func:`select_and_report` give.

    Its displays say which rows rounding alone puts in order, and how many more share the best
    value.

    Attributes:
        by: the metric.
        scale: what makes whole numbers of its values, for a :data:`Ties` of ``images``; None
            where it has no counts.
        best: counts those that have the best value, as they are compared; None where there is a
            column that says so.
    """

    by: str
    scale: float | None = None
    best: Callable[[], int] | None = None

    def remarks(self, rows: Sequence[Sequence[Any]]) -> list[str]:
        """Which of some rows have different floats of one count of images.

        And how many others share the best value, if all of these rows do.
        """
        place = self.columns.index(self.by)
        values = {
            row[place] if self.scale is None else round(row[place] * self.scale) for row in rows
        }
        if self.best is not None and len(values) == 1:
            others = self.best() - len(rows)
            if others > 0:
                what = "value" if self.scale is None else "number of correct images"
                have = "more has" if others == 1 else "more have"
                return [f"{others:,} {have} the best {what} of {self.by}"]
        if self.scale is None:
            return []
        groups: dict[int, list[int]] = {}
        for number, row in enumerate(rows, 1):
            groups.setdefault(round(row[place] * self.scale), []).append(number)
        return [
            f"rows {numbers[0]} to {numbers[-1]} are equal: they have as many correct images, and "
            f"rounding alone puts their {self.by} in order"
            for numbers in groups.values()
            if len({rows[number - 1][place] for number in numbers}) > 1
        ]


def _scale(asked: Trials, by: str) -> float | None:
    """What makes whole numbers of the values of a metric that counts images; None of others."""
    metric = asked.metric(by)
    known = get(asked.tables.schema.benchmark)
    columns = {rule.column for rule in known.reports.values() if rule.column is not None}
    data_sets = {str(v) for name in columns for v in asked.chosen.get(name, ())}
    counts = {
        images.counted or images.count
        for images in known.images
        if images.split == metric.split and (not data_sets or images.dataset in data_sets)
    }
    counts.discard(None)
    if metric.unit != "percent" or asked.reduction == "std" or len(counts) != 1:
        return None
    count = counts.pop()
    assert count is not None
    return count / 100 * (_SHARES if asked.reduction else 1)


def _tied(asked: Trials, by: str, ties: Ties) -> str:
    """What equal values of a metric have in common, as SQL, for a :data:`Ties`."""
    scale = (
        _scale(asked, by) if choose("way to compare", ties, get_args(Ties)) == "images" else None
    )
    return quoted(by) if scale is None else f"round({quoted(by)} * {scale!r})"


def top(
    k: int = 10,
    *,
    by: str,
    where: Where = None,
    benchmark: str | None = None,
    reduction: Reduction | None = "mean",
    columns: Sequence[str] | None = None,
    direction: Direction | None = None,
    ties: Ties | None = None,
    db: BenchmarkDatabase | None = None,
    **equal: Any,
) -> Ranking:
    """The best architectures by a metric, the best one first.

    Args:
        k: how many.
        by: the metric, such as ``valid_acc``. To report on what a search by this metric finds, see
            :func:`select_and_report`.
        where, benchmark, reduction, db, equal: which trials; see the top of this module.
        columns: the further metrics to give; by default those of the same kind on other splits,
            what the network costs, and what the question names; and beside a cost the metric
            that one selects by, or reports where none is to be selected by.
        direction: ``max`` or ``min``, if not the metric's own.
        ties: which values are equal, see :data:`Ties`; for a column ``ties``, how many of all that
            were compared have the row's value, itself among them. By default the floats decide,
            there is no such column, and displays say which rows rounding alone puts in order.

    Returns:
        a row for each; equal ones in the order of the database, and none that has no value.

    Warns:
        QueryWarning: the metric was chosen on test images.

    Raises:
        InvalidQuery: an argument is none of these, or the epochs, data set or task is not said.
    """
    asked = trials(benchmark, db, where=where, reduction=reduction, conditions=equal)
    asked = asked.at_one_fidelity()
    way = asked.direction(by, direction)
    if warning := asked.metric(by).warning:
        warnings.warn(f"{by}: {warning}", QueryWarning, stacklevel=2)
    k = whole_number("k", k, 0)
    names = asked.columns([by, *_columns(asked, by, columns)])
    if ties is None:
        rows = asked.statement(names, order=[_ordered(by, way)], limit=k, present=[by])
    else:
        rows = _with_ties(asked, names, by, way, ties, k)
    table = Ranking(asked.database, rows.text, rows.values, rows.kinds)
    table.by = by
    if ties is None:
        table.scale, table.best = _scale(asked, by), partial(_count_best, asked, by, way)
    return table


def _count_best(asked: Trials, by: str, way: str) -> int:
    """How many have the best value of a metric, by :data:`Ties` of ``images``."""
    rows = asked.statement([by], present=[by], ordered=False)
    same = _tied(asked, by, "images")
    text = (
        f"WITH answer AS ({rows.text}) "
        f"SELECT count(*) FROM answer WHERE {same} = (SELECT {way}({same}) FROM answer)"
    )
    ((count,),) = asked.database.select(text, rows.values)
    return int(count)


def _with_ties(
    asked: Trials, names: Sequence[str], by: str, way: str, ties: Ties, k: int
) -> Statement:
    """The best ones, with how many have the value of each, beside it."""
    rows = asked.statement([asked.key, by], present=[by], ordered=False)
    same = _tied(asked, by, ties)
    order = f"ORDER BY {same}{' DESC' if way == 'max' else ''}, {asked.key}"
    pick = (
        f"SELECT {asked.key}, count(*) OVER (PARTITION BY {same}) AS ties FROM answer {order} "
        f"LIMIT {k}"
    )
    place = names.index(by) + 1
    columns = ", ".join([*map(quoted, names[:place]), "ties", *map(quoted, names[place:])])
    picked = asked.picked(rows, pick, names)
    return picked.around(
        f"SELECT {columns} FROM picked JOIN among USING ({asked.key}) {order}", ties="i8"
    )


def pareto(
    objectives: Sequence[str | tuple[str, Direction]],
    *,
    where: Where = None,
    benchmark: str | None = None,
    reduction: Reduction | None = "mean",
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
    asked = trials(benchmark, db, where=where, reduction=reduction, conditions=equal)
    asked = asked.at_one_fidelity()
    if len(_several(objectives)) < 2:
        raise InvalidQuery(
            f"objectives is {objectives!r}; give two or more, such as "
            "[('valid_acc', 'max'), ('parameters', 'min')]"
        )
    directions: dict[str, str] = {}
    for objective in objectives:
        pair = (objective, None) if isinstance(objective, str) else tuple(_several(objective))
        if len(pair) != 2:
            raise InvalidQuery(
                f"an objective is {objective!r}; it must be a metric, or one with 'max' or 'min'"
            )
        name, direction = asked.metric(pair[0]).name, pair[1]
        if name in directions:
            raise InvalidQuery(f"the objective {name!r} comes twice")
        directions[name] = asked.direction(name, direction)
    further = _columns(asked, next(iter(directions)), columns)
    rows = asked.statement([asked.key, *directions], present=[*directions], ordered=False)
    columns = asked.columns([*directions, *further])
    picked = asked.picked(rows, _front(asked.key, directions), columns)
    order = f"{_by(*next(iter(directions.items())))}, {asked.key}"
    return asked.table_of(picked.around(f"SELECT * FROM picked {order}"))


def _front(key: str, directions: Mapping[str, str]) -> str:
    """The SELECT of the keys of the Pareto front of ``answer``.

    Nearly all rows are beaten by one of a few good ones, so these are looked for first, among some
    of all: what they leave is little enough to be sorted and compared with itself.

    Args:
        key: what numbers the rows.
        directions: the objectives, each with its better end.
    """
    at_least, better = (
        joint.join(
            f"q.{quoted(name)} {sign[way]} p.{quoted(name)}" for name, way in directions.items()
        )
        for joint, sign in ((" AND ", _AT_LEAST), (" OR ", _BETTER))
    )

    def unbeaten(rows: str, others: str) -> str:
        # What comes second in a join is computed once, and not for each row.
        return (
            f"SELECT * FROM {rows} AS p WHERE NOT EXISTS (SELECT 1 FROM (SELECT 1) CROSS JOIN "
            f"{others} AS q WHERE {at_least} AND ({better}))"
        )

    # So that a search for one that beats ends soon.
    order = _by(*next(iter(directions.items())))
    return (
        f"WITH some AS (SELECT * FROM answer WHERE {key} % {_ONE_OF} = 0 {order}), "
        f"strong AS ({unbeaten('some', 'some')} {order} LIMIT {_STRONG}), "
        f"rest AS ({unbeaten('answer', 'strong')} {order}) "
        f"SELECT {key} FROM ({unbeaten('rest', 'rest')})"
    )


SPREAD = ("n", "mean", "std", "min", "max")
"""What :func:`statistics` gives of each metric: how many trials have it, and how they differ."""

_ONE_OF = 251
"""Among one of how many rows good ones are looked for; a prime, since keys may go in steps."""

_STRONG = 100
"""How many of these all rows are compared with at most."""

_AT_LEAST = {"max": ">=", "min": "<="}
_BETTER = {"max": ">", "min": "<"}


@dataclass(frozen=True)
class Optimum:
    """The best value of a metric, and who reaches it.

    Attributes:
        metric: the metric.
        value: the best value.
        rule: in a sentence, over what it is the best.
        architectures: all that reach it; for :data:`Ties` of ``images``, with a float that is
            perhaps another one.
        count: among how many architectures (or trials) it is the best.
        unit: the metric's unit.
        direction: ``max`` or ``min``: which values are the better ones.
    """

    metric: str
    value: float
    rule: str
    architectures: Table
    count: int
    unit: str | None = None
    direction: str = "max"

    def regret(self, value: float) -> float:
        """How much worse a value is than the best, in the metric's unit; 0 for the best itself.

        Negative for a value that is better, as that of a single trial can be where the best is
        one of means. A fraction beside a metric in percent is warned of.
        """
        if self.unit == "percent":
            warn_of_fraction(self.metric, value)
        return self.value - value if self.direction == "max" else value - self.value

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
    reduction: Reduction | None = "mean",
    direction: Direction | None = None,
    ties: Ties = "images",
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
        ties: which values are equal to the best, see :data:`Ties`.

    Raises:
        InvalidQuery: an argument is none of these; or the epochs, data set or task is not said;
            or no trial in scope has a value.
    """
    asked = trials(benchmark, db, where=where, reduction=reduction, conditions=equal)
    asked = asked.at_one_fidelity()
    way = asked.direction(by, direction)
    rows = asked.statement([asked.key, by], present=[by], ordered=False)
    same = _tied(asked, by, ties)
    found = asked.picked(
        rows,
        f"SELECT {asked.key} FROM answer WHERE {same} = (SELECT {way}({same}) FROM answer)",
        asked.columns([by]),
    ).around(
        f"SELECT *, (SELECT count(*) FROM answer) AS num_compared FROM picked "
        f"ORDER BY {asked.key}",
        num_compared="i8",
    )
    table = asked.table_of(found)
    best = max(table, key=lambda row: row[by] if way == "max" else -row[by], default=None)
    if best is None:
        raise InvalidQuery(f"no trial has a value of {by} where {asked}")
    count = best["num_compared"]
    rule = (
        f"the {'highest' if way == 'max' else 'lowest'} "
        f"{f'{asked.reduction} over trials of ' if asked.reduction else ''}{by} among {count:,} "
        f"{'configs' if asked.reduction else 'trials'} of "
        f"{get(asked.tables.schema.benchmark).title} where {asked}"
    )
    mark = asked.database.mark
    if mark is not None:
        rule += f"; {mark.long}"
    return Optimum(by, best[by], rule, table, count, asked.metric(by).unit, way)


def learning_curve(
    arch: Any,
    *,
    metrics: Sequence[str] | None = None,
    where: Where = None,
    benchmark: str | None = None,
    reduction: Reduction | None = None,
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
        from 1. What was not evaluated after an epoch is NULL. NAS-Bench-201 and NATS-Bench have
        ``time`` besides, the seconds since the start of the training, and ``time_source``:
        ``estimated`` if that is one and the same time for each epoch, ``measured`` if it is the
        sum of those of the epochs until then; both are NULL where unknown. With any reduction
        ``time`` is the mean over the trials that have it, and ``time_source`` is NULL unless it
        is the same for all.

    Raises:
        InvalidArchitecture: ``arch`` is outside the search space.
        InvalidQuery: another argument is none of these.
    """
    asked = trials(benchmark, db, arch=arch, where=where, reduction=reduction, conditions=equal)
    asked.tables.point_model()  # whoever asks a benchmark without them should hear that first
    asked.database.check_curves()
    recorded = asked.tables.curve_metrics
    names = list(recorded)
    if metrics is not None:
        names = [
            choose("metric that is recorded during training", name, recorded)
            for name in _several(metrics)
        ]
        for name in names:
            if name in asked.tables.metrics:
                asked.check_measured(name)
    columns, seed = asked.identity, asked.tables.schema.seed
    if asked.reduction:
        curve = ["current_epoch", "num_trials", *names, *asked.tables.clock]
    else:
        columns = [*columns, *([] if seed is None else [seed]), "trial_id"]
        curve = ["current_epoch", *names, *asked.tables.clock]
    return asked.table_of(asked.statement(columns, curve=curve))


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
        ``_mean``, ``_std`` (divided by n, as ``numpy.std`` does; NULL where n is 1), ``_min`` and
        ``_max``.

    Raises:
        InvalidArchitecture: ``arch`` is outside the search space.
        InvalidQuery: another argument is none of these.
    """
    asked = trials(benchmark, db, arch=arch, where=where, reduction="mean", conditions=equal)
    names = [asked.metric(name).name for name in _several(by)]
    if not names:
        raise InvalidQuery("by is empty; give a metric, such as 'valid_acc', or several")
    spread = [f"{aggregate}({name})" for name in names for aggregate in SPREAD]
    return asked.table_of(asked.statement([*asked.identity, *spread]))


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
    x: Mapping[str, Any] | str,
    y: Mapping[str, Any] = MappingProxyType({}),
    *,
    method: Method = "spearman",
    where: Where = None,
    benchmark: str | None = None,
    reduction: Reduction = "mean",
    db: BenchmarkDatabase | None = None,
    **equal: Any,
) -> RankCorrelation:
    """How well one fidelity, data set or task ranks the architectures as another does.

    ``rank_correlation("valid_acc", {"num_epochs": 4}, {"num_epochs": 108})`` tells how far one may
    trust four epochs, ``rank_correlation("test_acc", "zc.synflow", dataset="cifar100",
    num_epochs=200)`` how far a score that was measured elsewhere. Equal values share their rank:
    Spearman's coefficient is that of the mean ranks, Kendall's is tau-b.

    Args:
        by: the metric, or one for each side: ``("valid_acc", "test_acc")``.
        x, y: the conditions of each side, such as its epochs. In the place of ``x`` another metric
            may be given, to be compared with ``by`` among the same trials.
        method: ``spearman`` or ``kendall``.
        where, benchmark, reduction, db, equal: which trials, on both sides; see the top of this
            module.

    Raises:
        InvalidQuery: an argument is none of these; or the epochs, data set or task of a side is
            not said; or fewer than two architectures have both values.
        MissingExtra: scipy is not installed.
    """
    import numpy as np

    if isinstance(x, str) and isinstance(by, str):
        by, x = (by, x), {}
    names = (by, by) if isinstance(by, str) else tuple(_several(by))
    if len(names) != 2:
        raise InvalidQuery(f"by is {by!r}; give a metric, or a pair of them, one for each side")
    choose("rank correlation", method, get_args(Method))
    sides = []
    for name, conditions in zip(names, (x, y), strict=True):
        if not isinstance(conditions, Mapping):
            raise InvalidQuery(
                f"a side is {conditions!r}; it must be a dict such as {{'num_epochs': 4}}"
            )
        which = {**equal, **conditions}
        asked = trials(benchmark, db, where=where, reduction=reduction, conditions=which)
        sides.append(_Side(asked.at_one_fidelity(), asked.metric(name).name))
    joined = _joined(sides)
    identity = ", ".join(f"a.{name}" for name in joined.identity)
    statement = (
        f"WITH {joined.text} SELECT {identity}, a.value AS x, b.value AS y FROM {joined.pairs}"
    )
    kinds = {**joined.identity, "x": "f8", "y": "f8"}
    database = sides[0].asked.database
    pairs = Table(database, statement, joined.values, kinds)
    # The numbers alone, without the texts that tell the architectures.
    numbers = f"WITH {joined.text} SELECT a.value AS x, b.value AS y FROM {joined.pairs}"
    found = Table(database, numbers, joined.values, {"x": "f8", "y": "f8"}).to_numpy()
    if len(found) < 2:
        raise InvalidQuery(f"{len(found)} architectures have both values; two or more are needed")
    value, p_value = correlate(method, found["x"], found["y"])
    both = np.column_stack([found["x"], found["y"]])
    return RankCorrelation(method, value, p_value, len(found), pairs, both)


def correlations(
    by: str,
    of: str,
    *,
    best: float = 1.0,
    sentinels: Sentinels = "lowest",
    where: Where = None,
    benchmark: str | None = None,
    reduction: Reduction = "mean",
    db: BenchmarkDatabase | None = None,
    **equal: Any,
) -> Table:
    """How well each metric of a measurement set ranks architectures as one of the benchmark does.

    ``correlations("test_acc", "zc", dataset="cifar100", num_epochs=200)`` judges zero-cost
    proxies. Equal values share their rank: Spearman's coefficient is that of the mean ranks,
    Kendall's is tau-b. The set must be attached: ``connect(..., measurements=["zc"])``.

    Args:
        by: the benchmark's metric.
        of: the name of the set.
        best: among which part of the architectures that the set has, the best by ``by``: 0.2 for
            the best fifth, in which all are that equal the last.
        sentinels: what is done with numbers that stand for no value, such as -1e8 of a proxy that
            could not be computed: ``lowest`` ranks them as they are in the source, mostly as the
            lowest; ``omit`` leaves them out, as :func:`rank_correlation` and all others do.
        where, benchmark, reduction, db, equal: which trials; see the top of this module. Without
            a data set or task there are rows for each that has values.

    Returns:
        a row for each metric of the set: ``metric``; ``spearman`` and ``kendall``, NULL where one
        side has only one value; ``count``, how many architectures have both values; ``missing``,
        how many of the set's have ``by`` and not this one; ``sentinels``, of how many of these
        the source has a number that stands for none.

    Raises:
        InvalidQuery: an argument is none of these; or the set is not attached; or the epochs are
            not said; or no architecture has both values.
        MissingExtra: scipy is not installed.
    """
    from nasbench_db.measurements import correlating

    choose("way to take sentinels", sentinels, get_args(Sentinels))
    if isinstance(best, bool) or not isinstance(best, (int, float)) or not 0 < best <= 1:
        raise InvalidQuery(f"best is {best!r}; it must be a part of all, above 0 and at most 1")
    asked = trials(benchmark, db, where=where, reduction=reduction, conditions=equal)
    if asked.reduction is None:
        raise InvalidQuery("reduction is None; a set has values of architectures, not of trials")
    one = correlating.set_of(asked, of)
    name = asked.metric(by).name
    context = next(iter(asked.tables.reports.values())).column
    said = asked.chosen.get(context, ()) if context else ()
    contexts = [None] if context is None or len(said) == 1 else said or asked.distinct(context)
    rows: list[tuple[Any, ...]] = []
    for value in contexts:
        side = asked if value is None or context is None else asked.at(context, value)
        if value is not None and not side.has(name):
            continue
        side = side.at_one_fidelity()
        found = correlating.correlated(side, name, one, best, sentinels)
        first = (value,) if len(contexts) > 1 else ()
        rows += [(*first, *astuple(row)) for row in found if row.count + row.sentinels]
    if not rows:
        raise InvalidQuery(f"no architecture has a value of {name} and of {of} where {asked}")
    kinds = {str(context): "text"} if len(contexts) > 1 else {}
    kinds |= {"metric": "text", "spearman": "f8", "kendall": "f8"}
    kinds |= dict.fromkeys(("count", "missing", "sentinels"), "i8")
    marks = ", ".join([f"({', '.join('?' * len(kinds))})"] * len(rows))
    names = ", ".join(map(quoted, kinds))
    values = [None if item != item else item for row in rows for item in row]
    statement = f"WITH found({names}) AS (VALUES {marks}) SELECT * FROM found"
    return Table(asked.database, statement, values, kinds)


def select_and_report(
    by: str | None = None,
    report: str | None = None,
    *,
    k: int = 1,
    where: Where = None,
    benchmark: str | None = None,
    reduction: Reduction | None = "mean",
    allow_test: bool = False,
    db: BenchmarkDatabase | None = None,
    **equal: Any,
) -> Ranking:
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
    asked = trials(benchmark, db, where=where, reduction=reduction, conditions=equal)
    rule = _reporting(asked)
    by, report = by or rule.select_by, report or rule.report_by
    if by is None or report is None:
        instead = "" if rule.report_by is None else f" Whoever ranks by {rule.report_by} asks top."
        raise InvalidQuery(
            f"{rule.report_on} has no {'validation' if by is None else 'test'} split: "
            f"{rule.why}{instead}"
        )
    sides = []
    for name, of in ((by, rule.select_on), (report, rule.report_on)):
        side = asked.at(rule.column, of) if rule.column else asked
        sides.append(_Side(side.at_one_fidelity(), side.metric(name).name))
    if asked.tables.metrics[by].is_test and not allow_test:
        instead = f"select by {rule.select_by}, or" if rule.select_by else f"{rule.why} Else"
        raise InvalidQuery(
            f"{by} is measured on test images, and the best of many by it is no estimate of what "
            f"it does on new ones: {instead} say allow_test=True"
        )
    if by == report:
        raise InvalidQuery(f"by and report are both {by}; select by one split, report another")
    joined = _joined(sides)
    order = "DESC" if sides[0].asked.direction(by) == "max" else "ASC"
    identity = ", ".join(f"c.{name}" for name in joined.identity)
    # The architectures of the few that are given, and not of all.
    statement = (
        f"WITH {joined.text}, best AS (SELECT a.num_trials, a.value AS {quoted(by)}, "
        f"b.value AS {quoted(report)}, a.config_id FROM {joined.pairs} ORDER BY a.value {order}, "
        f"a.config_id LIMIT {whole_number('k', k, 0)}) SELECT {identity}, best.*, c.arch "
        f"FROM best JOIN {asked.tables.schema.config._meta.table_name} AS c "
        f"ON c.id = best.config_id "
        f"ORDER BY best.{quoted(by)} {order}, best.config_id"
    )
    kinds = {**joined.identity, "num_trials": "i8", by: "f8", report: "f8"}
    kinds |= {"config_id": "i8", "arch": "json"}
    table = Ranking(asked.database, statement, joined.values, kinds)
    selected = sides[0].asked
    way = selected.direction(by)
    table.by, table.scale = by, _scale(selected, by)
    table.best = partial(_count_best, selected, by, way)
    return table


def _reporting(asked: Trials) -> Reporting:
    """How to select and report on the data set or task that was asked for.

    Raises:
        InvalidQuery: none was asked for, or another than there are.
    """
    reports = asked.tables.reports
    column = next(iter(reports.values())).column
    if column is None:
        return next(iter(reports.values()))
    said = asked.chosen.get(column, ())
    if len(said) != 1:
        raise UnsaidFidelity(column, said or tuple(reports))
    return find(column, str(said[0]).lower(), reports)


class _Side(NamedTuple):
    """One of two metrics, or kinds of trials, that are compared by architecture."""

    asked: Trials
    name: str


class _Joined(NamedTuple):
    """Two sides as the tables ``a`` and ``b``, each with ``value``, where both have one.

    Attributes:
        text: the two, for a WITH.
        values: what stands for the ``?`` in it.
        pairs: the two joined, for a FROM.
        identity: the columns that tell which architecture, with their kinds.
    """

    text: str
    values: tuple[Any, ...]
    pairs: str
    identity: dict[str, str]


def _joined(sides: Sequence[_Side]) -> _Joined:
    """Two sides, joined by architecture.

    Configs of one architecture that is written in several ways are one row.
    """
    tables = sides[0].asked.tables
    identity = tables.schema.identity
    several = sides[0].asked.database.several_written
    alike = sides[0].asked == sides[1].asked and not several
    key = "config_id" if alike else tables.alike
    parts = []
    values: list[Any] = []
    for alias, (asked, name) in zip("ab", sides, strict=True):
        if asked.reduction is None:
            raise InvalidQuery(
                "reduction is None; single trials of two sides do not belong together"
            )
        own = dict.fromkeys([*identity, key, "num_trials", "config_id"])
        rows = asked.statement(
            [*own, name], present=[name], group=key if several else None, ordered=False
        )
        columns = ", ".join([*own, f"{quoted(name)} AS value"])
        parts.append(f"{alias} AS (SELECT {columns} FROM ({rows.text}) AS answer)")
        values += rows.values
    return _Joined(
        ", ".join(parts),
        tuple(values),
        f"a JOIN b ON b.{key} = a.{key}",
        {name: tables.kinds[name] for name in identity},
    )


def _by(name: str, way: str) -> str:
    """The clause that orders from the better to the worse."""
    return f"ORDER BY {quoted(name)}{' DESC' if way == 'max' else ''}"


def _ordered(name: str, way: str) -> str:
    """How to order from the better to the worse."""
    return f"-{name}" if way == "max" else name


SELDOM_ASKED = ("evaluation_time", "epoch_training_time")


def _several(given: Any) -> list[Any]:
    """What a list or the like has; of anything else itself."""
    given = plain(given)
    one = isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable)
    return [given] if one else list(given)


def _columns(asked: Trials, by: str, columns: Sequence[str] | None) -> list[str]:
    """The further metrics to give."""
    metrics = asked.tables.metrics
    if columns is not None:
        columns = plain(columns)  # of an array without dimensions its value, which has no items
        if isinstance(columns, str) or not isinstance(columns, Iterable):
            raise InvalidQuery(f"columns is {columns!r}; give a list of metrics")
        return [asked.tables.metric(name).name for name in columns]
    named = set(asked.bounds).union(*map(asked.tables.named_in, asked.outside))
    if metrics[by].split is None:
        column = next(iter(asked.tables.reports.values())).column
        judge = asked.tables.judged_by(asked.chosen.get(column, ()) if column else ())
        named |= set() if judge is None else {judge}
    return [
        metric.name
        for metric in metrics.values()
        if metric.name in named
        or metrics[metric.restates or metric.name].quantity == metrics[by].quantity
        or (
            metric.split is None
            and metric.quantity not in SELDOM_ASKED
            and metric.name not in asked.tables.of_sets
        )
    ]
