"""From a NAS-Bench-101 database to a file: the flat view, or the format of the Rust crate.

The crate's format has no place for what was not measured, nor for more than two evaluations of a
training, the epoch of the halfway one, and where the data come from. What cannot be left out is an
error; what can is a warning.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import IO, Any, NamedTuple

import numpy as np

from nasbench_db.ask.exportedrows import Chosen, number_of
from nasbench_db.ask.exporting import VIEW_FORMATS, export_database
from nasbench_db.errors import ExportError
from nasbench_db.formats.nasbench_rs import (
    MAX_DIMENSION,
    REPEAT_SHAPE,
    Model,
    encode_header,
    encode_model,
)
from nasbench_db.nasbench101.crate import graph_of
from nasbench_db.nasbench101.fractions import to_fractions
from nasbench_db.nasbench101.iteration import TrainedCell, iter_models_and_configs
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.progress import tqdm

FORMATS = {**VIEW_FORMATS, "nasbench-rs": ".bin"}
"""The formats that :func:`export` knows, and how the names of such files end."""

_CONFIGS_PER_BLOCK = 2048
_MOST = 255  # epochs, and repeats of one config, that one byte can count

_ACCURACIES = ("train_acc", "valid_acc", "test_acc")
_METRICS = ("training_time", *_ACCURACIES)
_STAGES = ("halfway", "final")
_NULLABLE = (
    "halfway epoch",
    "parameters",
    *(f"{stage} {name}" for stage in _STAGES for name in _METRICS),
)
_TRIAL = np.dtype(
    [
        *((name, "i8") for name in ("config_id", "repeat", "num_epochs")),
        *((name, "f8") for name in _NULLABLE),
    ]
)
# The evaluation halfway is the last one after at most half of the epochs: in the published data
# the one at exactly half, and where that is a fraction, at the whole number below.
_STATEMENT = (
    "SELECT t.config_id, t.repeat, t.num_epochs, i.current_epoch, t.parameters, "
    + ", ".join(f"{row}.{name}" for row in "it" for name in _METRICS)
    + " FROM nb101trialstats AS t LEFT JOIN nb101intermediatestats AS i ON i.trial_id = t.id "
    "AND i.current_epoch = (SELECT max(h.current_epoch) FROM nb101intermediatestats AS h "
    "WHERE h.trial_id = t.id AND h.current_epoch <= t.num_epochs / 2) "
    "WHERE t.config_id IN ({}) ORDER BY t.config_id, t.id"
)


def export(
    database: BenchmarkDatabase,
    path: str | os.PathLike[str],
    form: str | None = None,
    *,
    force: bool = False,
    progress: bool = True,
    **how: Any,
) -> int:
    """Write a database to a file, which appears at its place only when it is complete.

    Those formats that all benchmarks have are those of
    :func:`~nasbench_db.ask.exporting.export_database`.

    ``nasbench-rs`` is what the Rust crate ``nasbench`` 0.1.2 reads: for each cell, in the order of
    first appearance, all its trials with the evaluation halfway and the final one, in fractions
    and seconds. From a database that was built from such a file it is the very same file, as long
    as the accuracies in it are float32 values, which all published ones are; other fractions may
    differ in their last bit (see :mod:`nasbench_db.nasbench101.fractions`).

    Args:
        database: what to export, from :func:`nasbench_db.connect`.
        path: the file to write.
        form: one of :data:`FORMATS`; by default the one that the file's name tells by its ending.
        force: replace a file that lies there.
        progress: show a progress bar on stderr.
        how: ``curves``, ``partition``, ``chosen`` and ``meanings``, as for all benchmarks.

    Returns:
        the number of trials, or of evaluations, written.

    Warns:
        ExportWarning: something is lost in the file that the database has.

    Raises:
        ExportError: there is a file at ``path`` and ``force`` is false, the file cannot be
            written, or the format cannot hold what is in the database; names the config.
        InvalidDatabase: the database turns out to be damaged.
    """
    further = {"nasbench-rs": (FORMATS["nasbench-rs"], _write_nasbench_rs)}
    return export_database(
        database, path, form, force=force, progress=progress, further=further, **how
    )


class _Config(NamedTuple):
    """A config to export."""

    id: int
    cell: TrainedCell
    epochs: int

    def __str__(self) -> str:
        return f"config {self.id} (cell {self.cell.hash}, {self.epochs} epochs)"


def _write_nasbench_rs(
    database: BenchmarkDatabase, file: IO[bytes], progress: bool, chosen: Chosen
) -> tuple[int, list[str]]:
    """Write models; how many trials, and what of the database has no place in the file."""
    # The crate knows a model by its hash, so there can be only one for each.
    _ = database.file  # the statements are about the ways of SQLite
    epochs = tuple(map(int, chosen.get("num_epochs", ())))
    hashes = "SELECT count(DISTINCT hash) FROM nb101trialconfig"
    if epochs:
        hashes += f" WHERE num_epochs IN ({', '.join(map(str, epochs))})"
    (number,) = database.execute_sql(hashes).fetchone()
    file.write(encode_header(number))
    written = trials = elsewhere = 0
    with tqdm(total=number, unit="model", unit_scale=True, disable=not progress) as bar:
        for block in _blocks(database, epochs):
            models, of_block, not_at_half = _models(database, block)
            written += len(models)
            if written > number:
                raise _one_hash_for_two(database)
            file.writelines(map(encode_model, models))
            trials += of_block
            elsewhere += not_at_half
            bar.update(len(models))
    losses = []
    if elsewhere:
        losses.append(
            f"{elsewhere:,} trials were evaluated halfway at another epoch than half of theirs, "
            "rounded down; this format does not say at which"
        )
    further = number_of(database, "intermediates", chosen)
    further -= 2 * number_of(database, "trials", chosen)
    if further:
        losses.append(
            f"{further:,} evaluations, neither halfway nor final, have no place in this format"
        )
    return trials, losses


def _blocks(database: BenchmarkDatabase, which: Sequence[int]) -> Iterator[list[_Config]]:
    """Some thousand configs at a time, all those of a cell together, their epochs ascending.

    Args:
        database: what is exported.
        which: the epochs that are; all if empty.
    """
    block: list[_Config] = []
    for cell, ids in iter_models_and_configs(database):
        if which and not {*cell.epochs} & {*which}:
            continue
        if cell.cell.num_vertices > MAX_DIMENSION:
            raise ExportError(
                f"cell {cell.hash} is written with {cell.cell.num_vertices} vertices; this format "
                f"holds at most {MAX_DIMENSION}"
            )
        block += [
            _Config(number, cell, epochs)
            for number, epochs in zip(ids, cell.epochs, strict=True)
            if not which or epochs in which
        ]
        if len(block) >= _CONFIGS_PER_BLOCK:
            yield block
            block = []
    if block:
        yield block


def _models(database: BenchmarkDatabase, block: Sequence[_Config]) -> tuple[list[Model], int, int]:
    """The models of a block of configs, and how many trials: all, and with halfway elsewhere."""
    trials, counts = _trials(database, block)
    parameters = np.array([config.cell.trainable_parameters for config in block])
    different = np.rint(trials["parameters"] * 1e6) != np.repeat(parameters, counts)
    if different.any():
        config = block[np.repeat(np.arange(len(block)), counts)[different.argmax()]]
        raise ExportError(
            f"{config} has a trial of other parameters than the first trial of its cell; this "
            "format holds one number for each cell"
        )
    numbers = np.empty((len(trials), *REPEAT_SHAPE), dtype=">f8")
    for row, stage in enumerate(_STAGES):
        numbers[:, row, 0] = trials[f"{stage} training_time"]
        for column, name in enumerate(_ACCURACIES, 1):
            numbers[:, row, column] = to_fractions(trials[f"{stage} {name}"])
    models: list[Model] = []
    cell = None
    ends = np.cumsum(counts)
    for config, start, end in zip(block, (ends - counts).tolist(), ends.tolist(), strict=True):
        if config.cell is not cell:
            cell = config.cell
            models.append(Model(*graph_of(cell.cell), cell.hash, _parameters(config), {}))
        if config.epochs in models[-1].epochs:
            raise ExportError(f"{config} has the cell and the epochs of another config")
        models[-1].epochs[config.epochs] = numbers[start:end]
    elsewhere = np.count_nonzero(trials["halfway epoch"] != trials["num_epochs"] // 2)
    return models, len(trials), int(elsewhere)


def _parameters(config: _Config) -> int:
    """The number of parameters of a config's cell, which a trial is known to have."""
    number = config.cell.trainable_parameters
    if number is None or not 0 <= number < 1 << 32:
        raise ExportError(
            f"{config} has {number} trainable parameters; this format holds 0 to {(1 << 32) - 1}"
        )
    return number


