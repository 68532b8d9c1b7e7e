"""From the original TFRecord file of NAS-Bench-101 to a database.

A second process reads and parses the file into arrays of rows while this one writes them.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import warnings
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import isqrt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from nasbench_db.background import iterate_elsewhere
from nasbench_db.building import Builder, Report
from nasbench_db.errors import CorruptRecord, SourceError, SourceWarning
from nasbench_db.formats import tfrecord
from nasbench_db.models import canonical_json
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.record import (
    SYNTHETIC_MARK,
    Evaluation,
    decode_block,
    decode_metrics,
    parse_row,
    unpack_metrics,
)
from nasbench_db.nasbench101.schema import (
    MAX_EPOCHS,
    SCHEMA,
    Nb101IntermediateStats,
    Nb101TrialConfig,
    Nb101TrialStats,
)

PUBLISHED_SHA256 = {
    "nasbench_full.tfrecord": "3d64db8180fb1b0207212f9032205064312b6907a3bbc81eabea10db2f5c7e9c",
    "nasbench_only108.tfrecord": (
        "4c39c3936e36a85269881d659e44e61a245babcb72cb374eacacf75d0e5f4fd1"
    ),
}
"""SHA-256 of the two files that google-research/nasbench publishes."""

_RECORDS_PER_BATCH = 8192
_HASH = re.compile("[0-9a-f]{32}")

_METRICS = [("train_acc", "f8"), ("valid_acc", "f8"), ("test_acc", "f8")]
_TRIAL = np.dtype(
    [
        ("id", "i8"),
        ("config_id", "i8"),
        ("repeat", "i8"),
        ("num_epochs", "i8"),
        *_METRICS,
        ("parameters", "f8"),
        ("training_time", "f8"),
    ]
)
_INTERMEDIATE = np.dtype(
    [("trial_id", "i8"), ("current_epoch", "i8"), *_METRICS, ("training_time", "f8")]
)


ConfigRow = tuple[int, str, int, str, int, int]
"""A row of ``Nb101TrialConfig``: the columns in their order."""


class Batch(NamedTuple):
    """Rows parsed from a stretch of a source. In the arrays, NaN stands for NULL."""

    bytes_read: int
    configs: list[ConfigRow]
    trials: np.ndarray
    intermediates: np.ndarray


def ingest(
    sources: Sequence[str | os.PathLike[str]],
    path: Path,
    *,
    force: bool = False,
    progress: bool = True,
    validate_hashes: bool = False,
) -> Report:
    """Build a NAS-Bench-101 database from original TFRecord files.

    Every record becomes one trial; the order of the records of one config is the order of its
    repeats. Accuracies become percent, parameters millions, seconds stay seconds.

    Args:
        sources: one or more files, read in this order as if they were one.
        path: where the database shall lie; it appears there only when complete.
        force: replace a database that lies there.
        progress: show a progress bar on stderr.
        validate_hashes: recompute the module hash of every cell and refuse a record that bears
            another. Takes about half a minute for the full data set.

    Raises:
        SourceError: a source is absent, of another kind, damaged (:class:`CorruptRecord` names
            the record and its byte), or holds the same trials as another source.
        DatabaseExists: there is a file at ``path`` and ``force`` is false.
        BuildError: the database cannot be written.
    """
    names = [os.fspath(source) for source in sources]
    if not names:
        raise SourceError("no source file was given; give the original .tfrecord file")
    total = sum(os.path.getsize(name) for name in names if os.path.isfile(name))
    summaries: list[dict[str, Any]] = []
    trials = cells = 0
    with (
        Builder(SCHEMA, path, force=force) as builder,
        tqdm(total=total, unit="B", unit_scale=True, disable=not progress, smoothing=0) as bar,
    ):
        for item in iterate_elsewhere(
            "nasbench_db.nasbench101.ingest:parse", names, validate_hashes
        ):
            if isinstance(item, Batch):
                builder.insert(Nb101TrialConfig, item.configs)
                builder.insert(Nb101TrialStats, item.trials.tolist())
                builder.insert(Nb101IntermediateStats, item.intermediates.tolist())
                trials += len(item.trials)
                seconds = bar.format_dict["elapsed"] or 1.0
                bar.set_postfix_str(f"{trials / seconds:,.0f} records/s", refresh=False)
                bar.update(item.bytes_read)
            elif isinstance(item, dict):
                summaries.append(item)
            else:
                cells = item
        bar.set_postfix_str("indexing")
        if len(names) > 1:
            _refuse_repeated_trials(builder)
        report = builder.finish(summaries, cells=cells)
    for summary in summaries:
        published = PUBLISHED_SHA256.get(summary["source_name"])
        if published not in (None, summary["source_sha256"]):
            warnings.warn(
                f"{summary['source_name']} has SHA-256 {summary['source_sha256']}, and the "
                f"published file of that name {published}: it is a subset, another version, or "
                "damaged before its checksums were made",
                SourceWarning,
                stacklevel=2,
            )
    return report


def parse(sources: Sequence[str], validate_hashes: bool) -> Iterator[Batch | dict[str, Any] | int]:
    """Parse TFRecord files into rows.

    Yields:
        for each source its batches and then its description for ``Provenance``; at the end, how
        many different cells there were.
    """
    parser = _Parser(validate_hashes)
    for source in sources:
        yield from parser.parse(source)
    yield parser.num_cells


class _Parser:
    """Gives rows their numbers: which cell, config and repeat each record belongs to."""

    def __init__(self, validate_hashes: bool) -> None:
        self._validate_hashes = validate_hashes
        self._trials = 0
        self._synthetic = False
        # A full data set has 423,624 cells and four budgets for each, whose records may come in
        # any order, so what is kept of each is small: a short key, its canonical code and, for
        # each budget, the number of its config.
        self._shapes: dict[str, int] = {}
        self._cells: dict[str, int] = {}
        self._canonical = array("I")
        self._configs: dict[int, array[int]] = {}
        self._repeats = array("I", [0])

    @property
    def num_cells(self) -> int:
        """How many cells were written differently so far."""
        return len(self._cells)

    def parse(self, source: str) -> Iterator[Batch | dict[str, Any]]:
        """The batches of one source, then its description."""
        digest = hashlib.sha256()
        records = tfrecord.read_records(source, on_bytes=digest.update)
        self._synthetic = False
        read = count = 0
        while block := list(itertools.islice(records, _RECORDS_PER_BATCH)):
            offset, payload = block[-1]
            end = offset + tfrecord.HEADER_BYTES + len(payload) + tfrecord.FOOTER_BYTES
            yield self._batch(source, count, block, end - read)
            read = end
            count += len(block)
        yield {
            "source_name": os.path.basename(source),
            "source_bytes": read,
            "source_sha256": digest.hexdigest(),
            "source_format": "TFRecord",
            "records": count,
            "synthetic": self._synthetic,
        }

    def _batch(
        self, source: str, first: int, block: list[tuple[int, bytes]], bytes_read: int
    ) -> Batch:
        configs: list[ConfigRow] = []
        config_ids = []
        budgets = []
        messages = []
        others = {}
        written = None
        cell = index = 0
        try:
            for index, (_, payload) in enumerate(block):
                module_hash, epochs, adjacency, operations, metrics = parse_row(payload)
                messages.append(unpack_metrics(metrics))
                if (module_hash, adjacency, operations) != written:
                    cell = self._cell(module_hash, adjacency, operations)
                    written = (module_hash, adjacency, operations)
                config = self._config(cell, epochs)
                if config < 0:
                    config = -config
                    arch, num_vertices = _arch(adjacency, operations)
                    canonical = self._canonical[cell]
                    configs.append((config, arch, num_vertices, module_hash, epochs, canonical))
                config_ids.append(config)
                budgets.append(epochs)
            known, evaluations, parameters = decode_block(messages)
            epoch = evaluations[:, :, 0]
            known &= (
                (epoch[:, 0] == 0)
                & (epoch[:, 1] >= 1)
                & (epoch[:, 1] < epoch[:, 2])
                & (epoch[:, 2] == budgets)
            )
            for index in np.flatnonzero(~known).tolist():
                decoded = decode_metrics(messages[index])
                others[index] = (_after_training(decoded.evaluations, budgets[index]), decoded)
                self._synthetic |= decoded.evaluations[0].checkpoint_path == SYNTHETIC_MARK
        except ValueError as error:
            raise CorruptRecord(source, first + index, block[index][0], str(error)) from None

        # Lay out each trial's evaluations one after another: two for the common layout.
        counts = np.full(len(block), 2)
        millions = parameters / 1e6
        for index, (numbers, decoded) in others.items():
            counts[index] = len(numbers)
            count = decoded.trainable_parameters
            millions[index] = np.nan if count is None else count / 1e6
        ends = np.cumsum(counts)
        values = np.empty((ends[-1], 5))
        values[ends[known] - 2] = evaluations[known, 1]
        values[ends[known] - 1] = evaluations[known, 2]
        for index, (numbers, _) in others.items():
            values[ends[index] - len(numbers) : ends[index]] = numbers

        intermediates = np.empty(len(values), dtype=_INTERMEDIATE)
        intermediates["current_epoch"] = values[:, 0]  # whole epochs: a fraction is cut off
        intermediates["training_time"] = values[:, 1]
        for column, (name, _) in enumerate(_METRICS, 2):
            intermediates[name] = values[:, column] * 100
        trials = np.empty(len(block), dtype=_TRIAL)
        trials["id"] = np.arange(self._trials + 1, self._trials + 1 + len(block))
        trials["config_id"] = config_ids
        trials["repeat"] = self._repeats_of(config_ids)
        trials["num_epochs"] = budgets
        trials["parameters"] = millions
        for name in ("training_time", *(name for name, _ in _METRICS)):
            trials[name] = intermediates[name][ends - 1]
        intermediates["trial_id"] = np.repeat(trials["id"], counts)
        self._trials += len(block)
        return Batch(bytes_read, configs, trials, intermediates)

    def _cell(self, module_hash: str, adjacency: str, operations: str) -> int:
        """The number of a cell as written, after checking it when it is new."""
        shape = self._shapes.setdefault(adjacency, len(self._shapes))
        ops = self._shapes.setdefault(operations, len(self._shapes))
        key = f"{module_hash}{shape}.{ops}"
        number = self._cells.get(key)
        if number is None:
            if not _HASH.fullmatch(module_hash):
                raise ValueError(f"the module hash is {module_hash!r}, not 32 hexadecimal digits")
            cell = Cell.from_string(adjacency, operations)
            if self._validate_hashes and cell.hash != module_hash:
                raise ValueError(
                    f"the record's module hash is {module_hash}, and its graph's {cell.hash}"
                )
            number = self._cells[key] = len(self._cells)
            self._canonical.append(cell.canonical_code)
        return number

    def _config(self, cell: int, epochs: int) -> int:
        """The number of a config; the first time, its negative."""
        try:
            of_cells = self._configs[epochs]
        except KeyError:
            if not 1 <= epochs <= MAX_EPOCHS:
                raise ValueError(
                    f"the number of epochs is {epochs}; allowed are 1 to {MAX_EPOCHS}"
                ) from None
            of_cells = self._configs[epochs] = array("I")
        if cell >= len(of_cells):
            of_cells.frombytes(bytes(of_cells.itemsize * (cell + 1 - len(of_cells))))
        number = of_cells[cell]
        if number:
            return number
        number = of_cells[cell] = len(self._repeats)
        self._repeats.append(0)
        return -number

    def _repeats_of(self, config_ids: list[int]) -> list[int]:
        """How many trials each config had before, counting this one from now on."""
        repeats = []
        seen = self._repeats
        for config in config_ids:
            repeats.append(seen[config])
            seen[config] += 1
        return repeats


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


def _arch(adjacency: str, operations: str) -> tuple[str, int]:
    """The stored text of a checked cell's arch, and its number of vertices."""
    inputs, ops = _inputs_json(adjacency), _ops_json(operations)
    # The keys input1.. sort before the keys op1.., so the two halves join to the sorted whole.
    return inputs if ops == "{}" else f"{inputs[:-1]},{ops[1:]}", operations.count(",") + 1


@lru_cache(maxsize=1 << 14)  # the published files have some five thousand different matrices
def _inputs_json(adjacency: str) -> str:
    size = isqrt(len(adjacency))
    return canonical_json(
        {
            f"input{v}": [u for u in range(size) if adjacency[u * size + v] == "1"]
            for v in range(1, size)
        }
    )


@lru_cache(maxsize=1 << 10)  # at most 364 lists of operations of at most 7 vertices
def _ops_json(operations: str) -> str:
    return canonical_json({f"op{v}": op for v, op in enumerate(operations.split(",")[1:-1], 1)})


def _refuse_repeated_trials(builder: Builder) -> None:
    """Refuse sources that overlap: such as the full file together with its 108-epoch part."""
    (repeated,) = builder.database.execute_sql(
        "SELECT count(*) FROM (SELECT 1 FROM nb101trialstats GROUP BY config_id, train_acc, "
        "valid_acc, test_acc, training_time HAVING count(*) > 1)"
    ).fetchone()
    if repeated:
        raise SourceError(
            f"{repeated:,} trials come more than once: the sources overlap, and each trial must "
            "be counted once; ingest the larger source alone"
        )
