"""Building a database: complete or not at all, whatever happens on the way."""

import contextlib
import math
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pytest

import nasbench_db
import nasbench_db.nasbench201.schema
from nasbench_db import BuildError, BuildInProgress, DatabaseExists, InvalidDatabase
from nasbench_db.nasbench101 import query_nb101_trial_stats
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.store import building
from nasbench_db.store.building import Builder
from nasbench_db.store.models import Schema, stored_columns
from nasbench_db.store.placing import BUILDING_SUFFIX

Finder = Callable[[Path], list[str]]
Runner = Callable[..., "subprocess.CompletedProcess[str]"]

posix = pytest.mark.skipif(os.name != "posix", reason="needs the signals and limits of POSIX")


def ingest(source: Path, path: Path, **options: Any) -> building.Report:
    """Ingest without a progress bar."""
    return nasbench_db.ingest("nasbench101", source, path, progress=False, **options)


def trials_in(path: Path) -> int:
    """How many trials a database answers with."""
    db = nasbench_db.connect("nasbench101", path)
    with contextlib.closing(db):
        return len(list(query_nb101_trial_stats(None, None, db=db)))


def building_file(path: Path) -> Path:
    """Where a database lies until it is complete."""
    return path.with_name(path.name + BUILDING_SUFFIX)


@pytest.fixture(scope="module")
def other_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 2,532 cells, big enough for its ingestion to be caught on the way."""
    path = tmp_path_factory.mktemp("other") / "other.tfrecord"
    write_tfrecord(path, enumerate_cells(max_vertices=5))
    return path


# Where a database may lie.


def test_a_database_that_is_there_is_not_replaced_unasked(copy: Path, source: Path) -> None:
    """The error says how to replace it."""
    before = copy.read_bytes()
    with pytest.raises(DatabaseExists, match="--force"):
        ingest(source, copy)
    with pytest.raises(FileExistsError):
        ingest(source, copy)
    assert copy.read_bytes() == before


def test_a_file_of_another_kind_is_not_replaced_unasked(tmp_path: Path, source: Path) -> None:
    """Whatever it is."""
    path = tmp_path / "thesis.txt"
    path.write_text("chapter 1")
    with pytest.raises(DatabaseExists, match=r"thesis\.txt exists already"):
        ingest(source, path)
    assert path.read_text() == "chapter 1"


def test_a_database_that_appears_at_the_last_moment_is_not_replaced(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when another process ends its build between the look at the target and the lock."""
    path = tmp_path / "new.db"
    acquire = filelock.BaseFileLock.acquire

    def late(self: filelock.BaseFileLock, *arguments: Any, **options: Any) -> Any:
        path.write_text("complete")
        return acquire(self, *arguments, **options)

    monkeypatch.setattr(filelock.BaseFileLock, "acquire", late)
    with pytest.raises(DatabaseExists):
        ingest(source, path)
    assert path.read_text() == "complete"


@pytest.mark.elsewhere
def test_force_replaces_a_database(copy: Path, other_source: Path, leftovers: Finder) -> None:
    """And a handle that was opened before goes on with what it had."""
    before = nasbench_db.connect("nasbench101", copy)
    assert len(list(query_nb101_trial_stats(None, None, db=before))) == 1092
    report = ingest(other_source, copy, force=True)
    assert trials_in(copy) == report.trials == 30_384
    assert leftovers(copy) == []
    before.close()


def test_folders_are_created(tmp_path: Path, source: Path) -> None:
    """All that lead to the database."""
    path = tmp_path / "a" / "b" / "c.db"
    assert ingest(source, path).path == path
    assert trials_in(path) == 1092


def test_the_default_place_is_used(databases: Path, source: Path) -> None:
    """Where no path is given, the database goes where it is looked for."""
    report = nasbench_db.ingest("nasbench101", source, progress=False)
    assert report.path == databases / "nasbench101.db"
    assert len(list(query_nb101_trial_stats(None, 4))) == 273


def test_a_folder_is_no_target(tmp_path: Path, source: Path) -> None:
    """Not even when replacing is allowed."""
    with pytest.raises(BuildError, match="is a folder"):
        ingest(source, tmp_path, force=True)
    assert list(tmp_path.iterdir()) == []


def places_not_writable(tmp_path: Path) -> list[Path]:
    """Targets that nobody can write to, not even an administrator."""
    file = tmp_path / "file"
    file.touch()
    places = [file / "x.db", file / "folder" / "x.db", tmp_path / ("long" * 100)]
    if sys.platform == "linux":
        places += [Path("/proc/x.db"), Path("/proc/folder/x.db"), Path("/dev/null/x.db")]
    return places


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, source: Path) -> None:
    """The message is of the place, not of another process."""
    for path in places_not_writable(tmp_path):
        with pytest.raises(BuildError) as caught:
            ingest(source, path)
        assert not isinstance(caught.value, BuildInProgress)
        assert str(path.parent) in str(caught.value)
        assert "\n" not in str(caught.value)


