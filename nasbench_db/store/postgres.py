"""A benchmark's tables on a PostgreSQL server: a schema of its name, read as a file is.

The statements are SQLite's. The server has learnt SQLite's words (``postgres.sql``), and
:mod:`nasbench_db.store.spelling` writes what it reads otherwise. What is different besides has a
word in :mod:`nasbench_db.store.handle`.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from peewee import Model, PeeweeException, PostgresqlDatabase

from nasbench_db.architectures.inputs import plain
from nasbench_db.errors import (
    DatabaseNotFound,
    InvalidDatabase,
    InvalidQuery,
    PermissionDenied,
    ServerNotReachable,
)
from nasbench_db.store.addresses import Address, psycopg_module
from nasbench_db.store.handle import BenchmarkDatabase, Hint, Row
from nasbench_db.store.limits import MOST_SECONDS
from nasbench_db.store.marks import SAMPLE_FORMAT
from nasbench_db.store.models import Schema, check_version
from nasbench_db.store.spelling import Spelled, spelled

COMMENT = "nasbench_db {} {}"
"""The comment of a schema of ours: the benchmark and the version of its tables."""

OLDEST = 120_000
"""The oldest version of the server that has all that is needed."""

_ROWS_AT_ONCE = 5_000
"""How many rows of a long answer are in the client's memory at once."""

_FEW = re.compile(r"\bLIMIT\s+(?:\?|\d{1,4})\s*;?\s*\Z", re.IGNORECASE)
_ONE = re.compile(r"\A\s*SELECT\s+count\((?:[^()]|\([^()]*\))*\)[^,]*\bFROM\b", re.IGNORECASE)
_MISSING = (
    ("table", re.compile(r'^relation "(?:[^"]+\.)?([^".]+)" does not exist')),
    ("column", re.compile(r'^column "?([^" ]+)"? does not exist')),
)


@cache
def connection_class() -> Any:
    """A connection that closes itself when nothing refers to it any more."""
    psycopg = psycopg_module()

    class Connection(psycopg.Connection):  # type: ignore[misc, name-defined]
        def __del__(self) -> None:
            # A forked child has no right to end what its parent's connection has begun.
            if getattr(self, "process", None) == os.getpid() and sys is not None:
                with contextlib.suppress(Exception):
                    self.close()
            elif hasattr(self, "pgconn"):
                with contextlib.suppress(AttributeError):
                    del self.pgconn  # of which psycopg would warn that it is not closed

    return Connection


def connected(address: Address, **how: Any) -> Any:
    """A connection to a server.

    Args:
        address: where it is.
        how: what else the driver is told.

    Raises:
        ServerNotReachable: the server does not answer, or lets nobody in under that name.
    """
    psycopg = psycopg_module()
    try:
        connection = connection_class().connect(**{**address.parameters, **how})
    except psycopg.Error as error:
        raise unreachable(address, error) from None
    connection.process = os.getpid()
    _register_types(connection)
    return connection


def unreachable(address: Address, error: Exception) -> ServerNotReachable:
    """What to raise where a server does not answer; no secret is in its own words."""
    said = " ".join(str(error).split())
    return ServerNotReachable(
        f"{address.host} cannot be reached: {without_secrets(said, address)}; check it with: "
        f'psql "{address}"'
    )


def without_secrets(text: str, address: Address) -> str:
    """A text of the server's or the driver's without the password that it may have in it."""
    for name in ("password", "sslpassword"):
        secret = address.parameters.get(name)
        if secret:
            text = text.replace(str(secret), "***")
    return text


def _register_types(connection: Any) -> None:
    """Numbers are sent and come as SQLite has them: whole ones of 64 bits, and doubles."""
    numeric: Any = importlib.import_module("psycopg.types.numeric")

    class Number(numeric.NumericLoader):  # type: ignore[misc]
        def load(self, data: Any) -> Any:
            return _number(bytes(data).decode())

    class BinaryNumber(numeric.NumericBinaryLoader):  # type: ignore[misc]
        def load(self, data: Any) -> Any:
            return _number(str(super().load(data)))

    connection.adapters.register_dumper(int, numeric.Int8BinaryDumper)
    connection.adapters.register_dumper(int, numeric.Int8Dumper)
    connection.adapters.register_loader("numeric", Number)
    connection.adapters.register_loader("numeric", BinaryNumber)


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdigit() else float(text)


