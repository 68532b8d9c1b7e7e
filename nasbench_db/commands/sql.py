"""The command that runs a SELECT of the user's own on a benchmark's database."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import click
import orjson

from nasbench_db.ask.tables import Table, view_kinds
from nasbench_db.commands.options import DB, FORMAT, WHICH, WITH, opened, print_rows
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.limits import MOST_SECONDS


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
    help="Seconds of work after which the statement is given up.",
)
@click.option("--explain", is_flag=True, help="Print how it would be run, and do not run it.")
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
        database.guard()
        if explain:
            for line in database.limited(table.plan(), timeout):
                click.echo(line)
            return
        rows = _rows(database.limited(table, timeout), database, form)
        printed = print_rows(rows, form, database, table.count, "no row")
        if not printed and form == "csv":  # whoever reads it wants to know the columns
            csv.writer(sys.stdout, lineterminator="\n").writerow(table.columns)


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
