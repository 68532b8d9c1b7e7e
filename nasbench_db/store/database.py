"""Database files: where they lie, how they are opened, and whether they are ours to read."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from peewee import DatabaseError as PeeweeDatabaseError
from peewee import Model, PeeweeException, SqliteDatabase

from nasbench_db.architectures.inputs import plain
from nasbench_db.errors import (
    DatabaseNotFound,
    DatabaseReplaced,
    InvalidDatabase,
    InvalidQuery,
    NNIDatabase,
)
from nasbench_db.store import nni
from nasbench_db.store.addresses import Address, is_address
from nasbench_db.store.aggregates import AGGREGATES
from nasbench_db.store.attached import AttachedSet, attach, damaged_set, identity_of
from nasbench_db.store.handle import BenchmarkDatabase as BenchmarkDatabase
from nasbench_db.store.handle import Hint, Row
from nasbench_db.store.limits import MOST_SECONDS, authorize, limit_values, limited
from nasbench_db.store.logs import is_sqlite, refuse_stray_log, refuse_wal_where_none_can_be
from nasbench_db.store.marks import SAMPLE_FORMAT
from nasbench_db.store.models import SET_APPLICATION_ID, Layout, Schema, check_version
from nasbench_db.store.placing import UNFINISHED

SET_SUFFIX = ".measurements.db"
"""How the name of a measurement set's file ends."""

DIRECTORY_VARIABLE = "NASBENCHMARK_DIR"
"""The environment variable, NNI's, that names the folder of the databases."""

_DAMAGE = re.compile("no such|malformed|decode|disk I/O error|not a database")
"""What SQLite says of a file that is not only in use."""

# How SQLite's messages begin that are about the file and not about the statement.
_OF_THE_FILE = (
    "database disk image is malformed",
    "malformed database schema",
    "file is not a database",
    "disk I/O error",
    "unable to open database file",
    "database is locked",
    "database schema is locked",
)


def default_address() -> str | None:
    """The address of the server that ``$NASBENCHMARK_DIR`` names in the place of a folder."""
    named = os.environ.get(DIRECTORY_VARIABLE, "")
    return named if is_address(named) else None


def default_directory() -> Path:
    """The folder of the databases: ``$NASBENCHMARK_DIR``, or ours in the user's cache folder.

    Raises:
        InvalidQuery: that names a server, which has no folder.
    """
    named = os.environ.get(DIRECTORY_VARIABLE)
    if named and is_address(named):
        raise InvalidQuery(
            f"{DIRECTORY_VARIABLE} names a server, and this needs a file or folder: say which one"
        )
    if named:
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_cache_path("nasbench_db", appauthor=False)


def demo_directory() -> Path:
    """The folder of the demo's files, unless another one is given.

    It is the default folder itself where somebody follows the demo's advice to look into its own.
    """
    usual = default_directory()
    return usual if usual.name == "demo" else usual / "demo"


def default_path(benchmark: str) -> Path:
    """Where the database of a benchmark lies unless a path is given."""
    return default_directory() / f"{benchmark}.db"


FULL = "database or disk is full"
"""What SQLite says when a reading statement has no room for sorting its rows."""


def no_room_to_sort() -> str:
    """What to do where a reading statement ends with :data:`FULL`."""
    import tempfile

    return (
        f"the folder of temporary files, {tempfile.gettempdir()}, has no room for sorting the "
        "rows; make room there, or name another folder in SQLITE_TMPDIR"
    )


class _Connection(sqlite3.Connection):
    """A connection that closes itself when nothing refers to it any more."""

    def __del__(self) -> None:
        with contextlib.suppress(sqlite3.ProgrammingError):  # it was never opened
            self.close()


