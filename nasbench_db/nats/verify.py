"""Check a database in the way of NAS-Bench-201: what holds for both search spaces."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import orjson

from nasbench_db.nats.costs import Layers, miscounted
from nasbench_db.nats.datasets import STORED
from nasbench_db.nats.record import CURVE_COLUMNS, SPLITS
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.progress import tqdm
from nasbench_db.store.verifying import Finding, outside, verify_tables

_ACCURACIES = tuple(name for name in CURVE_COLUMNS if "acc" in name)
_LOSSES = tuple(name for name in CURVE_COLUMNS if name.endswith("_loss"))
_TIMES = tuple(name for name in CURVE_COLUMNS if name.endswith("_time"))
_SIZES = ("parameters", "flops", "latency")

_WHOLE_CURVES = "every trial has an intermediate for each of its epochs"


def verify_space(
    database: BenchmarkDatabase,
    size: int,
    check: Callable[[str], str],
    layers: Layers,
    progress: bool,
) -> Iterator[Finding]:
    """The checks that hold for both search spaces.

    Args:
        database: what to check.
        size: how many architectures there are.
        check: gives the stored ``arch`` of an architecture's string; raises a ``ValueError`` if it
            is outside the search space.
        layers: those of an architecture's network.
        progress: show a progress bar on stderr.
    """
    checks = _checks(database)
    if database.is_sample:
        del checks[_WHOLE_CURVES]
    if not (yield from verify_tables(database, checks)):
        return
    yield _verify_lists(database)
    yield _verify_weights(database)
    yield _verify_architectures(database, size, check)
    config, trial, _ = (model._meta.table_name for model in database.schema.counted.values())
    skeleton = (
        "c.num_channels, c.num_cells"
        if "num_channels" in database.schema.config._meta.fields
        else "NULL, NULL"
    )
    rows = database.select(
        f"SELECT c.id, c.arch, c.arch_str, c.dataset, {skeleton}, t.id, t.seed, t.parameters, "
        f"t.flops FROM {config} c LEFT JOIN {trial} t ON t.config_id = c.id "
        "ORDER BY c.arch_index, c.id"
    )
    count = database.provenance()[0]["trials"]
    invalid: list[str] = []
    mistaken: list[str] = []
    seen = 0
    for number, arch, text, dataset, channels, cells, run, seed, *recorded in tqdm(
        rows, total=count, disable=not progress, unit="trial"
    ):
        if number != seen:  # a config may have several trials
            seen = number
            try:
                if check(text) != arch:
                    invalid.append(f"config {number}: arch is {arch}, and arch_str {text}")
            except ValueError as error:
                invalid.append(f"config {number}: {error}")
                continue
        elif invalid and invalid[-1].startswith(f"config {number}:"):
            continue
        wrong = miscounted(layers, text, dataset, tuple(recorded), channels, cells)
        if wrong is not None:
            mistaken.append(f"trial {run}, {text} on {dataset}, seed {seed}: {wrong}")
    yield Finding.of("every config is of an architecture of the space", invalid)
    yield Finding.of("parameters and FLOPs of trials are those of their network", mistaken)


def _verify_lists(database: BenchmarkDatabase) -> Finding:
    """Check the columns of the trials that are lists."""
    trial = database.schema.trial._meta.table_name
    mistaken = []
    for number, splits in database.select(f"SELECT min(id), splits FROM {trial} GROUP BY splits"):
        names = splits.split(",") if splits else []
        if not set(names) <= set(SPLITS) or len(set(names)) < len(names):
            mistaken.append(f"trial {number}: splits is {splits}")
    statement = f"SELECT id, latency, latencies FROM {trial} WHERE latencies IS NOT NULL"
    for number, latency, latencies in database.select(statement):
        try:
            values = orjson.loads(latencies)
            right = len(values) > 1 and sum(values) / len(values) == latency
        except (TypeError, ValueError):
            right = False
        if not right:
            mistaken.append(f"trial {number}: latencies do not have the mean latency")
    check = "the splits of trials are known, and their latency is the mean of latencies"
    return Finding.of(check, mistaken)


def _verify_architectures(
    database: BenchmarkDatabase, size: int, check: Callable[[str], str]
) -> Finding:
    """Check that the table of architectures has each of the space; an index keeps them unique."""
    table = database.schema.further[0]._meta.table_name
    mistaken = []
    count = 0
    statement = f"SELECT arch_index, arch_str FROM {table} ORDER BY arch_index"
    for count, (index, text) in enumerate(database.select(statement), 1):
        try:
            check(text)
        except ValueError as error:
            mistaken.append(f"architecture {index}: {error}")
        else:
            if index != count - 1:
                mistaken.append(f"architecture {index} stands at the place of {count - 1}")
    if count != size:
        mistaken.append(f"there are {count:,} architectures instead of {size:,}")
    return Finding.of("every architecture of the space is there", mistaken)


def _checks(database: BenchmarkDatabase) -> dict[str, str]:
    """For each statement that should hold, a SELECT of the rows for which it does not."""
    schema = database.schema
    config, trial, intermediate = (model._meta.table_name for model in schema.counted.values())
    architecture = schema.further[0]._meta.table_name
    datasets = ", ".join(f"'{name}'" for name in STORED)
    last = [name for name in CURVE_COLUMNS if name not in _TIMES]
    evaluations = [name for name in _TIMES if name != "training_time"]
    total = (
        "CASE t.time_source WHEN 'estimated' THEN t.epoch_training_time * c.num_epochs "
        "WHEN 'measured' THEN (SELECT CASE count(training_time) WHEN count(*) "
        f"THEN sum(training_time) END FROM {intermediate} WHERE trial_id = t.id) END"
    )
    return {
        "accuracies of trials lie between 0 and 100": (
            f"SELECT id FROM {trial} WHERE {outside(_ACCURACIES, 0, 100)}"
        ),
        "accuracies of intermediates lie between 0 and 100": (
            f"SELECT id FROM {intermediate} WHERE {outside(_ACCURACIES, 0, 100)}"
        ),
        "losses, times and sizes of trials are not negative": (
            f"SELECT id FROM {trial} WHERE "
            + _negative(*_LOSSES, *_TIMES, "epoch_training_time", *_SIZES)
        ),
        "losses and times of intermediates are not negative": (
            f"SELECT id FROM {intermediate} WHERE {_negative(*_LOSSES, *_TIMES)}"
        ),
        "every config is of a known data set": (
            f"SELECT id FROM {config} WHERE dataset NOT IN ({datasets})"
        ),
        "no two configs are the same": (
            f"SELECT min(id) AS id FROM {config} "
            "GROUP BY arch_index, num_epochs, dataset HAVING count(*) > 1"
        ),
        "every config has trials": (
            f"SELECT id FROM {config} WHERE id NOT IN (SELECT config_id FROM {trial})"
        ),
        "the trials of a config have different seeds": (
            f"SELECT min(id) AS id FROM {trial} GROUP BY config_id, seed HAVING count(*) > 1"
        ),
        _WHOLE_CURVES: (
            f"SELECT t.id AS id FROM {trial} t JOIN {config} c ON c.id = t.config_id "
            "LEFT JOIN (SELECT trial_id, count(*) AS epochs, min(current_epoch) AS first, "
            f"max(current_epoch) AS last FROM {intermediate} GROUP BY trial_id) i "
            "ON i.trial_id = t.id "
            "WHERE (i.epochs, i.first, i.last) IS NOT (c.num_epochs, 1, c.num_epochs)"
        ),
        "every trial's last intermediate equals its final values": (
            f"SELECT t.id AS id FROM {trial} t JOIN {config} c ON c.id = t.config_id "
            f"JOIN {intermediate} i ON i.trial_id = t.id AND i.current_epoch = c.num_epochs "
            f"WHERE {_differ(last)} "
            f"OR (t.time_source IS 'measured' AND {_differ(evaluations)})"
        ),
        "training times are the sums over the epochs": (
            "SELECT id FROM (SELECT t.id AS id, t.time_source, t.training_time AS training_time, "
            f"t.epoch_training_time, {total} AS total "
            f"FROM {trial} t JOIN {config} c ON c.id = t.config_id) "
            "WHERE (total IS NULL) <> (training_time IS NULL) "
            "OR abs(total - training_time) > 1e-9 * training_time "
            "OR (time_source IS NOT 'estimated' AND epoch_training_time IS NOT NULL) "
            "OR time_source NOT IN ('estimated', 'measured')"
        ),
        "every trial's source is known": (
            f"SELECT id FROM {trial} WHERE source NOT IN (SELECT id FROM provenance)"
        ),
        "only measured trials have a time for each epoch": (
            f"SELECT i.id AS id FROM {intermediate} i JOIN {trial} t ON t.id = i.trial_id "
            "WHERE t.time_source IS NOT 'measured' AND "
            f"coalesce({', '.join(f'i.{name}' for name in _TIMES)}) IS NOT NULL"
        ),
        "configs are of the architectures of their index": (
            f"SELECT c.id AS id FROM {config} c LEFT JOIN {architecture} a "
            "ON a.arch_index = c.arch_index WHERE a.arch_str IS NOT c.arch_str"
        ),
    }


def _negative(*columns: str) -> str:
    """The SQL condition that one of some columns is no number from 0 to infinity."""
    return " OR ".join(f"{column} NOT BETWEEN 0 AND 9e999" for column in columns)


def _differ(columns: Sequence[str]) -> str:
    """The SQL condition that an intermediate and its trial have different values."""
    mine, theirs = (", ".join(f"{table}.{name}" for name in columns) for table in "it")
    return f"(({mine}) IS NOT ({theirs}))"


def _verify_weights(database: BenchmarkDatabase) -> Finding:
    """Check that trained weights have as many bytes as their shapes say."""
    table = database.schema.further[1]._meta.table_name
    mistaken = []
    statement = f"SELECT min(id), dtype, shape, length(data) FROM {table} GROUP BY dtype, shape, 4"
    for number, dtype, shape, length in database.select(statement):
        try:
            right = math.prod(orjson.loads(shape)) * np.dtype(dtype).itemsize == length
        except (TypeError, ValueError):
            right = False
        if not right:
            mistaken.append(f"tensor {number}: {length} bytes for {dtype} of the shape {shape}")
    return Finding.of("weights have the bytes that their shapes say", mistaken)
