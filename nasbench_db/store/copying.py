"""Copy a benchmark's database from its file to a PostgreSQL server, as a schema of its name.

All is one transaction, so that nothing is left of a copy that is killed, and no reader ever sees
half of one. An older copy is dropped in it if nobody reads it just then; else it makes way by a
rename, which waits for no reader, and is dropped afterwards.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from peewee import (
    AutoField,
    BlobField,
    BooleanField,
    CharField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

from nasbench_db.errors import (
    BuildError,
    BuildInProgress,
    DatabaseExists,
    InvalidDatabase,
    InvalidQuery,
    NasbenchDBError,
)
from nasbench_db.store.addresses import Address, psycopg_module
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import GeneratedIntegerField, Schema, stored_columns
from nasbench_db.store.postgres import (
    COMMENT,
    OLDEST,
    connected,
    older_copies,
    stamp,
    unreachable,
    without_secrets,
)
from nasbench_db.store.progress import tqdm

EVERYBODY = "PUBLIC"
"""Who may read a copy by default: every user of the server's database. The data are public."""

_VIRTUAL = 180_000
"""The first version of the server that computes columns when they are read."""

_SECONDS_TO_DROP = 5
"""How long the tables of an older copy are waited for, which somebody may still read."""


@dataclass(frozen=True)
class CopyReport:
    """What was copied.

    Attributes:
        benchmark: the benchmark, which is also the schema.
        address: the server's database, without secrets.
        rows: how many rows, of all tables.
        seconds: how long it took.
        size_bytes: how many bytes the tables and indexes take.
        kept: why the older copy is still there under another name; empty if it is not.
    """

    benchmark: str
    address: str
    rows: int
    seconds: float
    size_bytes: int
    kept: str = ""

    def __str__(self) -> str:
        told = (
            f"{self.benchmark}: {self.rows:,} rows in {self.seconds:,.1f} s; "
            f"{self.size_bytes / 1e6:,.1f} MB at {self.address}"
        )
        return f"{told}\n{self.kept}" if self.kept else told


def copy_to_server(
    source: BenchmarkDatabase,
    address: Address,
    *,
    force: bool = False,
    grant: str | Sequence[str] = EVERYBODY,
    progress: bool = True,
) -> CopyReport:
    """Copy a database file to a server.

    Args:
        source: the file, opened.
        address: where the server's database is.
        force: replace an older copy.
        grant: the roles that may read it.
        progress: show a progress bar on stderr.

    Raises:
        DatabaseExists: there is a copy and ``force`` is false, or a schema of that name that is
            not ours.
        BuildInProgress: another process copies the same benchmark there.
        BuildError: the user may create no schema there, or the server cannot hold the data.
        InvalidDatabase: the server is too old or of another kind.
        InvalidQuery: a role is none.
        ServerNotReachable: the server does not answer, or the connection was lost.
    """
    psycopg = psycopg_module()
    roles = [grant] if isinstance(grant, str) else list(grant)
    started = time.perf_counter()
    _ = source.file  # only a file is copied
    connection = connected(address)
    try:
        with contextlib.closing(connection):
            copy = _Copy(source, address, connection)
            copy.check(force)
            rows = copy.build(progress)
            copy.grant(roles)
            copy.put()
            size = copy.size()
            kept = copy.drop_older()
    except NasbenchDBError:
        raise
    except psycopg.Error as error:
        raise _told(error, source, address) from None
    seconds = time.perf_counter() - started
    return CopyReport(source.schema.benchmark, str(address), rows, seconds, size, kept)


def _told(error: Any, source: BenchmarkDatabase, address: Address) -> NasbenchDBError:
    """What to raise for an error of the server's while something is copied there."""
    psycopg = psycopg_module()
    said = without_secrets(" ".join(str(error).split()), address)
    if error.sqlstate == "42501":
        return BuildError(
            f"{said}; ask the owner of the database for: GRANT CREATE ON DATABASE "
            f"{address.name} TO {address.user or 'YOU'}"
        )
    if error.sqlstate is None and isinstance(error, psycopg.OperationalError):
        return unreachable(address, error)
    if error.sqlstate and error.sqlstate.startswith(("57P", "08")):
        return unreachable(address, error)
    if error.sqlstate == "42704":
        return InvalidQuery(f"{said}; grant names roles of the server")
    return BuildError(f"{source.path} cannot be copied to {address}: {said}")


