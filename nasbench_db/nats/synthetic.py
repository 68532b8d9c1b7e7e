"""NAS-Bench-201 and NATS-Bench files with real architectures and made-up curves.

They stand in for the gigabytes of the originals in the demo, the tests and the benchmark, in the
originals' exact layouts: the same keys in the same order, the same types, and the same strings
shared, so that a pickle of one architecture has opcode for opcode the form of a real one. The
architectures, their indexes, parameters and FLOPs are those of the published data sets. The curves
are invented, the same for the same seed. Files with a dict for the whole data set say so in it,
under :data:`SYNTHETIC_KEY`.

What the originals contain is described in ``exps/NAS-Bench-201/statistics.py`` and
``exps/NATS-Bench`` of D-X-Y/AutoDL-Projects, which wrote them.
"""

from __future__ import annotations

import bz2
import math
import os
import random
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from nasbench_db.architectures import topology as topology
from nasbench_db.architectures.edges import EDGES
from nasbench_db.architectures.parameters import WIDTHS
from nasbench_db.formats.pickles import read_pickle
from nasbench_db.formats.torch_writing import (
    Layout,
    PickleWriter,
    StoredTensor,
    Streamed,
    write_torch,
)
from nasbench_db.natssss import cell as sizes
from nasbench_db.natssss.constants import GENOTYPE
from nasbench_db.store.building import SYNTHETIC_KEY

Space = Literal["tss", "sss"]
Version = Literal["1.0", "1.1"]
Record = dict[str, dict[str, Any]]
"""What the originals hold of one architecture: by the epochs of training, all its trainings."""
Records = Callable[[int], Record]
"""Makes the record of an architecture from its official index."""

_Trials = dict[tuple[str, int], dict[str, Any]]

SPACES: tuple[Space, ...] = ("tss", "sss")
"""The search spaces of NATS-Bench: topology (that of NAS-Bench-201) and size."""


class _Dataset(NamedTuple):
    """A training set.

    Attributes:
        name: the original's.
        classes: their number.
        images: how many are trained on in an epoch.
        pixels: of an image.
        splits: the evaluated splits and the number of their images.
        old_splits: the same names as the older program ordered them: the first was evaluated
            after every epoch, the others after the last.
        ceiling: the best accuracy to invent, percent.
    """

    name: str
    classes: int
    images: int
    pixels: int
    splits: dict[str, int]
    old_splits: tuple[str, ...]
    ceiling: float


_THREE = ("ori-test", "x-valid", "x-test")
_DATASETS = {
    dataset.name: dataset
    for dataset in (
        _Dataset(
            "cifar10-valid",
            10,
            25_000,
            32 * 32,
            {"x-valid": 25_000, "ori-test": 10_000},
            ("x-valid", "ori-test"),
            91.0,
        ),
        _Dataset("cifar10", 10, 50_000, 32 * 32, {"ori-test": 10_000}, ("ori-test",), 94.0),
        _Dataset(
            "cifar100",
            100,
            50_000,
            32 * 32,
            {"x-valid": 5_000, "x-test": 5_000, "ori-test": 10_000},
            _THREE,
            73.0,
        ),
        _Dataset(
            "ImageNet16-120",
            120,
            151_700,
            16 * 16,
            {"x-valid": 3_000, "x-test": 3_000, "ori-test": 6_000},
            _THREE,
            47.0,
        ),
    )
}
_BATCH = 256  # images

_LONG_SEEDS = (999, 777, 888)  # in the order of the original's files
_TRAINED: dict[Version, tuple[int, int, int]] = {
    "1.0": (6219, 1621, 7785),
    "1.1": (2225, 5439, 7961),
}
"""How many architectures were trained once, twice and three times for 200 epochs."""

_SHARED = (
    *("arch_index", "arch_str", "all_results", "dataset_seed", "clear_net_done"),
    *("name", "train_acc1es", "train_acc5es", "train_losses", "train_times", "arch_config"),
    *("params", "flop", "seed", "epochs", "latency", "eval_names", "eval_acc1es", "eval_times"),
    *("eval_losses", "net_state_dict", "channel", "num_cells", "class_num", "channels"),
    *("genotype", "infer.shape.tiny", "full", "less", "01", "12", "90", "200"),
    *_DATASETS,
)
"""The strings of which a whole file has one copy, being names in the programs that wrote it."""

