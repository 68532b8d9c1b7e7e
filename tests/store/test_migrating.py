"""Migrations: they lead where a new database begins, and opening never runs them."""

import contextlib
import dataclasses
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import filelock
import pytest
from peewee import SqliteDatabase
from support.structure import described

import nasbench_db
from nasbench_db import (
    BuildError,
    BuildInProgress,
    DatabaseExists,
    InvalidDatabase,
    SchemaVersionError,
)
from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.nasbench101 import Nb101TrialConfig, query_nb101_trial_stats
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.store import migrating
from nasbench_db.store.migrating import migrate, migrations_folder, run_migrations
from nasbench_db.store.statistics import StatisticsTable

PROJECT = Path(__file__).resolve().parents[2]


def numbers(folder: Path) -> list[int]:
    """The numbers of the migrations in a folder."""
    return sorted(int(path.name[:4]) for path in folder.glob("[0-9]*.py"))


def test_an_up_to_date_database_is_left_alone(copy: Path) -> None:
    """Not a byte of it is written."""
    before, modified = copy.read_bytes(), copy.stat().st_mtime_ns
    assert migrate(SCHEMA, copy) == []
    assert copy.read_bytes() == before
    assert copy.stat().st_mtime_ns == modified


def test_a_newer_database_is_refused(copy: Path) -> None:
    """It is left as it is."""
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA.version + 1}")
    before = copy.read_bytes()
    with pytest.raises(
        SchemaVersionError, match=r"a newer checkout of nasbench_db run: pip install \."
    ):
        migrate(SCHEMA, copy)
    assert copy.read_bytes() == before


def test_a_database_of_another_kind_is_refused(tmp_path: Path, copy: Path) -> None:
    """Of another benchmark, of another program, and no database at all."""
    with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE provenance SET benchmark = 'nasbench999'")
    with pytest.raises(InvalidDatabase, match="of nasbench999, not of nasbench101"):
        migrate(SCHEMA, copy)
    path = tmp_path / "text.db"
    path.write_text("no database")
    with pytest.raises(InvalidDatabase, match="not an SQLite database"):
        migrate(SCHEMA, path)


SECOND = """
def up(migrator, db):
    db.execute_sql("CREATE TABLE comment AS SELECT 'cell ' || id AS comment FROM nb101trialconfig")
"""
ASTRAY = """
def up(migrator, db):
    db.execute_sql('ALTER TABLE "nb101trialconfig" ADD COLUMN "comment" TEXT')
"""
FAILING = SECOND + '    db.execute_sql("UPDATE no_such_table SET x = 1")\n'


def next_schema(second: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Path]:
    """A schema of the next version, and the folder of its migrations."""
    folder = tmp_path / "migrations" / "nasbench101"
    shutil.copytree(
        migrations_folder("nasbench101"), folder, ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / f"{SCHEMA.version + 1:04d}_comment.py").write_text(second)
    monkeypatch.setattr(
        migrating, "migrations_folder", lambda benchmark: folder.parent / benchmark
    )
    return dataclasses.replace(SCHEMA, version=SCHEMA.version + 1), folder


