"""What the drop-ins read: trials and their curves, as few rows and statements as a question takes.

Both search spaces are stored in the same pattern, so this serves both. Here an epoch is counted
from 0, as the original packages do, and a split has the original's name. ``train`` is one of them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from nasbench_db.errors import InvalidQuery
from nasbench_db.nats.datasets import CLASSES, OFFICIAL_OF
from nasbench_db.nats.metrics import IMAGES
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import json_value

Row = tuple[Any, ...]

_PREFIXES = {"train": "train", "x-valid": "valid", "x-test": "test", "ori-test": "ori_test"}
SPLITS = tuple(_PREFIXES)
"""The splits under the original's names."""

_PLACES = {split: place for place, split in enumerate(SPLITS)}

# The values of one epoch, in this order: accuracies, losses and times of the splits, top-5.
_ACCURACIES = tuple(f"{prefix}_acc" for prefix in _PREFIXES.values())
_LOSSES = tuple(f"{prefix}_loss" for prefix in _PREFIXES.values())
_EVALUATION_TIMES = tuple(f"{prefix}_evaluation_time" for prefix in tuple(_PREFIXES.values())[1:])
_LOSS, _TIME, _TOP5 = len(SPLITS), 2 * len(SPLITS), 3 * len(SPLITS)
_NOTHING = (None,) * (_TOP5 + 1)

ROUNDING = 1e-9
"""By how much of itself a mean that SQLite computes may differ from the original's, at most."""


def _values(alias: str, training_time: str) -> str:
    names = (*_ACCURACIES, *_LOSSES, training_time, *_EVALUATION_TIMES, "train_acc5")
    return ", ".join(f"{alias}.{name}" for name in names)


class NotRecorded(InvalidQuery, KeyError):
    """The database has no such architecture, training, data set, seed, split or epoch.

    In these cases the original packages raise a KeyError here and a ValueError there.
    """

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would put it in quotation marks


class InvalidArgument(InvalidQuery, AssertionError):
    """An argument that the original packages assert to be, or declare a ValueError not to be."""


