"""Bring a database of an older schema version up to date. Opening a database never does.

The migrations are files ``NNNN_name.py`` in one folder for each benchmark, run by peewee's own
runner, ``playhouse.migrations``.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from peewee import Database, SqliteDatabase
from playhouse.migrations import Runner

from nasbench_db.database import identify
from nasbench_db.errors import InvalidDatabase, SchemaVersionError
from nasbench_db.models import Schema


def migrations_folder(benchmark: str) -> Path:
    """The folder of a benchmark's migrations: in the installed package, or in the checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "migrations" / benchmark
    return installed if installed.is_dir() else package.parent / "migrations" / benchmark


def mark_as_current(schema: Schema, database: Database) -> None:
    """Record in a new database that it needs none of the migrations."""
    Runner(database, str(migrations_folder(schema.benchmark))).fake()


def run_migrations(schema: Schema, database: Database) -> list[str]:
    """Run what is pending in an open database; the names of what was run."""
    names: list[str] = Runner(database, str(migrations_folder(schema.benchmark))).up()
    database.execute_sql(f"PRAGMA user_version = {schema.version}")
    return names


def migrate(schema: Schema, path: Path) -> list[str]:
    """Bring a database file up to date, on a copy that replaces it when complete.

    Returns:
        the names of the migrations that were run; empty if it was up to date.

    Raises:
        InvalidDatabase: the file is not a database of this benchmark.
        SchemaVersionError: the file is of a newer version than this program.
    """
    version, benchmark = identify(path)
    if benchmark != schema.benchmark:
        raise InvalidDatabase(f"{path} is a database of {benchmark}, not of {schema.benchmark}")
    if version > schema.version:
        raise SchemaVersionError(
            f"{path} has schema version {version}, newer than this nasbench_db's "
            f"{schema.version}; upgrade it: pip install --upgrade nasbench_db"
        )
    if version == schema.version:
        return []
    copy = path.with_name(path.name + ".migrating")
    try:
        shutil.copyfile(path, copy)
        database = SqliteDatabase(f"{copy.absolute().as_uri()}?mode=rw", uri=True)
        try:
            names = run_migrations(schema, database)
        finally:
            database.close()
        os.replace(copy, path)
    finally:
        copy.unlink(missing_ok=True)
    return names