class Answer:
    """The rows of a statement, with the few methods of a cursor that are used.

    Args:
        cursor: the driver's.
        names: what columns are called in the models, by their names on the server.
        finish: called once, when the rows are at their end or wanted no more.
    """

    def __init__(
        self, cursor: Any, names: Mapping[str, str], finish: Callable[[], None] | None = None
    ) -> None:
        self._cursor = cursor
        self._names = names
        self._finish = finish
        self._rows = iter(cursor if cursor.description else ())

    @property
    def description(self) -> list[tuple[str]] | None:
        """The columns, by their names in the models."""
        found = self._cursor.description
        if found is None:
            return None
        return [(self._names.get(column[0], column[0]),) for column in found]

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self

    def __next__(self) -> tuple[Any, ...]:
        try:
            row: tuple[Any, ...] = next(self._rows)
        except BaseException:
            self.close()
            raise
        return row

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row, or None."""
        return next(self, None)

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        """The next rows."""
        return list(islice(self, size))

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows that are left."""
        return list(self)

    def close(self) -> None:
        """Let go what the server keeps of them."""
        finish, self._finish = self._finish, None
        if finish is not None:
            finish()

    __del__ = close


class Stamp(NamedTuple):
    """What a schema says of itself.

    Attributes:
        benchmark, version: as its comment says; None if it has none of ours.
        usable: whether the user may look into it.
    """

    benchmark: str | None
    version: int
    usable: bool


def stamp(connection: Any, name: str) -> Stamp | None:
    """What a schema says of itself; None if there is none of that name."""
    row = connection.execute(
        "SELECT obj_description(oid, 'pg_namespace'), has_schema_privilege(oid, 'USAGE') "
        "FROM pg_catalog.pg_namespace WHERE nspname = %s",
        (name,),
    ).fetchone()
    if row is None:
        return None
    ours = re.fullmatch(r"nasbench_db (\w+) (\d+)", row[0] or "")
    if ours is None:
        return Stamp(None, 0, row[1])
    return Stamp(ours[1], int(ours[2]), row[1])


