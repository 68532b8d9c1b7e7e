"""The published means of NAS-Bench-101, and the isomorphs that its records have."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import nasbench_db
from nasbench_db.nasbench101 import Cell, PublishedMeans, enumerate_cells, published_means
from nasbench_db.nasbench101.recorded import first_orders


@pytest.fixture(scope="module")
def means() -> PublishedMeans:
    return published_means()


def test_every_cell_has_a_mean(means: PublishedMeans) -> None:
    assert len(means) == len(means.test_acc) == len(means.parameters) == 423_624
    assert (np.diff(means.canonical) > 0).all()
    assert 9.9 < means.test_acc.min() < means.test_acc.max() < 100


def test_the_best_cell_is_the_published_one(means: PublishedMeans) -> None:
    """Its mean was published with the data set: 0.943175752957662."""
    best = means.test_acc.argmax()
    assert means.test_acc[best] == pytest.approx(94.3175752957662, abs=3e-6)
    assert Cell.from_code(int(means.canonical[best])).hash == "02e5a0247bbdcf2860b7e96f74961594"
    assert means.parameters[best] == 32.426634


def test_the_means_are_those_of_the_sampled_cells(means: PublishedMeans, tmp_path: Path) -> None:
    """In test accuracy, and in parameters exactly."""
    nasbench_db.sample("nasbench101", tmp_path / "x.db")
    with nasbench_db.connect("nasbench101", tmp_path / "x.db") as db:
        rows = db.select(
            "SELECT c.canonical, avg(t.test_acc), t.parameters FROM nb101trialstats AS t "
            "JOIN nb101trialconfig AS c ON c.id = t.config_id GROUP BY c.id"
        )
        found = list(rows)
    assert len(found) == 15
    for canonical, accuracy, parameters in found:
        place = np.searchsorted(means.canonical, canonical)
        assert means.canonical[place] == canonical
        assert means.test_acc[place] == pytest.approx(accuracy, abs=5e-6)
        assert means.parameters[place] == parameters


def test_records_have_the_computed_isomorph(means: PublishedMeans, data: Path) -> None:
    """Of 315 cells, whose canonical form has other parameters for six."""
    folder = data / "nasbench101"
    cells = list(json.loads((folder / "cells_15_108_epochs.json").read_text()).values())
    cells += json.loads((folder / "cells_300_valid_acc.json").read_text())
    others = 0
    for facts in cells:
        cell = Cell(facts["module_adjacency"], facts["module_operations"])
        place = np.searchsorted(means.canonical, cell.canonical_code)
        assert means.parameters[place] * 1e6 == pytest.approx(facts["trainable_parameters"])
        others += cell.canonical().trainable_parameters != facts["trainable_parameters"]
    assert (len(cells), others) == (315, 6)


def test_the_first_isomorph_is_one() -> None:
    for cell in list(enumerate_cells(max_vertices=5, num_ops=1)):
        rows = [sum(int(bit) << v for v, bit in enumerate(row)) for row in cell.matrix]
        renamed, orders = first_orders(rows)
        size = len(rows)
        matrix = [[row >> v & 1 for v in range(size)] for row in renamed]
        assert Cell(matrix, cell.ops).is_isomorphic(cell)
        for order in orders:
            assert sorted(order) == list(range(size - 2))


def test_parameters_do_not_depend_on_the_order_of_small_cells(means: PublishedMeans) -> None:
    """Up to four vertices all channels divide evenly."""
    for place, cell in enumerate(enumerate_cells(max_vertices=4)):
        assert round(means.parameters[place] * 1e6) == cell.trainable_parameters
