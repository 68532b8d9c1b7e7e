"""The query helper of the size search space."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

import nasbench_db
from nasbench_db.natssss import query_natssss_trial_stats

INDEX, TEXT, CHANNELS = 11, "8:8:8:16:32", (8, 8, 8, 16, 32)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        ({"arch": TEXT}, "arch_str_num_epochs_dataset (arch_str=?)"),
        (
            {"arch": INDEX, "num_epochs": 90, "dataset": "ImageNet16-120"},
            "arch_index_num_epochs_dataset (arch_index=? AND num_epochs=? AND dataset=?)",
        ),
        (
            {"num_epochs": 90, "dataset": "cifar10"},
            "dataset_num_epochs (dataset=? AND num_epochs=?)",
        ),
    ],
)
def test_plans_begin_at_an_index(ask: dict[str, Any], index: str, planned_sss: Path) -> None:
    """Of what was asked for, with the published proportions; two statements at most."""
    ask = {"arch": None, "num_epochs": None, "dataset": None, **ask}
    statements: list[str] = []
    with contextlib.closing(nasbench_db.connect("natssss", planned_sss)) as db:
        result = query_natssss_trial_stats(**ask, include_intermediates=True)
        plan = db.execute_sql(f"EXPLAIN QUERY PLAN {result.sql()}").fetchall()
        assert plan[0][3] == f"SEARCH c USING INDEX natsssstrialconfig_{index}"
        db.connection().set_trace_callback(statements.append)
        assert len(list(result)) > 0
        db.connection().set_trace_callback(None)
    assert len(statements) == 2
