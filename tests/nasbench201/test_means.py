"""The published means over seeds of NAS-Bench-201."""

from __future__ import annotations

import numpy as np
import pytest

from nasbench_db.nasbench201 import Cell, published_means
from nasbench_db.nasbench201.schema import SCHEMA
from nasbench_db.nats.datasets import STORED
from nasbench_db.store.building import Report
from nasbench_db.store.database import open_database


def test_every_cell_has_a_mean_of_each_data_set() -> None:
    means = published_means().test_acc
    assert set(means) == set(STORED) - {"cifar10-valid"}
    for values in means.values():
        assert values.shape == (15_625,)
        assert 0 < values.min() < values.max() < 100


def test_cells_without_a_path_are_at_chance() -> None:
    means = published_means().test_acc
    dead = [not Cell.from_index(index).is_connected for index in range(15_625)]
    assert sum(dead) == 341
    for dataset, chance in (("cifar10", 10), ("cifar100", 1), ("imagenet16-120", 100 / 120)):
        np.testing.assert_allclose(means[dataset][dead], chance, atol=1e-6)


def test_the_real_records_have_these_means(real201: Report) -> None:
    """Over all seeds of 200 epochs."""
    means = published_means().test_acc
    db = open_database(SCHEMA, real201.path)
    rows = list(
        db.select(
            "SELECT arch_index, dataset, avg(coalesce(test_acc, ori_test_acc)) FROM nb201 "
            "WHERE num_epochs = 200 AND dataset <> 'cifar10-valid' GROUP BY arch_index, dataset"
        )
    )
    assert len(rows) == 6
    for index, dataset, mean in rows:
        assert means[dataset][index] == pytest.approx(mean, abs=1e-6)
    db.close()