class Reader:
    """The statements of one database.

    Args:
        database: a database of one of the search spaces.
        configure: makes the original's ``arch_config`` of an arch string, the numbers of channels
            and cells (None where the space has none) and the number of classes.
    """

    def __init__(
        self,
        database: BenchmarkDatabase,
        configure: Callable[..., dict[str, Any]],
    ) -> None:
        self.database = database
        self.configure = configure
        schema = database.schema
        architecture, weights = (model._meta.table_name for model in schema.further)
        config, trial, intermediate = (model._meta.table_name for model in schema.counted.values())
        skeleton = ("num_channels", "num_cells")
        self._skeleton = ", ".join(
            f"c.{name}" if name in schema.config._meta.fields else "NULL" for name in skeleton
        )
        self._configs = f"FROM {config} AS c"
        self._joined = f"{self._configs} JOIN {trial} AS t ON t.config_id = c.id"
        self._trials = (
            f"SELECT c.dataset, c.num_epochs, c.arch_str, {self._skeleton}, t.id, t.seed, "
            "t.splits, t.time_source, t.parameters, t.flops, t.latency, t.latencies, "
            f"{_values('t', 'epoch_training_time')} {self._joined} "
            "WHERE c.arch_index = ? AND c.num_epochs = ? %s ORDER BY t.id"
        )
        self._all_trials = self._trials % ""
        self._dataset_trials = self._trials % "AND c.dataset = ?"
        point = f"SELECT i.current_epoch - 1, {_values('i', 'training_time')}"
        self._curve = f"{point} FROM {intermediate} AS i WHERE i.trial_id = ?"
        self._point = f"{self._curve} AND i.current_epoch = ?"
        self._curve += " ORDER BY i.current_epoch"
        self._architectures = f"FROM {architecture}"
        self._weights = f"FROM {weights} WHERE trial_id = ? ORDER BY id"
        self._any_weights = f"SELECT EXISTS (SELECT 1 FROM {weights})"
        self._weights_of = f"SELECT EXISTS (SELECT 1 FROM {weights} WHERE trial_id = ?)"

    def trials(self, index: int, epochs: int, dataset: str | None = None) -> list[StoredTrial]:
        """An architecture's trials of a number of epochs, in the order of the source.

        Args:
            index: the architecture's.
            epochs: of the whole training.
            dataset: the official name of one; by default all.
        """
        if dataset is None:
            rows = self.database.select(self._all_trials, (index, epochs))
        elif dataset in CLASSES:
            rows = self.database.select(self._dataset_trials, (index, epochs, dataset))
        else:  # the database would take any spelling in upper or lower case
            rows = iter(())
        return [StoredTrial(self, row) for row in rows]

    def point(self, trial: int, iepoch: int) -> Row:
        """The values of one epoch of a trial, NULLs where there is none."""
        for row in self.database.select(self._point, (trial, iepoch + 1)):
            return row[1:]
        return _NOTHING

    def curve(self, trial: int) -> dict[int, Row]:
        """The values of all epochs of a trial, by epoch, ascending."""
        return {row[0]: row[1:] for row in self.database.select(self._curve, (trial,))}

    def weights(self, trial: int) -> OrderedDict[str, np.ndarray] | None:
        """The trained weights of a trial, by name in the network's order; None without any."""
        statement = f"SELECT name, dtype, shape, data {self._weights}"
        found: OrderedDict[str, np.ndarray] = OrderedDict()
        for name, dtype, shape, data in self.database.select(statement, (trial,)):
            flat = np.frombuffer(data, np.dtype(dtype).newbyteorder("<"))
            # The conversion copies: an array on the database's bytes could not be written to.
            found[name] = flat.astype(dtype).reshape(json_value(shape))
        return found or None

    @cached_property
    def has_weights(self) -> bool:
        """Whether there are weights of any trial."""
        ((found,),) = self.database.select(self._any_weights)
        return bool(found)

    def has_weights_of(self, trial: int) -> bool:
        """Whether there are weights of a trial."""
        ((found,),) = self.database.select(self._weights_of, (trial,))
        return bool(found)

    def architectures(self) -> list[str]:
        """The arch strings of the search space, by official index."""
        statement = f"SELECT arch_str {self._architectures} ORDER BY arch_index"
        return [arch for (arch,) in self.database.select(statement)]

    @cached_property
    def size(self) -> int:
        """How many architectures the search space has."""
        ((count,),) = self.database.select(f"SELECT count(*) {self._architectures}")
        return int(count)

    def evaluated(self, epochs: int | None = None) -> list[int]:
        """The indexes of the architectures that were trained, ascending.

        Args:
            epochs: of the whole training; None for any number.
        """
        statement = f"SELECT DISTINCT c.arch_index {self._configs}"
        values: tuple[int, ...] = ()
        if epochs is not None:
            statement += " WHERE c.num_epochs = ?"
            values = (epochs,)
        statement += " ORDER BY c.arch_index"
        return [index for (index,) in self.database.select(statement, values)]

    def budgets(self, index: int | None = None) -> list[int]:
        """The numbers of epochs of an architecture's trainings, or of all, ascending."""
        statement = f"SELECT DISTINCT c.num_epochs {self._configs}"
        values: tuple[int, ...] = ()
        if index is not None:
            statement += " WHERE c.arch_index = ?"
            values = (index,)
        return sorted(epochs for (epochs,) in self.database.select(statement, values))

    def arch_config(self, index: int, dataset: str) -> dict[str, Any] | None:
        """The original's ``arch_config`` of an architecture's training on a data set, if any."""
        statement = (
            f"SELECT c.arch_str, {self._skeleton} {self._configs} "
            "WHERE c.arch_index = ? AND c.dataset = ? LIMIT 1"
        )
        if dataset in CLASSES:
            for arch_str, channels, cells in self.database.select(statement, (index, dataset)):
                return self.configure(arch_str, channels, cells, CLASSES[dataset])
        return None

    def trained(self, dataset: str, epochs: int) -> int:
        """How many architectures were trained on a data set for a number of epochs."""
        statement = f"SELECT count(*) {self._configs} WHERE c.dataset = ? AND c.num_epochs = ?"
        ((count,),) = self.database.select(statement, (dataset, epochs))
        return int(count)

    def numbers_of_trials(self, dataset: str, epochs: int) -> dict[int, int]:
        """For each number of trials on a data set, how many architectures have so many."""
        counts = (
            f"SELECT count(*) AS trials {self._joined} WHERE c.dataset = ? AND c.num_epochs = ? "
            "GROUP BY c.id"
        )
        statement = f"SELECT trials, count(*) FROM ({counts}) GROUP BY trials"
        return dict(self.database.select(statement, (dataset, epochs)))

    def best_first(
        self,
        dataset: str,
        split: str,
        epochs: int,
        flops_max: float | None,
        parameters_max: float | None,
    ) -> Iterator[tuple[int, float | None]]:
        """Index and mean accuracy after the last epoch of the architectures within bounds.

        SQLite's means differ from the original's by rounding, and an architecture whose cost is
        just above a bound may be there. To be exact, look closer at those that may be the best.

        Returns:
            pairs in descending order; before them those of which a trial lacks the accuracy.
        """
        accuracy = f"t.{_ACCURACIES[_PLACES[split]]}"
        having: list[str] = []
        values: list[Any] = [dataset, epochs]
        for column, bound in (("t.flops", flops_max), ("t.parameters", parameters_max)):
            if bound is not None:
                having.append(f"min({column}) <= ?")
                values.append(bound * (1 + ROUNDING))
        statement = (
            f"SELECT c.arch_index, avg({accuracy}) AS mean {self._joined} "
            "WHERE c.dataset = ? AND c.num_epochs = ? GROUP BY c.id "
            + (f"HAVING {' AND '.join(having)} " if having else "")
            + f"ORDER BY count({accuracy}) = count(*), mean DESC, c.arch_index"
        )
        return self.database.select(statement, values)


