"""Ask the TransNAS-Bench-101 database for trials."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import cache
from typing import Any

from nasbench_db.ask.results import Range, TrialResult, TrialTables, whole_number
from nasbench_db.errors import InvalidArchitecture, InvalidQuery
from nasbench_db.nasbench201.query import official_index
from nasbench_db.store.database import BenchmarkDatabase, current
from nasbench_db.store.models import json_value
from nasbench_db.transnas101.cell import Cell
from nasbench_db.transnas101.metrics import METRICS, direction_of
from nasbench_db.transnas101.schema import (
    SCHEMA,
    Tnb101IntermediateStats,
    Tnb101TrialStats,
)

TABLES = TrialTables(SCHEMA)


class _AtBestEpoch(TrialTables):
    """The trials with the metrics of their best epoch in place of those of the last.

    Of several best epochs it is the first. A trial without any value of the metric is left out.

    Args:
        metric: by which epochs are compared; in its own direction.
    """

    def __init__(self, metric: str) -> None:
        super().__init__(SCHEMA)
        self.trial_keys.insert(1, "current_epoch")
        self.sortable["current_epoch"] = "t.current_epoch"
        self.trial_types["current_epoch"] = "i8"
        of_epoch = {*METRICS, "further"}
        columns = ", ".join(
            f"{'e' if field.name in of_epoch else 's'}.{field.column_name}"
            for field in Tnb101TrialStats._meta.sorted_fields
        )
        table = Tnb101IntermediateStats._meta.table_name
        order = "DESC" if direction_of(metric) == "max" else "ASC"
        best = (
            f"SELECT b.current_epoch FROM {table} AS b WHERE b.trial_id = s.id "
            f"AND b.{metric} IS NOT NULL ORDER BY b.{metric} {order}, b.current_epoch LIMIT 1"
        )
        trials = (
            f"SELECT {columns}, e.current_epoch FROM {Tnb101TrialStats._meta.table_name} AS s "
            f"JOIN {table} AS e ON e.trial_id = s.id AND e.current_epoch = ({best})"
        )
        config = SCHEMA.config._meta.table_name
        self.source = f"({trials}) AS t JOIN {config} AS c ON c.id = t.config_id"


_at_best_epoch = cache(_AtBestEpoch)


def query_tnb101_trial_stats(
    arch: str | int | Cell | None,
    task: str | None,
    search_space: str | None = None,
    reduction: str | None = None,
    include_intermediates: bool = False,
    *,
    num_epochs: int | None = None,
    best: str | None = None,
    order_by: str | None = None,
    limit: int | None = None,
    db: BenchmarkDatabase | None = None,
    **ranges: Range | None,
) -> TrialResult:
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
    equal: dict[str, Any] = {}
    if arch is not None:
        column, value = identify(database, arch)
        equal[f"c.{column}"] = value
    if task is not None:
        statement = "SELECT task FROM tnb101metric GROUP BY task ORDER BY min(id)"
        tasks = [row[0] for row in database.select(statement)]
        equal["c.task"] = _choice("task", task, tasks)
    if search_space is not None:
        statement = "SELECT content FROM tnb101header WHERE name = 'search_spaces'"
        ((spaces,),) = database.select(statement)
        equal["c.search_space"] = _choice("search_space", search_space, json_value(spaces))
    if num_epochs is not None:
        equal["c.num_epochs"] = whole_number("num_epochs", num_epochs, 0)
    for name in ranges:
        _choice("the range's column", name, TABLES.metrics)
    tables = TABLES
    if best is not None:
        of_task = METRICS if task is None else metrics_of(database, task)
        tables = _at_best_epoch(_choice("best", best, [n for n in of_task if n in METRICS]))
    return TrialResult(
        database, tables, equal, ranges, reduction, include_intermediates, order_by, limit
    )


def best_archs(
    task: str,
    metric: str,
    search_space: str | None = None,
    topk: int | None = 1,
    *,
    db: BenchmarkDatabase | None = None,
) -> TrialResult:
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
    metric = _choice("metric", metric, METRICS)
    order_by = f"-{metric}" if direction_of(metric) == "max" else metric
    return query_tnb101_trial_stats(
        None, task, search_space, best=metric, order_by=order_by, limit=topk, db=db
    )


def metrics_of(database: BenchmarkDatabase, task: str) -> list[str]:
    """The names of a task's metrics."""
    statement = "SELECT name FROM tnb101metric WHERE task = ? ORDER BY id"
    return [name for (name,) in database.select(statement, (task,))]


def _choice(what: str, given: object, allowed: Sequence[str]) -> str:
    """A text that must be one of some.

    Raises:
        InvalidQuery: it is another.
    """
    if isinstance(given, str) and given in allowed:
        return given
    close = difflib.get_close_matches(str(given), allowed, 1)
    raise InvalidQuery(
        f"{what} is {given!r}; allowed are {', '.join(allowed)}"
        + (f": did you mean {close[0]!r}?" if close else "")
    )


def identify(database: BenchmarkDatabase, arch: Any) -> tuple[str, Any]:
    """The column that identifies an architecture, and its value there.

    Raises:
        InvalidArchitecture: it is outside the search spaces.
    """
    if not isinstance(arch, (str, Cell)):
        ((size,),) = database.select("SELECT max(arch_index) + 1 FROM tnb101architecture")
        index = official_index(arch, size)
        if index is not None:
            return "arch_index", index
    try:
        return "arch_str", Cell.parse(arch).arch_str
    except InvalidArchitecture:
        # A file may have others than are known of the search spaces.
        found = "SELECT 1 FROM tnb101architecture WHERE arch_str = ?"
        if isinstance(arch, str) and any(database.select(found, (arch,))):
            return "arch_str", arch
        raise
