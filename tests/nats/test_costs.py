"""Recorded parameters and FLOPs against the rule: told at ingestion, and named by ``verify``."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.raw import whole

import nasbench_db
from nasbench_db.architectures.topology import official_order
from nasbench_db.errors import SourceWarning
from nasbench_db.nasbench201.network import layers
from nasbench_db.nasbench201.synthetic import topology_record
from nasbench_db.nats.costs import MOST_CELLS, miscounted

CHECK = "parameters and FLOPs of trials are those of their network"
STRINGS = [cell.arch_str for cell in official_order()]
ARCH = STRINGS[0]


def problems(path: Path) -> tuple[int, str]:
    with nasbench_db.connect("nasbench201", path) as db:
        (finding,) = [
            found
            for found in nasbench_db.BENCHMARKS["nasbench201"].verify(db, progress=False)
            if found.check == CHECK
        ]
    return finding.problems, finding.example


def test_a_run_with_another_cells_numbers_is_told_of_and_named(tmp_path: Path) -> None:
    """And stored as it is recorded."""
    record: dict[str, Any] = topology_record(0)
    wrong = copy.deepcopy(record)
    run = wrong["200"]["all_results"]["cifar100", 888]
    run["params"], run["flop"] = np.float64(0.316346), 47.1
    path = tmp_path / "wrong.db"
    with pytest.warns(SourceWarning, match=r"1 training runs record other .* seed 888: 0\.316346"):
        nasbench_db.ingest("nasbench201", whole({0: wrong}, STRINGS), path, progress=False)
    count, problem = problems(path)
    assert count == 1
    assert f"{ARCH} on cifar100, seed 888: 0.316346 million parameters instead of" in problem
    assert "47.100000 million FLOPs instead of 15.653220" in problem
    nasbench_db.ingest(
        "nasbench201", whole({0: record}, STRINGS), path, force=True, progress=False
    )
    assert problems(path) == (0, "")


def test_what_is_not_recorded_is_not_wrong() -> None:
    assert miscounted(layers, ARCH, "cifar10", (None, None)) is None
    assert miscounted(layers, ARCH, "cifar10", (0.129306, None)) is None
    assert miscounted(layers, ARCH, "cifar10", (None, 1.0)) == (
        "1.000000 million FLOPs instead of 15.647370"
    )


def test_data_sets_have_numbers_of_their_own() -> None:
    """And are known in every spelling; single precision is precise enough."""
    assert miscounted(layers, ARCH, "cifar100", (0.135156, 15.65322)) is None
    assert miscounted(layers, ARCH, "CIFAR100", (float(np.float32(0.135156)), None)) is None
    assert miscounted(layers, ARCH, "imagenet16-120", (0.136456, 3.91948)) is None
    assert miscounted(layers, ARCH, "cifar100", (0.129306, 15.64737)) is not None
    assert miscounted(layers, ARCH, "svhn", (1.0, 1.0)) is None


def test_networks_of_another_size_are_counted_by_what_is_recorded_of_it() -> None:
    assert miscounted(layers, ARCH, "cifar10", (0.129306, None), 16, 5) is None
    assert miscounted(layers, ARCH, "cifar10", (0.129306, None), 16, 4) is not None
    assert miscounted(layers, ARCH, "cifar10", (0.129306, None), 16, MOST_CELLS + 1) is None


def test_numbers_that_are_none_are_wrong() -> None:
    assert miscounted(layers, ARCH, "cifar10", (float("nan"), None)) is not None
    assert miscounted(layers, ARCH, "cifar10", (float("inf"), None)) is not None