_CURVES = ("train_acc1es", "train_acc5es", "train_losses", "eval_acc1es", "eval_losses")


def topology_record(index: int, *, version: Version = "1.1", seed: int = 0) -> Record:
    """The made-up record of a NAS-Bench-201 architecture: ``{"12": ..., "200": ...}``.

    Args:
        index: its official index.
        version: 1.1, of which NATS-Bench has the same data, or 1.0: there 12 epochs were trained
            on one data set only, times were measured and only there, and latencies elsewhere.
        seed: of the invented values.
    """
    old = version == "1.0"
    architecture = _Architecture("tss", index, seed)
    short = [("cifar10-valid", 777)]
    if not old:
        short += [(name, 111) for name in _DATASETS]
    count = _trained(version)[index]
    chosen = architecture.random.choice(_LONG_SEEDS, count, replace=False)
    long = [(name, run) for run in _LONG_SEEDS if run in chosen for name in _DATASETS]
    times, latencies = architecture.estimated_times(), architecture.latencies()
    trials: dict[int, _Trials] = {}
    for epochs, runs in ((12, short), (200, long)):
        texts = {run: f"{run:04d}" for _, run in runs}
        trials[epochs] = {}
        for name, run in runs:
            trial = architecture.trial(_DATASETS[name], texts[run], epochs, epochs == 200)
            if not old:
                architecture.set_times(trial, times[name])
                trial["latency"] = [np.float64(latencies[name])]
            elif epochs == 12:
                architecture.set_times(trial, times[name], measured=True)
            else:
                trial["latency"] = architecture.measured_latencies(name, latencies[name])
            trials[epochs][name, run] = trial
    return OrderedDict((str(key), architecture.result(found)) for key, found in trials.items())


def size_record(index: int, *, seed: int = 0) -> Record:
    """The made-up record of an architecture of the size search space: ``01``, ``12``, ``90``.

    Args:
        index: its official index.
        seed: of the invented values.
    """
    architecture = _Architecture("sss", index, seed)
    times = architecture.single_times()
    record: Record = OrderedDict()
    for key, runs in {"01": (777,), "12": (777, 888, 999), "90": (777,)}.items():
        trials: _Trials = {}
        for run in runs:
            text, genotype = f"{run:04d}", _copied(GENOTYPE)
            for name, dataset in _DATASETS.items():
                trial = architecture.trial(dataset, text, int(key), False)
                trial["arch_config"]["genotype"] = genotype
                architecture.set_times(trial, times[name])
                # The original divides the time of an evaluation by its batches.
                batch_times = [
                    seconds / math.ceil(dataset.splits[split] / _BATCH)
                    for split, seconds in times[name].evaluation.items()
                ]
                trial["latency"] = [np.float64(sum(batch_times) / len(batch_times))]
                trials[name, run] = trial
        record[key] = architecture.result(trials)
    return record


class _Times(NamedTuple):
    """Seconds of an epoch of training, and of an evaluation on each split."""

    training: float
    evaluation: dict[str, float]


