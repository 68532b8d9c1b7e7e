"""What of NNI's database of NAS-Bench-201 becomes what of ours.

NNI 3.0's ``nni/nas/benchmark/nasbench201/db_gen.py`` fills the columns of splits that a data set
does not have with those of ``ori-test``, makes configs for all architectures whether they were
trained or not, and takes for the time of a training that of its last epoch times the epochs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

import orjson
from peewee import Model

from nasbench_db.architectures.topology import Cell
from nasbench_db.nasbench201.ingest import SPACE
from nasbench_db.nasbench201.schema import (
    SCHEMA,
    Nb201Architecture,
    Nb201IntermediateStats,
    Nb201TrialConfig,
    Nb201TrialStats,
)
from nasbench_db.nats.datasets import STORED
from nasbench_db.store.adopting import Adoption, Ask, Correction
from nasbench_db.store.models import canonical_json, check_epochs, stored_columns

_ABSENT = {"cifar10": ("valid", "test"), "cifar10-valid": ("test",)}
"""The splits that a data set does not have, by the prefix of their columns."""

_METRICS = ("acc", "loss")
_CURVES = tuple(
    f"{split}_{metric}" for metric in _METRICS for split in ("train", "valid", "test", "ori_test")
)
_JOINS = {
    Nb201TrialStats: "JOIN nni.nb201trialconfig c ON c.id = o.config_id",
    Nb201IntermediateStats: (
        "JOIN nni.nb201trialstats t ON t.id = o.trial_id "
        "JOIN nni.nb201trialconfig c ON c.id = t.config_id"
    ),
}

_MODELS = {
    Nb201TrialStats: (*_METRICS, "evaluation_time"),
    Nb201IntermediateStats: _METRICS,
}
"""The tables that have columns of splits, and how those end."""


@cache
def _architectures() -> list[tuple[Any, ...]]:
    return SPACE.architecture_rows(SPACE.official_order())


@cache
def _by_string() -> dict[str, tuple[Any, ...]]:
    return {row[1]: row for row in _architectures()}


_CONFIG_COLUMNS = stored_columns(Nb201TrialConfig)


def _config(row: tuple[Any, ...]) -> tuple[Any, ...]:
    number, arch, num_epochs, num_channels, num_cells, dataset = row
    text, (index, arch_str, isomorphism) = _cell(arch)
    if dataset not in STORED:
        raise ValueError(f"the data set is {dataset!r}; known are {', '.join(STORED)}")
    check_epochs(num_epochs)
    values = {
        "id": number,
        "arch": text,
        "num_epochs": num_epochs,
        "num_channels": num_channels,
        "num_cells": num_cells,
        "dataset": dataset,
        "arch_index": index,
        "arch_str": arch_str,
        "isomorphism": isomorphism,
    }
    return tuple([values[name] for name in _CONFIG_COLUMNS])


@lru_cache(maxsize=16)  # the configs of an architecture follow one another
def _cell(arch: str) -> tuple[str, tuple[Any, ...]]:
    """Of NNI's JSON of a cell: the stored text, and the row of the architecture."""
    given = orjson.loads(arch)
    return canonical_json(given), _by_string()[Cell.from_arch(given).arch_str]


def _corrections(ask: Ask) -> tuple[list[Correction], list[str]]:
    corrections = []
    remarks = []
    for dataset, splits in _ABSENT.items():
        for split in splits:
            unlike = sum(
                ask(
                    f"SELECT count(*) FROM nni.{model._meta.table_name} o {_JOINS[model]} "
                    f"WHERE c.dataset = '{dataset}' AND {_differ(split, endings)}"
                )
                for model, endings in _MODELS.items()
            )
            if unlike:
                remarks.append(
                    f"{dataset} has no split for {split}_acc, but the values of {unlike:,} rows "
                    "are not those of ori_test_acc; they are left as they are"
                )
                continue
            corrections += [
                Correction(
                    f"{split}_acc, {split}_loss and {split}_evaluation_time of {dataset} repeated "
                    "those of ori_test in every row, and are now NULL",
                    model,
                    f"c.dataset = '{dataset}' AND {_measured(split, endings)}",
                    {f"{split}_{ending}": "NULL" for ending in endings},
                )
                for model, endings in _MODELS.items()
            ]
    return corrections, remarks


def _differ(split: str, endings: Iterable[str]) -> str:
    """The SQL condition that a row's columns of a split are not those of ``ori_test``."""
    pairs = [f"o.{split}_{ending} IS NOT o.ori_test_{ending}" for ending in endings]
    return f"({' OR '.join(pairs)})"


def _measured(split: str, endings: Iterable[str]) -> str:
    """The SQL condition that a row has a value in one of its columns of a split."""
    columns = ", ".join(f"o.{split}_{ending}" for ending in endings)
    return f"coalesce({columns}) IS NOT NULL"


def _further() -> Mapping[type[Model], Iterable[tuple[Any, ...]]]:
    return {Nb201Architecture: _architectures()}


_SPLITS = {
    "x-valid": "c.dataset <> 'cifar10' AND o.valid_acc IS NOT NULL",
    "x-test": "c.dataset NOT IN ('cifar10', 'cifar10-valid') AND o.test_acc IS NOT NULL",
    "ori-test": "o.ori_test_acc IS NOT NULL",
}
"""When a split was evaluated; a file of NNI says no more of it."""

ADOPTION = Adoption(
    schema=SCHEMA,
    columns={
        Nb201TrialConfig: ("id", "arch", "num_epochs", "num_channels", "num_cells", "dataset"),
        Nb201TrialStats: (
            *("id", "config_id", "seed"),
            *_CURVES,
            *("parameters", "latency", "flops", "training_time"),
            *("valid_evaluation_time", "test_evaluation_time", "ori_test_evaluation_time"),
        ),
        Nb201IntermediateStats: ("id", "trial_id", "current_epoch", *_CURVES),
    },
    config=_config,
    prepare=(),
    joins=_JOINS,
    derived={
        Nb201TrialStats: {
            "epoch_training_time": "o.training_time / c.num_epochs",
            "time_source": "CASE WHEN o.training_time IS NOT NULL THEN 'estimated' END",
            "splits": "rtrim("
            + " || ".join(
                f"CASE WHEN {when} THEN '{name},' ELSE '' END" for name, when in _SPLITS.items()
            )
            + ", ',')",
            "source": "1",
        },
    },
    corrections=_corrections,
    further=_further,
)
