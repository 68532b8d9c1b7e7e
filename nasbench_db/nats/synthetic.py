"""NAS-Bench-201 and NATS-Bench files with real architectures and made-up curves.

They stand in for the gigabytes of the originals in the demo, the tests and the benchmark, in the
originals' exact layouts: the same keys in the same order, the same types, and the same strings
shared, so that a pickle of one architecture has opcode for opcode the form of a real one. The
architectures, their indexes, parameters and FLOPs are those of the published data sets. The curves
are invented, the same for the same seed: a function of the architecture, and noise
(:mod:`nasbench_db.architectures.skill`). Files with a dict for the whole data set say so in it,
under :data:`SYNTHETIC_KEY`.

What the originals contain is described in ``exps/NAS-Bench-201/statistics.py`` and
``exps/NATS-Bench`` of D-X-Y/AutoDL-Projects, which wrote them.
"""

from __future__ import annotations

import bz2
import math
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from nasbench_db.architectures.network import SIDE, count_flops, count_parameters
from nasbench_db.architectures.skill import Talent, level, share
from nasbench_db.formats.pickles import read_pickle
from nasbench_db.formats.torch_writing import (
    PickleWriter,
    Streamed,
)
from nasbench_db.nats.datasets import CLASSES, OFFICIAL, SIDES
from nasbench_db.nats.metrics import IMAGES
from nasbench_db.store.building import SYNTHETIC_KEY

Space = Literal["tss", "sss"]
Version = Literal["1.0", "1.1"]
Record = dict[str, dict[str, Any]]
"""What the originals hold of one architecture: by the epochs of training, all its trainings."""
Records = Callable[[int], Record]
"""Makes the record of an architecture from its official index."""

Trials = dict[tuple[str, int], dict[str, Any]]
"""All trainings with one number of epochs, by data set and seed."""


class MadeUp(NamedTuple):
    """What is made up of a search space.

    Attributes:
        strings: gives the strings of all its architectures in the official order.
        record: makes the record of an architecture from its official index, and the keyword
            ``seed`` of the invented values.
    """

    strings: Callable[[], list[str]]
    record: Callable[..., Record]


class Dataset(NamedTuple):
    """A training set.

    Attributes:
        name: the original's.
        classes: their number.
        images: how many are trained on in an epoch.
        splits: the evaluated splits and the number of their images.
        old_splits: the same names as the older program ordered them: the first was evaluated
            after every epoch, the others after the last.
        ceiling: the best accuracy to invent, percent.
    """

    name: str
    classes: int
    images: int
    splits: dict[str, int]
    old_splits: tuple[str, ...]
    ceiling: float


# What the older program evaluated, and the best accuracy to invent, of each data set.
_THREE = ("ori-test", "x-valid", "x-test")
_INVENTED = (
    (("x-valid", "ori-test"), 91.0),
    (("ori-test",), 94.0),
    (_THREE, 73.0),
    (_THREE, 47.0),
)


def _dataset(name: str, old_splits: tuple[str, ...], ceiling: float) -> Dataset:
    counts = {i.original: i.count or 0 for i in IMAGES if i.dataset == name.lower()}
    images = counts.pop("train")
    return Dataset(name, CLASSES[name], images, counts, old_splits, ceiling)


DATASETS = {
    name: _dataset(name, *invented) for name, invented in zip(OFFICIAL, _INVENTED, strict=True)
}
"""The training sets by the original's names."""

BATCH = 256
"""Images."""

SHARED = (
    *("arch_index", "arch_str", "all_results", "dataset_seed", "clear_net_done"),
    *("name", "train_acc1es", "train_acc5es", "train_losses", "train_times", "arch_config"),
    *("params", "flop", "seed", "epochs", "latency", "eval_names", "eval_acc1es", "eval_times"),
    *("eval_losses", "net_state_dict", "channel", "num_cells", "class_num", "channels"),
    *("genotype", "infer.shape.tiny", "full", "less", "01", "12", "90", "200"),
    *DATASETS,
)
"""The strings of which a whole file has one copy, being names in the programs that wrote it."""

