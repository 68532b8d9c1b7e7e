"""Database files: found, recognised, opened read-only, and asked from many sides at once."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import peewee
import pytest

import nasbench_db
from nasbench_db import (
    DatabaseNotFound,
    InvalidDatabase,
    SchemaVersionError,
    UnknownBenchmark,
)
from nasbench_db.nasbench101 import Nb101TrialStats, query_nb101_trial_stats
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.store.database import BenchmarkDatabase, identify, open_database

Runner = Callable[..., "subprocess.CompletedProcess[str]"]


def connect(path: Path | str | None = None) -> BenchmarkDatabase:
    """Connect NAS-Bench-101."""
    return nasbench_db.connect("nasbench101", path)


def change(path: Path, *statements: str) -> None:
    """Run SQL on a database file."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def mean_accuracies(db: BenchmarkDatabase | None = None) -> list[tuple[str, float]]:
    """An answer that takes the whole database."""
    rows = query_nb101_trial_stats(None, 108, reduction="mean", db=db)
    return [(row["config"]["hash"], row["test_acc"]) for row in rows]


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second database: fewer cells, other metrics."""
    folder = tmp_path_factory.mktemp("other")
    source = folder / "other.tfrecord"
    write_tfrecord(source, enumerate_cells(max_vertices=3), seed=1)
    return nasbench_db.ingest("nasbench101", source, folder / "o.db", progress=False).path


# Where databases lie.


def test_the_variable_names_the_folder(databases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is NNI's, and may begin with the user's home."""
    assert nasbench_db.default_directory() == databases
    assert nasbench_db.default_path("nasbench101") == databases / "nasbench101.db"
    monkeypatch.setenv("NASBENCHMARK_DIR", os.path.join("~", "benchmarks"))
    assert nasbench_db.default_directory() == Path.home() / "benchmarks"


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variable_it_is_the_cache_folder(
    value: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's; asking for it creates nothing."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if value is None:
        monkeypatch.delenv("NASBENCHMARK_DIR")
    else:
        monkeypatch.setenv("NASBENCHMARK_DIR", value)
    folder = nasbench_db.default_directory()
    assert folder.name == "nasbench_db"
    assert folder.is_absolute()
    if sys.platform == "linux":
        assert folder == tmp_path / "cache" / "nasbench_db"
    assert list(tmp_path.iterdir()) == []


def test_the_default_database_is_found(built: Path, databases: Path) -> None:
    """By connect without a path, and by a query without connect, which then stays connected."""
    databases.mkdir()
    shutil.copyfile(built, databases / "nasbench101.db")
    assert len(mean_accuracies()) == 91
    first = SCHEMA.database.obj
    assert first.path == databases / "nasbench101.db"
    assert len(mean_accuracies()) == 91
    assert SCHEMA.database.obj is first
    assert connect().path == databases / "nasbench101.db"


# What is no database of ours.


def test_a_missing_database_tells_how_to_build_it(databases: Path, tmp_path: Path) -> None:
    """At the default place and elsewhere, with the command to type."""
    with pytest.raises(DatabaseNotFound, match="nasbench-db ingest nasbench101 FILE") as caught:
        connect()
    assert str(databases / "nasbench101.db") in str(caught.value)
    assert "--db" not in str(caught.value)
    assert isinstance(caught.value, FileNotFoundError)
    missing = tmp_path / "my folder" / "x.db"
    with pytest.raises(DatabaseNotFound) as caught:
        connect(missing)
    assert f'--db "{missing}"' in str(caught.value)
    with pytest.raises(DatabaseNotFound):
        next(query_nb101_trial_stats(None, 4))
    assert not databases.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_name_too_long_is_a_missing_database(tmp_path: Path) -> None:
    """Not a failure of another kind."""
    with pytest.raises(DatabaseNotFound):
        connect(tmp_path / ("long" * 100))


def test_an_unknown_benchmark_is_told(built: Path) -> None:
    """With the names that there are, and the one that was likely meant."""
    for name in ("nasbench102", "nasbench", "", None, ["nasbench101"]):
        with pytest.raises(UnknownBenchmark, match="known are nasbench101"):
            nasbench_db.connect(name, built)
        with pytest.raises(LookupError):
            nasbench_db.ingest(name, "file")
    with pytest.raises(UnknownBenchmark, match="did you mean 'nasbench101'"):
        nasbench_db.connect("nasbench1011")


def test_names_of_benchmarks_are_forgiven_their_spelling() -> None:
    """Case, hyphens and the like, and what they are called besides."""
    spelled = {
        "nasbench101": ("NASBENCH101", "nas-bench-101", "NAS_Bench_101", "nb101"),
        "nasbench201": ("NAS-Bench-201", "nats-tss"),
        "natssss": ("nats-sss", "NATS_SSS"),
        "transnas101": ("TransNAS-101", "TransNAS-Bench-101"),
    }
    for name, others in spelled.items():
        assert all(nasbench_db.benchmarks.get(other).name == name for other in others)


def test_files_of_other_kinds_are_refused(tmp_path: Path, source: Path) -> None:
    """Empty, text, the original data, and a folder."""
    path = tmp_path / "x.db"
    for content in (b"", b"SQLite", b"hash,accuracy\n", source.read_bytes()):
        path.write_bytes(content)
        with pytest.raises(InvalidDatabase, match="not an SQLite database"):
            connect(path)
        assert path.read_bytes() == content
    with pytest.raises(InvalidDatabase, match="cannot be read"):
        connect(tmp_path)


def foreign_databases(path: Path, built: Path) -> Iterator[str]:
    """SQLite databases that are not complete ones of this benchmark, and what is said of each."""
    change(
        path,
        "CREATE TABLE provenance (benchmark, source_format, synthetic)",
        "CREATE TABLE nb101trialstats (id)",
    )
    yield "not one that nasbench_db built"
    change(path, f"PRAGMA application_id = {0x6E617364}", "PRAGMA user_version = 1")
    yield "holds no data"
    change(path, "INSERT INTO provenance VALUES ('nasbench999', 'x', 0)")
    yield "is a database of nasbench999, not of nasbench101"
    change(path, "DROP TABLE provenance")
    yield "is damaged"
    path.unlink()
    shutil.copyfile(built, path)
    change(path, "PRAGMA application_id = 0")
    yield "not one that nasbench_db built"


def test_databases_of_others_are_refused(tmp_path: Path, built: Path) -> None:
    """The mark of the program, the provenance and the benchmark must be there."""
    path = tmp_path / "foreign.db"
    for reason in foreign_databases(path, built):
        with pytest.raises(InvalidDatabase, match=reason) as caught:
            connect(path)
        assert not isinstance(caught.value, SchemaVersionError)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("start", "end"),
    [(16, 100), (100, 16_384), (0, 16), (16_384, None)],
    ids=["header", "first page", "magic", "all other pages"],
)
def test_a_damaged_database_is_refused(start: int, end: int | None, copy: Path) -> None:
    """Where the damage is in what opening reads."""
    content = bytearray(copy.read_bytes())
    content[start:end] = b"\xa5" * len(content[start:end])
    copy.write_bytes(content)
    with pytest.raises(InvalidDatabase, match=r"copy\.db"):
        connect(copy)