class ServerDatabase(BenchmarkDatabase, PostgresqlDatabase):
    """A benchmark's tables on a server, opened for reading.

    A handle answers from what the schema holds when it is asked. After the benchmark was copied
    there again, it answers from the new tables, and what it remembers of the old ones may be
    wrong: connect anew.
    """

    path: Address
    bare_columns = False
    param = "?"  # all statements are SQLite's, and are spelled anew at one place

    def __init__(
        self, schema: Schema, address: Address, is_sample: bool = False, is_synthetic: bool = False
    ) -> None:
        self.path = address
        self._psycopg = psycopg_module()
        self.errors = (PeeweeException, self._psycopg.Error)
        self._spare: list[Any] = []
        self._seconds: float | None = None
        self._names = names_with_capitals(schema)
        self._folded = frozenset(self._names)
        columns = {f.column_name for model in schema.models for f in model._meta.sorted_fields}
        of_config = {f.column_name for f in schema.config._meta.sorted_fields}
        telling = "|".join(
            sorted((of_config & columns) - {*schema.fidelity} | {"trial_id", "config_id"})
        )
        one = re.compile(rf"\b(?:{telling})\"?\s*=\s*\?")
        self._has_few = lru_cache(1024)(partial(_has_few, one))
        super().__init__(address.name, prefer_psycopg3=True)
        self.describe_as(schema, is_sample, is_synthetic)

    @property
    def file(self) -> Path:
        """The file, of which there is none.

        Raises:
            InvalidDatabase: always.
        """
        raise InvalidDatabase(
            f"{self.path} is a server, and this needs a database file; do it with the file that "
            "was copied there"
        )

    def size(self) -> int:
        """How many bytes its tables and indexes take."""
        ((size,),) = self.select(
            "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_catalog.pg_class AS c "
            "JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace "
            "WHERE n.nspname = ? AND c.relkind = 'r'",
            (self.schema.benchmark,),
        )
        return int(size)

    def _connect(self) -> Any:
        connection = connected(self.path, autocommit=True)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SET search_path TO {self.schema.benchmark}, pg_catalog; "
                "SET default_transaction_read_only TO on"
            )
        return connection

    def begin(self, isolation_level: Any = None) -> None:
        """Nothing: a transaction in which one statement fails would answer no other one."""

    def dispose(self) -> None:
        """In a forked child: forget the parent's connections."""
        self._spare = []
        self._lock = threading.RLock()  # another thread of the parent's may have held the old one
        super().dispose()

    def close(self) -> bool:
        while self._spare:
            self._spare.pop().close()
        return super().close()

    def select(self, statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a SELECT, as they are fetched.

        Raises:
            InvalidDatabase: the server refuses the statement.
            ServerNotReachable: the connection was lost, and no other can be had.
        """
        try:
            yield from self.reading(statement, values)
        except self._psycopg.Error as error:
            raise self.unreadable(error) from None

    def reading(self, statement: str, values: Sequence[Any] = ()) -> Answer:
        """A cursor over the rows of a SELECT, of which few are in memory at once.

        What has few rows comes at once; for the others the server keeps the rest, on a connection
        of their own, since one can be asked while another is read.
        """
        return self._asked(statement, values, few=self._has_few(statement))

    def execute_sql(self, sql: str, params: Any = None) -> Answer:
        """The cursor of a statement, whose rows are all in memory.

        Raises:
            InvalidQuery: the server refuses the statement.
            ServerNotReachable: the connection was lost, and no other can be had.
        """
        try:
            return self._asked(sql, params or (), few=True)
        except self._psycopg.Error as error:
            raise self.explained(error, _no_hint) from None

    def _asked(self, statement: str, values: Sequence[Any], *, few: bool) -> Answer:
        said = spelled(statement, self._folded)
        given = said.values([plain(value) for value in values])
        ask = self._at_once if few else self._in_parts
        try:
            return ask(said, given)
        except self._psycopg.OperationalError as error:
            if error.sqlstate == "57014" or not self._lost():
                raise
        return ask(said, given)  # nothing was read of it yet

    def _lost(self) -> bool:
        """Whether a connection was lost; then none that is open is used any more."""
        mine = self.connection()
        lost = [one for one in (mine, *self._spare) if one.closed]
        self._spare = [one for one in self._spare if not one.closed]
        if mine.closed:
            super().close()
            self.left = False
        return bool(lost) or not self._spare

    def _at_once(self, said: Spelled, values: Sequence[Any]) -> Answer:
        connection = self.connection()
        if connection.closed:
            super().close()
            connection = self.connection()
        if self._seconds is not None:
            connection.execute(_timeout(self._seconds))
        cursor = connection.cursor(binary=True)
        try:
            cursor.execute(said.text, values)
        finally:
            if self._seconds is not None and not connection.closed:
                connection.execute(_timeout(0))
        return Answer(cursor, self._names)

    def _in_parts(self, said: Spelled, values: Sequence[Any]) -> Answer:
        connection = self._taken()
        cursor = connection.cursor(name="answer", binary=True)
        cursor.itersize = _ROWS_AT_ONCE
        finish = partial(self._given_back, connection, cursor)
        try:
            if self._seconds is not None:
                connection.execute(_timeout(self._seconds))
            cursor.execute(said.text, values)
        except BaseException:
            finish()
            raise
        return Answer(cursor, self._names, finish)

    def _taken(self) -> Any:
        """A connection of its own for a long answer."""
        while self._spare:
            connection = self._spare.pop()
            if not connection.closed and connection.process == os.getpid():
                return connection
        connection = self._connect()
        connection.autocommit = False
        return connection

    def _given_back(self, connection: Any, cursor: Any) -> None:
        if connection.process != os.getpid():
            cursor._closed = True  # it is the parent's, who will end it
            return
        with contextlib.suppress(self._psycopg.Error):
            connection.rollback()  # which ends the cursor, and forgets how long it may work
        with contextlib.suppress(self._psycopg.Error):
            cursor.close()
        if not connection.closed:
            self._spare.append(connection)

    def runnable(self, statement: str) -> str:
        """A statement, its values filled in, as ``psql`` reads it in the benchmark's schema."""
        return spelled(statement, self._folded).text.replace("%%", "%")

    def columns_of(self, view: str) -> dict[str, str]:
        """The columns of a view, each with the type that SQLite would declare."""
        rows = self.select(
            "SELECT column_name::text, data_type::text FROM information_schema.columns "
            "WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position LIMIT 1000",
            (self.schema.benchmark, view),
        )
        declared = {"bigint": "INTEGER", "double precision": "REAL"}
        return {self._names.get(name, name): declared.get(kind, "TEXT") for name, kind in rows}

    def explained(self, error: Exception, hint: Hint) -> Exception:
        """What to raise for an error of the server's in a statement of the user's."""
        if not isinstance(error, self._psycopg.Error):
            return InvalidQuery(f"the statement cannot be asked: {' '.join(str(error).split())}")
        known = self._known(error)
        if known is not None:
            return known
        text = without_secrets(_primary(error), self.path)
        told = ""
        for kind, form in _MISSING:
            if found := form.search(text):
                told = hint(kind, found[1])
        return InvalidQuery(f"PostgreSQL says of the statement: {text}{told}")

    def unreadable(self, error: Exception) -> Exception:
        """What to raise for an error of the server's in a statement of this package."""
        known = self._known(error) if isinstance(error, self._psycopg.Error) else None
        return known or InvalidDatabase(
            f"{self.path} cannot be read: {without_secrets(_primary(error), self.path)}"
        )

    def _known(self, error: Any) -> Exception | None:
        """What to raise for errors that have to do with the server and not with the statement."""
        state = error.sqlstate
        if isinstance(error, self._psycopg.OperationalError) and (
            state is None or (state[:2] in ("08", "57") and state != "57014")
        ):
            return unreachable(self.path, error)
        if state == "57014":
            after = "" if self._seconds is None else f" after {self._seconds:g} seconds"
            return InvalidQuery(
                f"the statement was given up{after} by the server; give it longer with --timeout, "
                "or see with --explain what takes so long"
            )
        if state == "42501":
            return not_allowed(self.path, self.schema.benchmark)
        return None

    def limited(self, rows: Iterable[Row], seconds: float = MOST_SECONDS) -> Iterator[Row]:
        """The rows of a question in a command: within the server's limit of time."""
        self._seconds = seconds
        try:
            yield from rows
        finally:
            self._seconds = None

    def plan(self, statement: str) -> Iterator[str]:
        """How the server would run a SELECT."""
        for (line,) in self._asked(f"EXPLAIN {statement}", (), few=True):
            yield str(line)

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, and a pickle in another process, connect anew; the address has its secrets."""
        return _opened_again, (self.schema.config, self.path.url)


def _has_few(one: re.Pattern[str], statement: str) -> bool:
    """Whether a statement gives few rows: by its limit, or as it is about one architecture."""
    found = _FEW.search(statement) or one.search(statement) or _ONE.match(statement)
    return found is not None


def _no_hint(kind: str, name: str) -> str:
    return ""


def _timeout(seconds: float) -> str:
    return f"SET statement_timeout TO {max(1, round(seconds * 1000)) if seconds else 0}"


def _primary(error: Any) -> str:
    """What a server says, without the lines that show where in the statement."""
    diagnosis = getattr(error, "diag", None)
    return " ".join(str((diagnosis and diagnosis.message_primary) or error).split())


def names_with_capitals(schema: Schema) -> dict[str, str]:
    """The columns of a benchmark that have capitals, by their names in small letters."""
    names = (f.column_name for model in schema.models for f in model._meta.sorted_fields)
    return {name.lower(): name for name in names if name != name.lower()}


def not_allowed(address: Address, name: str) -> PermissionDenied:
    """What to raise where somebody may not read a benchmark's tables."""
    user = address.user or "YOU"
    return PermissionDenied(
        f"{address} has the schema {name}, which {user} may not read; ask its owner for: GRANT "
        f"USAGE ON SCHEMA {name} TO {user}; GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO {user}"
    )


def _opened_again(config: type[Model], url: str) -> ServerDatabase:
    schema: Schema = sys.modules[config.__module__].SCHEMA
    return open_schema(schema, Address(url))


def open_schema(schema: Schema, address: Address) -> ServerDatabase:
    """Open a benchmark's tables on a server for reading.

    Args:
        schema: the benchmark's tables.
        address: where the server's database is.

    Raises:
        DatabaseNotFound: the benchmark is not there.
        ServerNotReachable: the server does not answer, or lets nobody in under that name.
        PermissionDenied: the user may not read it.
        InvalidDatabase: the schema of that name is not ours.
        SchemaVersionError: its tables are newer or older than this program's.
    """
    name = schema.benchmark
    psycopg = psycopg_module()
    with contextlib.closing(connected(address, autocommit=True)) as connection:
        found = stamp(connection, name)
        if found is None:
            raise DatabaseNotFound(
                f"there is no {name} on {address}; copy a database file there: nasbench-db copy "
                f'{name} --to "{address}"'
            )
        if found.benchmark != name:
            raise InvalidDatabase(
                f"the schema {name} on {address} is not one that nasbench_db has copied there"
            )
        mend = (
            "copy it there again from an up-to-date file: "
            f'nasbench-db copy {name} --to "{address}" --force'
        )
        check_version(address, found.version, schema.version, f"the {name} schema", mend)
        if not found.usable:
            raise not_allowed(address, name)
        try:
            row = connection.execute(
                f"SELECT bool_or(source_format = %s), max(synthetic) FROM {name}.provenance",
                (SAMPLE_FORMAT,),
            ).fetchone()
        except psycopg.errors.InsufficientPrivilege:
            raise not_allowed(address, name) from None
    return ServerDatabase(schema, address, bool(row[0]), bool(row[1]))


def benchmarks_on(address: Address) -> list[str]:
    """The benchmarks that a server's database has, by their names."""
    with contextlib.closing(connected(address, autocommit=True)) as connection:
        rows = connection.execute(
            "SELECT nspname::text FROM pg_catalog.pg_namespace "
            "WHERE obj_description(oid, 'pg_namespace') = "
            "'nasbench_db ' || nspname || ' ' || "
            "split_part(obj_description(oid, 'pg_namespace'), ' ', 3) ORDER BY 1"
        ).fetchall()
    return [name for (name,) in rows]


def older_copies(connection: Any) -> list[str]:
    """The schemas that made way for a newer copy of a benchmark, and have not been dropped."""
    rows = connection.execute(
        "SELECT nspname::text FROM pg_catalog.pg_namespace "
        "WHERE starts_with(obj_description(oid, 'pg_namespace'), 'nasbench_db ') AND starts_with("
        "nspname::text, split_part(obj_description(oid, 'pg_namespace'), ' ', 2) || '__old') "
        "ORDER BY 1"
    ).fetchall()
    return [name for (name,) in rows]


def told_of_older_copies(address: Address) -> list[str]:
    """What is to be said of older copies that lie on a server."""
    with contextlib.closing(connected(address, autocommit=True)) as connection:
        return [
            f"{address} has an older copy as the schema {name}, which is not asked any more; the "
            "next copy drops it unless views of others depend on it, or: "
            f"DROP SCHEMA {name} CASCADE"
            for name in older_copies(connection)
        ]