class StoredTrial:
    """One trial: its row, and its curve when it is asked for.

    Attributes:
        id: its key in the database.
        dataset: the official name.
        arch_str: the architecture's.
        seed: of its random numbers.
        epochs: of training.
        splits: the evaluated splits, in the order of the source.
    """

    __slots__ = (
        "_curve",
        "_last",
        "_latency",
        "_numbers",
        "_other",
        "_reader",
        "_skeleton",
        "_time_source",
        "arch_str",
        "dataset",
        "epochs",
        "id",
        "seed",
        "splits",
    )

    def __init__(self, reader: Reader, row: Row) -> None:
        self._reader = reader
        dataset, self.epochs, self.arch_str, *self._skeleton, self.id, self.seed, splits = row[:8]
        self.dataset: str = OFFICIAL_OF[dataset]
        self.splits: list[str] = splits.split(",") if splits else []
        self._time_source = row[8]
        self._numbers = row[9:11]
        self._latency = row[11:13]
        self._last = row[13:]
        self._other: tuple[int, Row] | None = None
        self._curve: dict[int, Row] | None = None

    def _at(self, iepoch: int) -> Row:
        """The values of an epoch. Who asks for a second one but the last gets the curve read."""
        if iepoch == self.epochs - 1:
            return self._last
        if self._curve is None:
            if self._other is None:
                self._other = (iepoch, self._reader.point(self.id, iepoch))
            if self._other[0] == iepoch:
                return self._other[1]
        return self.curve.get(iepoch, _NOTHING)

    @property
    def curve(self) -> dict[int, Row]:
        """The values of all epochs."""
        if self._curve is None:
            self._curve = self._reader.curve(self.id)
            if not self._curve and self._reader.database.is_sample:
                # A sample has the last epoch alone.
                self._curve = {self.epochs - 1: self._last}
        return self._curve

    def loss_and_accuracy(self, split: str, iepoch: int) -> tuple[float, float]:
        """Of a split after an epoch.

        Raises:
            NotRecorded: the split was not evaluated, or not after this epoch.
        """
        if split == "train" or split in self.splits:
            values = self._at(iepoch)
            place = _PLACES[split]
            if values[place] is not None:
                return _loss(values, place), values[place]
            raise NotRecorded(
                f"{split} was not evaluated on {self.dataset} after epoch {iepoch}, counted from "
                f"0, of {self.epochs}{self._reader.database.rest}"
            )
        raise NotRecorded(
            f"the split {split!r} was not evaluated on {self.dataset}; there are "
            f"{', '.join(('train', *self.splits))}{self._rest_of(split)}"
        )

    def _rest_of(self, split: str) -> str:
        """Of a sample, how to get the evaluations of a split, if the full file has any."""
        known = {i.original for i in IMAGES if i.dataset == self.dataset.lower()}
        return self._reader.database.rest if split in known else ""

    def times(self, split: str, count: int) -> list[float] | None:
        """Seconds of training, or of the evaluation of a split, in each of the first epochs.

        Returns:
            ``count`` times, or None where they are not known.
        """
        place = _TIME + _PLACES[split]
        if self._time_source == "estimated":
            seconds = self._last[place]
            return None if seconds is None else [seconds] * count
        if self._time_source is None:
            return None
        times = [self.curve.get(iepoch, _NOTHING)[place] for iepoch in range(count)]
        return None if None in times else times

    def weights(self) -> OrderedDict[str, np.ndarray] | None:
        """The trained weights, or None where none were ingested."""
        return self._reader.weights(self.id) if self._reader.has_weights else None

    @property
    def parameters(self) -> np.float64 | None:
        """Of the network, millions; numpy's number, as in the original files."""
        parameters, _ = self._numbers
        return None if parameters is None else np.float64(parameters)

    @property
    def flops(self) -> float | None:
        """Of the network, millions."""
        flops: float | None = self._numbers[1]
        return flops

    @property
    def latencies(self) -> list[float] | None:
        """Seconds to infer a batch of 256 images.

        Numpy's number if it is one, and Python's if there are several, as in the original files.
        """
        latency, latencies = self._latency
        if latencies is not None:
            measured: list[float] = json_value(latencies)
            return measured
        return None if latency is None else [np.float64(latency)]

    def facts(self) -> dict[str, Any]:
        """What a ``ResultsCount`` of the original says of a trial, without its curves."""
        classes = CLASSES[self.dataset]
        return {
            "name": self.dataset,
            "arch_config": self._reader.configure(self.arch_str, *self._skeleton, classes),
            "params": self.parameters,
            "flop": self.flops,
            "seed": f"{self.seed:04d}",
            "latency": self.latencies,
            "eval_names": list(self.splits),
        }

    def curves(self) -> dict[str, Any]:
        """The curves of a ``ResultsCount`` of the original, by epoch and by ``split@epoch``."""
        curve = self.curve
        top5 = {iepoch: row[_TOP5] for iepoch, row in curve.items() if row[_TOP5] is not None}
        train_times = self.times("train", self.epochs)
        eval_acc1es: dict[str, float] = {}
        eval_losses: dict[str, float] = {}
        eval_times: dict[str, float] = {}
        for split in self.splits:
            place, names = _PLACES[split], _names(split, self.epochs)
            for iepoch, row in curve.items():
                if row[place] is not None:
                    eval_acc1es[names[iepoch]] = row[place]
                    eval_losses[names[iepoch]] = _loss(row, place)
            times = self.times(split, self.epochs)
            if times is not None:
                eval_times.update(zip(names, times, strict=True))
        trained = {iepoch: row for iepoch, row in curve.items() if row[0] is not None}
        return {
            "train_acc1es": {iepoch: row[0] for iepoch, row in trained.items()},
            "train_acc5es": top5 or None,
            "train_losses": {iepoch: _loss(row, 0) for iepoch, row in trained.items()},
            "train_times": None if train_times is None else OrderedDict(enumerate(train_times)),
            "eval_acc1es": eval_acc1es,
            "eval_losses": eval_losses,
            "eval_times": eval_times,
        }


@lru_cache
def _names(split: str, epochs: int) -> list[str]:
    """The original's names of the evaluations on a split: ``x-valid@0`` and so on."""
    return [f"{split}@{iepoch}" for iepoch in range(epochs)]


def _loss(values: Sequence[Any], place: int) -> float:
    """The loss beside an accuracy. SQLite has no NaN, so a loss that was NaN is NULL."""
    loss = values[_LOSS + place]
    return float("nan") if loss is None else loss