@pytest.mark.parametrize("kept", [50, 4096, 16_384, 200_000, -1000])
def test_a_truncated_database_is_refused(kept: int, copy: Path) -> None:
    """Wherever it was cut."""
    copy.write_bytes(copy.read_bytes()[:kept])
    with pytest.raises(InvalidDatabase, match=r"copy\.db"):
        connect(copy)


def test_damage_that_a_query_meets_is_an_error_of_ours(copy: Path) -> None:
    """Page by page: an answer is right, or an error names the file and what to do."""
    right = sorted(mean_accuracies(open_database(SCHEMA, copy)))
    content = copy.read_bytes()
    failures = []
    for page in range(1, len(content) // 16_384):
        damaged = bytearray(content)
        damaged[page * 16_384 : (page + 1) * 16_384] = b"\xa5" * 16_384
        path = copy.with_name(f"page {page}.db")
        path.write_bytes(damaged)
        try:
            with contextlib.closing(open_database(SCHEMA, path)) as db:
                assert sorted(mean_accuracies(db)) == right
        except InvalidDatabase as error:
            failures.append((path.name, str(error)))
    assert len(failures) > 5
    assert all(name in message for name, message in failures)


def test_a_newer_schema_version_is_refused(copy: Path) -> None:
    """The message says to upgrade the program."""
    change(copy, f"PRAGMA user_version = {SCHEMA.version + 1}")
    with pytest.raises(
        SchemaVersionError, match=r"a newer checkout of nasbench_db run: pip install \."
    ):
        connect(copy)
    assert identify(copy) == (SCHEMA.version + 1, "nasbench101")


def test_an_older_schema_version_is_refused_and_not_migrated(copy: Path) -> None:
    """The message names the command that brings it up to date."""
    change(copy, f"PRAGMA user_version = {SCHEMA.version - 1}")
    before = copy.read_bytes()
    with pytest.raises(SchemaVersionError) as caught:
        connect(copy)
    assert f'nasbench-db migrate "{copy}"' in str(caught.value)
    assert copy.read_bytes() == before


def test_a_refused_database_does_not_become_the_default(built: Path, tmp_path: Path) -> None:
    """The one that was connected before stays so."""
    db = connect(built)
    with pytest.raises(DatabaseNotFound):
        connect(tmp_path / "missing.db")
    assert SCHEMA.database.obj is db


# Opened read-only.


def test_a_handle_tells_what_it_is(built: Path, db: BenchmarkDatabase) -> None:
    """Its file, its schema, where its data come from, and all of it in its repr."""
    assert isinstance(db, peewee.SqliteDatabase)
    assert db.path == built
    assert db.schema is SCHEMA
    (row,) = db.provenance()
    assert row["benchmark"] == "nasbench101"
    assert row["records"] == row["trials"] == 1092
    assert repr(db) == f"<nasbench101 database at {built}, SYNTHETIC metrics>"


def test_nothing_can_be_written_through_a_handle(built: Path, db: BenchmarkDatabase) -> None:
    """Neither by SQL nor by the models, nor after switching the guard off."""
    before = built.read_bytes()
    for statement in (
        "DELETE FROM nb101trialstats",
        "CREATE TABLE mine (id)",
        "DROP VIEW nb101",
        "PRAGMA user_version = 7",
        "VACUUM",
    ):
        with pytest.raises(peewee.OperationalError, match="readonly"):
            db.execute_sql(statement)
    with pytest.raises(peewee.OperationalError, match="readonly"):
        Nb101TrialStats.update(test_acc=100.0).execute()
    db.execute_sql("PRAGMA query_only = 0")
    with pytest.raises(peewee.OperationalError, match="readonly"):
        Nb101TrialStats.delete().execute()
    assert Nb101TrialStats.select().count() == 1092
    assert built.read_bytes() == before


def test_a_database_in_a_folder_that_is_read_only_answers(copy: Path, tmp_path: Path) -> None:
    """Asking needs no permission to write, and leaves no file."""
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "x.db"
    shutil.copyfile(copy, path)
    path.chmod(0o444)
    folder.chmod(0o555)
    try:
        assert len(mean_accuracies(connect(path))) == 91
        assert os.listdir(folder) == ["x.db"]
    finally:
        folder.chmod(0o755)
        path.chmod(0o644)


@pytest.mark.skipif(os.name == "nt", reason="Windows forks no process")
def test_a_wal_in_a_folder_that_is_read_only_is_told(copy: Path) -> None:
    """SQLite must write beside it; the message says so, and both ways that it names work."""
    folder = Path(tempfile.mkdtemp())  # one that another user may look into
    path = folder / "x.db"
    shutil.copyfile(copy, path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode = wal").fetchone() == ("wal",)
    path.chmod(0o444)
    folder.chmod(0o555)
    try:
        told = without_rights(lambda: connect(path))
        assert told.startswith(f"InvalidDatabase: {path} is in WAL mode")
        assert f"{folder} cannot be written" in told
        copied = shutil.copyfile(path, copy.with_name("copied.db"))
        assert len(mean_accuracies(connect(copied))) == 91
        folder.chmod(0o755)
        path.chmod(0o644)
        assert f'sqlite3 "{path}" "PRAGMA journal_mode=delete"' in told
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=delete")
        path.chmod(0o444)
        folder.chmod(0o555)
        assert without_rights(lambda: connect(path)) == ""
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def without_rights(ask: Callable[[], object]) -> str:
    """The error of a function in a child that permissions bind, also if this is root's process."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        told = ""
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            ask()
        except BaseException as error:
            told = f"{type(error).__name__}: {error}"
        os.write(writer, told.encode())
        os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8") as answer:
        told = answer.read()
    os.waitpid(child, 0)
    return told


@pytest.mark.parametrize(
    "name",
    [
        "with spaces.db",
        "what?mode=rwc.db",
        "sharp#fragment.db",
        "50%41 percent.db",
        "Größe 实验 ñ.db",
        "'quoted' & \"double\".db",
        "plus+semi;colon.db",
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
def test_paths_of_any_characters_work(name: str, tmp_path: Path, source: Path) -> None:
    """Ingested, connected and asked; the file bears the very name, and there is no other."""
    folder = tmp_path / f"folder of {name}"
    path = folder / name
    original = tmp_path / f"{name}.tfrecord"
    shutil.copyfile(source, original)
    assert nasbench_db.ingest("nasbench101", original, path, progress=False).path == path
    db = connect(path)
    assert len(mean_accuracies()) == 91
    assert db.provenance()[0]["source_name"] == original.name
    others = [entry for entry in os.listdir(folder) if not entry.endswith(".lock")]
    assert others == [name]


def test_relative_paths_work(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a handle still finds its file when the program moves to another folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(source, "s.tfrecord")
    nasbench_db.ingest("nasbench101", "s.tfrecord", "r.db", progress=False)
    connect("r.db")
    monkeypatch.chdir("/")
    assert len(mean_accuracies()) == 91


# Several at once.


def test_two_databases_can_be_open_at_once(built: Path, other: Path) -> None:
    """Each is asked by its handle; the default is the one connected last."""
    large = connect(built)
    small = connect(other)
    assert len(mean_accuracies(large)) == 91
    assert len(mean_accuracies(small)) == 7
    assert len(mean_accuracies()) == 7
    assert Nb101TrialStats.select().count() == 84
    assert mean_accuracies(large)[0] != mean_accuracies(small)[0]
    connect(built)
    assert len(mean_accuracies()) == 91
    interleaved = zip(
        query_nb101_trial_stats(None, 4, db=large),
        query_nb101_trial_stats(None, 4, db=small),
        strict=False,
    )
    for one, another in interleaved:
        assert one["config"]["hash"] == another["config"]["hash"]
        assert one["test_acc"] != another["test_acc"]
    assert small.provenance()[0]["trials"] == 84


def test_opening_does_not_change_the_default(built: Path, other: Path) -> None:
    """Only connecting does."""
    connect(built)
    db = open_database(SCHEMA, other)
    assert len(mean_accuracies()) == 91
    assert len(mean_accuracies(db)) == 7


@pytest.mark.parametrize("wrong", ["nasbench101.db", Path("x.db"), sqlite3, 0, False])
def test_a_db_argument_that_is_no_handle_is_refused(wrong: Any, built: Path) -> None:
    """Even though another database is connected, which it must not fall back to."""
    connect(built)
    with pytest.raises(InvalidDatabase, match=r"what connect\('nasbench101'\) returned"):
        query_nb101_trial_stats(None, 4, db=wrong)


def test_a_peewee_database_is_no_handle(built: Path) -> None:
    """A plain one lacks what the queries need."""
    with pytest.raises(InvalidDatabase):
        query_nb101_trial_stats(None, 4, db=peewee.SqliteDatabase(built))


ASK = """
import json, sys
import nasbench_db
from nasbench_db.nasbench101 import query_nb101_trial_stats

db = nasbench_db.connect("nasbench101", sys.argv[1])

def ask():
    rows = query_nb101_trial_stats(None, 108, reduction="mean")
    return [(row["config"]["hash"], row["test_acc"]) for row in rows]
"""


def test_eight_processes_get_the_same_answer(built: Path) -> None:
    """All of them asking one file at once, again and again."""
    right = [list(pair) for pair in mean_accuracies(connect(built))]
    code = f"{ASK}\nprint(json.dumps([ask() for _ in range(20)]))"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(built)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for _ in range(8)
    ]
    for process in processes:
        stdout, stderr = process.communicate(timeout=300)
        assert (process.returncode, stderr) == (0, "")
        answers = json.loads(stdout)
        assert len(answers) == 20
        assert all(answer == right for answer in answers)


def test_eight_threads_get_the_same_answer(db: BenchmarkDatabase) -> None:
    """Through one handle, all at once, and each with a connection of its own."""
    right = mean_accuracies(db)

    def ask(_: int) -> list[Any]:
        try:
            first = query_nb101_trial_stats(None, 108, include_intermediates=True)
            return [mean_accuracies() for _ in range(10)] + [len(list(first))]
        finally:
            db.close()

    with ThreadPoolExecutor(8) as pool:
        for *answers, trials in pool.map(ask, range(16)):
            assert all(answer == right for answer in answers)
            assert trials == 273


FORKED = (
    ASK
    + """
import os

right = ask()
rows = query_nb101_trial_stats(None, 108)
first = next(rows)
reader, writer = os.pipe()
children = []
for _ in range(4):
    child = os.fork()
    if not child:
        good = ask() == right and ask() == right
        again = query_nb101_trial_stats(None, 108, db=db)
        good = good and next(again) == first and len(list(again)) == 272
        os.write(writer, b"good" if good else b"bad!")
        os._exit(0)
    children.append(child)
assert ask() == right
for child in children:
    assert os.waitpid(child, 0)[1] == 0
assert os.read(reader, 100) == b"good" * 4
assert len(list(rows)) == 272
assert ask() == right
print("all good")
"""
)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_fork_changes_nothing(built: Path, run: Runner) -> None:
    """Asked before, then in four children and in the parent, whose iteration also goes on."""
    ended = run("-W", "error", "-c", FORKED, built)
    assert ended.stderr == ""
    assert ended.stdout == "all good\n"
    assert ended.returncode == 0


# Importing is free.

IMPORTED = """
import sys
import tempfile

opened = []

def watch(event, arguments):
    if event == "sqlite3.connect":
        opened.append(arguments[0])
    elif event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".so", ".pyd")):
        opened.append(arguments[0])

