"""TransNAS-Bench-101 files with real architectures and made-up curves, in the original's layout.

They stand in for the original in the tests and the benchmark: all 7,352 strings, the seven tasks
and their metrics as the published file names them; see :mod:`nasbench_db.transnas101.layout`. The
curves are invented, the same for the same seed; the dict says so, under
:data:`~nasbench_db.store.building.SYNTHETIC_KEY`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from nasbench_db.formats.torch_writing import Layout, write_torch
from nasbench_db.store.building import SYNTHETIC_KEY
from nasbench_db.transnas101.cell import Cell
from nasbench_db.transnas101.constants import SEARCH_SPACES
from nasbench_db.transnas101.layout import EPOCHS, INFO_NAMES, METRICS_DICT, official_like_order
from nasbench_db.transnas101.metrics import QUANTITIES, SPLITS, TIME, parse

DIVERGED = "64-41414-0_00_000"
"""The architecture whose training for ``autoencoder`` fails: its losses are not numbers."""


def made_up(
    archs: Iterable[str] | None = None,
    *,
    epochs: Mapping[str, int] = EPOCHS,
    seed: int = 0,
) -> dict[str, Any]:
    """The content of a file.

    Args:
        archs: the architectures to cover, in this order within each search space; by default all.
        epochs: how many epochs of training there are for each task.
        seed: of the invented values.
    """
    data: dict[str, dict[str, Any]] = {space: {} for space in SEARCH_SPACES}
    random = np.random.default_rng(seed)
    for arch in official_like_order() if archs is None else archs:
        cell = Cell.from_string(arch)
        data[cell.search_space][arch] = _trainings(cell, epochs, random)
    return {
        SYNTHETIC_KEY: True,
        "metrics_dict": {task: list(names) for task, names in METRICS_DICT.items()},
        "info_names": list(INFO_NAMES),
        "task_list": list(METRICS_DICT),
        "data": data,
    }


def write_pth(
    path: str | os.PathLike[str],
    archs: Iterable[str] | None = None,
    *,
    layout: Layout = "legacy",
    seed: int = 0,
) -> None:
    """Write a file such as ``transnas-bench_v10141024.pth``.

    Args:
        path: the file to write.
        archs: see :func:`made_up`.
        layout: that of torch before 1.6, or the zip archive of since then.
        seed: of the invented values.
    """
    names = {name for names in METRICS_DICT.values() for name in names}
    shared = {"total_epochs", "model_info", "metrics", *METRICS_DICT, *INFO_NAMES, *names}
    write_torch(path, made_up(archs, seed=seed), layout=layout, shared=shared)


def _trainings(
    cell: Cell, epochs: Mapping[str, int], random: np.random.Generator
) -> dict[str, Any]:
    """The trainings of an architecture for all tasks."""
    channels = sum(stage.channels for stage in cell.stages)
    convolutions = 6 if cell.search_space == "macro" else sum(op > 1 for op in cell.op_indices)
    quality = random.beta(4, 2) * (1 - 0.5 ** (1 + convolutions))
    parameters = 1000.0 * channels * (1 + convolutions)
    found = {}
    for number, (task, names) in enumerate(METRICS_DICT.items()):
        whole = parameters + 1000.0 * number
        info = (0.001 * (1 + convolutions), parameters, whole, 900 * whole, 900 * parameters)
        # How far the training has come after each epoch, from 0 to 1.
        progress = 1 - np.exp(-4 * np.arange(1, epochs[task] + 1) / epochs[task])
        curves = quality * progress + random.normal(0, 0.02, (len(names), len(progress)))
        metrics: dict[str, list[float]] = {}
        for name, curve in zip(names, curves, strict=True):
            metrics[name] = _curve(name, curve, metrics)
        if (cell.arch_str, task) == (DIVERGED, "autoencoder"):
            for split in SPLITS:
                metrics[f"{split}_l1_loss"][1:] = [math.nan] * (epochs[task] - 1)
        found[task] = {
            "total_epochs": epochs[task],
            "model_info": dict(zip(INFO_NAMES, info, strict=True)),
            "metrics": metrics,
        }
    return found


def _curve(name: str, reached: np.ndarray, others: Mapping[str, list[float]]) -> list[float]:
    """A curve of a metric.

    Args:
        name: the metric.
        reached: what the training has reached after each epoch, about 0 to 1.
        others: the curves before it.
    """
    metric = parse(name)
    assert metric is not None
    if name == TIME:
        found: list[float] = np.cumsum(60 + reached).tolist()
    elif metric.quantity == "neg_loss":
        found = [-loss for loss in others[name.replace("_neg", "")]]
    elif QUANTITIES[metric.quantity].unit == "percent":
        found = (100 * reached.clip(0, 1)).tolist()
    elif metric.quantity == "ssim":
        found = reached.clip(0, 1).tolist()
    else:
        found = (-np.log(reached.clip(0.001, 1))).tolist()
    return found
