"""Logs that other programs left beside a database: none is ever applied to another file."""

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import nasbench_db
from nasbench_db import InvalidDatabase
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.store.placing import UNFINISHED

LEAVE = """
import os, sqlite3, sys
path, mode, stay = sys.argv[1:]
connection = sqlite3.connect(path, isolation_level=None)
connection.execute(f"PRAGMA journal_mode = {mode}")
connection.execute("PRAGMA cache_size = 1")  # so that pages go into the file before the end
connection.execute("BEGIN")
connection.execute("UPDATE nb101trialstats SET test_acc = 99999")
if mode == "wal":
    connection.execute("COMMIT")
print("left", flush=True)
if stay == "stay":
    sys.stdin.read()
os._exit(0)
"""
"""Changes a database and ends without closing it, at once or when its input ends."""


def leave(path: Path, mode: str) -> None:
    """Let another program change a database and be killed."""
    subprocess.run([sys.executable, "-c", LEAVE, path, mode, "go"], check=True, timeout=60)
    log = path.with_name(path.name + {"wal": "-wal", "delete": "-journal"}[mode])
    assert log.stat().st_size > 1000


@contextlib.contextmanager
def held_open(path: Path, mode: str) -> Iterator[None]:
    """Another program that has changed a database and still has it open."""
    command = [sys.executable, "-c", LEAVE, str(path), mode, "stay"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"left\n"
        yield
        process.stdin.close()


def ingest(source: Path, path: Path, **options: Any) -> None:
    """Ingest without a progress bar."""
    nasbench_db.ingest("nasbench101", source, path, progress=False, **options)


def content(path: Path) -> list[Any]:
    """All rows of the trials, asked by a program that may finish logs, and the file's judgement.

    A log beside the file would be applied now.
    """
    with contextlib.closing(sqlite3.connect(path)) as connection:
        judged = connection.execute("PRAGMA integrity_check").fetchall()
        return judged + connection.execute("SELECT * FROM nb101trialstats").fetchall()


def beside(path: Path) -> list[str]:
    """The other files whose names begin as a database's."""
    return sorted(found.name for found in path.parent.glob(f"{path.name}?*"))


@pytest.fixture(scope="module")
def smaller(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of fewer cells, so that pages of the other do not fit it."""
    folder = tmp_path_factory.mktemp("smaller")
    write_tfrecord(folder / "smaller.tfrecord", enumerate_cells(max_vertices=3))
    ingest(folder / "smaller.tfrecord", folder / "smaller.db")
    return folder / "smaller.db"


Put = Callable[[Path], None]
"""Puts the database of ``source`` at a path."""


@pytest.fixture(params=["force", "deleted", "damaged", "other", "migrate"])
def put(
    request: pytest.FixtureRequest, source: Path, copy: Path, tmp_path: Path
) -> Callable[[Path], None]:
    """The ways in which a database comes to a place where another one lay."""
    way = request.param

    def by_way(path: Path) -> None:
        if way == "migrate":
            nasbench_db.migrate(copy, path, progress=False, force=True)
            return
        if way == "deleted":
            path.unlink()
        if way == "damaged":
            damaged = bytearray(path.read_bytes())
            damaged[40:2000] = bytes(1960)
            path.write_bytes(damaged)
        if way == "other":
            path.write_text("no database")
        ingest(source, path, force=way != "deleted")

    return by_way


@pytest.mark.parametrize("mode", ["wal", "delete"])
@pytest.mark.parametrize("older", ["same", "smaller"])
def test_what_a_killed_program_left_is_not_applied_to_the_new_database(
    mode: str, older: str, put: Put, built: Path, smaller: Path, tmp_path: Path
) -> None:
    """Neither its changes, nor what it would have taken back."""
    path = tmp_path / "x.db"
    shutil.copyfile(built if older == "same" else smaller, path)
    leave(path, mode)
    put(path)
    assert beside(path) == []
    assert content(path) == content(built)


@pytest.mark.parametrize("way", ["force", "deleted", "to"])
def test_a_program_that_has_the_older_one_open_is_told(
    way: str, built: Path, copy: Path, source: Path, tmp_path: Path
) -> None:
    """Its WAL would be applied, or deleted by it when it ends. Its changes are not lost either."""
    path = tmp_path / "x.db"
    shutil.copyfile(built, path)
    put = {
        "force": partial(ingest, source, path, force=True),
        "deleted": partial(ingest, source, path),
        "to": partial(nasbench_db.migrate, copy, path, progress=False, force=True),
    }[way]
    with held_open(path, "wal"):
        if way == "deleted":
            path.unlink()
        with pytest.raises(InvalidDatabase, match="end"):
            put()
        assert path.exists() == (way != "deleted")
    if way == "force":
        assert {row[6] for row in content(path)[1:]} == {99999}
    ingest(source, path, force=True)
    assert content(path) == content(built)


def test_a_program_in_the_midst_of_a_change_is_told(
    built: Path, source: Path, tmp_path: Path
) -> None:
    """It has locked the file."""
    path = tmp_path / "x.db"
    shutil.copyfile(built, path)
    with (
        held_open(path, "delete"),
        pytest.raises(InvalidDatabase, match=r"cannot be replaced now.*x\.db-journal"),
    ):
        ingest(source, path, force=True)


def test_a_log_that_comes_while_the_new_one_is_built(
    built: Path, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked for again at the last moment."""
    path = tmp_path / "x.db"
    shutil.copyfile(built, path)
    finish = nasbench_db.store.building.Builder.finish

    def late(self: Any, *arguments: Any, **options: Any) -> Any:
        leave(path, "wal")
        return finish(self, *arguments, **options)

    monkeypatch.setattr(nasbench_db.store.building.Builder, "finish", late)
    ingest(source, path, force=True)
    assert beside(path) == []
    assert content(path) == content(built)


def test_a_build_that_fails_loses_nothing_of_the_older_one(
    built: Path, tmp_path: Path, source: Path
) -> None:
    """What was in the log is in the file."""
    path = tmp_path / "x.db"
    shutil.copyfile(built, path)
    leave(path, "wal")
    cut = tmp_path / "cut.tfrecord"
    cut.write_bytes(source.read_bytes()[:-10])
    with pytest.raises(nasbench_db.SourceError):
        ingest(cut, path, force=True)
    assert {row[6] for row in content(path)[1:]} == {99999}


def test_the_log_of_another_file_is_never_read(built: Path, copy: Path, tmp_path: Path) -> None:
    """Where somebody else put the file there, with cp or mv."""
    leave(copy, "wal")
    shutil.copyfile(built, copy)
    with pytest.raises(InvalidDatabase, match=r"copy\.db-wal is not of copy\.db"):
        nasbench_db.connect("nasbench101", copy)
    copy.with_name("copy.db-wal").unlink()
    with contextlib.closing(nasbench_db.connect("nasbench101", copy)) as db:
        assert list(db.select("SELECT max(test_acc) < 101 FROM nb101trialstats")) == [(1,)]


def test_a_log_of_the_database_itself_is_read(copy: Path) -> None:
    """Who works with a WAL is not kept from it."""
    with (
        held_open(copy, "wal"),
        contextlib.closing(nasbench_db.connect("nasbench101", copy)) as db,
    ):
        assert list(db.select("SELECT max(test_acc) FROM nb101trialstats")) == [(99999,)]


@pytest.mark.parametrize("command", ["ingest", "migrate"])
def test_what_killed_writers_left_is_deleted_by_the_next(
    command: str, built: Path, copy: Path, source: Path, tmp_path: Path
) -> None:
    """Of whatever writer; a journal would be rolled back into the next copy."""
    path = tmp_path / "x.db"
    for suffix in UNFINISHED:
        unfinished = path.with_name(path.name + suffix)
        shutil.copyfile(built, unfinished)
        leave(unfinished, "delete")
        with pytest.raises(InvalidDatabase, match="left behind"):
            nasbench_db.connect("nasbench101", unfinished)
    if command == "ingest":
        ingest(source, path)
    else:
        nasbench_db.migrate(copy, path, progress=False)
    assert beside(path) == []
    assert content(path) == content(built)


def test_a_link_stays_a_link(built: Path, source: Path, tmp_path: Path) -> None:
    """An ingestion replaces what it leads to, and looks for logs there."""
    (tmp_path / "disk").mkdir()
    path = tmp_path / "disk" / "x.db"
    shutil.copyfile(built, path)
    leave(path, "wal")
    link = tmp_path / "link.db"
    link.symlink_to(path)
    ingest(source, link, force=True)
    assert link.is_symlink()
    assert beside(path) == beside(link) == []
    assert content(path) == content(built)
