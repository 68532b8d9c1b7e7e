"""From the records of a source file to batches of rows, one function for each kind of file."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from nasbench_db.errors import CorruptRecord, SourceError
from nasbench_db.formats import nasbench_rs, tfrecord
from nasbench_db.formats.pickles import looks_like_one
from nasbench_db.nasbench101.constants import MAX_VERTICES
from nasbench_db.nasbench101.crate import adjacency_of, operations_of
from nasbench_db.nasbench101.record import (
    BEFORE_METRICS,
    SAMPLE_MARK,
    SYNTHETIC_MARK,
    Evaluation,
    Row,
    decode_block,
    decode_metrics,
    decode_texts,
    has_energy,
    parse_row,
    unpack_metrics,
)
from nasbench_db.nasbench101.repacked import Halves, Opened, Trained, open_repacked
from nasbench_db.nasbench101.rows import Batch, RowMaker, Written
from nasbench_db.store.marks import SAMPLE_FORMAT
from nasbench_db.store.metering import Meter
from nasbench_db.store.models import MAX_EPOCHS

_RECORDS_PER_BATCH = 4096
_MODELS_PER_BATCH = 512
_BUDGETS = (4, 12, 36, 108)

EC_NAS = (
    "these are the numbers of EC-NAS, another benchmark in the layout of NAS-Bench-101, and not "
    "those of NAS-Bench-101: the records have the energy of the trainings, which is not stored, "
    "and a first evaluation after an epoch or two"
)
"""What is said of a file of EC-NAS, in a warning and in the provenance."""


def parse_source(source: str, rows: RowMaker, halves: Halves) -> Iterator[Batch | dict[str, Any]]:
    """Parse a source file, whose kind is told by its content.

    Args:
        source: the file.
        rows: makes the rows, and goes on counting where an earlier source ended.
        halves: takes halves of cells whose other halves are in another source.

    Yields:
        the batches of the file, then its description for ``Provenance``.

    Raises:
        SourceError: the file is absent, of another kind, or damaged (:class:`CorruptRecord`
            names the record and its byte).
    """
    if nasbench_rs.begins_like_one(source):
        return _parse_nasbench_rs(source, rows)
    if looks_like_one(source):
        return _parse_repacked(source, rows, halves)
    return _parse_tfrecord(source, rows)


# The original's TFRecord files: a record is one trial.


def _parse_tfrecord(source: str, rows: RowMaker) -> Iterator[Batch | dict[str, Any]]:
    meter = Meter()
    records = tfrecord.read_records(source, on_bytes=meter.update)
    marks: set[str] = set()
    count = 0
    while block := list(itertools.islice(records, _RECORDS_PER_BATCH)):
        parts = [payload.rpartition(BEFORE_METRICS)[::2] for _, payload in block]
        batch, found = _batch_of_rows(source, count, block, parse_row, parts, rows, meter)
        yield batch
        marks |= found
        count += len(block)
    form = SAMPLE_FORMAT if SAMPLE_MARK in marks else "TFRecord"
    described = meter.describe(source, form, count, SYNTHETIC_MARK in marks)
    yield described | ({"changes": [EC_NAS]} if EC_NAS in marks else {})


def _batch_of_rows(
    source: str,
    first: int,
    block: Sequence[tuple[int, Any]],
    parse: Callable[[Any], Row],
    parts: Sequence[tuple[bytes, bytes]],
    rows: RowMaker,
    meter: Meter,
) -> tuple[Batch, set[str]]:
    """The rows of a block of records, and its marks: :data:`EC_NAS`, and checkpoint paths.

    Args:
        source: the file.
        first: the number of the first record.
        block: for each record at which byte it is, and what ``parse`` takes.
        parse: gives the five elements of a record.
        parts: of each record that is a text, what stands before its metrics, and these.
        rows: makes the rows.
        meter: has seen how much was read.
    """
    config_ids: list[int] = []
    messages: dict[int, bytes] = {}
    others = {}
    written: Written | None = None
    marks: set[str] = set()
    cell = index = 0
    known, evaluations, parameters = decode_texts([text for _, text in parts])
    configs: dict[bytes, int] = {}
    try:
        for index, ((before, _), usual) in enumerate(zip(parts, known.tolist(), strict=True)):
            config = configs.get(before) if usual else None
            if config is None:
                module_hash, epochs, adjacency, operations, metrics = parse(block[index][1])
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
            message = messages.get(index) or unpack_metrics(parse(block[index][1])[4])
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
    cells = []
    for at, model in block:
        adjacency = adjacency_of(model.dimension, model.triangle)
        written = (model.module_hash, adjacency, operations_of(model.ops))
        cells.append((at, Trained(written, model.trainable_parameters, model.epochs)))
    return _batch_of_cells(source, first, cells, rows, meter)


# The pickles of other projects: rows of the original, or cells with all their trainings.


def _parse_repacked(
    source: str, rows: RowMaker, halves: Halves
) -> Iterator[Batch | dict[str, Any]]:
    meter = Meter()
    opened = open_repacked(source, meter.update, halves)
    count = 0
    marks: set[str] = set()
    coverage = _Coverage()
    while block := _next_records(source, count, opened):
        if opened.of_rows:
            parts = [(b"", b"")] * len(block)  # the metrics are no texts of a record here
            batch, found = _batch_of_rows(
                source, count, block, lambda row: row, parts, rows, meter
            )
            marks |= found
        else:
            batch = _batch_of_cells(source, count, block, rows, meter)
        coverage.add(batch)
        yield batch
        count += len(block)
    form = SAMPLE_FORMAT if SAMPLE_MARK in marks else opened.form
    changes = [*coverage.lacking(), *sorted(marks & {EC_NAS})]
    described = meter.describe(source, form, count, SYNTHETIC_MARK in marks)
    yield described | ({"changes": changes} if changes else {})


def _next_records(source: str, first: int, opened: Opened) -> list[tuple[int, Any]]:
    """The next rows or cells of a pickle, and up to which byte it was read for each."""
    block: list[tuple[int, Any]] = []
    most = _RECORDS_PER_BATCH if opened.of_rows else _MODELS_PER_BATCH
    try:
        for record in itertools.islice(opened.records, most):
            block.append((opened.position(), record))
    except ValueError as error:
        at = opened.position()
        raise CorruptRecord(source, first + len(block), at, str(error)) from None
    return block


class _Coverage:
    """Which numbers of epochs, and whether the small cells, are among what a pickle holds."""

    def __init__(self) -> None:
        self._budgets: set[int] = set()
        self._has_small = False

    def add(self, batch: Batch) -> None:
        """Look at the rows of some configs."""
        for _, _, num_vertices, _, epochs, _ in batch.configs:
            self._budgets.add(epochs)
            self._has_small |= num_vertices < MAX_VERTICES

    def lacking(self) -> list[str]:
        """What the pickle lacks, in a sentence for each."""
        lacks = []
        if self._budgets and not self._budgets >= set(_BUDGETS):
            missing = [str(epochs) for epochs in _BUDGETS if epochs not in self._budgets]
            lacks.append(f"the trainings for {', '.join(missing)} epochs are not in it")
        if self._budgets and not self._has_small:
            lacks.append(
                f"no cell of fewer than {MAX_VERTICES} vertices is in it, of which NAS-Bench-101 "
                "has 64,542"
            )
        return lacks


def _batch_of_cells(
    source: str,
    first: int,
    block: Sequence[tuple[int, Trained]],
    rows: RowMaker,
    meter: Meter,
) -> Batch:
    """The rows of a block of cells with all their trainings.

    Args:
        source: the file.
        first: the number of the first cell.
        block: for each cell at which byte it is.
        rows: makes the rows.
        meter: has seen how much was read.
    """
    config_ids: list[int] = []
    parameters: list[int] = []
    trainings = [np.empty((0, 2, 4))]
    index = 0
    try:
        for index, (_, trained) in enumerate(block):
            cell = rows.cell(trained.written)
            for epochs, of_repeats in trained.epochs.items():
                repeats = len(of_repeats)
                config_ids += [rows.config(cell, trained.written, epochs)] * repeats
                parameters += [trained.parameters] * repeats
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
