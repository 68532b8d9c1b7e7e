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

from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbench101.canonical import canonical_orders
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import INPUT, MODULE_HASH, OPERATIONS, OUTPUT
from nasbench_db.nasbench101.network import count_parameters
from nasbench_db.store.models import canonical_json, check_epochs
from nasbench_db.store.statistics import statistics

_ACCURACIES = ("train_acc", "valid_acc", "test_acc")
TRIAL_COLUMNS = (
    *("id", "config_id", "repeat", "num_epochs"),
    *(*_ACCURACIES, "parameters", "training_time"),
)
"""The columns of the trials of a :class:`Batch`."""
INTERMEDIATE_COLUMNS = ("trial_id", "current_epoch", *_ACCURACIES, "training_time")
"""The columns of its intermediates."""
_CONFIG, _REPEAT, _EPOCHS, _METRICS = 1, 2, 3, 4  # places of columns; the metrics are the rest

Written = tuple[str, str, str]
"""A cell as a source writes it: module hash, adjacency string, comma-joined operations."""

ConfigRow = tuple[int, str, int, str, int, int]
"""A row of ``Nb101TrialConfig``: the columns in their order."""


class Batch(NamedTuple):
    """Rows parsed from a stretch of a source.

    The arrays are of floats, in which NaN stands for NULL: SQLite takes them in less than half
    the time of tuples, and no number of a row is too large to be exact.

    Attributes:
        bytes_read: how much of the source they take.
        configs: the configs that are new.
        trials: a column for each of :data:`TRIAL_COLUMNS`.
        intermediates: a column for each of :data:`INTERMEDIATE_COLUMNS`.
        statistics: rows of the statistics, of configs whose trials are all known. None if the
            trials of a config do not lie together: then those given before may lack some, and all
            are left to be computed at the end.
    """

    bytes_read: int
    configs: list[ConfigRow]
    trials: np.ndarray
    intermediates: np.ndarray
    statistics: np.ndarray | None