class _Architecture:
    """An architecture with invented qualities, and what is the same in all its trainings."""

    def __init__(self, space: Space, index: int, seed: int) -> None:
        cell = _cells(space)[index]
        self.index = index
        self.arch_str = cell.arch_str
        self.random = np.random.default_rng((seed, index))
        self.quality = self.random.beta(4.0, 1.5)
        self.parameters = {
            dataset.classes: cell.trainable_parameters(dataset.classes) / 1e6
            for dataset in _DATASETS.values()
        }
        ops: Sequence[str]
        widths: Sequence[int]
        self.config: dict[str, Any]
        if isinstance(cell, topology.Cell):
            ops, widths = cell.ops, WIDTHS
            self.config = {"channel": 16, "num_cells": 5, "arch_str": self.arch_str}
        else:
            ops, widths = topology.Cell.from_string(GENOTYPE).ops, cell.channels
            self.config = {
                "name": "infer.shape.tiny",
                "channels": self.arch_str,
                "arch_str": self.arch_str,
                "genotype": GENOTYPE,
            }
        self.per_pixel = _multiplications_per_pixel(ops, widths)
        self.features = widths[-1]
        self.speed = 2e-4 + self.per_pixel * 3e-9 + self.random.uniform(0.0, 1e-4)  # s per image

    def flops(self, dataset: _Dataset) -> float:
        """FLOPs in millions, as the originals count: multiplications of the convolutions."""
        dense = (self.features + 1) * dataset.classes
        return (self.per_pixel * dataset.pixels + dense) / 1e6

    def estimated_times(self) -> dict[str, _Times]:
        """Times in proportion to the number of images, as the topology data have them."""
        test = self.speed * self.random.uniform(0.3, 0.4)
        return {
            dataset.name: _Times(
                self.speed * dataset.images,
                {name: test * images for name, images in dataset.splits.items()},
            )
            for dataset in _DATASETS.values()
        }

    def single_times(self) -> dict[str, _Times]:
        """Times each measured once, as the size data have them for every epoch and seed."""
        return {
            name: _Times(
                times.training * self.random.normal(1.0, 0.05),
                {
                    split: seconds * self.random.normal(1.0, 0.05)
                    for split, seconds in times.evaluation.items()
                },
            )
            for name, times in self.estimated_times().items()
        }

    def latencies(self) -> dict[str, float]:
        """Seconds to infer a batch; the two parts of CIFAR-10 have the same."""
        noise = self.random.normal(1.0, 0.02, len(_DATASETS))
        found = dict(zip(_DATASETS, (0.012 + self.speed * 8 * noise).tolist(), strict=True))
        return {**found, "cifar10": found["cifar10-valid"]}

    def measured_latencies(self, name: str, mean: float) -> list[float]:
        """Seconds of each whole batch of the last split evaluated, without the first batch."""
        dataset = _DATASETS[name]
        batches = dataset.splits[dataset.old_splits[-1]] // _BATCH
        return [mean * noise for noise in self.random.normal(1.0, 0.02, batches - 1).tolist()]

    def result(self, trials: _Trials) -> dict[str, Any]:
        """All trainings with one number of epochs."""
        seeds: dict[str, list[int]] = {name: [] for name, _ in trials}
        for name, run in sorted(trials):
            seeds[name].append(run)
        return {
            "arch_index": self.index,
            "arch_str": self.arch_str,
            "all_results": trials,
            "dataset_seed": seeds,
            "clear_net_done": True,
        }

    def trial(self, dataset: _Dataset, seed: str, epochs: int, old: bool) -> dict[str, Any]:
        """One training without times and latency.

        Args:
            dataset: what it was trained on.
            seed: of the training.
            epochs: of the training.
            old: as the older program recorded it: no top-5 accuracy, and most splits evaluated
                after the last epoch only.
        """
        train = self._accuracies(dataset, dataset.images, epochs, 1.05)
        top5 = 100.0 - (100.0 - train) * 0.4
        if old:
            names = list(dataset.old_splits)
            places = [range(epochs), *[range(epochs - 1, epochs)] * (len(names) - 1)]
            accuracy_names = _names(names, places)
            loss_names = _names(names, places)
        else:
            names = [_copied(name) for name in dataset.splits]
            places = [range(epochs)] * len(names)
            accuracy_names = loss_names = _names(names, places)
        curves = [
            self._accuracies(dataset, dataset.splits[name], epochs, 1.0)[list(place)]
            for name, place in zip(names, places, strict=True)
        ]
        evaluated = np.concatenate(curves)
        return {
            "name": dataset.name,
            "train_acc1es": _numbered(train),
            "train_acc5es": None if old else _numbered(top5),
            "train_losses": _numbered(self._losses(dataset, train)),
            "train_times": None,
            "arch_config": {**self.config, "class_num": dataset.classes},
            "params": np.float64(self.parameters[dataset.classes]),
            "flop": self.flops(dataset),
            "seed": seed,
            "epochs": epochs,
            "latency": None,
            "eval_names": names,
            "eval_acc1es": dict(zip(accuracy_names, evaluated.tolist(), strict=True)),
            "eval_times": {},
            "eval_losses": dict(
                zip(loss_names, self._losses(dataset, evaluated).tolist(), strict=True)
            ),
            "net_state_dict": None,
        }

    def set_times(self, trial: dict[str, Any], times: _Times, *, measured: bool = False) -> None:
        """Fill in a trial's times, those of measurements with a noise."""
        epochs, splits = trial["epochs"], times.evaluation
        if trial["train_acc5es"] is None:  # the times come from a later program
            names = _names(list(splits), [range(epochs)] * len(splits))
        else:
            names = list(trial["eval_acc1es"])
        seconds = np.repeat([times.training, *splits.values()], epochs)
        if measured:
            seconds *= self.random.normal(1.0, 0.01, len(seconds))
        values = seconds.tolist()
        trial["train_times"] = OrderedDict(enumerate(values[:epochs]))
        trial["eval_times"] = dict(zip(names, values[epochs:], strict=True))

    def _accuracies(self, dataset: _Dataset, images: int, epochs: int, bonus: float) -> np.ndarray:
        """Rising accuracies, each a number of images in percent."""
        chance = 100.0 / dataset.classes
        best = chance + (dataset.ceiling - chance) * self.quality * epochs / (epochs + 6)
        best = min(best * bonus + self.random.normal(0.0, 0.3), 100.0)
        progress = np.arange(1, epochs + 1) / epochs
        noise = self.random.normal(0.0, 1.0, epochs) * (1.05 - progress)
        percent = chance + (best - chance) * -np.expm1(-4.0 * progress) + noise
        return np.rint(percent.clip(0.0, 100.0) * images / 100.0) / images * 100.0

    def _losses(self, dataset: _Dataset, accuracies: np.ndarray) -> np.ndarray:
        """Cross-entropies that fall as accuracies rise, from that of a guess."""
        noise = self.random.normal(1.0, 0.01, len(accuracies))
        return math.log(dataset.classes) * (1.02 - accuracies / 100.0) * noise


