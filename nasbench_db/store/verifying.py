"""Check a database: is the file sound, are the tables consistent, do the numbers make sense."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from peewee import PeeweeException

from nasbench_db.errors import InvalidDatabase
from nasbench_db.store.checksums import check as check_pages
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.statistics import StatisticsTable


class Finding(NamedTuple):
    """What one check found.

    Attributes:
        check: what was checked, as a statement that holds for a sound database.
        problems: in how many places it does not hold.
        example: one of them, in one line, or an empty text.
        checked: whether it could be checked at all.
    """

    check: str
    problems: int
    example: str = ""
    checked: bool = True

    @classmethod
    def of(cls, check: str, problems: Sequence[str]) -> Finding:
        """What a check found, from a line for each problem."""
        return cls(check, len(problems), problems[0] if problems else "")


Verify = Callable[[BenchmarkDatabase, bool], Iterator[Finding]]
"""Checks a database, with a progress bar or without."""

_WRITTEN = "every page is as it was written"


def to_its_end(verify: Verify) -> Callable[..., Iterator[Finding]]:
    """Let a benchmark's checks of a damaged database end with a finding and not with an error.

    What damage leaves in the place of a value can be anything.
    """

    @functools.wraps(verify)
    def wrapped(database: BenchmarkDatabase, progress: bool = True) -> Iterator[Finding]:
        try:
            yield from verify(database, progress)
        except (
            *(InvalidDatabase, PeeweeException),
            *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
        ) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            yield Finding("the values are such as can be checked", 1, reason)

    return wrapped


def verify_file(database: BenchmarkDatabase) -> Iterator[Finding]:
    """The checks that hold for every benchmark: the file, the references, the counts.

    Of a damaged file nothing else is asked than which pages are not as they were written.
    """
    written = as_written(database.file)
    try:
        damage = [row[0] for row in database.select("PRAGMA quick_check(10)") if row[0] != "ok"]
    except InvalidDatabase as error:
        damage = [str(error)]
    example = " ".join(damage[0].split()) if damage else ""
    yield Finding("the file is not damaged", len(damage), example)
    yield written
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
    wrong = list(StatisticsTable.of(schema).differing(database.connection()))
    yield Finding(
        "the statistics of each config are those of its trials",
        len(wrong),
        f"the first is config_id {wrong[0]}" if wrong else "",
    )
    trial, table = schema.trial._meta.table_name, schema.statistics._meta.table_name
    ((have, are),) = database.select(
        f"SELECT (SELECT count(DISTINCT config_id) FROM {trial}), (SELECT count(*) FROM {table})"
    )
    yield Finding(
        "there are statistics of as many configs as have trials",
        abs(have - are),
        "" if have == are else f"{have:,} have trials, {are:,} statistics",
    )
    row = database.provenance()[0]
    for name, model in schema.counted.items():
        ((count,),) = database.select(f"SELECT count(*) FROM {model._meta.table_name}")
        yield Finding(
            f"there are as many {name} as were ingested",
            abs(count - row[name]),
            "" if count == row[name] else f"{row[name]:,} ingested, {count:,} there",
        )


def as_written(path: Path) -> Finding:
    """Compare the pages of a file with the checksums that were written with them."""
    # Reading the file here gives back the locks that this process has on it, as every reader's
    # closing does on POSIX systems; they are taken again with the next SELECT.
    try:
        found = check_pages(path)
    except OSError as error:
        return Finding(_WRITTEN, 1, f"the file cannot be read: {error.strerror}")
    if found.changed is None:
        return Finding(_WRITTEN, 1, "the checksums behind the last page are damaged")
    if found.checksum is None:
        return Finding(
            _WRITTEN,
            0,
            "the file has no checksums: it is of an older nasbench_db, or another program has "
            "rewritten it; what contradicts nothing else goes unnoticed",
            checked=False,
        )
    if not found.changed:
        return Finding(_WRITTEN, 0)
    return Finding(
        _WRITTEN,
        len(found.changed),
        f"the first of {found.pages:,} is page {found.changed[0]:,}: a fault of the disk or the "
        "copy, or another program has changed the database since",
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


def verify_tables(
    database: BenchmarkDatabase, checks: Mapping[str, str]
) -> Generator[Finding, None, bool]:
    """The checks that every benchmark begins with: :func:`verify_file`, and then those in SQL.

    Args:
        database: what to check.
        checks: see :func:`verify_queries`; those of a damaged file are not made.

    Returns:
        to ``yield from``, whether the file is whole, so that more can be checked.
    """
    whole, *rest = verify_file(database)
    yield from (whole, *rest)
    if not whole.problems:
        yield from verify_queries(database, checks)
    return not whole.problems


def outside(columns: Iterable[str], low: float, high: float) -> str:
    """The SQL condition that one of some columns lies outside a range, which may be infinite."""
    between = f"BETWEEN {low} AND {high}".replace("inf", "9e999")
    return " OR ".join(f"{column} NOT {between}" for column in columns)
