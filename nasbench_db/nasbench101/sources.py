"""From the records of a source file to batches of rows, one function for each kind of file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nasbench_db.errors import CorruptRecord, SourceError
from nasbench_db.formats import nasbench_rs, tfrecord
from nasbench_db.nasbench101.crate import adjacency_of, operations_of
from nasbench_db.nasbench101.record import (
    BEFORE_METRICS,
    SAMPLE_MARK,
    SYNTHETIC_MARK,
    Evaluation,
    decode_block,
    decode_metrics,
    decode_texts,
    has_energy,
    parse_row,
    unpack_metrics,
)
from nasbench_db.nasbench101.rows import Batch, RowMaker, Written
from nasbench_db.store.marks import SAMPLE_FORMAT
from nasbench_db.store.metering import Meter
from nasbench_db.store.models import MAX_EPOCHS

_RECORDS_PER_BATCH = 4096
_MODELS_PER_BATCH = 512

EC_NAS = (
    "these are the numbers of EC-NAS, another benchmark in the layout of NAS-Bench-101, and not "
    "those of NAS-Bench-101: the records have the energy of the trainings, which is not stored, "
    "and a first evaluation after an epoch or two"
)
"""What is said of a file of EC-NAS, in a warning and in the provenance."""


def parse_source(source: str, rows: RowMaker) -> Iterator[Batch | dict[str, Any]]:
    """Parse a source file, whose kind is told by its first bytes.

    Args:
        source: the file.
        rows: makes the rows, and goes on counting where an earlier source ended.

    Yields:
        the batches of the file, then its description for ``Provenance``.

    Raises:
        SourceError: the file is absent, of another kind, or damaged (:class:`CorruptRecord`
            names the record and its byte).
    """
    if nasbench_rs.begins_like_one(source):
        return _parse_nasbench_rs(source, rows)
    return _parse_tfrecord(source, rows)


# The original's TFRecord files: a record is one trial.


def _parse_tfrecord(source: str, rows: RowMaker) -> Iterator[Batch | dict[str, Any]]:
    meter = Meter()
    records = tfrecord.read_records(source, on_bytes=meter.update)
    marks: set[str] = set()
    count = 0
    while block := list(itertools.islice(records, _RECORDS_PER_BATCH)):
        batch, found = _tfrecord_batch(source, count, block, rows, meter)
        yield batch
        marks |= found
        count += len(block)
    form = SAMPLE_FORMAT if SAMPLE_MARK in marks else "TFRecord"
    described = meter.describe(source, form, count, SYNTHETIC_MARK in marks)
    yield described | ({"changes": [EC_NAS]} if EC_NAS in marks else {})


def _tfrecord_batch(
    source: str, first: int, block: list[tuple[int, bytes]], rows: RowMaker, meter: Meter
) -> tuple[Batch, set[str]]:
    """The rows of a block of records, and its marks: :data:`EC_NAS`, and checkpoint paths."""
    config_ids: list[int] = []
    messages: dict[int, bytes] = {}
    others = {}
    written: Written | None = None
    marks: set[str] = set()
    cell = index = 0
    parts = [payload.rpartition(BEFORE_METRICS) for _, payload in block]
    known, evaluations, parameters = decode_texts([text for _, _, text in parts])
    configs: dict[bytes, int] = {}
    try:
        for index, ((before, _, _), usual) in enumerate(zip(parts, known.tolist(), strict=True)):
            config = configs.get(before) if usual else None
            if config is None:
                module_hash, epochs, adjacency, operations, metrics = parse_row(block[index][1])
                if not usual:
                    messages[index] = unpack_metrics(metrics)
                if (module_hash, adjacency, operations) != written:
                    written = (module_hash, adjacency, operations)
                    cell = rows.cell(written)
                config = rows.config(cell, written, epochs)
                if usual:
                    configs[before] = config
            config_ids.append(config)
        budgets = rows.budgets(config_ids)
        unusual = list(messages)
        known[unusual], evaluations[unusual], parameters[unusual] = decode_block(
            list(messages.values())
        )
        epoch = evaluations[:, :, 0]
        known &= (
            (epoch[:, 0] == 0)
            & (epoch[:, 1] >= 1)
            & (epoch[:, 1] < epoch[:, 2])
            & (epoch[:, 2] == budgets)
        )
        for index in np.flatnonzero(~known).tolist():
            message = messages.get(index) or unpack_metrics(parse_row(block[index][1])[4])
            decoded = decode_metrics(message)
            epochs = int(budgets[index])
            others[index] = (_after_training(decoded.evaluations, epochs), decoded)
            marks |= {decoded.evaluations[0].checkpoint_path} & {SYNTHETIC_MARK, SAMPLE_MARK}
            if len(others) == 1 and has_energy(message):
                marks.add(EC_NAS)
    except ValueError as error:
        raise CorruptRecord(source, first + index, block[index][0], str(error)) from None

    # Lay out each trial's evaluations one after another: two for the common layout.
    counts = np.full(len(block), 2)
    numbers_of_parameters = parameters.astype(np.float64)
    for index, (numbers, decoded) in others.items():
        counts[index] = len(numbers)
        count = decoded.trainable_parameters
        numbers_of_parameters[index] = np.nan if count is None else count
    ends = np.cumsum(counts)
    values = np.empty((ends[-1], 5))
    values[ends[known] - 2] = evaluations[known, 1]
    values[ends[known] - 1] = evaluations[known, 2]
    for index, (numbers, _) in others.items():
        values[ends[index] - len(numbers) : ends[index]] = numbers
    batch = rows.batch(meter.advance(), config_ids, numbers_of_parameters, counts, values)
    return batch, marks


def _after_training(
    evaluations: Sequence[Evaluation], epochs: int
) -> list[tuple[float | None, ...]]:
    """The numbers of the evaluations that were made after some training, checked.

    The first evaluation of a published record, at epoch 0, is of the untrained network; the last
    is the final one.
    """
    if evaluations and evaluations[0].current_epoch == 0 and len(evaluations) > 1:
        evaluations = evaluations[1:]
    if not evaluations:
        raise ValueError("the metrics contain no evaluation")
    last = -1
    for evaluation in evaluations:
        epoch = evaluation.current_epoch
        if epoch is None or not 0 <= epoch <= MAX_EPOCHS or int(epoch) <= last:
            raise ValueError(
                "the evaluations are at epochs "
                f"{[evaluation.current_epoch for evaluation in evaluations]}; they must ascend"
            )
        last = int(epoch)
    if evaluations[-1].current_epoch != epochs:
        raise ValueError(
            f"the last evaluation is at epoch {evaluations[-1].current_epoch:g}, and the record "
            f"is of {epochs} epochs"
        )
    return [tuple(evaluation[:5]) for evaluation in evaluations]


# The Rust crate's files: a record is a model with all its trainings.


def _parse_nasbench_rs(source: str, rows: RowMaker) -> Iterator[Batch | dict[str, Any]]:
    meter = Meter()
    models = nasbench_rs.read_models(source, on_bytes=meter.update)
    count = 0
    while block := list(itertools.islice(models, _MODELS_PER_BATCH)):
        yield _nasbench_rs_batch(source, count, block, rows, meter)
        count += len(block)
    if not count:
        raise SourceError(f"{source} holds no models: its header announces none")
    yield meter.describe(source, "nasbench-rs", count, False)


def _nasbench_rs_batch(
    source: str,
    first: int,
    block: list[tuple[int, nasbench_rs.Model]],
    rows: RowMaker,
    meter: Meter,
) -> Batch:
    config_ids: list[int] = []
    parameters: list[int] = []
    trainings = []
    index = 0
    try:
        for index, (_, model) in enumerate(block):
            adjacency = adjacency_of(model.dimension, model.triangle)
            written = (model.module_hash, adjacency, operations_of(model.ops))
            cell = rows.cell(written)
            for epochs, of_repeats in model.epochs.items():
                repeats = len(of_repeats)
                config_ids += [rows.config(cell, written, epochs)] * repeats
                parameters += [model.trainable_parameters] * repeats
                trainings.append(of_repeats)
    except ValueError as error:
        raise CorruptRecord(source, first + index, block[index][0], str(error)) from None
    # Where halfway was is not recorded; the crate and NNI take half of the epochs, rounded down.
    values = np.empty((len(config_ids), 2, 5))
    values[:, 1, 0] = rows.budgets(config_ids)
    values[:, 0, 0] = values[:, 1, 0] // 2
    values[:, :, 1:] = np.concatenate(trainings)
    return rows.batch(
        meter.advance(),
        config_ids,
        np.array(parameters, dtype=np.float64),
        np.full(len(config_ids), 2),
        values.reshape(-1, 5),
    )
