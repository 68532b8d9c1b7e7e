"""Sets are attached to every connection, read-only, and their faults are theirs alone."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import nasbench_db
from nasbench_db import explore
from nasbench_db.errors import DatabaseNotFound, DatabaseReplaced, InvalidDatabase, InvalidQuery
from nasbench_db.store.database import BenchmarkDatabase

from .conftest import AT, INDEXES, Latencies


@pytest.fixture
def copies(folder: Path, tmp_path: Path) -> Path:
    """A folder with copies of the database and its set, which a test may change."""
    for path in folder.glob("*.db"):
        shutil.copyfile(path, tmp_path / path.name)
    return tmp_path


def best(db: BenchmarkDatabase) -> Any:
    """What a question across both files gives."""
    return [(row["arch_index"], row["hw.pi"]) for row in explore.top(2, by="hw.pi", db=db, **AT)]


def test_many_threads(db: BenchmarkDatabase) -> None:
    alone = best(db)
    with ThreadPoolExecutor(8) as pool:
        assert all(found == alone for found in pool.map(lambda _: best(db), range(32)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_a_forked_child(db: BenchmarkDatabase) -> None:
    alone = best(db)
    ours, theirs = multiprocessing.get_context("fork").Pipe()
    child = os.fork()
    if not child:  # nothing of the test runs twice
        try:
            theirs.send(best(db))
        finally:
            os._exit(0)
    assert ours.poll(30)
    assert ours.recv() == alone
    os.waitpid(child, 0)
    assert best(db) == alone


def test_nothing_can_be_written(db: BenchmarkDatabase) -> None:
    with pytest.raises(Exception, match=r"readonly|attempt to write"):
        db.execute_sql("UPDATE hw.hw SET pi = 0")


def test_the_benchmarks_file_is_untouched(copies: Path) -> None:
    path = copies / "nasbench201.db"
    before = path.read_bytes(), path.stat().st_mtime_ns
    nasbench_db.measure("more", "nasbench201", [{"arch": 3, "a": 1}], path)
    with nasbench_db.connect("nasbench201", path, measurements=["hw", "more"]) as database:
        assert best(database)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_names_and_paths_that_are_no_sets(copies: Path, folder: Path) -> None:
    path = copies / "nasbench201.db"

    def connect(*sets: Any) -> Any:
        return nasbench_db.connect("nasbench201", path, measurements=list(sets))

    with pytest.raises(DatabaseNotFound, match=r"'hv'.*beside the database are hw.*measure hv"):
        connect("hv")
    with pytest.raises(DatabaseNotFound, match="no measurement set"):
        connect(copies / "none.measurements.db")
    with pytest.raises(InvalidQuery, match="twice"):
        connect("hw", folder / "nasbench201.hw.measurements.db")
    with pytest.raises(InvalidQuery, match="give a list"):
        nasbench_db.connect("nasbench201", path, measurements="hw")
    with pytest.raises(InvalidQuery, match=r"11 measurement sets.*10 files at most"):
        connect(*(f"s{number}" for number in range(11)))
    with pytest.raises(InvalidDatabase, match="of nasbench201, not of natssss"):
        nasbench_db.connect(
            "natssss", path, measurements=[copies / "nasbench201.hw.measurements.db"]
        )


def test_ten_sets_at_once(copies: Path) -> None:
    path = copies / "nasbench201.db"
    names = [f"s{number}" for number in range(10)]
    for number, name in enumerate(names):
        nasbench_db.measure(name, "nasbench201", [{"arch": 20, "a": number}], path)
    with nasbench_db.connect("nasbench201", path, measurements=names) as database:
        columns = [f"{name}.a" for name in names]
        (row,) = explore.top(by="s9.a", direction="max", columns=columns, db=database, **AT)
        assert [row[name] for name in columns] == list(range(10))


def test_a_set_that_is_gone_or_another_one(copies: Path) -> None:
    """Whoever connected before goes on; a new connection says what is wrong."""
    path, place = copies / "nasbench201.db", copies / "nasbench201.hw.measurements.db"
    database = nasbench_db.connect("nasbench201", path, measurements=["hw"])
    alone = best(database)
    nasbench_db.measure(
        "hw", "nasbench201", [{"arch": 20, "pi": 1}], path, directions={"pi": "min"}, force=True
    )
    assert best(database) == alone
    database.close()
    with pytest.raises(DatabaseReplaced, match="was replaced or changed"):
        best(database)
    place.unlink()
    with pytest.raises(InvalidDatabase, match=r"is not there any more.*not touched"):
        best(database)
    with nasbench_db.connect("nasbench201", path) as without:
        assert len(list(explore.top(99, by="test_acc", db=without, **AT))) == len(INDEXES)


@pytest.mark.parametrize("damage", ["cut", "noise", "text", "empty"])
def test_a_damaged_set_harms_only_itself(damage: str, copies: Path) -> None:
    path, place = copies / "nasbench201.db", copies / "nasbench201.hw.measurements.db"
    content = place.read_bytes()
    half = len(content) // 2
    place.write_bytes(
        {
            "cut": content[:half],
            "noise": content[:100] + b"\xff" * (len(content) - 100),
            "text": b"no database" * 20,
            "empty": b"",
        }[damage]
    )
    with pytest.raises(InvalidDatabase, match=r"hw\.measurements\.db"):
        best(nasbench_db.connect("nasbench201", path, measurements=["hw"]))
    with nasbench_db.connect("nasbench201", path) as without:
        assert len(list(explore.top(99, by="test_acc", db=without, **AT))) == len(INDEXES)


def test_damage_that_is_met_later_names_the_set(copies: Path) -> None:
    path, place = copies / "nasbench201.db", copies / "nasbench201.hw.measurements.db"
    connection = sqlite3.connect(place)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'hw'").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    content = bytearray(place.read_bytes())
    content[(root - 1) * size : root * size] = b"\x00" * size
    place.write_bytes(content)
    with pytest.raises(InvalidDatabase, match=r"hw\.measurements\.db cannot be read.*verify"):
        best(nasbench_db.connect("nasbench201", path, measurements=["hw"]))


def test_a_new_process_needs_the_names_alone(folder: Path, latencies: Latencies) -> None:
    program = (
        "import nasbench_db, sys\n"
        "from nasbench_db.explore import top\n"
        "nasbench_db.connect('nasbench201', sys.argv[1], measurements=['hw'])\n"
        "print(next(iter(top(1, by='hw.pi', dataset='cifar100', num_epochs=200)))['hw.pi'])\n"
    )
    command = [sys.executable, "-c", program, str(folder / "nasbench201.db")]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert float(found) == min(latencies[i][0] for i in INDEXES if i in latencies)


def test_another_database_than_it_was_made_beside(copies: Path) -> None:
    """The keys of its configs are taken of the very database alone; others look theirs up."""
    path = copies / "nasbench201.db"
    with nasbench_db.connect("nasbench201", path, measurements=["hw"]) as own:
        assert [one.placed for one in own.sets] == [True]
        assert "place" in explore.pareto(["test_acc", "hw.pi"], db=own, **AT).sql()
        alone = best(own), list(explore.pareto(["test_acc", "hw.pi"], db=own, **AT))
    connection = sqlite3.connect(path)
    connection.execute("UPDATE provenance SET created_at = '2001-01-01'")
    connection.commit()
    connection.close()
    with nasbench_db.connect("nasbench201", path, measurements=["hw"]) as other:
        assert [one.placed for one in other.sets] == [False]
        assert "place" not in explore.pareto(["test_acc", "hw.pi"], db=other, **AT).sql()
        assert (best(other), list(explore.pareto(["test_acc", "hw.pi"], db=other, **AT))) == alone