def test_an_older_database_is_brought_up_to_date(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is pending runs; the data stay; nothing is left beside the file."""
    schema, _ = next_schema(SECOND, tmp_path, monkeypatch)
    before = sorted(path.name for path in tmp_path.iterdir())
    assert migrate(schema, copy) == [f"{SCHEMA.version + 1:04d}_comment"]
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert described(copy)["user_version"] == (schema.version,)
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        assert connection.execute(
            "SELECT count(*), count(DISTINCT comment) FROM comment"
        ).fetchone() == (364, 364)
        assert connection.execute("SELECT count(*) FROM nb101").fetchone() == (1092,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert migrate(schema, copy) == []


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (FAILING, "no such table: no_such_table"),
        (ASTRAY, "its table nb101trialconfig is not that of a new one"),
    ],
)
def test_a_migration_that_fails_leaves_the_database_as_it_was(
    second: str, reason: str, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It works on a copy, which is removed."""
    schema, _ = next_schema(second, tmp_path, monkeypatch)
    content = copy.read_bytes()
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(BuildError, match=f"{reason}; the file is as it was"):
        migrate(schema, copy)
    assert copy.read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    db = nasbench_db.connect("nasbench101", copy)
    assert len(list(query_nb101_trial_stats(None, 4, db=db))) == 273


def test_a_new_place_for_the_migrated_database(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one stays; what lies at the new place too; an up-to-date one is copied."""
    schema, _ = next_schema(SECOND, tmp_path, monkeypatch)
    content, new = copy.read_bytes(), tmp_path / "new.db"
    assert migrate(schema, copy, new) == [f"{SCHEMA.version + 1:04d}_comment"]
    assert copy.read_bytes() == content
    assert described(new)["user_version"] == (schema.version,)
    with pytest.raises(DatabaseExists):
        migrate(schema, copy, new)
    assert migrate(schema, new, tmp_path / "again.db") == []
    assert rows_of(tmp_path / "again.db") == rows_of(new)


def test_two_migrations_at_once(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one is refused while the first one is at work."""
    schema, _ = next_schema(SECOND, tmp_path, monkeypatch)
    with filelock.FileLock(tmp_path / "copy.db.lock"), pytest.raises(BuildInProgress):
        migrate(schema, copy)
    assert migrate(schema, copy) == [f"{SCHEMA.version + 1:04d}_comment"]


def test_a_database_that_is_migrated_can_be_asked_by_the_models(
    tmp_path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path with characters that mean something in a URI makes no difference."""
    schema, _ = next_schema(SECOND, tmp_path, monkeypatch)
    path = tmp_path / "50% of #1?.db"
    shutil.copyfile(copy, path)
    assert migrate(schema, path) == [f"{SCHEMA.version + 1:04d}_comment"]
    with contextlib.closing(SqliteDatabase(path)) as database:
        config = Nb101TrialConfig.select().where(Nb101TrialConfig.id == 1).execute(database)[0]
    assert config.hash == "043721b9c7fe8c5fad811d47d83132ec"
    assert config.arch == {"input1": [0]}


SAMPLES = sorted((PROJECT / "tests" / "schemas").glob("*.sql"))


def rows_of(path: Path, columns: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """The columns and the sorted rows of every table, or of given columns."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not row[0].startswith("sqlite_") and row[0] != "schema_migration"
        ]
        found = {}
        for name in names:
            wanted = (columns or {}).get(name) or [
                row[1] for row in connection.execute(f"PRAGMA table_xinfo({name})")
            ]
            rows = connection.execute(f"SELECT {', '.join(wanted)} FROM {name}").fetchall()
            found[name] = (wanted, sorted(rows, key=repr))
        return found


def sample(file: Path, path: Path) -> Path:
    """Make a database of the statements of a sample."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(file.read_text())
    return path


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_a_database_of_every_released_schema_can_be_upgraded(file: Path, tmp_path: Path) -> None:
    """It is refused before, naming the command; then it has today's structure and all values."""
    name, version = file.stem.split("_")
    benchmark = BENCHMARKS[name]
    path = sample(file, tmp_path / "old.db")
    old = rows_of(path)
    if int(version) < benchmark.schema.version:
        with pytest.raises(SchemaVersionError, match="nasbench-db migrate"):
            nasbench_db.connect(name, path)
    untouched = path.read_bytes()
    told = nasbench_db.migrate(path, dry_run=True)
    assert path.read_bytes() == untouched
    assert nasbench_db.migrate(path).migrations == told.migrations
    assert len(told.migrations) == benchmark.schema.version - int(version)
    now = rows_of(path, {table: columns for table, (columns, _) in old.items()})
    assert {table: now[table] for table in old} == old
    connection = sqlite3.connect(path)
    with contextlib.closing(connection):
        assert not list(StatisticsTable.of(benchmark.schema).differing(connection))

    database = SqliteDatabase(tmp_path / "new.db")
    with contextlib.closing(database):
        run_migrations(benchmark.schema, database)
    found = described(path)
    new = described(tmp_path / "new.db")
    for structure in (found, new):
        structure["schema"] = [row for row in structure["schema"] if row[1] != "sqlite_stat1"]
    assert found == new

    with contextlib.closing(nasbench_db.connect(name, path)) as db:
        (trials,) = db.execute_sql(f"SELECT count(*) FROM {benchmark.schema.view}").fetchone()
        assert trials == len(old[benchmark.schema.trial._meta.table_name][1])
        assert db.provenance()[0]["changes"] is None


@pytest.mark.parametrize("benchmark", BENCHMARKS.values(), ids=BENCHMARKS)
def test_there_is_a_sample_of_every_schema_version(benchmark: Any) -> None:
    """A schema that was changed needs a version, a migration, and a sample of its own."""
    versions = {
        int(f.stem.split("_")[1]) for f in SAMPLES if f.stem.split("_")[0] == benchmark.name
    }
    assert versions == set(range(1, benchmark.schema.version + 1))


def test_each_column_is_on_a_line_of_its_own(explored: dict[str, Path]) -> None:
    """So that programs which read the text of a table find where a column ends."""
    for name, path in explored.items():
        with contextlib.closing(sqlite3.connect(path)) as connection:
            for model in BENCHMARKS[name].schema.models:
                table = model._meta.table_name
                ((sql,),) = connection.execute(
                    "SELECT sql FROM sqlite_master WHERE name = ?", [table]
                )
                lines = [line.split()[0].strip('"') for line in sql.splitlines()[1:-1]]
                columns = [row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})")]
                assert lines[: len(columns)] == columns
