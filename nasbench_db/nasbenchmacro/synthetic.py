"""NAS-Bench-Macro files with real architectures, parameters and FLOPs, and made-up accuracies."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean, pstdev
from typing import Any

import numpy as np

from nasbench_db.nasbenchmacro.cell import Cell, enumerate_cells
from nasbench_db.nasbenchmacro.constants import SEEDS
from nasbench_db.store.building import SYNTHETIC_KEY


def made_up(archs: Iterable[Any] | None = None, *, seed: int = 0) -> dict[str, Any]:
    """The content of a file: accuracies grow with the multiply-adds, and copies are copies.

    Args:
        archs: the architectures to cover; by default all.
        seed: of the invented values.
    """
    cells = enumerate_cells() if archs is None else map(Cell.parse, archs)
    return {SYNTHETIC_KEY: True, **{cell.arch_str: _entry(cell, seed) for cell in cells}}


def _entry(cell: Cell, seed: int) -> dict[str, Any]:
    random = np.random.default_rng([seed, int(cell.canonical().arch_str)])
    flops = cell.flops()
    middle = 94 - 12 * np.exp(-flops / 3e7) + random.normal(0, 0.4)
    accuracies = [float(x) for x in middle + random.normal(0, 0.2, len(SEEDS))]
    return {
        "test_acc": accuracies,
        "mean_acc": fmean(accuracies),
        "std": pstdev(accuracies),
        "params": cell.trainable_parameters(),
        "flops": flops,
    }