def _trials(
    database: BenchmarkDatabase, block: Sequence[_Config]
) -> tuple[np.ndarray, np.ndarray]:
    """The trials of a block of configs, config by config, and how many there are of each."""
    ids = np.array([config.id for config in block])
    statement = _STATEMENT.format(",".join(map(str, ids.tolist())))
    trials = np.fromiter(database.execute_sql(statement), dtype=_TRIAL)
    for name in _NULLABLE:
        for at in np.flatnonzero(np.isnan(trials[name])).tolist():  # NULL becomes NaN
            config = block[ids.tolist().index(trials["config_id"][at])]
            raise ExportError(
                f"{config}: repeat {trials['repeat'][at]} has no {name}, and this format has no "
                "place for what was not measured; export to csv or jsonl"
            )
    order = np.argsort(ids)
    of_trials = order[np.searchsorted(ids[order], trials["config_id"])]
    counts = np.bincount(of_trials, minlength=len(block))
    for config, count in zip(block, counts.tolist(), strict=True):
        if config.epochs > _MOST:
            raise ExportError(f"{config}: this format holds at most {_MOST} epochs")
        if not 1 <= count <= _MOST:
            raise ExportError(f"{config} has {count} trials; this format holds 1 to {_MOST}")
    return trials[np.argsort(of_trials, kind="stable")], counts


def _one_hash_for_two(database: BenchmarkDatabase) -> ExportError:
    """The error about a hash that several cells share."""
    module_hash, number = database.execute_sql(
        "SELECT hash, min(id) FROM nb101trialconfig GROUP BY hash "
        "HAVING count(DISTINCT arch) > 1 ORDER BY min(id) LIMIT 1"
    ).fetchone()
    return ExportError(
        f"config {number} (cell {module_hash}) and others of its hash are written in different "
        "ways, and this format holds one cell for each hash; export to csv or jsonl"
    )