import playhouse.migrations
sys.addaudithook(watch)
import nasbench_db
names = {"numpy", "pandas", "matplotlib", "torch", "tensorflow", "tqdm", "google_crc32c"}
print(sorted(names & set(sys.modules)), opened)
"""


def test_importing_opens_nothing_and_loads_nothing_big(run: Runner, databases: Path) -> None:
    """Neither files nor numpy and its like."""
    ended = run("-c", IMPORTED)
    assert ended.stdout == "[] []\n", ended.stderr
    assert not databases.exists()


def test_the_front_door_is_sorted_and_complete() -> None:
    """Every public name is there, and nothing that is not."""
    assert nasbench_db.__all__ == sorted(nasbench_db.__all__)
    assert all(hasattr(nasbench_db, name) for name in nasbench_db.__all__)
    kinds = vars(nasbench_db.errors)
    errors = {name for name, kind in kinds.items() if isinstance(kind, type)}
    assert errors <= set(nasbench_db.__all__)


def test_models_connect_the_default_database_themselves(
    built: Path, databases: Path, run: Callable[..., Any]
) -> None:
    """A program that uses a model before it connects gets the default database, or is told."""
    program = (
        "from nasbench_db.nasbench101 import Nb101TrialConfig\n"
        "print(Nb101TrialConfig.select().count())\n"
    )
    absent = run("-c", program)
    assert absent.returncode == 1
    assert "DatabaseNotFound: there is no nasbench101 database at" in absent.stderr
    databases.mkdir()
    shutil.copyfile(built, databases / "nasbench101.db")
    assert run("-c", program).stdout == "364\n"


def test_a_database_shows_what_it_is(db: BenchmarkDatabase) -> None:
    """Its benchmark and file, counts, coverage, source, and that its metrics are made up."""
    text = db._repr_html_()
    assert "<td>NAS-Bench-101</td>" in text
    assert f"<td>{db.path}</td>" in text
    assert "364 configs, 1,092 trials, 2,184 intermediates" in text
    assert "<tr><td>108</td><td>91</td></tr>" in text
    assert "<b>the metrics are SYNTHETIC: made up, not measured</b>" in text
    (source,) = db.provenance()
    assert f"small.tfrecord, {source['source_format']}, " in text
    assert f"SHA-256 {source['source_sha256'][:16]}…" in text
    assert "put right" not in text
    assert len(text) < 2000


def test_a_database_shows_what_was_put_right(copy: Path) -> None:
    """The first changes; and a measured one does not call itself made up."""
    changes = [f"change <{number}>" for number in range(100)]
    with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute(
            "UPDATE provenance SET synthetic = 0, changes = ?", [json.dumps(changes)]
        )
    text = nasbench_db.connect("nasbench101", copy)._repr_html_()
    assert "SYNTHETIC" not in text
    shown = "<br>".join(f"change &lt;{number}&gt;" for number in range(5))
    assert f"<tr><th>put right</th><td>{shown}<br>…</td></tr>" in text


def test_every_benchmarks_database_is_shown_small(explored: dict[str, Path]) -> None:
    """However much they cover."""
    for name, path in explored.items():
        database = nasbench_db.connect(name, path)
        text = database._repr_html_()
        assert nasbench_db.BENCHMARKS[name].title in text
        assert len(text) < 6000
        database.close()


# Damage and trouble of every kind is an error of ours.


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE provenance SET changes = 'no JSON'",
        "UPDATE provenance SET changes = x'ff'",
        "UPDATE provenance SET created_at = CAST(x'ff' AS TEXT)",
        "ALTER TABLE provenance DROP COLUMN source_name",
    ],
)
def test_a_damaged_provenance_is_an_error_of_ours(statement: str, copy: Path) -> None:
    """For Python and for the command line."""
    change(copy, statement)
    with (
        contextlib.closing(nasbench_db.connect("nasbench101", copy)) as db,
        pytest.raises(InvalidDatabase, match=r"damaged|cannot be read"),
    ):
        db.provenance()


def test_a_damaged_schema_text_is_an_error_of_ours(copy: Path) -> None:
    """SQLite has the broken text in its message, which is none that Python can read."""
    content = copy.read_bytes()
    for word in (b"nb101trialconfig", b"CREATE TABLE", b"provenance", b"sqlite_stat1"):
        at = content.index(word)
        copy.write_bytes(content[:at] + b"\xff\xfe" + content[at + 2 :])
        try:
            with contextlib.closing(nasbench_db.connect("nasbench101", copy)) as db:
                list(db.select("SELECT * FROM nb101"))
        except InvalidDatabase:
            pass


def test_a_folder_that_may_not_be_searched_is_told(
    databases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not taken for an empty one."""
    stat = os.stat

    def refuse(path: Any, **options: Any) -> os.stat_result:
        if str(path).startswith(str(databases)):
            raise PermissionError(13, "Permission denied")
        return stat(path, **options)

    monkeypatch.setattr(os, "stat", refuse)
    with pytest.raises(InvalidDatabase, match=r"cannot be looked for: Permission denied; the f"):
        connect()


@pytest.mark.skipif(os.name != "posix", reason="needs the limits of POSIX")
def test_too_few_file_descriptors_are_told(built: Path, run: Runner) -> None:
    """And not as damage; nothing else comes on stderr."""
    code = (
        "import os, resource, sys\n"
        "import nasbench_db\n"
        "from nasbench_db.store.database import _Connection\n"
        "db = nasbench_db.connect('nasbench101', sys.argv[1])\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (30, 30))\n"
        "taken = []\n"
        "try:\n"
        "    while True: taken.append(os.open('/dev/null', os.O_RDONLY))\n"
        "except OSError: pass\n"
        "for ask in (db.provenance, lambda: nasbench_db.connect('nasbench101', sys.argv[1])):\n"
        "    try: ask()\n"
        "    except nasbench_db.InvalidDatabase as error: print(error)\n"
    )
    ended = run("-c", code, built)
    assert ended.stderr == ""
    assert ended.stdout.count("Too many open files") == 2
    assert "damaged" not in ended.stdout
