"""What a handle does when another file is put where its database was."""

import contextlib
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import nasbench_db
from nasbench_db import DatabaseReplaced, InvalidDatabase
from nasbench_db.nasbench101 import query_nb101_trial_stats
from nasbench_db.store.database import BenchmarkDatabase

COUNT = "SELECT count(*) FROM nb101trialstats"


def replace(path: Path, other: Path) -> None:
    """Put another database in the place of one, as an ingestion does."""
    shutil.copyfile(other, path.with_name("new"))
    os.replace(path.with_name("new"), path)


def count(db: BenchmarkDatabase) -> int:
    """How many trials there are, asked in this thread."""
    ((found,),) = db.select(COUNT)
    return int(found)


@pytest.fixture
def fewer(built: Path, tmp_path: Path) -> Path:
    """A database of one trial less."""
    path = tmp_path / "fewer.db"
    shutil.copyfile(built, path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM nb101trialstats WHERE id = 1")
    return path


@pytest.fixture
def opened(copy: Path) -> Iterator[BenchmarkDatabase]:
    """A handle on ``copy``, connected."""
    with contextlib.closing(nasbench_db.connect("nasbench101", copy)) as db:
        yield db


def in_a_thread(ask: Callable[[], Any]) -> Any:
    """What a call gives or raises in another thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(ask).result()


def test_an_open_connection_goes_on_and_a_new_one_says_so(
    opened: BenchmarkDatabase, fewer: Path
) -> None:
    """Never are there answers of two files from one handle."""
    assert count(opened) == 1092
    assert in_a_thread(lambda: count(opened)) == 1092
    replace(opened.path, fewer)
    assert count(opened) == 1092
    with pytest.raises(DatabaseReplaced, match=r"open it anew: nasbench_db\.connect\('nasb"):
        in_a_thread(lambda: count(opened))
    opened.close()
    with pytest.raises(InvalidDatabase):
        count(opened)
    with contextlib.closing(nasbench_db.connect("nasbench101", opened.path)) as again:
        assert count(again) == 1091


def test_a_running_cursor_goes_on_to_its_end(opened: BenchmarkDatabase, fewer: Path) -> None:
    """With the rows of the file that it began with."""
    rows = query_nb101_trial_stats(None, None)
    first = [next(rows) for _ in range(3)]
    replace(opened.path, fewer)
    assert len(first) + len(list(rows)) == 1092


def test_the_default_database_is_no_exception(opened: BenchmarkDatabase, fewer: Path) -> None:
    """Helpers without a database, and models."""
    assert len(list(query_nb101_trial_stats(None, 4))) == 273
    replace(opened.path, fewer)
    with pytest.raises(DatabaseReplaced):
        in_a_thread(lambda: len(list(query_nb101_trial_stats(None, 4))))
    with pytest.raises(DatabaseReplaced):
        in_a_thread(nasbench_db.BENCHMARKS["nasbench101"].schema.trial.select().count)


def test_threads_that_ask_on_and_on_see_one_file(opened: BenchmarkDatabase, fewer: Path) -> None:
    """While it is replaced many times: every answer is of the first file."""
    ended = threading.Event()
    whole = opened.path.read_bytes()

    def ask() -> set[Any]:
        answers: set[Any] = set()
        while not ended.is_set():
            try:
                answers.add(count(opened))
            except DatabaseReplaced:
                answers.add("told")
            opened.close()  # only this thread's connection
        return answers

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask) for _ in range(4)]
        for _ in range(40):
            replace(opened.path, fewer)
            opened.path.with_name("new").write_bytes(whole)
            os.replace(opened.path.with_name("new"), opened.path)
        ended.set()
        found = set().union(*(one.result() for one in asked))
    assert found <= {1092, "told"}
    assert "told" in found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_fork_is_told(opened: BenchmarkDatabase, fewer: Path) -> None:
    """It opens the file anew, which is another one."""
    assert count(opened) == 1092
    replace(opened.path, fewer)
    child = os.fork()
    if not child:
        try:
            count(opened)
        except DatabaseReplaced:
            os._exit(7)
        os._exit(8)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert count(opened) == 1092


def test_a_file_that_is_gone_or_changed_is_told(opened: BenchmarkDatabase) -> None:
    """It need not be another file."""
    assert count(opened) == 1092
    with contextlib.closing(sqlite3.connect(opened.path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM nb101trialstats WHERE id = 1")
    with pytest.raises(DatabaseReplaced):
        in_a_thread(lambda: count(opened))
    opened.path.unlink()
    with pytest.raises(DatabaseReplaced):
        in_a_thread(lambda: count(opened))
