"""The command that runs a SELECT of the user's own on a benchmark's database."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
import peewee

from nasbench_db import benchmarks
from nasbench_db.database import BenchmarkDatabase, open_database
from nasbench_db.errors import InvalidQuery
from nasbench_db.output import FORMATS, write_rows
from nasbench_db.tabular import Table, view_kinds

_STEPS = 100_000
"""Steps of SQLite's machine between two looks at the clock: some milliseconds."""


@click.command()
@click.argument("benchmark", metavar="BENCHMARK", type=click.Choice(list(benchmarks.BENCHMARKS)))
@click.argument("statement", metavar="STATEMENT")
@click.option("--db", metavar="PATH", help="The database, if not at the default place.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds after which the statement is given up.",
)
@click.option("--explain", is_flag=True, help="Print how SQLite would run it, and do not.")
def sql(
    benchmark: str, statement: str, db: str | None, form: str, timeout: float, explain: bool
) -> None:
    """Run a SELECT on a benchmark's database; nothing can be written.

    STATEMENT is SQL, or - to read it from stdin. The flat views are nb101, nb201, natssss and
    tnb101; see "nasbench-db describe BENCHMARK" for the columns. Beside SQLite's functions there
    are median() and std().

    \b
    Example:
      nasbench-db sql nasbench101 "SELECT num_epochs, max(test_acc) FROM nb101 GROUP BY 1"
    """
    if statement == "-":
        statement = sys.stdin.read()
    database = open_database(benchmarks.get(benchmark).schema, db)
    # The architecture comes back as what it is; whatever else is asked for is as SQLite has it.
    kinds = {name: kind for name, kind in view_kinds(database).items() if kind == "json"}
    table = Table(database, statement, kinds=kinds)
    with _time_limit(database, timeout):
        if explain:
            _print_plan(database, statement)
        elif write_rows(table, form, sys.stdout) == 0:
            click.echo("no row", err=True)


def _print_plan(database: BenchmarkDatabase, statement: str) -> None:
    """Print SQLite's plan as a tree."""
    depths = {0: -1}
    for row in Table(database, f"EXPLAIN QUERY PLAN {statement}").rows():
        number, parent, _, text = row
        depths[number] = depths[parent] + 1
        click.echo(f"{'  ' * depths[number]}{text}")


@contextmanager
def _time_limit(database: BenchmarkDatabase, seconds: float) -> Iterator[None]:
    """Give up what is asked of a database after some time.

    Raises:
        InvalidQuery: the time was over.
    """
    end = time.monotonic() + seconds
    connection = database.connection()
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield
    except (InvalidQuery, sqlite3.OperationalError, peewee.OperationalError) as error:
        if "interrupted" not in str(error):
            raise
        raise InvalidQuery(
            f"the statement was given up after {seconds:g} seconds; give it longer with "
            "--timeout, or see with --explain what takes so long"
        ) from None
    finally:
        connection.set_progress_handler(None, 0)
