"""The bulk builder: a new database beside its final place, put there only when complete.

Rows go in by ``executemany`` into a file that no reader looks at, without a journal, since a file
that is not complete is thrown away anyway; indexes come last. A lock beside the file keeps a
second builder away; the operating system gives it back however the first one ends.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

import filelock
from peewee import DatabaseError as PeeweeDatabaseError
from peewee import Model, SqliteDatabase

from nasbench_db._version import __version__
from nasbench_db.database import BUILDING_SUFFIX
from nasbench_db.errors import BuildError, BuildInProgress, DatabaseExists, NasbenchDBError
from nasbench_db.migrating import mark_as_current
from nasbench_db.models import Provenance, Schema, insert_statement


@dataclass(frozen=True)
class Report:
    """What an ingestion did.

    Attributes:
        benchmark: the benchmark's name.
        path: where the database lies.
        sources: the source files, each described by the columns of ``Provenance``.
        cells: how many different architectures there are.
        configs: rows of the trial config table.
        trials: rows of the trial stats table.
        intermediates: rows of the intermediate stats table.
        seconds: how long it took, from opening the source to the database in its place.
        size: the database's size in bytes.
    """

    benchmark: str
    path: Path
    sources: tuple[dict[str, Any], ...]
    cells: int
    configs: int
    trials: int
    intermediates: int
    seconds: float
    size: int

    def __str__(self) -> str:
        synthetic = any(source["synthetic"] for source in self.sources)
        return (
            f"{self.benchmark}: {self.cells:,} cells, {self.configs:,} configs, "
            f"{self.trials:,} trials, {self.intermediates:,} intermediates "
            f"in {self.seconds:,.1f} s; {self.size / 1e6:,.1f} MB at {self.path}"
            + (" (SYNTHETIC metrics, not measurements)" if synthetic else "")
        )


class Builder:
    """Builds the database of one benchmark; use it as a context manager.

    Leaving the context without :meth:`finish`, or by an exception, deletes what was written and
    leaves an older database in its place untouched.

    Args:
        schema: the tables.
        path: where the database shall lie.
        force: whether to replace a database that is already there.

    Raises:
        DatabaseExists: there is a file at ``path`` and ``force`` is false.
        BuildInProgress: another process is building the same file.
        BuildError: the folder cannot be written to, or the disk is full.
    """

    def __init__(self, schema: Schema, path: Path, *, force: bool = False) -> None:
        self.schema = schema
        self.path = path
        self._force = force
        self._building = path.with_name(path.name + BUILDING_SUFFIX)
        self._lock_file = path.with_name(path.name + ".lock")
        self._lock = filelock.FileLock(self._lock_file, timeout=0)
        self._database: SqliteDatabase | None = None
        self._building_begun = False
        self._statements: dict[str, str] = {}
        self._started = time.perf_counter()

    def __enter__(self) -> Builder:
        # The functions of os.path, unlike Path's methods, answer for impossible names as well.
        if os.path.isdir(self.path):
            raise BuildError(f"{self.path} is a folder; the database needs a file name")
        self._refuse_to_replace()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except filelock.Timeout:
            if not os.path.exists(self._lock_file):
                raise BuildError(self._not_writable("no file can be made there")) from None
            raise BuildInProgress(
                f"another process is building {self.path}; wait for it to end, or build to "
                "another path"
            ) from None
        except OSError as error:
            raise BuildError(self._not_writable(str(error.strerror))) from None
        self._building_begun = True
        try:
            self._refuse_to_replace()  # another builder may have ended a moment ago
            # Only a builder that was killed leaves such a file, and it no longer holds the lock.
            self._building.unlink(missing_ok=True)
            self._create()
        except BaseException as error:
            self._clean_up()
            raise self._explained(error) from None
        return self

    def _refuse_to_replace(self) -> None:
        if os.path.exists(self.path) and not self._force:
            raise DatabaseExists(
                f"{self.path} exists already; give --force (force=True in Python) to replace it, "
                "or another path"
            )

    def _not_writable(self, reason: str) -> str:
        return (
            f"cannot write to the folder {self.path.parent}: {reason}; choose another with --db "
            "(path= in Python)"
        )

    def _create(self) -> None:
        database = SqliteDatabase(
            f"{self._building.absolute().as_uri()}?mode=rwc",
            uri=True,
            pragmas={
                "page_size": 16_384,  # 2 % smaller and scanned faster than with 4,096
                "journal_mode": "off",
                "synchronous": "off",
                "locking_mode": "exclusive",
                "cache_size": -64_000,
            },
        )
        self._database = database
        database.connect()
        mark_as_current(self.schema, database)
        database.connection().execute("BEGIN")
        self.schema.create_tables(database)

    @property
    def database(self) -> SqliteDatabase:
        """The database being built, inside one transaction."""
        assert self._database is not None, "use the builder as a context manager"
        return self._database

    def insert(self, model: type[Model], rows: Iterable[Sequence[Any]]) -> None:
        """Append rows, each with the model's ``stored_columns`` in their order."""
        statement = self._statements.get(model._meta.table_name)
        if statement is None:
            statement = self._statements[model._meta.table_name] = insert_statement(model)
        try:
            self.database.connection().executemany(statement, rows)
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from None

    def count(self, model: type[Model]) -> int:
        """The number of rows of a table."""
        table = model._meta.table_name
        (count,) = self.database.execute_sql(f'SELECT count(*) FROM "{table}"').fetchone()
        return int(count)

    def finish(self, sources: Sequence[dict[str, Any]], *, cells: int) -> Report:
        """Index, analyse and stamp the database, and put it in its place.

        Args:
            sources: for each source file, the columns of ``Provenance`` that describe it.
            cells: how many different architectures were inserted.
        """
        try:
            counts = self._finish(sources)
            size = self.path.stat().st_size
        except (OSError, PeeweeDatabaseError, sqlite3.DatabaseError) as error:
            raise self._explained(error) from None
        return Report(
            benchmark=self.schema.benchmark,
            path=self.path,
            sources=tuple(sources),
            cells=cells,
            **counts,
            seconds=time.perf_counter() - self._started,
            size=size,
        )

    def _finish(self, sources: Sequence[dict[str, Any]]) -> dict[str, int]:
        database = self.database
        self.schema.create_indexes(database)
        counts = {
            "configs": self.count(self.schema.config),
            "trials": self.count(self.schema.trial),
            "intermediates": self.count(self.schema.intermediate),
        }
        common = {
            "benchmark": self.schema.benchmark,
            "nasbench_db_version": __version__,
            "created_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        }
        for source in sources:
            Provenance.insert(**source, **common, **counts).execute(database)
        database.execute_sql("ANALYZE")
        database.connection().execute("COMMIT")
        database.close()
        self._database = None
        with open(self._building, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(self._building, self.path)
        _sync_folder(self.path.parent)
        return counts

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._clean_up()

    def _clean_up(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        if self._building_begun:
            self._building.unlink(missing_ok=True)
        # Deleted while it is held: whoever has just opened it finds that its file has no name
        # any more, and opens a new one (filelock 3.25 and later look).
        with contextlib.suppress(OSError):  # Windows deletes no open file, and leaves it behind
            self._lock_file.unlink()
        self._lock.release()

    def _explained(self, error: BaseException) -> BaseException:
        """An error of SQLite or the system as a BuildError; any other as it is."""
        if isinstance(error, NasbenchDBError):
            return error
        if isinstance(error, (OSError, PeeweeDatabaseError, sqlite3.DatabaseError)):
            return BuildError(
                f"cannot build {self.path}: {error}; "
                + (
                    "an older database is untouched"
                    if self.path.exists()
                    else "nothing was left behind"
                )
            )
        return error


def _sync_folder(folder: Path) -> None:
    """Make a rename in a folder outlast a power cut, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