@posix
@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="an administrator may write")
def test_a_folder_that_is_read_only_is_named(tmp_path: Path, source: Path) -> None:
    """And nothing appears in it."""
    folder = tmp_path / "readonly"
    folder.mkdir()
    folder.chmod(0o555)
    with pytest.raises(BuildError, match=r"cannot write to the folder .*readonly"):
        ingest(source, folder / "x.db")
    assert list(folder.iterdir()) == []
    folder.chmod(0o755)


# A full disk.


@pytest.mark.parametrize("pages", [4, 10, 16, 21, 24])
def test_a_full_disk_leaves_the_older_database(
    pages: int,
    copy: Path,
    source: Path,
    leftovers: Finder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether it fills up with the tables, the rows, the indexes or at the end."""
    before = copy.read_bytes()
    create_tables = Schema.create_tables

    def on_a_small_disk(self: Schema, database: Any) -> None:
        database.execute_sql(f"PRAGMA max_page_count = {pages}")
        create_tables(self, database)

    monkeypatch.setattr(Schema, "create_tables", on_a_small_disk)
    with pytest.raises(BuildError, match="disk is full; an older database is untouched"):
        ingest(source, copy, force=True)
    assert copy.read_bytes() == before
    assert trials_in(copy) == 1092
    assert leftovers(copy) == []
    new = copy.with_name("new.db")
    with pytest.raises(BuildError, match="disk is full; nothing was left behind"):
        ingest(source, new)
    assert not new.exists()
    assert leftovers(new) == []


LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from nasbench_db.commands.cli import main
main()
"""


@posix
@pytest.mark.parametrize("limit", [1 << 14, 1 << 16, 1 << 18])
def test_the_system_refusing_to_write_leaves_the_older_database(
    limit: int, copy: Path, source: Path, leftovers: Finder, run: Runner
) -> None:
    """Seen from the command line: one line of text, and the older database answers."""
    before = copy.read_bytes()
    command = ("ingest", "nasbench101", source, "--db", copy, "--force", "--quiet")
    ended = run("-c", LIMITED, limit, *command)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"Error: cannot build {copy}: ")
    assert "an older database is untouched" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert copy.read_bytes() == before
    assert trials_in(copy) == 1092
    assert leftovers(copy) == []
    if limit == 1 << 14:  # the same command succeeds where there is room
        assert run("-c", LIMITED, 1 << 30, *command).returncode == 0
        assert trials_in(copy) == 1092


