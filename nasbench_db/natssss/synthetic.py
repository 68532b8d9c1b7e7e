"""NATS-Bench files with real sizes and made-up curves; see :mod:`nasbench_db.nats.synthetic`."""

from __future__ import annotations

import math
from collections import OrderedDict

import numpy as np

from nasbench_db.architectures.skill import Merit
from nasbench_db.architectures.topology import Cell as TopologyCell
from nasbench_db.nats.synthetic import (
    BATCH,
    DATASETS,
    Architecture,
    MadeUp,
    Record,
    Trials,
    copied,
)
from nasbench_db.natssss.cell import Cell, enumerate_cells
from nasbench_db.natssss.constants import GENOTYPE

_MERIT = Merit(
    {"layer1": 0.6, "layer2": 0.8, "layer3": 1.0, "layer4": 0.8, "layer5": 1.2, "narrowest": 0.8},
    centre=24.6,
    spread=2.4,
)
"""What makes an architecture good; the features are powers of two."""


def features(cell: Cell) -> dict[str, float]:
    """What the accuracies follow from: the channels of each layer, and the fewest of all."""
    doublings = [math.log2(channels) for channels in cell.channels]
    layers = {f"layer{place}": value for place, value in enumerate(doublings, 1)}
    return {**layers, "narrowest": min(doublings)}


def size(index: int, *, seed: int = 0) -> Architecture:
    """An architecture of the size search space with invented qualities, by its channels.

    Args:
        index: its official index.
        seed: of the invented values.
    """
    cell = Cell.from_index(index)
    text = cell.arch_str
    config = {
        "name": "infer.shape.tiny",
        "channels": text,
        "arch_str": text,
        "genotype": GENOTYPE,
    }
    ops = TopologyCell.from_string(GENOTYPE).ops
    merit = _MERIT.of(features(cell))
    return Architecture(index, text, ops, cell.channels, config, merit, 90, seed)


def size_record(index: int, *, seed: int = 0) -> Record:
    """The made-up record of an architecture of the size search space: ``01``, ``12``, ``90``.

    Args:
        index: its official index.
        seed: of the invented values.
    """
    architecture = size(index, seed=seed)
    times = architecture.single_times()
    record: Record = OrderedDict()
    for key, runs in {"01": (777,), "12": (777, 888, 999), "90": (777,)}.items():
        trials: Trials = {}
        for run in runs:
            text, genotype = f"{run:04d}", copied(GENOTYPE)
            for name, dataset in DATASETS.items():
                trial = architecture.trial(dataset, text, int(key), False)
                trial["arch_config"]["genotype"] = genotype
                architecture.set_times(trial, times[name])
                # The original divides the time of an evaluation by its batches.
                batch_times = [
                    seconds / math.ceil(dataset.splits[split] / BATCH)
                    for split, seconds in times[name].evaluation.items()
                ]
                trial["latency"] = [np.float64(sum(batch_times) / len(batch_times))]
                trials[name, run] = trial
        record[key] = architecture.result(trials)
    return record


SIZES = MadeUp(lambda: [cell.arch_str for cell in enumerate_cells()], size_record)
"""The size search space of NATS-Bench."""
