"""The hash of a database's content: the same for the same rows, and for no others."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nasbench_db
from nasbench_db.store.contents import content_hash


def hash_of(path: Path, benchmark: str = "nasbench101") -> str:
    """The hash of a database file."""
    with contextlib.closing(nasbench_db.connect(benchmark, path)) as db:
        return content_hash(db, progress=False)


def change(path: Path, statement: str) -> None:
    """Change a database in the way of other programs."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)


def test_another_build_of_the_same_file_has_the_same(
    built: Path, source: Path, tmp_path: Path
) -> None:
    """Also after its pages were laid out anew, and with a table that is not ours."""
    path = tmp_path / "again.db"
    nasbench_db.ingest("nasbench101", source, path, progress=False)
    assert hash_of(path) == hash_of(built)
    change(path, "CREATE TABLE own AS SELECT 1")
    change(path, "PRAGMA page_size = 4096")
    change(path, "VACUUM")
    assert hash_of(path) == hash_of(built)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE nb101trialstats SET test_acc = test_acc + 1e-13 WHERE id = 700",
        "UPDATE nb101intermediatestats SET test_acc = NULL WHERE id IN "
        "(SELECT id FROM nb101intermediatestats LIMIT 1)",
        "UPDATE nb101trialstats SET training_time = 9e999 WHERE id = 1",
        "UPDATE nb101trialconfig SET arch = '{}' WHERE id = 1",
        "DELETE FROM nb101trialstats WHERE id = 1092",
        "INSERT INTO nb101trialconfig SELECT 99999, arch, num_vertices, hash, num_epochs, "
        "canonical FROM nb101trialconfig WHERE id = 1",
    ],
)
def test_every_change_of_a_row_changes_it(statement: str, copy: Path) -> None:
    """A value, a row less, a row more."""
    before = hash_of(copy)
    change(copy, statement)
    assert hash_of(copy) != before


def test_infinite_numbers_differ_from_each_other_and_from_none(copy: Path) -> None:
    """Which JSON does not tell apart."""
    found = set()
    for value in ("NULL", "9e999", "-9e999"):
        change(copy, f"UPDATE nb101trialstats SET training_time = {value} WHERE id = 1")
        found.add(hash_of(copy))
    change(
        copy,
        "UPDATE nb101trialstats SET training_time = "
        "CASE id WHEN 2 THEN 9e999 WHEN 1 THEN NULL ELSE training_time END",
    )
    found.add(hash_of(copy))
    assert len(found) == 4


def test_of_every_benchmark(explored: dict[str, Path]) -> None:
    """Those with blobs and further tables, too."""
    assert len({hash_of(path, name) for name, path in explored.items()}) == len(explored)


def test_info_tells_it(built: Path, typed: Callable[..., Any]) -> None:
    """When it is asked for."""
    assert "content_hash" not in typed("info", built).stdout
    assert hash_of(built) in typed("info", built, "--content-hash").stdout
