"""Check a database: is the file sound, are the tables consistent, do the numbers make sense."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from nasbench_db.errors import InvalidDatabase
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import Provenance


class Finding(NamedTuple):
    """What one check found.

    Attributes:
        check: what was checked, as a statement that holds for a sound database.
        problems: in how many places it does not hold.
        example: one of them, in one line, or an empty text.
    """

    check: str
    problems: int
    example: str = ""


def verify_file(database: BenchmarkDatabase) -> Iterator[Finding]:
    """The checks that hold for every benchmark: the file, the references, the counts.

    Of a damaged file nothing else is asked: the first finding is the only one.
    """
    try:
        damage = [row[0] for row in database.select("PRAGMA quick_check(10)") if row[0] != "ok"]
    except InvalidDatabase as error:
        damage = [str(error)]
    example = " ".join(damage[0].split()) if damage else ""
    yield Finding("the file is not damaged", len(damage), example)
    if damage:
        return
    dangling, example = 0, ""
    for table, _, parent, _ in database.select("PRAGMA foreign_key_check"):
        dangling += 1
        example = f"a row of {table} refers to a missing one of {parent}"
    yield Finding(
        "every trial has its config, and every intermediate its trial", dangling, example
    )
    schema = database.schema
    row = Provenance.select().limit(1).dicts().execute(database)[0]
    for name, model in (
        ("configs", schema.config),
        ("trials", schema.trial),
        ("intermediates", schema.intermediate),
    ):
        ((count,),) = database.select(f"SELECT count(*) FROM {model._meta.table_name}")
        yield Finding(
            f"there are as many {name} as were ingested",
            abs(count - row[name]),
            "" if count == row[name] else f"{row[name]:,} ingested, {count:,} there",
        )


def verify_queries(database: BenchmarkDatabase, checks: Mapping[str, str]) -> Iterator[Finding]:
    """Checks in SQL.

    Args:
        checks: for each statement that should hold, a SELECT of the ids of the rows for which it
            does not.
    """
    for check, query in checks.items():
        ((count, first),) = database.select(f"SELECT count(*), min(id) FROM ({query})")
        yield Finding(check, count, f"the first is id {first}" if count else "")


def outside(columns: Iterable[str], low: float, high: float) -> str:
    """The SQL condition that one of some columns lies outside a range, which may be infinite."""
    between = f"BETWEEN {low} AND {high}".replace("inf", "9e999")
    return " OR ".join(f"{column} NOT {between}" for column in columns)