class FileDatabase(BenchmarkDatabase, SqliteDatabase):
    """A benchmark's database in a file, opened read-only.

    A handle answers from the one file that it was opened with, for as long as it lives. After
    another file was put in its place, or the file was changed, an open connection goes on with
    what it has, which is whole; a new one raises :class:`~nasbench_db.errors.DatabaseReplaced`.
    """

    path: Path
    errors = (PeeweeException, sqlite3.Error, sqlite3.Warning)

    def __init__(
        self,
        schema: Schema,
        path: Path,
        is_sample: bool = False,
        is_synthetic: bool = False,
        sets: tuple[AttachedSet, ...] = (),
    ) -> None:
        self.path = path
        self.describe_as(schema, is_sample, is_synthetic, sets)
        # The path goes in as a URI, which quotes characters such as ? and #. A map of the file
        # in memory saves a copy of every page; the pages belong to the system, not the process.
        super().__init__(
            f"{path.absolute().as_uri()}?mode=ro",
            uri=True,
            factory=_Connection,
            check_same_thread=False,  # so that any thread may close what another leaves behind
            # The file may be a stranger's: its views may call no function that does more than
            # compute. SQLite's further advice for such files, cell_size_check, looks through a
            # page each time that it is used, and questions of all cells take five times as long;
            # verify does that.
            pragmas={"query_only": 1, "mmap_size": 1 << 31, "trusted_schema": 0},
        )
        for name, aggregate in AGGREGATES.items():
            self.register_aggregate(aggregate, name, 1)
        self._place = path.absolute()  # wherever the working folder is later
        self._file = identity_of(self._place)

    @property
    def file(self) -> Path:
        """The file."""
        return self.path

    def size(self) -> int:
        """How many bytes it takes."""
        return self.path.stat().st_size

    def _connect(self) -> sqlite3.Connection:
        """A connection to the file that the handle was opened with.

        Raises:
            DatabaseReplaced: another one lies there now.
            InvalidDatabase: it cannot be opened.
        """
        refuse_stray_log(self._place)
        try:
            connection: sqlite3.Connection = super()._connect()  # type: ignore[misc]
        except sqlite3.DatabaseError as error:
            self._refuse_another_file()
            raise InvalidDatabase(
                f"{self.path} cannot be opened: {_reason(self._place, error)}"
            ) from None
        try:
            self._refuse_another_file()  # now that no other can be opened any more
            for one in self.sets:
                attach(connection, one)
            limit_values(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _refuse_another_file(self) -> None:
        if identity_of(self._place) != self._file:
            raise DatabaseReplaced(
                f"{self.path} was replaced or changed after it had been opened, and one handle "
                "answers from one file; open it anew: "
                f"nasbench_db.connect({self.schema.benchmark!r}, {str(self._place)!r})"
            )

    def select(self, statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a SELECT, as they are fetched.

        Raises:
            InvalidDatabase: the file is damaged or cannot be read.
        """
        try:
            # Of the connection itself: what peewee does besides takes a fifth of a short question.
            found = self.connection().execute(statement, [plain(value) for value in values])
            # Not "yield from", which closes the cursor with the generator: the connection may be
            # closed by then.
            for row in found:  # noqa: UP028
                yield row
        except sqlite3.ProgrammingError:
            raise
        except (sqlite3.DatabaseError, PeeweeDatabaseError, UnicodeDecodeError) as error:
            raise self.unreadable(error) from None

    def unreadable(self, error: Exception) -> InvalidDatabase:
        """What to raise for an error of SQLite's that is about a file, and about which."""
        if str(error) == FULL:
            return InvalidDatabase(f"{self.path} was not asked to the end: {no_room_to_sort()}")
        file = (self.sets and damaged_set(self.connection(), self.sets)) or self.path
        return InvalidDatabase(
            f"{file} cannot be read: {' '.join(str(error).split())}; check it with: "
            f'nasbench-db verify "{file}"'
        )

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        """The cursor of a statement; numpy's numbers are bound as the plain ones they are.

        SQLite's module would bind them as bytes, which are equal to no number.
        """
        return super().execute_sql(sql, params and [plain(value) for value in params])

    def reading(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """A cursor over the rows of a SELECT, of which few are in memory at once."""
        return self.execute_sql(statement, values)

    def columns_of(self, view: str) -> dict[str, str]:
        """The columns of a view, each with its declared type."""
        return dict(self.select("SELECT name, type FROM pragma_table_info(?)", [view]))

    def explained(self, error: Exception, hint: Hint) -> Exception:
        """What to raise for an error of SQLite's in a statement of the user's."""
        text = " ".join(str(error).split())
        if text.startswith(_OF_THE_FILE):
            return self.unreadable(error)
        if text == FULL:
            return InvalidQuery(f"the statement was not run to its end: {no_room_to_sort()}")
        if isinstance(error, sqlite3.ProgrammingError):
            return error  # of the program that closed the database while it was read
        kind, _, name = text.partition(": ")
        missing = {"no such table": "table", "no such column": "column"}.get(kind)
        told = hint(missing, name) if missing else ""
        return InvalidQuery(f"SQLite says of the statement: {text}{told}")

    def limited(self, rows: Iterable[Row], seconds: float = MOST_SECONDS) -> Iterator[Row]:
        """The rows of a question in a command: within limits of time and memory."""
        return limited(self.connection(), rows, seconds)

    def guard(self) -> None:
        """Refuse to attach other files and to set anything."""
        self.connection().set_authorizer(authorize)

    def plan(self, statement: str) -> Iterator[str]:
        """How SQLite would run a SELECT, as a tree."""
        depths = {0: -1}
        for number, parent, _, detail in self.execute_sql(f"EXPLAIN QUERY PLAN {statement}"):
            depths[number] = depths[parent] + 1
            yield f"{'  ' * depths[number]}{detail}"

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, and a pickle in another process, open the file anew, and bind no models."""
        return _opened_again, (self.schema.config, self.path.absolute(), self.sets)


def _opened_again(
    config: type[Model], path: Path, sets: tuple[AttachedSet, ...]
) -> BenchmarkDatabase:
    """The database of the benchmark that a model belongs to: models are pickled by their names."""
    schema: Schema = sys.modules[config.__module__].SCHEMA
    return open_database(schema, path, sets)


def _reason(path: Path, error: Exception) -> str:
    """Why a file cannot be opened, by the system if it knows, since SQLite does not tell it."""
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError as known:
        return known.strerror or str(known)
    return str(error)


def open_database(
    schema: Schema,
    path: str | os.PathLike[str] | None = None,
    sets: tuple[AttachedSet, ...] = (),
) -> BenchmarkDatabase:
    """Open a benchmark's database read-only, without making it the default one.

    Args:
        schema: the benchmark's tables.
        path: the file, or the address of a server's database; by default :func:`default_path`, or
            the server that ``$NASBENCHMARK_DIR`` names.
        sets: measurement sets to attach to it.

    Raises:
        DatabaseNotFound: there is no such file, or no such benchmark on the server.
        InvalidDatabase: the file is not a complete database of this benchmark.
        SchemaVersionError: its schema is newer or older than this program's.
        ServerNotReachable: the server does not answer, or lets nobody in under that name.
    """
    place = default_address() if path is None else path
    if isinstance(place, str) and is_address(place):
        from nasbench_db.store.postgres import open_schema

        return open_schema(schema, Address(place))
    file = default_path(schema.benchmark) if path is None else Path(path)
    name = schema.benchmark
    if not lies_there(file):
        raise DatabaseNotFound(
            f"there is no {name} database at {file}; "
            + _how_to_get(schema, file, default=path is None)
        )
    version, benchmark, sampled, synthetic = _stamp(file)
    if benchmark != name:
        raise InvalidDatabase(f"{file} is a database of {benchmark}, not of {name}")
    mend = f'bring it up to date: nasbench-db migrate "{file}"'
    check_version(file, version, schema.version, f"the {name} schema", mend)
    return FileDatabase(schema, file, sampled, synthetic, sets)


def lies_there(file: Path) -> bool:
    """Whether there is a file of a name, which may be an impossible one.

    Raises:
        InvalidDatabase: this may not be known, since its folder may not be searched.
    """
    try:
        os.stat(file)
    except PermissionError as error:
        raise InvalidDatabase(
            f"{file} cannot be looked for: {error.strerror}; the folder {file.parent} must be "
            f"one that may be searched (the default one is named by ${DIRECTORY_VARIABLE})"
        ) from None
    except (OSError, ValueError):
        return False
    return True


def left_by_nni(benchmark: str) -> Path | None:
    """NNI's database of a benchmark, if one lies in the default folder or in NNI's own."""
    if benchmark in nni.ADOPTED:
        for folder in (default_directory(), nni.cache_directory()):
            theirs = folder / nni.BUILT[benchmark]
            # Where the name is that of ours too, what lies there is told when it is opened.
            if theirs != default_path(benchmark) and os.path.exists(theirs):
                return theirs
    return None


def _how_to_get(schema: Schema, file: Path, *, default: bool) -> str:
    """Which command makes a database that is not there."""
    benchmark = schema.benchmark
    theirs = left_by_nni(benchmark) if default else None
    if theirs is not None:
        return f"take over the one that NNI left, with: {nni.migrate_command(theirs, file)}"
    return (
        f"build one from the original file with: nasbench-db ingest {benchmark} FILE"
        + ("" if default else f' --db "{file}"')
        + f"; {where_to_get(schema)}"
    )


def where_to_get(schema: Schema) -> str:
    """Which commands tell where the original is, and make a sample if there is one."""
    benchmark = schema.benchmark
    sample = f"; for real numbers at once: nasbench-db sample {benchmark}"
    return f"for where to get it: nasbench-db download {benchmark} --list" + (
        sample if schema.sampled else ""
    )


def identify(file: Path) -> tuple[int, str]:
    """The schema version and the benchmark's name of a database file, whatever its version.

    Raises:
        InvalidDatabase: the file is not a database that nasbench_db built.
    """
    version, benchmark, _, _ = _stamp(file)
    return version, benchmark


def _stamp(file: Path) -> tuple[int, str, bool, bool]:
    """What :func:`identify` tells, and whether it is a sample, and whether it is made up."""
    version, (row,) = stamp_of(
        file,
        Layout.application_id,
        "SELECT benchmark, max(source_format = ?), max(synthetic) FROM provenance",
        (SAMPLE_FORMAT,),
    )
    benchmark, sampled, synthetic = row
    if benchmark is None:
        raise InvalidDatabase(f"{file} holds no data: its ingestion did not end")
    return version, benchmark, bool(sampled), bool(synthetic)


def stamp_of(
    file: Path, application_id: int, statement: str, values: Sequence[Any] = ()
) -> tuple[int, list[tuple[Any, ...]]]:
    """The schema version of a file that nasbench_db built, and what a SELECT says of it.

    Args:
        file: the file.
        application_id: which kind of file it must be.
        statement, values: the SELECT, which must be one that every version of it can answer.

    Raises:
        InvalidDatabase: it is no such file, or it is damaged.
    """
    if file.name.endswith((*UNFINISHED, ".part")):
        raise InvalidDatabase(
            f"{file} is what was left behind by an ingestion, migration, export or download that "
            "was stopped; do the same again, which deletes it or goes on from it"
        )
    try:
        ours = is_sqlite(file)
    except OSError as error:
        raise InvalidDatabase(f"{file} cannot be read: {error.strerror}") from None
    if not ours:
        raise InvalidDatabase(
            f"{file} is not an SQLite database; an original data file is ingested first: "
            f'nasbench-db ingest BENCHMARK "{file}"'
        )
    refuse_stray_log(file)
    try:
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
        try:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            if application != application_id:
                raise _not_ours(file, connection)
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            (page_size,) = connection.execute("PRAGMA page_size").fetchone()
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            # SQLite reads zeros where less than a page is missing.
            if file.stat().st_size < page_size * pages:
                raise InvalidDatabase(f"{file} is cut short; ingest the original again")
            rows = connection.execute(statement, values).fetchall()
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        reason = _reason(file, error)
        if reason != str(error):
            raise InvalidDatabase(f"{file} cannot be opened: {reason}") from None
        if isinstance(error, sqlite3.OperationalError):
            refuse_wal_where_none_can_be(file, error)
        if isinstance(error, sqlite3.OperationalError) and not _DAMAGE.search(reason):
            raise InvalidDatabase(
                f"{file} cannot be read now: {error}; end the program that writes it, or if none "
                f'does, let SQLite put it in order: sqlite3 "{file}" "PRAGMA quick_check"'
            ) from None
        raise InvalidDatabase(f"{file} is damaged: {error}; get it again") from None
    except UnicodeDecodeError:  # SQLite's own message has the broken text of the schema in it
        raise InvalidDatabase(f"{file} is damaged: its schema is no text; get it again") from None
    return version, rows


def _not_ours(file: Path, connection: sqlite3.Connection) -> InvalidDatabase:
    """What is wrong with an SQLite database that is not of the kind that is wanted."""
    if connection.execute("PRAGMA application_id").fetchone() == (SET_APPLICATION_ID,):
        return InvalidDatabase(
            f"{file} is a measurement set, which lies beside a benchmark's database and is named "
            "when that is opened: measurements=[...] of nasbench_db.connect, or --with"
        )
    if connection.execute("PRAGMA application_id").fetchone() == (Layout.application_id,):
        (name,) = connection.execute("SELECT min(benchmark) FROM provenance").fetchone()
        return InvalidDatabase(f"{file} is a database of {name}, and no measurement set")
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]
    theirs = nni.recognise(tables)
    if theirs is None:
        return InvalidDatabase(f"{file} is an SQLite database, but not one that nasbench_db built")
    return NNIDatabase(
        f"{file} is NNI's database of {theirs}, whose units and splits are not ours; "
        f'take it over with: nasbench-db migrate "{file}", with --to NEW.db if it shall stay',
        theirs,
    )


def current(schema: Schema, database: BenchmarkDatabase | None = None) -> BenchmarkDatabase:
    """The database that a query asks.

    The given one; otherwise the benchmark's last connected; otherwise the one at the default
    path, which then stays connected.
    """
    if database is not None:
        if getattr(database, "schema", None) is not schema:
            raise InvalidDatabase(
                f"db is {database!r}; it must be what connect({schema.benchmark!r}) returned"
            )
        return database
    bound = schema.database.obj
    return connect(schema) if bound is None else bound


_schemas: dict[str, Schema] = {}


def connected() -> list[BenchmarkDatabase]:
    """The databases that models and helpers ask by themselves, one of each benchmark.

    Those that a drop-in opened are not among them, nor those that were closed, unless all were.
    """
    bound = [
        schema.database.obj for schema in _schemas.values() if schema.database.obj is not None
    ]
    return [database for database in bound if not database.left] or bound


def connect(
    schema: Schema,
    path: str | os.PathLike[str] | None = None,
    sets: tuple[AttachedSet, ...] = (),
) -> BenchmarkDatabase:
    """Open a benchmark's database and make it the default of its models and query helpers."""
    database = open_database(schema, path, sets)
    schema.database.initialize(database)
    _schemas[schema.benchmark] = schema
    return database
