"""The command ``query``, made for each benchmark from its tables.

What only one benchmark can be asked is in the module of this folder that is called as it is:
``OPTIONS``, a list of options, of which those that are called as a column say what it must be; and
``apply(question, ...)``, which is given the values of the others and changes the question; and
``EXAMPLE``, the arguments of an example. All of them are optional.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import groupby
from types import ModuleType
from typing import Any

import click

from nasbench_db import benchmarks
from nasbench_db.architectures.inputs import from_text
from nasbench_db.ask.results import TrialResult
from nasbench_db.ask.trials import Trials
from nasbench_db.ask.trialtables import TrialTables
from nasbench_db.ask.words import REDUCTIONS
from nasbench_db.commands.options import (
    ARCH,
    DB,
    LIMIT,
    WHERE,
    WITH,
    Bounds,
    Shown,
    column_option,
    columns_that_choose,
    opened,
    option_of,
    print_rows,
    show,
    with_options,
    with_shown,
)
from nasbench_db.explore import SELDOM_ASKED
from nasbench_db.store.database import BenchmarkDatabase

Points = Sequence[dict[str, Any]]


@dataclass
class Question:
    """What is asked; a benchmark's own options change it.

    Attributes:
        database: what is asked.
        tables: its columns.
        arch: an architecture, or None for all.
        conditions: for columns, what they must be.
        intermediates: whether with the evaluations during training.
        order: the column that rows are ordered by, if any.
        absent: columns that flat rows leave out.
        adjust: changes which trials are asked for, when they are known.
        pick: of the evaluations of a trial, given the epochs of its training, those to print.
    """

    database: BenchmarkDatabase
    tables: TrialTables
    arch: Any
    conditions: dict[str, Any]
    intermediates: bool
    order: str = ""
    absent: set[str] = field(default_factory=set)
    adjust: Callable[[Trials], Trials] | None = None
    pick: Callable[[Points, int], Points] | None = None


def command_of(name: str, which: str) -> click.Command:
    """The command that queries a benchmark.

    Args:
        name: the benchmark.
        which: its name, or its database, as the user has given it.
    """
    benchmark = benchmarks.get(name)
    own = own_room(name)
    apply: Callable[..., None] | None = getattr(own, "apply", None)
    schema, metrics = benchmark.schema, benchmark.metrics
    chosen = columns_that_choose(schema)

    @with_options(
        ARCH,
        *getattr(own, "OPTIONS", ()),
        DB,
        WITH,
        *(column_option(column, schema, [name]) for column in chosen),
        *(
            click.option(
                option_of(metric.name), f"metric_{metric.name}", type=Bounds(), help=metric.label
            )
            for metric in metrics.values()
        ),
        WHERE,
        click.option("--reduction", type=click.Choice(list(REDUCTIONS)), help="One row a config."),
        click.option("--intermediates", is_flag=True, help="Add the evaluations during training."),
        click.option(
            "--order-by", "--by", metavar="COLUMN", help="Such as test_acc; -test_acc to descend."
        ),
        LIMIT,
        with_shown,
    )
    def query(
        arch: str | None,
        db: str | None,
        sets: tuple[str, ...],
        where: str | None,
        reduction: str | None,
        intermediates: bool,
        order_by: str | None,
        limit: int | None,
        shown: Shown,
        **given: Any,
    ) -> None:
        columns = {
            column: given.pop(key)
            for key, column in [
                *((column, column) for column in chosen),
                *((f"metric_{metric}", metric) for metric in metrics),
            ]
        }
        database = opened(which, db, sets)
        tables = benchmarks.tables_of(database)
        columns |= {name: given.pop(name) for name in tables.roles if name in given}
        question = Question(
            database,
            tables,
            None if arch is None else from_text(arch),
            columns,
            intermediates,
            (order_by or "").removeprefix("-"),
        )
        if apply is not None:
            apply(question, **given)
        trials = Trials.of(
            question.database,
            question.tables,
            arch=question.arch,
            where=where,
            reduction=reduction,
            conditions=question.conditions,
        )
        if question.adjust is not None:
            trials = question.adjust(trials)
            question.tables = trials.tables
        result = trials.dicts(
            include_intermediates=question.intermediates, order_by=order_by, limit=limit
        )
        _print(question, result, shown, limit is not None)

    title = benchmark.title
    example = getattr(own, "EXAMPLE", "--reduction mean --limit 10")
    help_text = f"""Print the trials of {title} that match all options.

    For each metric there is an option, which takes the lowest and the highest value: 90: means at
    least 90, and :5 at most 5. With a reduction they apply to the reduced values. What each
    metric means is told by: nasbench-db describe {name}

    \b
    Example:
      nasbench-db query {name} {example}
    """
    return click.command(name, help=help_text)(query)


def own_room(name: str) -> ModuleType | None:
    """The module of what only one benchmark's commands have, if there is one."""
    room = f"nasbench_db.commands.{name}"
    try:
        return import_module(room)
    except ModuleNotFoundError as error:
        if error.name != room:
            raise
        return None


def _print(question: Question, result: TrialResult[Any], shown: Shown, whole: bool) -> None:
    """Print what a query gives: NNI's dicts in JSON unless columns are said, or flat rows."""
    there = [name for name in result.flat_columns if name not in question.absent]
    names = shown.names(there, [name for name in there if _is_usual(question, name)])
    nested = shown.form in ("json", "jsonl") and not shown.columns
    if shown.sql:
        statement = result if nested else result.flat(names if shown.columns else there)
        click.echo(statement.sql() + ";")
        return
    if question.pick is None and not nested:
        show(result.flat(names), replace(shown, columns=("all",)), whole=whole)
        return
    rows: Iterable[dict[str, Any]] = result if nested else result.flat()
    if question.pick is not None:
        identity = question.tables.schema.identity
        rows = _picked(question.pick, rows, None if nested else [*identity, "num_epochs"])
    if not nested:
        rows = ({name: row[name] for name in names} for row in rows)
    print_rows(rows, shown.form, question.database)


def _is_usual(question: Question, name: str) -> bool:
    """Whether people want a column: what tells trials apart, how good they are, what they cost."""
    tables, schema = question.tables, question.tables.schema
    if question.conditions.get(name) is not None or name == question.order:
        return True
    metric = tables.metrics.get(name)
    if metric is None:
        kind = tables.kinds.get(name, "i8")
        if kind[0] == "U" and int(kind[1:]) > 40:
            return False  # a line would have little else
        told = ("trial_id", "num_trials", "current_epoch", "num_epochs", schema.seed)
        return name in (*schema.identity, *schema.fidelity, *told)
    judging = {
        tables.metrics[by].quantity
        for report in tables.reports.values()
        for by in (report.select_by, report.report_by)
        if by is not None
    }
    costs = metric.split is None and metric.quantity not in SELDOM_ASKED
    return tables.metrics[metric.restates or name].quantity in judging or costs


def _picked(
    pick: Callable[[Points, int], Points],
    rows: Iterable[dict[str, Any]],
    identity: Sequence[str] | None,
) -> Iterator[dict[str, Any]]:
    """Rows with some of their evaluations.

    Args:
        pick: see :class:`Question`.
        rows: nested ones, or a flat one for each evaluation.
        identity: of flat rows, what tells which config they are of.
    """
    if identity is None:
        for row in rows:
            yield {
                **row,
                "intermediates": pick(row["intermediates"], row["config"]["num_epochs"]),
            }
        return
    for _, points in groupby(rows, lambda row: [row.get(n) for n in ("trial_id", *identity)]):
        of_one = list(points)
        yield from pick(of_one, of_one[0]["num_epochs"])