class _Copy:
    """One copy, within one transaction."""

    def __init__(self, source: BenchmarkDatabase, address: Address, connection: Any) -> None:
        self.source = source
        self.schema: Schema = source.schema
        self.address = address
        self.connection = connection
        self.name = self.schema.benchmark
        self.new = f"{self.name}__building"

    def run(self, statement: Any, values: Sequence[Any] | None = None) -> Any:
        return self.connection.execute(statement, values)

    def check(self, force: bool) -> None:
        """Refuse a server that cannot hold the copy, and a place that is taken."""
        version = self.connection.info.server_version
        (product,) = self.run("SELECT version()").fetchone()
        if version < OLDEST or "CockroachDB" in product:
            raise InvalidDatabase(
                f"{self.address} is {product.split(' on ')[0]}; PostgreSQL {OLDEST // 10_000} or "
                "later is needed"
            )
        icu = "SELECT 1 FROM pg_catalog.pg_collation WHERE collprovider = 'i' LIMIT 1"
        if self.run(icu).fetchone() is None:
            raise InvalidDatabase(
                f"{self.address} has no ICU, by which upper and lower case are equal in names of "
                "data sets; a PostgreSQL that was built with ICU is needed"
            )
        key = f"nasbench_db {self.name}"
        lock = "SELECT pg_try_advisory_xact_lock(hashtext(%s))"
        if not self.run(lock, (key,)).fetchone()[0]:
            raise BuildInProgress(
                f"another process copies {self.name} to {self.address}; wait for it to end"
            )
        there = stamp(self.connection, self.name)
        if there is not None and there.benchmark != self.name:
            raise DatabaseExists(
                f"{self.address} has a schema {self.name} that nasbench_db has not copied there; "
                "it is not replaced: rename it, or copy to another database of the server"
            )
        if there is not None and not force:
            raise DatabaseExists(
                f"{self.address} has {self.name} already; give --force (force=True in Python) to "
                "replace it"
            )

    def build(self, progress: bool) -> int:
        """Make the tables and fill them; returns how many rows they have."""
        self.run(f"CREATE SCHEMA {self.new}")
        self.run(f"SET LOCAL search_path TO {self.new}, pg_catalog")
        self.run(sqlites_words())
        for model in self.schema.models:
            self.run(self._table(model))
        models = self.schema.models
        total = sum(map(self._count, models))
        with tqdm(total=total, unit="row", unit_scale=True, disable=not progress) as bar:
            for model in models:
                self._fill(model, bar)
        for model in models:
            for statement in _keys(model):
                self.run(statement)
        for name, query in self.schema.views.items():
            self.run(f"CREATE VIEW {name} AS {query}")
        for model in models:
            self.run(f"ANALYZE {model._meta.table_name}")
        comment = COMMENT.format(self.name, self.schema.version)
        self.run(f"COMMENT ON SCHEMA {self.new} IS '{comment}'")
        return total

    def _count(self, model: type[Model]) -> int:
        """How many rows a model has in the file."""
        ((count,),) = self.source.select(f'SELECT count(*) FROM "{model._meta.table_name}"')
        return int(count)

    def _table(self, model: type[Model]) -> str:
        """The statement that makes a model's table."""
        virtual = self.connection.info.server_version >= _VIRTUAL
        columns = []
        for field in model._meta.sorted_fields:
            declared = _type(field)
            if isinstance(field, GeneratedIntegerField):
                (how,) = field.constraints
                kind = "VIRTUAL" if virtual else "STORED"
                declared += f" {how.sql.replace('VIRTUAL', kind)}"
            elif not field.null:
                declared += " NOT NULL"
            columns.append(f"{field.column_name} {declared}")
        return f"CREATE TABLE {model._meta.table_name} ({', '.join(columns)})"

    def _fill(self, model: type[Model], bar: Any) -> None:
        names = stored_columns(model)
        fields = {field.column_name: field for field in model._meta.sorted_fields}
        table = model._meta.table_name
        selected = ", ".join(f'"{name}"' for name in names)
        rows = self.source.select(f'SELECT {selected} FROM "{table}"')
        error = psycopg_module().DataError
        statement = f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)"
        with self.connection.cursor() as cursor, cursor.copy(statement) as copied:
            copied.set_types([_COPIED[_type(fields[name]).partition(" ")[0]] for name in names])
            for row in rows:
                try:
                    copied.write_row(row)
                except (TypeError, ValueError, OverflowError, error) as wrong:
                    raise BuildError(
                        f"{self.source.path} cannot be copied: {table} has a row with a value of "
                        f"another type than its column ({wrong}): "
                        f"{dict(zip(names, row, strict=True))!r:.300}"
                    ) from None
                bar.update()

    def grant(self, roles: Sequence[str]) -> None:
        """Let roles read the new tables: nobody else can, whatever the old ones were."""
        from psycopg import sql

        for role in roles:
            if not isinstance(role, str) or not role.strip():
                raise InvalidQuery(f"grant is {roles!r}; it must be a role's name, or several")
            # PUBLIC is no name of a role, and would be one in quotes.
            to = sql.SQL(EVERYBODY) if role.upper() == EVERYBODY else sql.Identifier(role)
            for statement in (
                "GRANT USAGE ON SCHEMA {} TO {}",
                "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}",
            ):
                self.run(sql.SQL(statement).format(sql.Identifier(self.new), to))

    def put(self) -> None:
        """Put the new schema in its place, which ends the transaction."""
        if stamp(self.connection, self.name) is not None and not self._dropped(self.name):
            names = "SELECT nspname::text FROM pg_catalog.pg_namespace"
            taken = {name for (name,) in self.run(names)}
            old = next(
                name
                for number in range(len(taken) + 1)
                if (name := f"{self.name}__old{number or ''}") not in taken
            )
            self.run(f"ALTER SCHEMA {self.name} RENAME TO {old}")
        self.run(f"ALTER SCHEMA {self.new} RENAME TO {self.name}")
        self.connection.commit()

    def _dropped(self, name: str) -> bool:
        """Drop a schema within the transaction, unless somebody reads it or depends on it.

        Nothing is waited for: whoever waits for a lock keeps others waiting, and who holds some
        and waits for more may be in each other's way for ever.
        """
        from psycopg import errors, sql

        # Readers lock a view before the tables under it.
        relations = self.run(
            "SELECT c.relname::text FROM pg_catalog.pg_class AS c "
            "JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace "
            "WHERE n.nspname = %s AND c.relkind IN ('r', 'v') ORDER BY c.relkind DESC, 1",
            (name,),
        ).fetchall()
        try:
            with self.connection.transaction():
                for (relation,) in relations:
                    lock = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE NOWAIT")
                    self.run(lock.format(sql.Identifier(name, relation)))
                if self._depending(name):  # from now on nothing can begin to
                    return False
                self.run(f"DROP SCHEMA {name} CASCADE")
        except errors.LockNotAvailable:
            return False
        return True

    def size(self) -> int:
        """How many bytes the tables and indexes take."""
        (size,) = self.run(
            "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_catalog.pg_class AS c "
            "JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace "
            "WHERE n.nspname = %s AND c.relkind = 'r'",
            (self.name,),
        ).fetchone()
        self.connection.commit()
        return int(size)

    def drop_older(self) -> str:
        """Drop the tables of older copies; returns why one is kept, or an empty text."""
        psycopg = psycopg_module()
        ours = f"{self.name}__old"
        told = []
        for name in older_copies(self.connection):
            if not name.startswith(ours):
                continue
            others = self._depending(name)
            if others:
                told.append(
                    f"the older copy is kept as the schema {name}, since these depend on it: "
                    f"{', '.join(others)}; make them anew, and drop it: DROP SCHEMA {name} CASCADE"
                )
                continue
            try:
                self.run(f"SET LOCAL lock_timeout TO '{_SECONDS_TO_DROP}s'")
                self.run(f"DROP SCHEMA {name} CASCADE")
                self.connection.commit()
            except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
                self.connection.rollback()
                told.append(
                    f"the older copy is kept as the schema {name}, since somebody reads it; the "
                    f"next copy drops it, or: DROP SCHEMA {name} CASCADE"
                )
        return "; ".join(told)

    def _depending(self, name: str) -> list[str]:
        """The views of others that depend on a schema's tables and views."""
        rows = self.run(
            "SELECT DISTINCT n.nspname || '.' || v.relname FROM pg_catalog.pg_depend AS d "
            "JOIN pg_catalog.pg_rewrite AS r ON r.oid = d.objid "
            "JOIN pg_catalog.pg_class AS v ON v.oid = r.ev_class "
            "JOIN pg_catalog.pg_namespace AS n ON n.oid = v.relnamespace "
            "JOIN pg_catalog.pg_class AS t ON t.oid = d.refobjid "
            "JOIN pg_catalog.pg_namespace AS o ON o.oid = t.relnamespace "
            "WHERE o.nspname = %s AND n.nspname <> %s ORDER BY 1",
            (name, name),
        ).fetchall()
        return [view for (view,) in rows]