@cache
def _cells(space: Space) -> tuple[topology.Cell | sizes.Cell, ...]:
    """All architectures by their official index."""
    return topology.official_order() if space == "tss" else tuple(sizes.enumerate_cells())


def _multiplications_per_pixel(ops: Sequence[str], widths: Sequence[int]) -> float:
    """Multiplications of all convolutions for each pixel of the image; see ``network.py``."""
    per_stage = len(widths) // 3
    inputs, share = widths[0], 1.0  # each residual block leaves a quarter of the pixels
    total = 9.0 * 3 * inputs
    for layer, outputs in enumerate(widths):
        if layer in (per_stage, 2 * per_stage + 1):
            share /= 4
            total += (9 * inputs + 9 * outputs + inputs) * outputs * share
        else:
            for (source, _), op in zip(EDGES, ops, strict=True):
                given = outputs if source else inputs
                widened = given != outputs and op != "none"
                kernel = {"nor_conv_1x1": 1, "nor_conv_3x3": 9}.get(op, int(widened))
                total += kernel * given * outputs * share
        inputs = outputs
    return total


@cache
def _trained(version: Version) -> tuple[int, ...]:
    """How often each topology was trained for 200 epochs, of all as often as published."""
    counts = [times for times, share in enumerate(_TRAINED[version], 1) for _ in range(share)]
    random.Random(version).shuffle(counts)
    return tuple(counts)


def _numbered(values: np.ndarray) -> dict[int, float]:
    return dict(enumerate(values.tolist()))


def _names(names: Sequence[str], places: Sequence[Iterable[int]]) -> list[str]:
    return [f"{name}@{i}" for name, place in zip(names, places, strict=True) for i in place]


def _copied(text: str) -> str:
    """The same string as another object, as if it had been read from elsewhere."""
    return text.encode().decode()


