"""Measurement sets beside a benchmark's database: what a connection attaches, and how.

Each set is a file of its own with one table, called as the set is: a row for each architecture,
and a column for each metric. It is attached to every connection, read-only, under its name.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nasbench_db.errors import DatabaseReplaced, InvalidDatabase
from nasbench_db.store.logs import refuse_stray_log

if TYPE_CHECKING:
    from nasbench_db.metrics import Metric

MOST_SETS = 10
"""How many files SQLite attaches to a connection."""


class AttachedSet(NamedTuple):
    """A measurement set that belongs to a handle.

    Attributes:
        name: its name, which is that of its table, and of the file in SQL.
        path: the file, wherever the working folder is.
        identity: what told the file from others when it was found; see :func:`identity_of`.
        key: the column of the trial config by which an architecture's row is found.
        scope: the further columns in which a row and a trial must agree: the data set or task,
            and the seed.
        metrics: what it has, each under its whole name, such as ``hwnas.raspi4_latency``.
        seeded: whether ``scope`` has the column that tells the trials of a config apart.
        placed: whether its table ``place`` has the keys of the configs of the very database that
            it is attached to, so that a row is found without a look at the config.
    """

    name: str
    path: Path
    identity: tuple[int, ...] | None
    key: str
    scope: tuple[str, ...]
    metrics: tuple[Metric, ...]
    seeded: bool = False
    placed: bool = False


def identity_of(path: Path) -> tuple[int, ...] | None:
    """What tells a file from another of its name, and from itself after a change."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def attach(connection: sqlite3.Connection, one: AttachedSet) -> None:
    """Make a set readable on a connection.

    Raises:
        InvalidDatabase: its file cannot be opened.
        DatabaseReplaced: another file lies there now.
    """
    harmless = f"; the benchmark itself is not touched, and opens without measurements={one.name}"
    refuse_stray_log(one.path)
    try:
        connection.execute(f'ATTACH ? AS "{one.name}"', (f"{one.path.as_uri()}?mode=ro",))
        connection.execute(f'SELECT count(*) FROM "{one.name}".sqlite_master')
    except sqlite3.DatabaseError as error:
        if identity_of(one.path) is None:
            raise InvalidDatabase(
                f"the measurement set {one.path} is not there any more{harmless}"
            ) from None
        raise InvalidDatabase(
            f"the measurement set {one.path} cannot be opened: {error}{harmless}"
        ) from None
    if identity_of(one.path) != one.identity:
        raise DatabaseReplaced(
            f"the measurement set {one.path} was replaced or changed after it had been opened; "
            "connect anew"
        )


def damaged_set(connection: sqlite3.Connection, sets: tuple[AttachedSet, ...]) -> Path | None:
    """The first of some attached sets whose file is damaged, if one is."""
    for one in sets:
        try:
            ((told,),) = connection.execute(f'PRAGMA "{one.name}".quick_check(1)').fetchall()
        except (sqlite3.Error, ValueError):
            return one.path
        if told != "ok":
            return one.path
    return None