class RowMaker:
    """Makes the rows of trials and gives them their numbers, over all sources of a database.

    For each trial call :meth:`config`, :meth:`batch` after every few thousand, and :meth:`rest`
    at the end. The order of the trials of one config is the order of its repeats.

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
        self._parameters = array("I")
        self._configs: dict[int, array[int]] = {}
        self._repeats = array("I", [0])
        self._budgets = array("H", [0])
        self._expected = array("I", [0])  # the parameters of each config's network
        self._together = True
        self._miscounted = 0
        self._first_miscounted = ""
        # The trials of the last config, of which the next batch may have more.
        self._open = np.empty((0, len(TRIAL_COLUMNS)))

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
            usual = None if self._validate_hashes else _code_if_usual(adjacency, operations)
            if usual is not None:
                code, parameters = usual
            else:
                cell = Cell.from_string(adjacency, operations)
                if self._validate_hashes and cell.hash != module_hash:
                    raise ValueError(
                        f"the record's module hash is {module_hash}, and its graph's {cell.hash}"
                    )
                code, parameters = cell.canonical_code, cell.trainable_parameters
            number = self._cells[key] = len(self._cells)
            self._canonical.append(code)
            self._parameters.append(parameters)
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
        self._budgets.append(epochs)
        self._expected.append(self._parameters[cell])
        module_hash, adjacency, operations = written
        arch, num_vertices = _arch(adjacency, operations)
        canonical = self._canonical[cell]
        self._new_configs.append((number, arch, num_vertices, module_hash, epochs, canonical))
        return number

    def budgets(self, config_ids: Sequence[int]) -> np.ndarray:
        """The numbers of epochs of configs."""
        return np.fromiter(map(self._budgets.__getitem__, config_ids), "u2", len(config_ids))

    def batch(
        self,
        bytes_read: int,
        config_ids: Sequence[int],
        parameters: np.ndarray,
        counts: np.ndarray,
        values: np.ndarray,
    ) -> Batch:
        """The rows of the next n trials, and of the configs that are new among them.

        Args:
            bytes_read: how much of the source they take.
            config_ids: n numbers of configs.
            parameters: shape (n,), trainable parameters, NaN where unknown.
            counts: shape (n,), how many evaluations each trial has.
            values: shape (sum of counts, 5), the evaluations of one trial after the other, the
                final one last: epochs trained, seconds, then training, validation and test
                accuracy as fractions; NaN where unknown.
        """
        percents = values[:, 2:] * 100
        finals = np.cumsum(counts) - 1
        ids = np.arange(self._trials + 1, self._trials + 1 + len(config_ids))
        trials = np.column_stack(
            [
                ids,
                config_ids,
                self._repeats_of(config_ids),
                self.budgets(config_ids),
                percents[finals],
                parameters / 1e6,
                values[finals, 1],
            ]
        )
        self._check_parameters(config_ids, parameters)
        # Whole epochs: a fraction is cut off.
        epochs = np.trunc(values[:, 0])
        intermediates = np.column_stack([np.repeat(ids, counts), epochs, percents, values[:, 1]])
        self._trials += len(trials)
        configs, self._new_configs = self._new_configs, []
        return Batch(bytes_read, configs, trials, intermediates, self._statistics(trials))

    def _check_parameters(self, config_ids: Sequence[int], parameters: np.ndarray) -> None:
        """Count the trials whose parameters are not those of their network."""
        expected = np.fromiter(map(self._expected.__getitem__, config_ids), "u4", len(config_ids))
        wrong = np.flatnonzero((parameters != expected) & ~np.isnan(parameters))
        if len(wrong) and not self._miscounted:
            at = wrong[0]
            self._first_miscounted = (
                f"trial {self._trials + 1 + at} has {parameters[at]:,.0f} and its network "
                f"{expected[at]:,}"
            )
        self._miscounted += len(wrong)

    @property
    def miscounted(self) -> str | None:
        """That trials have other parameters than their network, if any have."""
        if not self._miscounted:
            return None
        return (
            f"{self._miscounted:,} trials record other parameters than their network has: "
            f"{self._first_miscounted}, to begin with. They are kept as recorded; nasbench-db "
            "verify names them"
        )

    def rest(self) -> Batch:
        """What is left when there are no more trials."""
        nothing = np.empty((0, len(INTERMEDIATE_COLUMNS)))
        last, self._open = self._open, self._open[:0]
        return Batch(0, [], last[:0], nothing, _statistics(last) if self._together else None)

    def _statistics(self, trials: np.ndarray) -> np.ndarray | None:
        """The rows of the statistics of all configs but the last, if their trials lie together."""
        if not self._together:
            return None
        trials = np.concatenate([self._open, trials])
        starts = np.flatnonzero(np.diff(trials[:, _CONFIG], prepend=0))
        self._together = not trials[starts, _REPEAT].any()
        if not self._together:
            return None
        self._open = trials[starts[-1] :]
        return _statistics(trials[: starts[-1]])

    def _repeats_of(self, config_ids: Sequence[int]) -> list[int]:
        """How many trials each config had before, counting this one from now on."""
        repeats = []
        seen = self._repeats
        for config in config_ids:
            repeats.append(seen[config])
            seen[config] += 1
        return repeats


def _statistics(trials: np.ndarray) -> np.ndarray:
    """The rows of the statistics of configs, given all their trials, in the order of the table."""
    if not len(trials):
        return np.empty((0, 0))
    found = statistics(trials[:, _CONFIG], trials[:, _METRICS:])
    firsts = np.cumsum(found.num_trials) - found.num_trials
    rows = np.column_stack([trials[firsts, _EPOCHS], found.numbers()])
    ordered: np.ndarray = rows[np.argsort(rows[:, 0], kind="stable")]
    return ordered


def _code_if_usual(adjacency: str, operations: str) -> tuple[int, int] | None:
    """The canonical code and the parameters of a cell that is valid and pruned as it is written.

    Of any other it is None.

    The published files have 423,624 cells of some five thousand matrices, so little is left to do
    for each.
    """
    graph, digits = _graph_if_usual(adjacency), _digits_if_usual(operations)
    if graph is None or digits is None or graph[0] != len(digits):
        return None
    _, base, orders, rows = graph
    code = base + min([int("".join([digits[v] for v in order]) or "0", 3) for order in orders])
    return code, count_parameters(rows, operations.split(","))


@lru_cache(maxsize=1 << 14)
def _graph_if_usual(
    adjacency: str,
) -> tuple[int, int, list[tuple[int, ...]], tuple[int, ...]] | None:
    """Of a matrix how many operations it needs, its smallest code, its orders, and its rows."""
    interior = isqrt(len(adjacency)) - 2
    try:
        cell = Cell.from_string(adjacency, [INPUT, *[OPERATIONS[0]] * interior, OUTPUT])
    except InvalidArchitecture:
        return None
    if cell.prune() is not cell:
        return None
    _, orders = canonical_orders(cell._rows)
    places = [tuple([v - 1 for v in order]) for order in orders]
    return interior, cell.canonical_code, places, cell._rows


@lru_cache(maxsize=1 << 10)
def _digits_if_usual(operations: str) -> list[str] | None:
    """The digits that stand for the operations of the interior vertices in a code."""
    first, *names, last = operations.split(",") if "," in operations else ("", "")
    if (first, last) != (INPUT, OUTPUT) or not set(names) <= set(OPERATIONS):
        return None
    return [str(OPERATIONS.index(name)) for name in names]


@lru_cache(maxsize=1 << 8)  # a cell has a config for each number of epochs, one after the other
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
