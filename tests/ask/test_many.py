"""Many architectures in one go are answered as one by one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nasbench_db
from nasbench_db import InvalidArchitecture, InvalidQuery, nasbench201, natssss, transnas101
from nasbench_db.nasbench101 import cell_of, query_many, query_nb101_trial_stats

ASKED: dict[str, tuple[Any, Callable[..., Any], tuple[Any, ...]]] = {
    "nasbench201": (nasbench201, nasbench201.query_nb201_trial_stats, (200, "cifar100")),
    "natssss": (natssss, natssss.query_natssss_trial_stats, (90, "cifar100")),
    "transnas101": (transnas101, transnas101.query_tnb101_trial_stats, ("class_object",)),
}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("reduction", ["mean", "max"])
def test_each_is_answered_as_alone(name: str, reduction: str, explored: dict[str, Path]) -> None:
    """In the order given, in whatever form, twice if asked twice, and empty if not there."""
    module, query, which = ASKED[name]
    with nasbench_db.connect(name, explored[name]):
        rows = list(query(None, *which, reduction=reduction))
        strings = [row["config"]["arch_str"] for row in rows]
        indexes = [row["config"]["arch_index"] for row in rows]
        absent = next(c for c in module.enumerate_cells() if c.arch_str not in strings)
        asked = [strings[1], indexes[0], absent, module.Cell.parse(strings[1]), strings[-1]]
        found = module.query_many(asked, *which, reduction=reduction)
        assert found.shape == (5,)
        for row, of in zip(found, (rows[1], rows[0], None, rows[1], rows[-1]), strict=True):
            metrics = [n for n in found.dtype.names if n in nasbench_db.BENCHMARKS[name].metrics]
            if of is None:
                assert (row["num_trials"], row["arch_str"], row["arch_index"]) == (0, "", 0)
                assert all(np.isnan(row[metric]) for metric in metrics)
                continue
            assert row["num_trials"] == of["num_trials"]
            assert row["arch_str"] == of["config"]["arch_str"]
            assert row["arch_index"] == of["config"]["arch_index"]
            for metric in metrics:
                value = of[metric]
                assert np.isnan(row[metric]) if value is None else row[metric] == value
        assert module.query_many(np.array(indexes), *which)["arch_index"].tolist() == indexes
        assert module.query_many([], *which).shape == (0,)
        with pytest.raises(InvalidArchitecture):
            module.query_many(["no architecture"], *which)
        with pytest.raises(InvalidQuery, match="needs one"):
            module.query_many(asked, *which, reduction="none")


def test_a_hash_gives_its_cell_back(explored: dict[str, Path]) -> None:
    """As the data set writes it; and codes of a whole frame find the same trials."""
    with nasbench_db.connect("nasbench101", explored["nasbench101"]):
        rows = list(query_nb101_trial_stats(None, 108, reduction="mean"))
        cells = [cell_of(row["config"]["hash"]) for row in rows]
        assert [cell.arch for cell in cells] == [row["config"]["arch"] for row in rows]
        frame = query_nb101_trial_stats(None, 108, reduction="mean").all_columns().to_numpy()
        assert frame["canonical"].tolist() == [cell.canonical_code for cell in cells]
        many = query_many(frame["canonical"], 108)
        assert np.array_equal(many["test_acc"], frame["test_acc"])
        with pytest.raises(InvalidArchitecture, match="no cell with the hash"):
            cell_of("0" * 32)
