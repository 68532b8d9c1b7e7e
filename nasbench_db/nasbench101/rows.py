"""Trials as rows of the three tables: which cell, config and repeat each belongs to.

Source files of all formats become rows here, so that one trial gives the same rows whichever file
it comes from.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import lru_cache
from math import isqrt
from typing import NamedTuple

import numpy as np

from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import MODULE_HASH
from nasbench_db.store.models import canonical_json, check_epochs

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

Written = tuple[str, str, str]
"""A cell as a source writes it: module hash, adjacency string, comma-joined operations."""

ConfigRow = tuple[int, str, int, str, int, int]
"""A row of ``Nb101TrialConfig``: the columns in their order."""


class Batch(NamedTuple):
    """Rows parsed from a stretch of a source. In the arrays, NaN stands for NULL."""

    bytes_read: int
    configs: list[ConfigRow]
    trials: np.ndarray
    intermediates: np.ndarray


class RowMaker:
    """Makes the rows of trials and gives them their numbers, over all sources of a database.

    For each trial call :meth:`config`, and :meth:`batch` after every few thousand. The order of
    the trials of one config is the order of its repeats.

    Args:
        validate_hashes: refuse cells whose hash is not the one that the source gives.
    """

    def __init__(self, validate_hashes: bool) -> None:
        self._validate_hashes = validate_hashes
        self._trials = 0
        self._new_configs: list[ConfigRow] = []
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

    def cell(self, written: Written) -> int:
        """The number of a cell as written, after checking it when it is new.

        Raises:
            ValueError: it is not a cell of the search space, or its hash is wrong.
        """
        module_hash, adjacency, operations = written
        shape = self._shapes.setdefault(adjacency, len(self._shapes))
        ops = self._shapes.setdefault(operations, len(self._shapes))
        key = f"{shape}.{ops}.{module_hash}"  # the hash last: what it is, is not known yet
        number = self._cells.get(key)
        if number is None:
            if not MODULE_HASH.fullmatch(module_hash):
                raise ValueError(f"the module hash is {module_hash!r}, not 32 hexadecimal digits")
            cell = Cell.from_string(adjacency, operations)
            if self._validate_hashes and cell.hash != module_hash:
                raise ValueError(
                    f"the record's module hash is {module_hash}, and its graph's {cell.hash}"
                )
            number = self._cells[key] = len(self._cells)
            self._canonical.append(cell.canonical_code)
        return number

    def config(self, cell: int, written: Written, epochs: int) -> int:
        """The number of the config of a cell and a number of epochs.

        Args:
            cell: what :meth:`cell` gave for ``written``.

        Raises:
            ValueError: the number of epochs is impossible.
        """
        try:
            of_cells = self._configs[epochs]
        except KeyError:
            check_epochs(epochs)
            of_cells = self._configs[epochs] = array("I")
        if cell >= len(of_cells):
            of_cells.frombytes(bytes(of_cells.itemsize * (cell + 1 - len(of_cells))))
        number = of_cells[cell]
        if number:
            return number
        number = of_cells[cell] = len(self._repeats)
        self._repeats.append(0)
        module_hash, adjacency, operations = written
        arch, num_vertices = _arch(adjacency, operations)
        canonical = self._canonical[cell]
        self._new_configs.append((number, arch, num_vertices, module_hash, epochs, canonical))
        return number

    def batch(
        self,
        bytes_read: int,
        config_ids: Sequence[int],
        budgets: Sequence[int],
        parameters: np.ndarray,
        counts: np.ndarray,
        values: np.ndarray,
    ) -> Batch:
        """The rows of the next n trials, and of the configs that are new among them.

        Args:
            bytes_read: how much of the source they take.
            config_ids: n numbers of configs.
            budgets: n numbers of epochs.
            parameters: shape (n,), trainable parameters, NaN where unknown.
            counts: shape (n,), how many evaluations each trial has.
            values: shape (sum of counts, 5), the evaluations of one trial after the other, the
                final one last: epochs trained, seconds, then training, validation and test
                accuracy as fractions; NaN where unknown.
        """
        intermediates = np.empty(len(values), dtype=_INTERMEDIATE)
        intermediates["current_epoch"] = values[:, 0]  # whole epochs: a fraction is cut off
        intermediates["training_time"] = values[:, 1]
        for column, (name, _) in enumerate(_METRICS, 2):
            intermediates[name] = values[:, column] * 100
        trials = np.empty(len(config_ids), dtype=_TRIAL)
        trials["id"] = np.arange(self._trials + 1, self._trials + 1 + len(trials))
        trials["config_id"] = config_ids
        trials["repeat"] = self._repeats_of(config_ids)
        trials["num_epochs"] = budgets
        trials["parameters"] = parameters / 1e6
        finals = np.cumsum(counts) - 1
        for name in ("training_time", *(name for name, _ in _METRICS)):
            trials[name] = intermediates[name][finals]
        intermediates["trial_id"] = np.repeat(trials["id"], counts)
        self._trials += len(trials)
        configs, self._new_configs = self._new_configs, []
        return Batch(bytes_read, configs, trials, intermediates)

    def _repeats_of(self, config_ids: Sequence[int]) -> list[int]:
        """How many trials each config had before, counting this one from now on."""
        repeats = []
        seen = self._repeats
        for config in config_ids:
            repeats.append(seen[config])
            seen[config] += 1
        return repeats


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