_CURVES = ("train_acc1es", "train_acc5es", "train_losses", "eval_acc1es", "eval_losses")


class Times(NamedTuple):
    """Seconds of an epoch of training, and of an evaluation on each split."""

    training: float
    evaluation: dict[str, float]


class Architecture:
    """An architecture with invented qualities, and what is the same in all its trainings.

    Args:
        index: its official index.
        arch_str: its string.
        ops: the operation of each edge of its cells.
        widths: the channels of each layer.
        config: what its trainings say of the network, but for the number of classes.
        merit: what its features tell of its accuracies.
        longest: the epochs of the longest trainings.
        seed: of what is invented.
    """

    def __init__(
        self,
        index: int,
        arch_str: str,
        ops: Sequence[str],
        widths: Sequence[int],
        config: dict[str, Any],
        merit: float,
        longest: int,
        seed: int,
    ) -> None:
        self.index = index
        self.arch_str = arch_str
        self.config = config
        self.random = np.random.default_rng((seed, index))
        self.talent = Talent.draw(merit, self.random)
        self.longest = longest
        self.parameters = {
            classes: count_parameters(ops, widths, classes) / 1e6 for classes in CLASSES.values()
        }
        self.network = (ops, widths)
        per_pixel = count_flops(ops, widths, 0) / SIDE**2
        self.speed = 2e-4 + per_pixel * 3e-9 + self.random.uniform(0.0, 1e-4)  # s per image

    def flops(self, dataset: Dataset) -> float:
        """FLOPs in millions, as the originals count."""
        return count_flops(*self.network, dataset.classes, SIDES[dataset.name]) / 1e6

    def estimated_times(self) -> dict[str, Times]:
        """Times in proportion to the number of images, as the topology data have them."""
        test = self.speed * self.random.uniform(0.3, 0.4)
        return {
            dataset.name: Times(
                self.speed * dataset.images,
                {name: test * images for name, images in dataset.splits.items()},
            )
            for dataset in DATASETS.values()
        }

    def single_times(self) -> dict[str, Times]:
        """Times each measured once, as the size data have them for every epoch and seed."""
        return {
            name: Times(
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
        noise = self.random.normal(1.0, 0.02, len(DATASETS))
        found = dict(zip(DATASETS, (0.012 + self.speed * 8 * noise).tolist(), strict=True))
        return {**found, "cifar10": found["cifar10-valid"]}

    def measured_latencies(self, name: str, mean: float) -> list[float]:
        """Seconds of each whole batch of the last split evaluated, without the first batch."""
        dataset = DATASETS[name]
        batches = dataset.splits[dataset.old_splits[-1]] // BATCH
        return [mean * noise for noise in self.random.normal(1.0, 0.02, batches - 1).tolist()]

    def result(self, trials: Trials) -> dict[str, Any]:
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

    def trial(self, dataset: Dataset, seed: str, epochs: int, old: bool) -> dict[str, Any]:
        """One training without times and latency.

        Args:
            dataset: what it was trained on.
            seed: of the training.
            epochs: of the training.
            old: as the older program recorded it: no top-5 accuracy, and most splits evaluated
                after the last epoch only.
        """
        reach = share(epochs, self.longest)
        skill = self.talent.skill(reach, self.random.standard_normal())
        quality = float(level(1.6 + 0.9 * skill)) * epochs / (epochs + 6)
        train = self._accuracies(dataset, dataset.images, epochs, quality, 1.05)
        top5 = 100.0 - (100.0 - train) * 0.4
        if old:
            names = list(dataset.old_splits)
            places = [range(epochs), *[range(epochs - 1, epochs)] * (len(names) - 1)]
            accuracy_names = _names(names, places)
            loss_names = _names(names, places)
        else:
            names = [copied(name) for name in dataset.splits]
            places = [range(epochs)] * len(names)
            accuracy_names = loss_names = _names(names, places)
        curves = [
            self._accuracies(dataset, dataset.splits[name], epochs, quality, 1.0)[list(place)]
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

    def set_times(self, trial: dict[str, Any], times: Times, *, measured: bool = False) -> None:
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

    def _accuracies(
        self, dataset: Dataset, images: int, epochs: int, quality: float, bonus: float
    ) -> np.ndarray:
        """Rising accuracies, each a number of images in percent.

        Args:
            dataset: what was trained on.
            images: that are evaluated.
            epochs: of the training.
            quality: how far it comes from chance to the best of the data set, 0 to 1.
            bonus: what the last accuracy is multiplied by.
        """
        chance = 100.0 / dataset.classes
        best = chance + (dataset.ceiling - chance) * quality
        best = min(best * bonus, 99.9)
        # Which images there are makes as much of a difference as so many throws of a coin.
        best += self.random.normal(0.0, math.sqrt(best * (100.0 - best) / images))
        progress = np.arange(1, epochs + 1) / epochs
        noise = self.random.normal(0.0, 1.0, epochs) * (1.05 - progress)
        percent = chance + (best - chance) * -np.expm1(-4.0 * progress) + noise
        return np.rint(percent.clip(0.0, 100.0) * images / 100.0) / images * 100.0

    def _losses(self, dataset: Dataset, accuracies: np.ndarray) -> np.ndarray:
        """Cross-entropies that fall as accuracies rise, from that of a guess."""
        noise = self.random.normal(1.0, 0.01, len(accuracies))
        return math.log(dataset.classes) * (1.02 - accuracies / 100.0) * noise


def _numbered(values: np.ndarray) -> dict[int, float]:
    return dict(enumerate(values.tolist()))


def _names(names: Sequence[str], places: Sequence[Iterable[int]]) -> list[str]:
    return [f"{name}@{i}" for name, place in zip(names, places, strict=True) for i in place]


def copied(text: str) -> str:
    """The same string as another object, as if it had been read from elsewhere."""
    return text.encode().decode()


def repeated(folder: str | os.PathLike[str], space: MadeUp, *, seed: int = 0) -> Records:
    """What makes records with the real curves of a NATS-Bench folder, in other numbers.

    They have the entropy of real ones. The records of the folder take turns; each accuracy and
    loss is lowered by up to 5 percent of itself. What is no curve is made up.

    Args:
        folder: has files ``{index:06d}.pickle.pbz2``, of architectures trained with all seeds.
        space: that of the folder.
        seed: of the changes, and of what is made up.
    """
    real = [read_pickle(path) for path in sorted(Path(folder).glob("[0-9]*.pickle.pbz2"))]

    def make(index: int) -> Record:
        record = space.record(index, seed=seed)
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


def write_nats(
    path: str | os.PathLike[str],
    indices: Iterable[int],
    space: MadeUp,
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
    make = records or partial(space.record, seed=seed)
    indices = list(indices)
    infos = ((index, make(index)) for index in indices)
    _write_pbz2(path, whole(space, infos, set(indices)))


def write_nats_folder(
    folder: str | os.PathLike[str],
    indices: Iterable[int],
    space: MadeUp,
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
    make = records or partial(space.record, seed=seed)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _write_pbz2(folder / "meta.pickle.pbz2", whole(space, None, set()))
    for index in indices:
        _write_pbz2(folder / f"{index:06d}.pickle.pbz2", make(index))


def whole(
    space: MadeUp, infos: Iterable[tuple[int, Record]] | None, evaluated: list[int] | set[int]
) -> dict[str, Any]:
    """The dict of a whole data set.

    Args:
        space: the search space.
        infos: the records by the official index; None in a file about all architectures.
        evaluated: those indexes, as the original has them.
    """
    names = space.strings()
    return {
        SYNTHETIC_KEY: True,
        "meta_archs": names,
        "total_archs": len(names),
        "arch2infos": infos and Streamed(infos),
        "evaluated_indexes": evaluated,
    }


def _write_pbz2(path: str | os.PathLike[str], value: object) -> None:
    with bz2.open(path, "wb") as file:
        PickleWriter(file.write, 4, SHARED).dump(value)
