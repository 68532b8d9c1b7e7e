"""Files of NAS-Bench-201, cells real and curves made up; see :mod:`nasbench_db.nats.synthetic`."""

from __future__ import annotations

import math
import os
import random
from collections import OrderedDict
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import Literal

import numpy as np

from nasbench_db.architectures.network import NUM_CELLS, NUM_CHANNELS, WIDTHS
from nasbench_db.architectures.skill import ON_EDGES, features_on_edges
from nasbench_db.architectures.topology import official_order
from nasbench_db.formats.torch_writing import Layout, StoredTensor, write_torch
from nasbench_db.nats.synthetic import (
    DATASETS,
    SHARED,
    Architecture,
    MadeUp,
    Record,
    Records,
    Trials,
    whole,
)
from nasbench_db.store.building import SYNTHETIC_KEY

Version = Literal["1.0", "1.1"]

_LONG_SEEDS = (999, 777, 888)  # in the order of the original's files
_TRAINED: dict[Version, tuple[int, int, int]] = {
    "1.0": (6219, 1621, 7785),
    "1.1": (2225, 5439, 7961),
}
"""How many architectures were trained once, twice and three times for 200 epochs."""


def topology(index: int, *, seed: int = 0) -> Architecture:
    """A NAS-Bench-201 architecture with invented qualities, which follow from its operations.

    Args:
        index: its official index.
        seed: of the invented values.
    """
    cell = official_order()[index]
    text = cell.arch_str
    config = {"channel": NUM_CHANNELS, "num_cells": NUM_CELLS, "arch_str": text}
    merit = ON_EDGES.of(features_on_edges(cell.ops))
    return Architecture(index, text, cell.ops, WIDTHS, config, merit, 200, seed)


def topology_record(index: int, *, version: Version = "1.1", seed: int = 0) -> Record:
    """The made-up record of a NAS-Bench-201 architecture: ``{"12": ..., "200": ...}``.

    Args:
        index: its official index.
        version: 1.1, of which NATS-Bench has the same data, or 1.0: there 12 epochs were trained
            on one data set only, times were measured and only there, and latencies elsewhere.
        seed: of the invented values.
    """
    old = version == "1.0"
    architecture = topology(index, seed=seed)
    short = [("cifar10-valid", 777)]
    if not old:
        short += [(name, 111) for name in DATASETS]
    count = _trained(version)[index]
    chosen = architecture.random.choice(_LONG_SEEDS, count, replace=False)
    long = [(name, run) for run in _LONG_SEEDS if run in chosen for name in DATASETS]
    times, latencies = architecture.estimated_times(), architecture.latencies()
    trials: dict[int, Trials] = {}
    for epochs, runs in ((12, short), (200, long)):
        texts = {run: f"{run:04d}" for _, run in runs}
        trials[epochs] = {}
        for name, run in runs:
            trial = architecture.trial(DATASETS[name], texts[run], epochs, epochs == 200)
            if not old:
                architecture.set_times(trial, times[name])
                trial["latency"] = [np.float64(latencies[name])]
            elif epochs == 12:
                architecture.set_times(trial, times[name], measured=True)
            else:
                trial["latency"] = architecture.measured_latencies(name, latencies[name])
            trials[epochs][name, run] = trial
    return OrderedDict((str(key), architecture.result(found)) for key, found in trials.items())


TOPOLOGIES = MadeUp(lambda: [cell.arch_str for cell in official_order()], topology_record)
"""The topology search space of NATS-Bench, which is that of NAS-Bench-201."""


@cache
def _trained(version: Version) -> tuple[int, ...]:
    """How often each topology was trained for 200 epochs, of all as often as published."""
    counts = [times for times, share in enumerate(_TRAINED[version], 1) for _ in range(share)]
    random.Random(version).shuffle(counts)
    return tuple(counts)


def write_pth(
    path: str | os.PathLike[str],
    indices: Iterable[int],
    *,
    version: Version = "1.1",
    layout: Layout = "legacy",
    seed: int = 0,
    records: Records | None = None,
) -> None:
    """Write the single file of NAS-Bench-201, ``NAS-Bench-201-v1_*.pth``.

    A full one of 15,625 architectures has 5 GB; memory holds one architecture at a time.

    Args:
        path: the file to write.
        indices: the official indexes of the architectures to cover.
        version: that of the data.
        layout: the originals are ``legacy`` files of PyTorch.
        seed: of the invented values.
        records: other records than invented ones.
    """
    make = records or partial(topology_record, version=version, seed=seed)
    indices = list(indices)
    infos = ((index, _as_in_pth(make(index))) for index in indices)
    write_torch(path, whole(TOPOLOGIES, infos, sorted(indices)), layout=layout, shared=SHARED)


def write_archive(
    folder: str | os.PathLike[str],
    indices: Iterable[int],
    full: bool = True,
    *,
    layout: Layout = "legacy",
    seed: int = 0,
) -> None:
    """Write the archive of NAS-Bench-201, ``NAS-Bench-201-v1_1-archive``.

    Args:
        folder: it is made if there is none.
        indices: the official indexes of the architectures to cover.
        full: with weights, as ``{index:06d}-FULL.pth``, or else ``-SIMPLE.pth``. The weights are
            made up and only some of a network's.
        layout: of the files.
        seed: of the invented values.
    """
    make = partial(topology_record, seed=seed)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for index in indices:
        infos = _as_in_pth(make(index))
        if full:
            generator = np.random.default_rng((seed, index))
            for result in infos.values():
                result["clear_net_done"] = False
                for trial in result["all_results"].values():
                    classes = trial["arch_config"]["class_num"]
                    trial["net_state_dict"] = _weights(classes, generator)
        write_torch(
            folder / f"{index:06d}-{'FULL' if full else 'SIMPLE'}.pth",
            {**infos, SYNTHETIC_KEY: True},
            layout=layout,
            shared=SHARED,
        )


def _as_in_pth(record: Record) -> Record:
    return {"full": record["200"], "less": record["12"]}


def _weights(classes: int, generator: np.random.Generator) -> OrderedDict[str, StoredTensor]:
    """Some weights of a network, as PyTorch's ``state_dict`` has them.

    As in no real network, the weight and the bias of a normalisation are views on one storage, and
    the dense layer's is stored transposed: what a reader of tensors must get right.
    """

    def floats(*shape: int) -> np.ndarray:
        return generator.normal(0.0, 0.1, math.prod(shape)).astype("<f4")

    channels, features = WIDTHS[0], WIDTHS[-1]
    affine = floats(2, channels)
    weights = OrderedDict(
        {
            "stem.0.weight": StoredTensor(
                floats(channels, 3, 3, 3), 0, (channels, 3, 3, 3), (27, 9, 3, 1)
            ),
            "stem.1.weight": StoredTensor(affine, 0, (channels,), (1,)),
            "stem.1.bias": StoredTensor(affine, channels, (channels,), (1,)),
            "stem.1.running_mean": StoredTensor(floats(channels), 0, (channels,), (1,)),
            "stem.1.num_batches_tracked": StoredTensor(np.array([2340], "<i8"), 0, (), ()),
            "classifier.weight": StoredTensor(
                floats(features, classes), 0, (classes, features), (1, classes)
            ),
            "classifier.bias": StoredTensor(floats(classes), 0, (classes,), (1,)),
        }
    )
    modules = {name.rpartition(".")[0] for name in weights}
    metadata = OrderedDict((module, {"version": 1}) for module in ("", *sorted(modules)))
    vars(weights)["_metadata"] = metadata
    return weights
