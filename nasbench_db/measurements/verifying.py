"""Check a measurement set: is the file sound, and does it hold what was written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from nasbench_db.errors import InvalidDatabase
from nasbench_db.measurements.opening import metric_rows, provenance, read
from nasbench_db.store.models import Schema
from nasbench_db.store.verifying import Finding, as_written


def verify_set(path: Path, schema: Schema) -> Iterator[Finding]:
    """The checks of a measurement set.

    Args:
        path: the set.
        schema: the tables of its benchmark.

    Raises:
        InvalidDatabase: the file is none.
    """
    found = read(path, schema)
    written = as_written(path)
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        try:
            ((told,),) = connection.execute("PRAGMA quick_check(1)").fetchall()
        except sqlite3.Error as error:
            told = str(error)
        damaged = told != "ok"
        yield Finding("the file is not damaged", int(damaged), told if damaged else "")
        yield written
        if damaged:
            return
        try:
            yield from _counts(connection, path, found.name)
        except (sqlite3.Error, InvalidDatabase, LookupError, TypeError, ValueError) as error:
            reason = " ".join(str(error).split())
            yield Finding("the values are such as can be checked", 1, reason)


def _counts(connection: sqlite3.Connection, path: Path, name: str) -> Iterator[Finding]:
    rows = metric_rows(path)
    wrong, infinite, sentinels = [], [], []
    ((total,),) = connection.execute(f'SELECT count(*) FROM "{name}"')
    for row in rows:
        column = row["name"]
        ((count, bad),) = connection.execute(
            f'SELECT count("{column}"), total(typeof("{column}") NOT IN ("real", "null") '
            f'OR abs("{column}") = 9e999) FROM "{name}"'.replace(
                '"real", "null"', "'real', 'null'"
            )
        )
        if (count, total - count) != (row["measured"], row["missing"]):
            wrong.append(f"{column} has {count:,} values, and {row['measured']:,} were written")
        if bad:
            infinite.append(f"{column} has {int(bad):,}")
        ((kept,),) = connection.execute(
            "SELECT count(*) FROM sentinel WHERE metric = ?", (column,)
        )
        if kept != row["sentinels"]:
            sentinels.append(f"{column} has {kept:,}, and {row['sentinels']:,} were written")
    yield Finding.of("there are as many values as were written", wrong)
    yield Finding.of("all values are finite numbers", infinite)
    yield Finding.of("there are as many sentinels as were written", sentinels)
    written = sum(row["architectures"] for row in provenance(path))
    key = connection.execute("SELECT key FROM measurement_set").fetchone()[0]
    ((there,),) = connection.execute(f'SELECT count(DISTINCT "{key}") FROM "{name}"')
    yield Finding(
        "there are as many architectures as were written",
        abs(there - written),
        "" if there == written else f"{written:,} were written, and {there:,} are there",
    )
