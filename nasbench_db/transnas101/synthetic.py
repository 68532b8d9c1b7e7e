"""TransNAS-Bench-101 files with real architectures and made-up curves, in the original's layout.

They stand in for the original in the tests and the benchmark: all 7,352 strings, the seven tasks
and their metrics as the published file names them; see :mod:`nasbench_db.transnas101.layout`. The
curves are invented, the same for the same seed: a function of the modules or the cell, and noise
(:mod:`nasbench_db.architectures.skill`). The dict says that they are, under
:data:`~nasbench_db.store.building.SYNTHETIC_KEY`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np

from nasbench_db.architectures.skill import (
    ON_EDGES,
    Merit,
    Talent,
    features_on_edges,
    level,
    share,
)
from nasbench_db.formats.torch_writing import Layout, write_torch
from nasbench_db.store.building import SYNTHETIC_KEY
from nasbench_db.transnas101.cell import Cell
from nasbench_db.transnas101.constants import SEARCH_SPACES
from nasbench_db.transnas101.layout import EPOCHS, INFO_NAMES, METRICS_DICT, official_like_order
from nasbench_db.transnas101.metrics import QUANTITIES, SPLITS, TIME, parse

DIVERGED = "64-41414-0_00_000"
"""The architecture whose training for ``autoencoder`` fails: its losses are not numbers."""

_MACRO_MERIT = Merit(
    {
        "modules": 0.5,
        "widening": 1.0,
        "early_widening": 0.3,
        "reducing": -0.3,
        "late_reducing": 0.2,
    },
    centre=4.9,
    spread=0.95,
)
"""What makes a macro architecture good; the features are those of :func:`features_of_modules`."""

_AHEAD = {
    task: [1.05 if name.startswith("train_") else 1.0 for name in names if name != TIME]
    for task, names in METRICS_DICT.items()
}
"""How much better each metric of a task is, TIME apart: training images are known."""


def features_of_modules(cell: Cell) -> dict[str, float]:
    """What the curves of a macro architecture follow from.

    Returns:
        how many modules there are, and how many of them double the channels or halve the
        resolution; and the sums of how early, and how late, they do so, from 0 to 1 each.
    """
    last = len(cell.stages) - 1
    channels = [cell.base_channels, *(stage.channels for stage in cell.stages)]
    widening = [i for i in range(last + 1) if channels[i + 1] > channels[i]]
    reducing = [i for i, stage in enumerate(cell.stages) if stage.stride > 1]
    return {
        "modules": last + 1,
        "widening": len(widening),
        "early_widening": sum(1 - i / last for i in widening),
        "reducing": len(reducing),
        "late_reducing": sum(i / last for i in reducing),
    }


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
    if cell.search_space == "macro":
        merit = _MACRO_MERIT.of(features_of_modules(cell))
    else:
        merit = ON_EDGES.of(features_on_edges(cell.to_nasbench201().ops))
    parameters = 1000.0 * channels * (1 + convolutions)
    # What no feature tells differs from task to task.
    talents = Talent.draw(np.full(len(METRICS_DICT), merit), random)
    luck = random.standard_normal(len(METRICS_DICT))
    found = {}
    for number, (task, names) in enumerate(METRICS_DICT.items()):
        whole = parameters + 1000.0 * number
        info = (0.001 * (1 + convolutions), parameters, whole, 900 * whole, 900 * parameters)
        shares, progress = _pace(epochs[task])
        talent = Talent(talents.lasting[number], talents.haste[number])
        reached = level(0.6 + 0.8 * talent.skill(shares, luck[number])) * progress
        curves = np.outer(_AHEAD[task], reached)
        curves += random.normal(0, 0.01, curves.shape)
        curves.clip(0.001, 1, out=curves)
        metrics: dict[str, list[float]] = {}
        for name, curve in zip(names[:-1], curves, strict=True):  # the last is TIME
            metrics[name] = _curve(name, curve, metrics)
        seconds = 30.0 + parameters / 1e5 + random.random(epochs[task])
        metrics[TIME] = np.cumsum(seconds).tolist()
        if (cell.arch_str, task) == (DIVERGED, "autoencoder"):
            for split in SPLITS:
                metrics[f"{split}_l1_loss"][1:] = [math.nan] * (epochs[task] - 1)
        found[task] = {
            "total_epochs": epochs[task],
            "model_info": dict(zip(INFO_NAMES, info, strict=True)),
            "metrics": metrics,
        }
    return found


@cache
def _pace(epochs: int) -> tuple[np.ndarray, np.ndarray]:
    """After each epoch, how far it is towards the last, and how much of a curve has risen."""
    epoch = np.arange(1, epochs + 1)
    return share(epoch, epochs), 1 - np.exp(-4 * epoch / epochs)


def _curve(name: str, reached: np.ndarray, others: Mapping[str, list[float]]) -> list[float]:
    """A curve of a metric.

    Args:
        name: the metric.
        reached: what the training has reached after each epoch, above 0 and up to 1.
        others: the curves before it.
    """
    metric = parse(name)
    assert metric is not None
    if metric.quantity == "neg_loss":
        found: list[float] = [-loss for loss in others[name.replace("_neg", "")]]
    elif QUANTITIES[metric.quantity].unit == "percent":
        found = (100 * reached).tolist()
    elif metric.quantity == "ssim":
        found = reached.tolist()
    else:
        found = (-np.log(reached)).tolist()
    return found
