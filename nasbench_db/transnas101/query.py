"""Ask the TransNAS-Bench-101 database for trials."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from peewee import SQL, Select

from nasbench_db.architectures.edges import CONNECTED
from nasbench_db.architectures.inputs import index_below, told
from nasbench_db.ask.many import rows_of_architectures
from nasbench_db.ask.results import TrialResult
from nasbench_db.ask.sqltext import quoted
from nasbench_db.ask.trials import Trials
from nasbench_db.ask.trialtables import TrialTables
from nasbench_db.ask.words import Range, Reduction, known_words
from nasbench_db.errors import InvalidArchitecture
from nasbench_db.metrics import choose, find
from nasbench_db.store.database import BenchmarkDatabase, current
from nasbench_db.transnas101.cell import Cell
from nasbench_db.transnas101.metrics import METRICS, REGISTRY, REPORTS, direction_of, measured
from nasbench_db.transnas101.schema import (
    SCHEMA,
    Tnb101IntermediateStats,
    Tnb101TrialStats,
)

if TYPE_CHECKING:
    import numpy as np

    from nasbench_db.transnas101.dicts import Tnb101Trial


def identify(database: BenchmarkDatabase, arch: Any) -> tuple[str, Any]:
    """The column that identifies an architecture, and its value there.

    Raises:
        InvalidArchitecture: it is outside the search spaces.
    """
    given = told(arch)
    if isinstance(given, int) and not isinstance(given, bool):
        ((size,),) = database.select("SELECT max(arch_index) + 1 FROM tnb101architecture")
        return "arch_index", index_below(size, given)
    try:
        return "arch_str", Cell.parse(given).arch_str
    except InvalidArchitecture:
        # A file may have others than are known of the search spaces.
        found = "SELECT 1 FROM tnb101architecture WHERE arch_str = ?"
        if isinstance(given, str) and any(database.select(found, (given,))):
            return "arch_str", given
        raise


_HOW: dict[str, Any] = {
    "codes": ("arch_index", "arch_str"),
    "properties": {"connected": CONNECTED},
    "measured": measured,
}
TABLES = TrialTables(SCHEMA, lambda: (REGISTRY, REPORTS), identify, **_HOW)


class _AtBestEpoch(TrialTables):
    """The trials with the metrics of their best epoch in place of those of the last.

    Of several best epochs it is the first. A trial without any value of the metric is left out.

    Args:
        metric: by which epochs are compared; in its own direction.
    """

    of_whole_trials = False

    def __init__(self, metric: str) -> None:
        super().__init__(SCHEMA, lambda: (REGISTRY, REPORTS), identify, **_HOW)
        self._metric = metric
        self.trial_keys.insert(1, "current_epoch")
        self.of_trial["current_epoch"] = "current_epoch"
        self.roles["current_epoch"] = "seed"
        self.kinds["current_epoch"] = "i8"
        self.flat_trial.append("current_epoch")

    def __reduce__(self) -> tuple[Any, ...]:
        return _AtBestEpoch, (self._metric,)

    def trials(self) -> Any:
        of_epoch = {*METRICS, "further"}
        columns = ", ".join(
            f"{'e' if field.name in of_epoch else 's'}.{quoted(field.column_name)}"
            for field in Tnb101TrialStats._meta.sorted_fields
        )
        table = Tnb101IntermediateStats._meta.table_name
        order = "DESC" if direction_of(self._metric) == "max" else "ASC"
        metric = quoted(self._metric)
        best = (
            f"SELECT b.current_epoch FROM {table} AS b WHERE b.trial_id = s.id "
            f"AND b.{metric} IS NOT NULL ORDER BY b.{metric} {order}, b.current_epoch LIMIT 1"
        )
        source = (
            f"{Tnb101TrialStats._meta.table_name} AS s "
            f"JOIN {table} AS e ON e.trial_id = s.id AND e.current_epoch = ({best})"
        )
        return Select([SQL(source)], [SQL(f"{columns}, e.current_epoch")]).alias("t")


_at_best_epoch = cache(_AtBestEpoch)


@known_words
def query_tnb101_trial_stats(
    arch: str | int | Cell | None,
    task: str | None,
    search_space: str | None = None,
    reduction: Reduction | None = None,
    include_intermediates: bool = False,
    *,
    num_epochs: int | None = None,
    best: str | None = None,
    connected: bool | None = None,
    order_by: str | None = None,
    limit: int | None = None,
    db: BenchmarkDatabase | None = None,
    **ranges: Range | None,
) -> TrialResult[Tnb101Trial]:
    """The trials that match all conditions; None matches everything.

    There is one trial for each architecture and task. Its dict has all metrics, those that the
    task does not have being None; see :class:`~nasbench_db.transnas101.schema.MetricStats` for
    their units. The metrics are those of the last epoch, or of the best one with ``best``.

    Args:
        arch: an architecture's string, such as ``64-1234-basic``, its public index, or a
            :class:`Cell`.
        task: such as ``class_object``; the tasks are the file's own.
        search_space: ``macro`` or ``micro``.
        reduction: None or 'none', or for programs that ask all benchmarks alike 'mean', 'median',
            'std', 'min' or 'max' over the trials of each config, of which there is one.
        include_intermediates: add the list ``intermediates``, an element for each epoch, counted
            from 1.
        num_epochs: the epochs of training.
        best: a metric: give all metrics as they are at the epoch at which this one is best,
            which is the highest of an accuracy and the lowest of a loss, and that epoch as
            ``current_epoch``. ``best="valid_top1"`` gives as ``test_top1`` what an honest search
            may report: the test accuracy at the epoch that is best on the validation images. Of
            equal epochs it is the first; NaN is never best.
        connected: whether a path must lead through the cell, or must not; through a macro
            architecture one always does.
        order_by: a column, with a minus before it to descend: ``order_by="-valid_top1"``.
        limit: the most rows to give.
        db: what to ask, from :func:`nasbench_db.connect`; by default the last connected
            TransNAS-Bench-101 database, or the one at the default path.
        ranges: for any metric, or column of what is known of the network such as
            ``model_params``, a range (lowest, highest), both included, None for no bound.

    Returns:
        an iterator over dicts, in the database's order: by task, and then as in the source; see
        :class:`TrialResult` for its further methods ``sql`` and ``to_numpy``.

    Raises:
        InvalidArchitecture: ``arch`` is outside the search spaces. One inside them that the
            database lacks gives no row.
        InvalidQuery: another argument has the wrong type or an unknown value.
        DatabaseNotFound: there is no database at the default path.
    """
    database = current(SCHEMA, db)
    for name in ranges:
        find("metric", name, REGISTRY)
    conditions = {
        "task": task,
        "search_space": search_space,
        "num_epochs": num_epochs,
        "connected": connected,
        **ranges,
    }
    trials = Trials.of(database, TABLES, arch=arch, reduction=reduction, conditions=conditions)
    return as_at_best(trials, best).dicts(
        include_intermediates=include_intermediates, order_by=order_by, limit=limit
    )


def best_archs(
    task: str,
    metric: str,
    search_space: str | None = None,
    topk: int | None = 1,
    *,
    db: BenchmarkDatabase | None = None,
) -> TrialResult[Tnb101Trial]:
    """The architectures that reach the best values of a metric at any epoch, the best one first.

    What is best depends on the metric: the highest accuracy, the lowest loss. For another order,
    such as by the test accuracy at the epoch that is best on the validation images, see ``best``
    and ``order_by`` of :func:`query_tnb101_trial_stats`.

    Args:
        task: such as ``class_object``.
        metric: such as ``valid_top1``.
        search_space: ``macro`` or ``micro``, or None for both.
        topk: how many to give at most; None for all that have a value.
        db: see :func:`query_tnb101_trial_stats`.

    Returns:
        their trials, with all metrics as they are at the best epoch; of equal ones, in the order
        of the source.

    Raises:
        InvalidQuery: an argument has the wrong type or an unknown value.
        DatabaseNotFound: there is no database at the default path.
    """
    metric = choose("metric", metric, METRICS)
    order_by = f"-{metric}" if direction_of(metric) == "max" else metric
    return query_tnb101_trial_stats(
        None, task, search_space, best=metric, order_by=order_by, limit=topk, db=db
    )


@known_words
def query_many(
    archs: Iterable[Any] | np.ndarray,
    task: str,
    reduction: Reduction = "mean",
    *,
    best: str | None = None,
    db: BenchmarkDatabase | None = None,
) -> np.ndarray:
    """The trials of many architectures for a task, found in one go.

    Args:
        archs: n architectures, each in any form that :func:`query_tnb101_trial_stats` takes; an
            array of integers are public indexes.
        task, best, db: see :func:`query_tnb101_trial_stats`.
        reduction: 'mean', 'median', 'std', 'min' or 'max', over the one trial.

    Returns:
        a structured array of shape (n,), a row for each architecture in the order given:
        ``arch_index``, ``arch_str`` and ``search_space`` (0 and empty where the database lacks
        it), ``num_trials`` (i8, 0 there), and the metrics (f8, in their units, NaN where there
        are none).

    Raises:
        InvalidArchitecture: an architecture is outside the search spaces.
        InvalidQuery: another argument has the wrong type or an unknown value.
    """
    database = current(SCHEMA, db)
    trials = Trials.of(database, TABLES, reduction=reduction, conditions={"task": task})
    return rows_of_architectures(as_at_best(trials, best), archs)


def as_at_best(trials: Trials, best: str | None) -> Trials:
    """The same trials as they are at the epoch that is best by a metric; None for their end."""
    if best is None:
        return trials
    trials.database.check_curves()
    tasks = trials.chosen.get("task", ())  # as the database spells them
    of_tasks = [name for one in tasks for name in metrics_of(trials.database, str(one))] or METRICS
    metric = choose("metric", best, [name for name in METRICS if name in of_tasks])
    return trials._replace(tables=_at_best_epoch(metric))


def metrics_of(database: BenchmarkDatabase, task: str) -> list[str]:
    """The names of a task's metrics."""
    statement = "SELECT name FROM tnb101metric WHERE task = ? ORDER BY id"
    return [name for (name,) in database.select(statement, (task,))]
