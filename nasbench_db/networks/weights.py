"""The trained weights that a database of NAS-Bench-201 or NATS-Bench has of an architecture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from nasbench_db.architectures.inputs import as_int
from nasbench_db.benchmarks import chosen_database
from nasbench_db.errors import InvalidQuery
from nasbench_db.nats.datasets import CLASSES, official_name
from nasbench_db.nats.stored import Reader, StoredTrial
from nasbench_db.networks.words import cell_of

if TYPE_CHECKING:
    import numpy as np

    from nasbench_db.store.database import BenchmarkDatabase

WITH_WEIGHTS = ("nasbench201", "natssss")
"""The benchmarks whose published archives have weights."""


class Weights(NamedTuple):
    """Trained weights, and what is needed to build their network.

    Attributes:
        benchmark: whose they are.
        arch_str: the architecture's string.
        options: ``channels`` and ``cells``, where the benchmark records them.
        tensors: the values by name.
    """

    benchmark: str
    arch_str: str
    options: dict[str, int]
    tensors: Mapping[str, np.ndarray]


def weights_of(
    db: BenchmarkDatabase, arch: Any, dataset: str, seed: int | None, num_epochs: int | None
) -> Weights:
    """Read the weights of one training.

    Args:
        db: a handle on the database.
        arch: the architecture, in every form that its ``Cell`` reads.
        dataset: what it was trained on.
        seed: of the training; None where there is only one with weights.
        num_epochs: of the training; by default the longest with weights.

    Raises:
        InvalidArchitecture: it is no architecture of the benchmark.
        InvalidQuery: the database has no such weights; the message says which it has.
    """
    database = chosen_database(None, db)
    benchmark = database.schema.benchmark
    if benchmark not in WITH_WEIGHTS:
        raise InvalidQuery(
            f"weights were published of {' and '.join(WITH_WEIGHTS)} alone, and the database is "
            f"one of {benchmark}"
        )
    name = official_name(dataset)
    if name is None:
        raise InvalidQuery.unknown("data set", dataset, CLASSES)
    arch_str = cell_of(benchmark, arch).arch_str
    reader = Reader(database, _options)
    index = reader.architectures().index(arch_str)
    kept = {
        (trial.epochs, trial.seed): trial
        for epochs in reader.budgets(index)
        for trial in reader.trials(index, epochs, name)
        if reader.has_weights_of(trial.id)
    }
    trial = _chosen(kept, arch_str, name, seed, num_epochs)
    tensors = trial.weights()
    assert tensors is not None
    options = {key: n for key, n in (reader.arch_config(index, name) or {}).items() if n}
    return Weights(benchmark, arch_str, options, tensors)


def _options(arch_str: str, channels: int | None, cells: int | None, classes: int) -> Any:
    return {"channels": channels, "cells": cells}


def _chosen(
    kept: Mapping[tuple[int, int], StoredTrial],
    arch_str: str,
    dataset: str,
    seed: int | None,
    num_epochs: int | None,
) -> StoredTrial:
    """The one training with weights that is meant."""
    if not kept:
        raise InvalidQuery(
            f"the database has no weights of {arch_str} on {dataset}: ingest the archive whose "
            "files have them (-FULL, or NATS-Bench's -full)"
        )
    longest = max(epochs for epochs, _ in kept) if num_epochs is None else as_int(num_epochs)
    found = {
        of: trial
        for (epochs, of), trial in kept.items()
        if epochs == longest and seed in (None, of)
    }
    if len(found) == 1:
        return next(iter(found.values()))
    there = "; ".join(f"num_epochs={epochs}, seed={of}" for epochs, of in sorted(kept))
    wanted = f"num_epochs={longest}, seed={seed}"
    raise InvalidQuery(
        f"of {arch_str} on {dataset} there are the weights of these trainings: {there}; "
        + (f"say which seed is meant ({wanted})" if found else f"none is of {wanted}")
    )