@pytest.mark.parametrize("older", [True, False], ids=["older database", "no database"])
def test_a_build_that_cannot_be_put_in_its_place_leaves_nothing(
    older: bool,
    copy: Path,
    source: Path,
    leftovers: Finder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As when the older file is held open on Windows."""
    before = copy.read_bytes()

    def held_open(*paths: Any) -> None:
        raise PermissionError(13, "held by another program")

    path = copy if older else copy.with_name("new.db")
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", held_open)
        with pytest.raises(BuildError, match="held by another program"):
            ingest(source, path, force=True)
    assert copy.read_bytes() == before
    assert path.exists() == older
    assert leftovers(path) == []


# Killed.


KILLED = """
import os, signal, sys
from nasbench_db.store import building
from nasbench_db.commands import cli
from nasbench_db.store.models import Schema

def die(*arguments, **options):
    os.kill(os.getpid(), signal.SIGKILL)

inserted = 0

def insert(self, model, rows):
    global inserted
    inserted += 1
    if inserted > 5:
        die()
    return original(self, model, rows)

original = building.Builder.insert
moment = sys.argv.pop(1)
if moment == "first row":
    building.Builder.insert = die
elif moment == "later row":
    building.Builder.insert = insert
elif moment == "indexes":
    Schema.create_indexes = die
else:
    os.replace = die
cli.main()
"""


@posix
@pytest.mark.parametrize("moment", ["first row", "later row", "indexes", "end"])
def test_a_killed_ingestion_leaves_the_older_database(
    moment: str,
    copy: Path,
    other_source: Path,
    leftovers: Finder,
    run: Runner,
    typed: Runner,
) -> None:
    """What it leaves is never taken for a database, and the next ingestion removes it."""
    before = copy.read_bytes()
    command = ("ingest", "nasbench101", other_source, "--db", copy, "--force", "--quiet")
    # ``run`` waits until nobody holds stderr any more: until the parsing process has ended, too.
    ended = run("-c", KILLED, moment, *command)
    assert ended.returncode == -signal.SIGKILL
    assert "Traceback" not in ended.stderr
    assert copy.read_bytes() == before
    assert trials_in(copy) == 1092

    half_built = building_file(copy)
    assert leftovers(copy) == [half_built.name]
    with pytest.raises(InvalidDatabase):
        nasbench_db.connect("nasbench101", half_built)
    for name in ("info", "verify"):
        refused = typed(name, half_built)
        assert refused.returncode == 1
        assert refused.stdout == ""
        assert refused.stderr.count("\n") == 1

    ingest(other_source, copy, force=True)
    assert leftovers(copy) == []
    assert trials_in(copy) == 30_384


def start_and_catch(path: Path, source: Path) -> "subprocess.Popen[str]":
    """Start an ingestion as a user would, and return while it is under way."""
    command = ["-m", "nasbench_db", "ingest", "nasbench101", str(source), "--db", str(path)]
    process = subprocess.Popen(
        [sys.executable, *command, "--force", "--quiet"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    while not building_file(path).exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)
    return process


@posix
def test_a_process_killed_from_outside_leaves_the_older_database(
    copy: Path, other_source: Path, source: Path, leftovers: Finder, run: Runner
) -> None:
    """``kill -9`` of the command; the process that parses ends by itself."""
    before = copy.read_bytes()
    process = start_and_catch(copy, other_source)
    process.kill()
    output = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, output
    assert copy.read_bytes() == before
    assert leftovers(copy) == [building_file(copy).name]
    with pytest.raises(InvalidDatabase):
        nasbench_db.connect("nasbench101", building_file(copy))
    ingest(source, copy, force=True)
    assert leftovers(copy) == []
    assert trials_in(copy) == 1092


@posix
@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_leaves_nothing_behind(copy: Path, other_source: Path, leftovers: Finder) -> None:
    """The terminal sends it to both processes, at once or while the second is starting."""
    before = copy.read_bytes()
    for moment in range(0, 9, 2):
        process = start_and_catch(copy, other_source)
        time.sleep(moment / 100)
        os.killpg(process.pid, signal.SIGINT)
        stdout, stderr = process.communicate(timeout=120)
        assert stderr.split() == ["Aborted!"]
        assert process.returncode == 1
        assert stdout == ""
        assert copy.read_bytes() == before
        assert leftovers(copy) == []


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["term", "hup"])
def test_being_ended_leaves_nothing_behind(
    number: int, copy: Path, other_source: Path, leftovers: Finder
) -> None:
    """By a batch system, or by a terminal that was closed; the exit status is the shell's."""
    before = copy.read_bytes()
    for moment in range(4):
        process = start_and_catch(copy, other_source)
        time.sleep(moment / 50)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=120)
        assert (stdout, stderr) == ("", "")
        assert process.returncode == 128 + number
        assert copy.read_bytes() == before
        assert leftovers(copy) == []


