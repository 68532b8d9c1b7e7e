"""NAS-Bench-Macro files with real architectures, parameters and FLOPs, and made-up accuracies.

The accuracies are a function of the layers and the multiply-adds, and noise
(:mod:`nasbench_db.architectures.skill`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import fmean, pstdev
from typing import Any

import numpy as np

from nasbench_db.architectures.skill import Merit, Talent, level
from nasbench_db.nasbenchmacro.cell import Cell, enumerate_cells
from nasbench_db.nasbenchmacro.constants import SEEDS, STAGES
from nasbench_db.store.building import SYNTHETIC_KEY

_MERIT = Merit(
    {"stage1": 1.0, "stage2": 1.0, "stage3": 1.3, "wide": 0.3, "flops": 3.0},
    centre=29.9,
    spread=2.1,
)
"""What makes an architecture good; the features are those of :func:`features`."""


def made_up(archs: Iterable[Any] | None = None, *, seed: int = 0) -> dict[str, Any]:
    """The content of a file: accuracies by the network, so that copies are copies.

    Args:
        archs: the architectures to cover; by default all.
        seed: of the invented values.
    """
    cells = enumerate_cells() if archs is None else map(Cell.parse, archs)
    return {SYNTHETIC_KEY: True, **{cell.arch_str: _entry(cell, seed) for cell in cells}}


def features(cell: Cell) -> dict[str, float]:
    """What the accuracies follow from.

    Returns:
        how many layers of each stage are not Identity, how many are MB6_K5, and the multiply-adds
        as a power of ten.
    """
    found: dict[str, float] = {}
    ops = iter(cell.ops)
    for number, length in enumerate(STAGES, 1):
        found[f"stage{number}"] = sum(next(ops) != "Identity" for _ in range(length))
    found["wide"] = cell.ops.count("MB6_K5")
    found["flops"] = math.log10(cell.flops())
    return found


def _entry(cell: Cell, seed: int) -> dict[str, Any]:
    network = cell.canonical()
    random = np.random.default_rng([seed, int(network.arch_str)])
    talent = Talent.draw(_MERIT.of(features(network)), random)
    skill = talent.skill(1.0, random.standard_normal(len(SEEDS)))
    noise = random.normal(0.0, 0.15, len(SEEDS))
    accuracies = (82.0 + 12.5 * level(1.6 + 0.8 * skill) + noise).tolist()
    return {
        "test_acc": accuracies,
        "mean_acc": fmean(accuracies),
        "std": pstdev(accuracies),
        "params": cell.trainable_parameters(),
        "flops": cell.flops(),
    }