def made_up(space: Space = "tss", *, version: Version = "1.1", seed: int = 0) -> Records:
    """What makes the records of a search space: the default of all files."""
    if space == "tss":
        return partial(topology_record, version=version, seed=seed)
    return partial(size_record, seed=seed)


def repeated(folder: str | os.PathLike[str], space: Space = "tss", *, seed: int = 0) -> Records:
    """What makes records with the real curves of a NATS-Bench folder, in other numbers.

    They have the entropy of real ones. The records of the folder take turns; each accuracy and
    loss is lowered by up to 5 percent of itself. What is no curve is made up.

    Args:
        folder: has files ``{index:06d}.pickle.pbz2``, of architectures trained with all seeds.
        space: that of the folder.
        seed: of the changes, and of what is made up.
    """
    real = [read_pickle(path) for path in sorted(Path(folder).glob("[0-9]*.pickle.pbz2"))]
    make_up = made_up(space, seed=seed)

    def make(index: int) -> Record:
        record = make_up(index)
        generator = np.random.default_rng((seed, index, 1))
        for key, result in record.items():
            originals = real[index % len(real)][key]["all_results"]
            for run, trial in result["all_results"].items():
                for name in _CURVES:
                    if trial[name]:
                        values = np.fromiter(originals[run][name].values(), float)
                        values *= generator.uniform(0.95, 1.0, len(values))
                        trial[name] = dict(zip(trial[name], values.tolist(), strict=True))
        return record

    return make


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
    make = records or made_up("tss", version=version, seed=seed)
    indices = list(indices)
    infos = ((index, _as_in_pth(make(index))) for index in indices)
    write_torch(path, _whole("tss", infos, sorted(indices)), layout=layout, shared=_SHARED)


def write_nats(
    path: str | os.PathLike[str],
    indices: Iterable[int],
    space: Space = "tss",
    *,
    seed: int = 0,
    records: Records | None = None,
) -> None:
    """Write the single file of NATS-Bench, ``NATS-*.pickle.pbz2``.

    Args:
        path: the file to write.
        indices: the official indexes of the architectures to cover.
        space: the search space.
        seed: of the invented values.
        records: other records than invented ones.
    """
    make = records or made_up(space, seed=seed)
    indices = list(indices)
    infos = ((index, make(index)) for index in indices)
    _write_pbz2(path, _whole(space, infos, set(indices)))


def write_nats_folder(
    folder: str | os.PathLike[str],
    indices: Iterable[int],
    space: Space = "tss",
    *,
    seed: int = 0,
    records: Records | None = None,
) -> None:
    """Write the folder of NATS-Bench, ``NATS-*-simple``: a file for each architecture.

    The file about all of them says that they are synthetic; in the others there is no place.

    Args:
        folder: it is made if there is none.
        indices: the official indexes of the architectures to cover.
        space: the search space.
        seed: of the invented values.
        records: other records than invented ones.
    """
    make = records or made_up(space, seed=seed)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _write_pbz2(folder / "meta.pickle.pbz2", _whole(space, None, set()))
    for index in indices:
        _write_pbz2(folder / f"{index:06d}.pickle.pbz2", make(index))


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
    make = made_up("tss", seed=seed)
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
            shared=_SHARED,
        )


def _as_in_pth(record: Record) -> Record:
    return {"full": record["200"], "less": record["12"]}


def _whole(
    space: Space, infos: Iterable[tuple[int, Record]] | None, evaluated: list[int] | set[int]
) -> dict[str, Any]:
    """The dict of a whole data set."""
    names = [cell.arch_str for cell in _cells(space)]
    return {
        SYNTHETIC_KEY: True,
        "meta_archs": names,
        "total_archs": len(names),
        "arch2infos": infos and Streamed(infos),
        "evaluated_indexes": evaluated,
    }


def _write_pbz2(path: str | os.PathLike[str], value: object) -> None:
    with bz2.open(path, "wb") as file:
        PickleWriter(file.write, 4, _SHARED).dump(value)


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