@pytest.mark.elsewhere
@pytest.mark.parametrize("method", ["insert", "finish"])
def test_any_exception_leaves_nothing_behind(
    method: str,
    tmp_path: Path,
    source: Path,
    leftovers: Finder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An interrupt in the middle passes through unchanged, and the next ingestion works."""
    path = tmp_path / "new.db"

    def interrupted(*arguments: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Builder, method, interrupted)
        with pytest.raises(KeyboardInterrupt):
            ingest(source, path)
    assert not path.exists()
    assert leftovers(path) == []
    assert ingest(source, path).trials == 1092


def test_a_complete_database_under_a_half_built_ones_name_is_refused(
    built: Path, tmp_path: Path, run: Runner
) -> None:
    """A kill while the last pages are written may leave a file whose beginning looks right."""
    path = building_file(tmp_path / "x.db")
    shutil.copyfile(built, path)
    with pytest.raises(InvalidDatabase):
        nasbench_db.connect("nasbench101", path)
    assert run("verify", path).returncode == 1


# Two at once.


def test_of_two_builders_one_wins(
    tmp_path: Path,
    source: Path,
    other_source: Path,
    leftovers: Finder,
    run: Runner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second process that comes in the middle is told so, and disturbs nothing."""
    path = tmp_path / "both.db"
    command = ("ingest", "nasbench101", other_source, "--db", path, "--quiet")
    competitors: list[subprocess.CompletedProcess[str]] = []
    insert = Builder.insert

    def meanwhile(self: Builder, *arguments: Any) -> None:
        if not competitors:
            competitors.append(run(*command))
            competitors.append(run(*command, "--force"))
            with pytest.raises(BuildInProgress):
                ingest(other_source, path, force=True)
        insert(self, *arguments)

    monkeypatch.setattr(Builder, "insert", meanwhile)
    report = ingest(source, path)
    assert len(competitors) == 2
    for ended in competitors:
        assert ended.returncode == 1
        assert ended.stdout == ""
        assert "another process is building" in ended.stderr
        assert ended.stderr.count("\n") == 1
    assert report.trials == trials_in(path) == 1092
    assert leftovers(path) == []
    # Once the first has ended, the second may build.
    assert run(*command, "--force").returncode == 0
    assert trials_in(path) == 30_384


def test_two_processes_started_together_end_well(
    tmp_path: Path, other_source: Path, leftovers: Finder
) -> None:
    """Either one is told that the other builds, or that the other's database is there."""
    path = tmp_path / "race.db"
    command = ["-m", "nasbench_db", "ingest", "nasbench101", str(other_source), "--db", str(path)]
    processes = [
        subprocess.Popen(
            [sys.executable, *command, "--quiet"], stderr=subprocess.PIPE, encoding="utf-8"
        )
        for _ in range(2)
    ]
    messages = [process.communicate(timeout=300)[1] for process in processes]
    assert sorted(process.returncode for process in processes) == [0, 1], messages
    loser = "".join(messages)
    assert "another process is building" in loser or "exists already" in loser
    assert trials_in(path) == 30_384
    assert leftovers(path) == []


# What is built.


def test_the_file_stands_alone(built: Path) -> None:
    """No journal, no write-ahead log; pages of 16 KiB; statistics for the planner."""
    with contextlib.closing(sqlite3.connect(built)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("PRAGMA page_size").fetchone() == (16384,)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        analysed = {row[0] for row in connection.execute("SELECT idx FROM sqlite_stat1")}
    assert {
        "nb101trialconfig_hash_num_epochs",
        "nb101trialconfig_num_vertices_num_epochs",
        "nb101trialstats_config_id",
    } <= analysed


def test_a_builder_left_without_finish_builds_nothing(tmp_path: Path, leftovers: Finder) -> None:
    """Leaving the context is not enough."""
    path = tmp_path / "new.db"
    with Builder(SCHEMA, path) as builder:
        assert builder.count(SCHEMA.config) == 0
        assert leftovers(path) == [building_file(path).name]
    assert not path.exists()
    assert leftovers(path) == []


@posix
def test_the_lock_leaves_no_file(tmp_path: Path, source: Path) -> None:
    """Neither after a success nor after a failure."""
    path = tmp_path / "new.db"
    ingest(source, path)
    with pytest.raises(nasbench_db.SourceError):
        ingest(tmp_path / "missing", path, force=True)
    with pytest.raises(DatabaseExists):
        ingest(source, path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["new.db"]


def test_rows_that_do_not_fit_the_tables_are_refused(tmp_path: Path, leftovers: Finder) -> None:
    """As a failed build, with what SQLite says."""
    path = tmp_path / "new.db"
    with (
        pytest.raises(BuildError, match="NOT NULL"),
        Builder(SCHEMA, path) as builder,
    ):
        builder.insert(SCHEMA.config, [[None] * len(stored_columns(SCHEMA.config))])
    assert not path.exists()
    assert leftovers(path) == []


def test_numbers_are_what_rows_are(tmp_path: Path) -> None:
    """Columns that are not named, and what is NaN, are NULL, and epochs are integers."""
    model = nasbench_db.nasbench201.schema.SCHEMA.intermediate
    rows = [[float(epoch), epoch / 7] for epoch in range(1, 612)]
    rows[5][1] = math.nan
    with Builder(nasbench_db.nasbench201.schema.SCHEMA, tmp_path / "new.db") as builder:
        columns = ("current_epoch", "valid_acc")
        builder.insert_numbers(model, {"trial_id": 3}, columns, np.array(rows))
        builder.insert_numbers(model, {"trial_id": 4}, columns, np.empty((0, 2)))
        found = builder.database.execute_sql(
            "SELECT trial_id, current_epoch, typeof(current_epoch), valid_acc, train_acc "
            "FROM nb201intermediatestats"
        ).fetchall()
        with pytest.raises(BuildError, match="UNIQUE"):
            builder.insert_numbers(model, {"trial_id": 3}, columns, np.array(rows[-1:]))
    expected: list[tuple[Any, ...]] = [
        (3, epoch, "integer", epoch / 7, None) for epoch in range(1, 612)
    ]
    expected[5] = (3, 6, "integer", None, None)
    assert found == expected
