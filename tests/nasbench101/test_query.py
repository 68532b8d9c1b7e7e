"""Asking for many cells at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nasbench_db
from nasbench_db.ask import many
from nasbench_db.errors import InvalidArchitecture, InvalidQuery
from nasbench_db.nasbench101 import Cell, query_many, query_nb101_trial_stats
from nasbench_db.nasbench101.packed import pack
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.store.database import BenchmarkDatabase

CELLS = list(enumerate_cells(max_vertices=5))
METRICS = ("train_acc", "valid_acc", "test_acc", "parameters", "training_time")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of every other cell of at most five vertices."""
    folder = tmp_path_factory.mktemp("many")
    write_tfrecord(folder / "half.tfrecord", CELLS[::2], budgets=(4, 108))
    source = folder / "half.tfrecord"
    return nasbench_db.ingest("nasbench101", source, folder / "half.db", progress=False).path


@pytest.fixture
def db(path: Path) -> BenchmarkDatabase:
    """It, connected."""
    return nasbench_db.connect("nasbench101", path)


@pytest.mark.parametrize("reduction", ["mean", "median", "std", "min", "max"])
def test_each_row_is_what_the_single_query_gives(db: BenchmarkDatabase, reduction: str) -> None:
    asked = CELLS[::-7]
    rows = query_many(asked, 108, reduction)
    assert rows.shape == (len(asked),)
    for cell, row in zip(asked, rows, strict=True):
        assert row["canonical"] == cell.canonical_code
        single = list(query_nb101_trial_stats(cell, 108, reduction=reduction))
        if not single:
            assert row["num_trials"] == 0
            assert all(np.isnan(row[metric]) for metric in METRICS)
        else:
            assert row["num_trials"] == single[0]["num_trials"] == 3
            assert [row[metric] for metric in METRICS] == [single[0][m] for m in METRICS]
    assert {0, 3} == set(rows["num_trials"].tolist())


def test_cells_dicts_codes_and_isomorphs_are_the_same(db: BenchmarkDatabase) -> None:
    rows = query_many(CELLS, 4)
    assert (query_many(pack(CELLS), 4)["num_trials"] == rows["num_trials"]).all()
    assert np.array_equal(query_many(pack(CELLS), 4)["test_acc"], rows["test_acc"], equal_nan=True)
    dicts = query_many((cell.arch for cell in CELLS[:50]), 4)
    assert np.array_equal(dicts["valid_acc"], rows[:50]["valid_acc"], equal_nan=True)
    fork = Cell.from_string("0110000100010000", "input,maxpool3x3,conv1x1-bn-relu,output")
    other = Cell.from_string("0110000100010000", "input,conv1x1-bn-relu,maxpool3x3,output")
    one, two, three = query_many([fork, other, fork], 4)["test_acc"].tolist()
    assert one == two == three or np.isnan([one, two, three]).all()


def test_many_are_asked_for_in_several_statements(
    db: BenchmarkDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = query_many(CELLS, 108)
    monkeypatch.setattr(many, "_NAMES_PER_STATEMENT", 100)
    parts = query_many(CELLS, 108)
    for name in whole.dtype.names:
        assert np.array_equal(parts[name], whole[name], equal_nan=True)


def test_none_are_asked_for(db: BenchmarkDatabase) -> None:
    assert query_many([], 108).shape == (0,)
    assert query_many(np.array([], dtype=np.int32), 108)["test_acc"].dtype == np.float64


def test_wrong_arguments(db: BenchmarkDatabase) -> None:
    with pytest.raises(InvalidQuery, match="reduction is None"):
        query_many(CELLS[:1], 108, None)
    with pytest.raises(InvalidQuery, match="num_epochs is '108'"):
        query_many(CELLS[:1], "108")
    with pytest.raises(InvalidArchitecture, match="no path"):
        query_many([{"input1": []}], 108)
    with pytest.raises(ValueError, match="codes"):
        query_many(np.array([-5]), 108)
