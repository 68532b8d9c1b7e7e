"""Show what other engines make of the SQLite file itself, beside what SQLite says.

Each that is installed is asked the same: trials on a data set in its official spelling, whether a
curve has its generated ``id``, and which type a column has that begins with NULLs. ::

    pip install duckdb duckdb-extension-sqlite-scanner polars adbc-driver-sqlite connectorx
    python scripts/try_engines.py nasbench201.db

The file is a NAS-Bench-201 database, such as the demo's.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import click

OFFICIAL = "SELECT count(*) AS n FROM nb201 WHERE dataset = 'ImageNet16-120'"
STORED = "SELECT count(*) AS n FROM nb201 WHERE dataset = 'imagenet16-120'"
POINT = "SELECT * FROM nb201 WHERE arch_index = 10 AND dataset = 'cifar100'"
GENERATED = "SELECT id FROM nb201intermediatestats LIMIT 1"
NULLS_FIRST = "SELECT valid_acc FROM nb201 ORDER BY valid_acc IS NOT NULL"
ONLY_NULLS = "SELECT valid_acc FROM nb201 WHERE dataset = 'cifar10'"

Ask = Callable[[str], Any]
"""Gives the first value of an answer, or its type where that is asked."""


@click.command()
@click.argument("database", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def try_engines(database: Path) -> None:
    """Ask every engine that is installed about a NAS-Bench-201 DATABASE."""
    for name, engine in ENGINES.items():
        try:
            engine(database.absolute())
        except ImportError as error:
            click.echo(f"{name}: not installed ({error})")
        except Exception as error:  # whatever it is, it is what a user sees
            click.echo(f"{name}: {type(error).__name__}: {' '.join(str(error).split())[:200]}")


def tell(name: str, version: str, ask: Ask, kind: Callable[[str], object]) -> None:
    """Print what an engine answers, a line for each question."""
    click.echo(f"{name} {version}")
    questions = {
        "trials of ImageNet16-120": OFFICIAL,
        "trials of imagenet16-120": STORED,
        "the generated id": GENERATED,
    }
    for title, statement in questions.items():
        click.echo(f"    {title}: {tried(ask, statement)}")
    for title, statement in (("begins with NULLs", NULLS_FIRST), ("is all NULL", ONLY_NULLS)):
        click.echo(f"    a column that {title}: {tried(kind, statement)}")
    started = time.perf_counter()
    with suppress(Exception):
        ask(POINT)
    click.echo(f"    one architecture: {(time.perf_counter() - started) * 1e3:.1f} ms")


def tried(ask: Callable[[str], object], statement: str) -> object:
    """The answer, or the error in a line."""
    try:
        return ask(statement)
    except Exception as error:  # see above
        return f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"


def by_sqlite(database: Path) -> None:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:

        def ask(statement: str) -> Any:
            return connection.execute(statement).fetchone()[0]

        tell(
            "SQLite",
            sqlite3.sqlite_version,
            ask,
            lambda statement: {type(row[0]).__name__ for row in connection.execute(statement)},
        )


def by_duckdb(database: Path) -> None:
    duckdb = import_module("duckdb")
    with closing(duckdb.connect()) as connection:
        with suppress(ImportError):  # packages of its extensions, for those without internet
            import_module("duckdb_extensions").import_extension("sqlite_scanner")
        try:
            connection.execute(f"ATTACH '{database}' AS file (TYPE sqlite, READ_ONLY)")
        except duckdb.Error as error:
            click.echo(f"DuckDB {duckdb.__version__}: {' '.join(str(error).split())[:200]}")
            return
        connection.execute("USE file")
        tell(
            "DuckDB",
            duckdb.__version__,
            lambda statement: connection.execute(statement).fetchone()[0],
            lambda statement: connection.execute(statement).description[0][1],
        )


def by_polars(database: Path) -> None:
    polars = import_module("polars")
    with closing(sqlite3.connect(database)) as connection:

        def read(statement: str) -> Any:
            return polars.read_database(statement, connection)

        tell(
            "Polars over sqlite3",
            polars.__version__,
            lambda statement: read(statement).item(0, 0),
            lambda statement: read(statement).dtypes[0],
        )


def by_adbc(database: Path) -> None:
    dbapi = import_module("adbc_driver_sqlite.dbapi")
    with closing(dbapi.connect(str(database))) as connection, closing(connection.cursor()) as cur:

        def table(statement: str) -> Any:
            cur.execute(statement)
            return cur.fetch_arrow_table()

        tell(
            "ADBC",
            metadata.version("adbc-driver-sqlite"),
            lambda statement: table(statement)[0][0].as_py(),
            lambda statement: table(statement).schema[0].type,
        )


def by_connectorx(database: Path) -> None:
    connectorx = import_module("connectorx")

    def table(statement: str) -> Any:
        return connectorx.read_sql(f"sqlite://{database}", statement, return_type="arrow")

    tell(
        "connectorx",
        metadata.version("connectorx"),
        lambda statement: table(statement)[0][0].as_py(),
        lambda statement: table(statement).schema[0].type,
    )


ENGINES: dict[str, Callable[[Path], None]] = {
    "SQLite": by_sqlite,
    "DuckDB": by_duckdb,
    "Polars": by_polars,
    "ADBC": by_adbc,
    "connectorx": by_connectorx,
}

if __name__ == "__main__":
    try_engines()
