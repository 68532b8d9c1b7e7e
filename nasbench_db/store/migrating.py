"""Bring a database of an older schema version up to date. Opening a database never does.

The migrations are files ``NNNN_name.py`` in one folder for each benchmark, run by peewee's own
runner, ``playhouse.migrations``.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from peewee import Database, PeeweeException, SqliteDatabase
from playhouse.migrations import Runner

from nasbench_db.errors import (
    BuildError,
    InvalidDatabase,
    SchemaVersionError,
    how_to_install,
)
from nasbench_db.store.checksums import append_checksums
from nasbench_db.store.database import identify
from nasbench_db.store.logs import NewDatabase
from nasbench_db.store.models import Layout, Schema, on_a_line
from nasbench_db.store.placing import MIGRATING_SUFFIX


@dataclass(frozen=True)
class MigrationReport:
    """What was done to a database of an older schema version, or would be.

    Attributes:
        source: the database.
        path: where the new one lies; None if this was asked for only.
        migrations: the names of the migrations.
    """

    source: Path
    path: Path | None
    migrations: tuple[str, ...]

    def __str__(self) -> str:
        if not self.migrations:
            told = f"{self.source} is up to date"
            return told + (
                f"; copied to {self.path}" if self.path not in (None, self.source) else ""
            )
        names = ", ".join(self.migrations)
        if self.path is None:
            return f"{self.source}: would run {names}; nothing was written"
        return f"{self.source}: ran {names}" + (
            f"; the new database is at {self.path}" if self.path != self.source else ""
        )


def migrations_folder(name: str) -> Path:
    """A folder of migrations, such as a benchmark's: in the installed package, or in the checkout.

    Args:
        name: see :attr:`~nasbench_db.store.models.Layout.migrations`.
    """
    package = Path(__file__).resolve().parent.parent
    installed = package / "migrations" / name
    return installed if installed.is_dir() else package.parent / "migrations" / name


def mark_as_current(layout: Layout, database: Database) -> None:
    """Record in a new database that it needs none of the migrations."""
    Runner(database, str(migrations_folder(layout.migrations))).fake()


def run_migrations(schema: Layout, database: Database) -> list[str]:
    """Run what is pending in an open database; the names of what was run."""
    names: list[str] = Runner(database, str(migrations_folder(schema.migrations))).up()
    database.execute_sql(f"PRAGMA user_version = {schema.version}")
    return names


def pending(schema: Schema, path: Path) -> list[str]:
    """The names of the migrations that a database file lacks; nothing is written.

    Raises:
        InvalidDatabase: the file is not a database of this benchmark.
        SchemaVersionError: the file is of a newer version than this program.
    """
    version, benchmark = identify(path)
    if benchmark != schema.benchmark:
        raise InvalidDatabase(f"{path} is a database of {benchmark}, not of {schema.benchmark}")
    return lacking(schema, version, path)


def lacking(layout: Layout, version: int, path: Path) -> list[str]:
    """The names of the migrations that a file of a version lacks; nothing is written.

    Raises:
        SchemaVersionError: the version is newer than this program.
    """
    if version > layout.version:
        raise SchemaVersionError(
            f"{path} has schema version {version}, newer than this nasbench_db's "
            f"{layout.version}; upgrade it: {how_to_install(newer=True)}"
        )
    if version == layout.version:
        return []
    database = SqliteDatabase(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    with closing(database):
        runner = Runner(database, str(migrations_folder(layout.migrations)))
        return [row.name for row in runner.status() if not row.applied]


def migrate(
    schema: Schema, path: Path, to: Path | None = None, *, force: bool = False
) -> list[str]:
    """Bring a database file up to date, on a copy that is put in place when it is complete.

    Args:
        schema: the benchmark's tables.
        path: the file.
        to: where the new database shall lie; by default in the place of the old one.
        force: replace a file that lies at ``to``.

    Returns:
        the names of the migrations that were run; empty if it was up to date.

    Raises:
        InvalidDatabase: the file is not a database of this benchmark.
        SchemaVersionError: the file is of a newer version than this program.
        DatabaseExists: there is a file at ``to``.
        BuildError: a migration failed, or the copy cannot be written. The file is as it was.
    """
    return migrate_file(schema, pending(schema, path), path, to, force=force)


def migrate_file(
    layout: Layout, names: list[str], path: Path, to: Path | None = None, *, force: bool = False
) -> list[str]:
    """Run the migrations that a file lacks; see :func:`migrate`.

    Args:
        layout: the file's tables.
        names: what :func:`lacking` says.
        path, to, force: see there.
    """
    if not names and to is None:
        return names
    in_place = to is None
    file = NewDatabase(to or path, MIGRATING_SUFFIX, force=force or in_place, still=in_place)
    with file:
        try:
            _copy(path, file.partial)
            database = SqliteDatabase(f"{file.partial.absolute().as_uri()}?mode=rw", uri=True)
            with closing(database):
                names = run_migrations(layout, database)
                _verify(layout, database)
                database.execute_sql("PRAGMA journal_mode = delete")  # it may have had a WAL
            append_checksums(file.partial)
            file.put()
        except (OSError, PeeweeException, sqlite3.Error) as error:
            raise BuildError(
                f"cannot bring {path} up to date: {error}; the file is as it was"
            ) from error
    return names


def _copy(path: Path, copy: Path) -> None:
    """Copy a database, by SQLite: it looks at locks, and never reads a half written page.

    Nor does it close the file in a way that gives back the locks which others of this process
    have on it, as every other reader of the file does on POSIX systems.
    """
    with (
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        # What is not complete is thrown away, so it needs no way back.
        target.execute("PRAGMA journal_mode = off")
        target.execute("PRAGMA synchronous = off")
        source.backup(target)


def _verify(layout: Layout, database: SqliteDatabase) -> None:
    """Refuse a migrated database that lacks something which a new one has.

    Raises:
        peewee.DatabaseError: it does.
    """
    parts = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    with closing(SqliteDatabase(":memory:")) as new:
        layout.create_tables(new)
        layout.create_indexes(new)
        absent = {(kind, name, on_a_line(sql)) for kind, name, sql in new.execute_sql(parts)}
    absent -= {(kind, name, on_a_line(sql)) for kind, name, sql in database.execute_sql(parts)}
    if absent:
        kind, name, _ = min(absent)
        raise PeeweeException(f"after the migrations its {kind} {name} is not that of a new one")
