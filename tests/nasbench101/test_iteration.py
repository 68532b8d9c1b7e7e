"""Going through all cells of a database: each once, in its order, with one statement."""

import contextlib
import itertools
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

import nasbench_db
from nasbench_db.nasbench101 import Cell, iter_models, iteration
from nasbench_db.nasbench101.iteration import TrainedCell
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.store.database import BenchmarkDatabase


def test_every_cell_comes_once_with_what_is_known_of_it(db: BenchmarkDatabase) -> None:
    """The small file has its cells in the order of their enumeration."""
    cells = list(enumerate_cells(max_vertices=4))
    assert list(iter_models(db)) == [
        TrainedCell(cell, cell.hash, cell.trainable_parameters, (4, 12, 36, 108)) for cell in cells
    ]
    assert list(iter_models()) == list(iter_models(db))


def test_scattered_records_give_each_cell_where_it_appears_first(tmp_path: Path) -> None:
    """However the records are ordered; the epochs ascend all the same."""
    path = tmp_path / "shuffled.tfrecord"
    write_tfrecord(path, enumerate_cells(max_vertices=4), budgets=(108, 4, 36), shuffled=True)
    report = nasbench_db.ingest("nasbench101", path, tmp_path / "shuffled.db", progress=False)
    with contextlib.closing(sqlite3.connect(report.path)) as connection:
        hashes = connection.execute("SELECT hash FROM nb101trialconfig ORDER BY id").fetchall()
    found = list(iter_models(nasbench_db.connect("nasbench101", report.path)))
    assert [model.hash for model in found] == list(dict.fromkeys(row[0] for row in hashes))
    assert {model.epochs for model in found} == {(4, 36, 108)}
    assert all(model.cell.hash == model.hash for model in found)


@pytest.fixture
def edited(copy: Path) -> Callable[..., BenchmarkDatabase]:
    """Runs statements on a copy of the small database and opens it."""

    def edit(*statements: str) -> BenchmarkDatabase:
        with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
            for statement in statements:
                connection.execute(statement)
        return nasbench_db.connect("nasbench101", copy)

    return edit


def test_isomorphic_cells_that_are_written_differently_come_separately(
    edited: Callable[..., BenchmarkDatabase], built: Path
) -> None:
    """Each with its own epochs, although they share their hash."""
    ops = "input,conv3x3-bn-relu,maxpool3x3,output"
    fork = Cell.from_string("0110000100010000", ops)
    mirrored = (
        '{"input1":[0],"input2":[0],"input3":[1,2],"op1":"maxpool3x3","op2":"conv3x3-bn-relu"}'
    )
    database = edited(
        f"UPDATE nb101trialconfig SET arch = '{mirrored}' "
        f"WHERE hash = '{fork.hash}' AND num_epochs IN (12, 108)"
    )
    found = [model for model in iter_models(database) if model.hash == fork.hash]
    assert [model.epochs for model in found] == [(4, 36), (12, 108)]
    assert found[0].cell != found[1].cell
    assert found[0].cell.is_isomorphic(found[1].cell)
    assert len(list(iter_models(database))) == 92


def test_unknown_parameters_are_none(edited: Callable[..., BenchmarkDatabase]) -> None:
    """They are those of the cell's first trial, which may have none."""
    database = edited("UPDATE nb101trialstats SET parameters = NULL WHERE id = 1")
    first, second = itertools.islice(iter_models(database), 2)
    assert first.trainable_parameters is None
    assert second.trainable_parameters == second.cell.trainable_parameters


def test_one_statement_is_asked_and_nothing_is_sorted(db: BenchmarkDatabase) -> None:
    """So the first cell comes at once, whatever the size of the database."""
    statements: list[str] = []
    db.connection().set_trace_callback(statements.append)
    assert len(list(iter_models(db))) == 91
    db.connection().set_trace_callback(None)
    assert len(statements) == 1
    plan = [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {iteration._STATEMENT}")]
    assert plan[0] == "SCAN c"
    assert not any("TEMP B-TREE" in step for step in plan)
    assert sum("USING INDEX nb101trialconfig_hash_num_epochs (hash=?)" in s for s in plan) == 2
    assert any("USING INDEX nb101trialstats_config_id (config_id=?)" in step for step in plan)


def test_there_must_be_a_database(databases: Path) -> None:
    """It is said at the call, not at the first cell."""
    with pytest.raises(nasbench_db.DatabaseNotFound, match="nasbench-db ingest nasbench101"):
        iter_models()


def test_the_default_database_is_asked(databases: Path, built: Path) -> None:
    """Without an argument: the last connected one, or the one at the default path."""
    databases.mkdir()
    shutil.copyfile(built, databases / "nasbench101.db")
    assert sum(1 for _ in iter_models()) == 91
