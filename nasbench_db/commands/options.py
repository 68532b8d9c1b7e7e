"""What the commands share: options, and how trials are printed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import click

from nasbench_db import benchmarks
from nasbench_db.ask.results import TrialResult
from nasbench_db.ask.words import REDUCTIONS
from nasbench_db.formats.rows import FORMATS, write_rows

Function = TypeVar("Function", bound=Callable[..., Any])
Rows = Iterable[dict[str, Any]]

BENCHMARK = click.argument(
    "benchmark", metavar="BENCHMARK", type=click.Choice(list(benchmarks.BENCHMARKS))
)
DB = click.option("--db", metavar="PATH", help="The database, if not at the default place.")
OPTIONS = {"num_epochs": "--epochs", "dataset": "--dataset", "task": "--task"}
"""The options that say at which fidelity, by the columns that they are about."""

SHOWN = (
    click.option(
        "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True
    ),
    click.option("--sql", is_flag=True, help="Print the SQL statement instead of asking it."),
)


def with_options(*options: Callable[[Any], Any]) -> Callable[[Function], Function]:
    """Give a command options, in this order."""

    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


with_query_options = with_options(
    DB,
    click.option("--epochs", type=int, help="Epochs of training; all if not given."),
    click.option("--reduction", type=click.Choice(list(REDUCTIONS)), help="One row a config."),
    click.option("--intermediates", is_flag=True, help="Add the evaluations during training."),
    click.option("--order-by", metavar="COLUMN", help="Such as test_acc; -test_acc to descend."),
    click.option("--limit", type=int, help="The most rows to print."),
    *SHOWN,
)
"""Give a command the options that all queries have.

They are ``db``, ``epochs``, ``reduction``, ``intermediates``, ``order_by``, ``limit``, ``form``
and ``sql``.
"""


def print_trials(
    result: TrialResult,
    rows: Rows,
    form: str,
    sql: bool,
    tidy: Callable[[Rows, bool], Iterator[dict[str, Any]]],
) -> None:
    """Print what a query gives, or its SQL.

    Args:
        result: the query.
        rows: what to print of it, or ``result`` itself.
        form: one of :data:`FORMATS`.
        sql: print the statement instead.
        tidy: makes flat rows of the nested ones, for the formats that have no nesting; its second
            argument says whether with the architecture itself, which is long.
    """
    if form in ("table", "csv"):  # the JSON formats give NNI's dicts as they are
        result.all_columns()
        rows = tidy(rows, form == "csv")
    if sql:
        click.echo(result.sql() + ";")
    elif write_rows(rows, form, sys.stdout) == 0:
        click.echo("no trial matches", err=True)


def write_out(described: Iterable[dict[str, Any]], out: str) -> None:
    """Write architectures as JSON lines and say how many."""
    with open(out, "w", encoding="utf-8") as file:
        count = write_rows(described, "jsonl", file)
    click.echo(f"{count:,} architectures in {out}")