_COPIED = {"bigint": "int8", "double": "float8", "bytea": "bytea", "text": "text"}


def _type(field: Any) -> str:
    """The type of a field's column on a server."""
    if isinstance(field, ForeignKeyField):
        return _type(field.rel_field)
    if isinstance(field, (AutoField, IntegerField, BooleanField)):
        return "bigint"
    if isinstance(field, FloatField):
        return "double precision"
    if isinstance(field, BlobField):
        return "bytea"
    assert isinstance(field, (CharField, TextField)), field
    # Texts are ordered as SQLite orders them, by their bytes, whatever the server's language.
    collation = "nocase" if field.collation == "NOCASE" else '"C"'
    return f"text COLLATE {collation}"


def _keys(model: type[Model]) -> Iterator[str]:
    """The statements that make a table's key and indexes, after its rows are there."""
    table = model._meta.table_name
    key = [field.column_name for field in model._meta.get_primary_keys()]
    if key:
        yield f"ALTER TABLE {table} ADD PRIMARY KEY ({', '.join(key)})"
    for field in model._meta.sorted_fields:
        if (field.index or field.unique) and not field.primary_key:
            unique = "UNIQUE " if field.unique else ""
            yield f"CREATE {unique}INDEX ON {table} ({field.column_name})"
    for names, is_unique in model._meta.indexes:
        columns = [model._meta.fields[name].column_name for name in names]
        yield (f"CREATE {'UNIQUE ' if is_unique else ''}INDEX ON {table} ({', '.join(columns)})")


@cache
def sqlites_words() -> str:
    """The statements by which a server learns SQLite's words, in the schema that is searched."""
    return Path(__file__).with_name("postgres.sql").read_text(encoding="utf-8")
