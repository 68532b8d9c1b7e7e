"""The command that runs a SELECT of the user's own on a benchmark's database."""

from __future__ import annotations

import csv
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import click
import orjson

from nasbench_db.ask.tables import Table, view_kinds
from nasbench_db.commands.options import DB, FORMAT, WHICH, WITH, opened, print_rows
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.limits import MOST_SECONDS, limited

_TELLING = {
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
}
"""The pragmas that take a value and set nothing, such as in ``pragma_table_info('nb101')``."""


@click.command()
@WHICH
@click.argument("statement", metavar="STATEMENT")
@DB
@WITH
@FORMAT
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=MOST_SECONDS,
    show_default=True,
    help="Seconds of SQLite's work after which the statement is given up.",
)
@click.option("--explain", is_flag=True, help="Print how SQLite would run it, and do not.")
def sql(
    which: str,
    statement: str,
    db: str | None,
    sets: tuple[str, ...],
    form: str,
    timeout: float,
    explain: bool,
) -> None:
    """Run a SELECT on a benchmark's database; nothing can be written.

    STATEMENT is SQL, or - to read it from stdin. Each benchmark has a flat view, such as nb101;
    its name and columns are told by: nasbench-db describe BENCHMARK. Beside SQLite's functions
    there are median() and std(). Blobs are printed in hexadecimal.

    \b
    Example:
      nasbench-db sql nasbench101 "SELECT num_epochs, max(test_acc) FROM nb101 GROUP BY 1"
    """
    if statement == "-":
        statement = sys.stdin.read()
    with closing(opened(which, db, sets)) as database:
        table = Table(database, statement)
        if explain:
            table = Table(database, f"EXPLAIN QUERY PLAN {statement}")
        database.connection().set_authorizer(_authorize)
        rows = limited(database.connection(), table, timeout)
        if explain:
            _print_plan(rows)
            return
        rows = _rows(rows, database, form)
        printed = print_rows(rows, form, database, table.count, "no row")
        if not printed and form == "csv":  # whoever reads it wants to know the columns
            csv.writer(sys.stdout, lineterminator="\n").writerow(table.columns)


def _authorize(action: int, name: str | None, value: str | None, *_: str | None) -> int:
    """Whether SQLite may do something; it asks when it compiles a statement.

    The database is opened read-only, whatever happens here. But another file can be attached to
    it, and a pragma may be run when it is compiled, even after EXPLAIN.
    """
    sets = action == sqlite3.SQLITE_PRAGMA and value is not None and name not in _TELLING
    if sets or action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _rows(
    rows: Iterator[dict[str, Any]], database: BenchmarkDatabase, form: str
) -> Iterator[dict[str, Any]]:
    """The rows as they are printed.

    The JSON formats have the architecture as what it is, and not as a text that contains it.
    """
    kinds = view_kinds(database) if form in ("json", "jsonl") else {}
    parsed = {name for name, kind in kinds.items() if kind == "json"}
    for row in rows:
        for name, value in row.items():
            if isinstance(value, bytes) and form not in ("table", "vertical"):
                row[name] = value.hex()
            elif name in parsed and isinstance(value, str):
                row[name] = _parsed(value)
        yield row


def _parsed(text: str) -> Any:
    """The value of a JSON text, or any other text, which has the name of such a column."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _print_plan(rows: Iterator[dict[str, Any]]) -> None:
    """Print SQLite's plan as a tree."""
    depths = {0: -1}
    for row in rows:
        depths[row["id"]] = depths[row["parent"]] + 1
        click.echo(f"{'  ' * depths[row['id']]}{row['detail']}")
