"""``from nasbench_db.nasbench101 import api`` in place of ``from nasbench import api``.

The original API of google-research/nasbench, answered from the database: the same names, keys,
types, units (fractions and seconds) and errors. Opening reads nothing but the file's header; each
query reads the rows it needs. Where it differs from the original:

- The random generator that samples repeats belongs to the :class:`NASBench`; the original seeds
  and uses Python's global one. The same seed gives the same draws.
- A repeat is drawn from as many as there are, not from an assumed three, and can be chosen.
- A graph of more than 7 vertices is outside the domain; the original fails with a TypeError.
- A matrix with entries other than 0 and 1 is refused; tuples are taken as operations.
- What is handed out belongs to the caller: nothing that is done to it changes later answers.
- ``evaluate`` raises: it trains networks, with TensorFlow 1, on TPUs.
"""

from __future__ import annotations

import os
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from functools import cached_property, lru_cache
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, Generic, TypeVar

import numpy as np

from nasbench_db.architectures.inputs import plain
from nasbench_db.architectures.randomness import OwnRandom
from nasbench_db.ask.words import whole_number
from nasbench_db.errors import InvalidDatabase, NasbenchDBError
from nasbench_db.nasbench101.canonical import canonical_code
from nasbench_db.nasbench101.constants import (
    INPUT,
    MAX_EDGES,
    MAX_VERTICES,
    OPERATIONS,
    OUTPUT,
)
from nasbench_db.nasbench101.fractions import to_fraction
from nasbench_db.nasbench101.model_spec import ModelSpec
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.store.beside import database_file, open_original
from nasbench_db.store.building import Report
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import json_value

__all__ = ["ModelSpec", "NASBench", "OutOfDomainError"]

FixedStatistics = dict[str, Any]
"""``module_adjacency`` (int8, V x V), ``module_operations`` (list), ``trainable_parameters``."""

ComputedStatistics = dict[int, list[dict[str, float]]]
"""For each number of epochs a list of repeats, each with ``halfway_*`` and ``final_*`` metrics."""

_MEASURES = ("training_time", "train_accuracy", "validation_accuracy", "test_accuracy")
_STAGES = ("halfway", "final")

_CONFIG_AND_TRIAL = "FROM nb101trialconfig AS c JOIN nb101trialstats AS t ON t.config_id = c.id"
# The halfway evaluation is the first intermediate, if it is not the final one.
_HALFWAY = (
    "JOIN nb101intermediatestats AS i ON i.trial_id = t.id AND i.current_epoch = "
    "(SELECT min(h.current_epoch) FROM nb101intermediatestats AS h WHERE h.trial_id = t.id) "
    "AND i.current_epoch < t.num_epochs"
)
_FINAL_COLUMNS = "t.training_time, t.train_acc, t.valid_acc, t.test_acc"
_HALFWAY_COLUMNS = "i.training_time, i.train_acc, i.valid_acc, i.test_acc"
_SPEC = "WHERE c.canonical = ? AND c.num_epochs = ? ORDER BY t.id"
_QUERY_FINAL = f"SELECT c.arch, t.parameters, {_FINAL_COLUMNS} {_CONFIG_AND_TRIAL} {_SPEC}"
_QUERY_HALFWAY = (
    f"SELECT c.arch, t.parameters, {_HALFWAY_COLUMNS} {_CONFIG_AND_TRIAL} LEFT {_HALFWAY} {_SPEC}"
)
_QUERY_ALL = (
    f"SELECT c.hash, c.arch, t.parameters, c.num_epochs, {_HALFWAY_COLUMNS}, {_FINAL_COLUMNS} "
    f"{_CONFIG_AND_TRIAL} LEFT {_HALFWAY} WHERE c.hash IN (%s) ORDER BY c.hash, t.id"
)
_HASHES_PER_STATEMENT = 500


class OutOfDomainError(NasbenchDBError):
    """The graph or the number of epochs is outside the benchmark."""


class NASBench:
    """The benchmark, as the original API offers it.

    Args:
        dataset_file: a database; or an original file, from which a database is built beside it,
            once, and again when the file has changed; or None for the database at the default
            path.
        seed: of the generator that samples repeats; by default it is unpredictable.

    Attributes:
        config: the settings under which the data set was made.
        valid_epochs: the numbers of epochs that can be asked for.
        training_time_spent: seconds of training that the queries so far would have taken.
        total_epochs_spent: epochs of training that they would have taken.
        history: empty, as in the original.

    Raises:
        DatabaseNotFound: there is no such database, or none at the default path.
        InvalidDatabase: the file is not a NAS-Bench-101 database, or the one beside an original
            file is of something else.
        SourceError: the original file cannot be ingested.
    """

    def __init__(
        self, dataset_file: str | os.PathLike[str] | None = None, seed: Any = None
    ) -> None:
        self.config = build_config()
        self._random = OwnRandom(seed)
        self._database = open_original(SCHEMA, database_file(SCHEMA, _ingest, dataset_file))
        self.valid_epochs = set(_budgets(self._database))
        self.history: dict[Any, Any] = {}
        self.training_time_spent = 0.0
        self.total_epochs_spent = 0

    @cached_property
    def fixed_statistics(self) -> Mapping[str, FixedStatistics]:
        """What does not depend on training, by module hash; read from the database as needed."""
        return _Statistics(self._database, _fixed)

    @cached_property
    def computed_statistics(self) -> Mapping[str, ComputedStatistics]:
        """All metrics by module hash, epochs and repeat; read from the database as needed."""
        return _Statistics(self._database, _computed)

    def query(
        self,
        model_spec: ModelSpec,
        epochs: int = 108,
        stop_halfway: bool = False,
        *,
        repeat: int | None = None,
    ) -> dict[str, Any]:
        """The result of one training of a network, charged to the budget counters.

        Args:
            model_spec: the network.
            epochs: the epochs of training, one of :attr:`valid_epochs`.
            stop_halfway: give the metrics at half of the epochs, and charge half.
            repeat: which of the trainings, counted from 0; by default one is drawn at random.

        Returns:
            ``module_adjacency`` (int8, V x V) and ``module_operations`` (list) as the data set
            writes the cell, ``trainable_parameters``, ``training_time`` in seconds, and
            ``train_accuracy``, ``validation_accuracy`` and ``test_accuracy`` as fractions.

        Raises:
            OutOfDomainError: the network or the epochs are outside the benchmark.
            KeyError: the database lacks the network, or its training with these epochs.
            IndexError: there is no such repeat.
        """
        epochs = plain(epochs)
        if epochs not in self.valid_epochs:
            raise OutOfDomainError(
                f"invalid number of epochs {epochs!r}, must be one of {sorted(self.valid_epochs)}"
                + (self._database.rest if epochs in SCHEMA.published["num_epochs"] else "")
            )
        self._check_spec(model_spec)
        statement = _QUERY_HALFWAY if stop_halfway else _QUERY_FINAL
        code = canonical_code(model_spec._rows, model_spec.ops or ())
        rows = list(self._database.select(statement, (code, epochs)))
        if not rows:
            raise KeyError(
                f"the database has no training of {epochs} epochs of the cell with the module "
                f"hash {self._hash_spec(model_spec)}{self._database.rest}"
            )
        if repeat is None:
            repeat = self._random.randint(0, len(rows) - 1)
        elif whole_number("repeat", repeat, 0) >= len(rows):
            raise IndexError(f"repeat is {repeat}; the cell has {len(rows)}, counted from 0")
        data = _fixed(rows)
        data.update(zip(_MEASURES, _measures(rows[repeat][2:]), strict=True))
        self.training_time_spent += data["training_time"] or 0.0
        self.total_epochs_spent += epochs // 2 if stop_halfway else epochs
        return data

    def is_valid(self, model_spec: ModelSpec) -> bool:
        """Whether a network is in the search space. Charges nothing."""
        try:
            self._check_spec(model_spec)
        except OutOfDomainError:
            return False
        return True

    def get_budget_counters(self) -> tuple[float, int]:
        """The seconds and the epochs of training that the queries so far would have taken."""
        return self.training_time_spent, self.total_epochs_spent

    def reset_budget_counters(self) -> None:
        """Set both budget counters to zero."""
        self.training_time_spent = 0.0
        self.total_epochs_spent = 0

    def evaluate(self, model_spec: ModelSpec, model_dir: str) -> dict[str, Any]:
        """Not to be had here: the original trains the network.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            "evaluate() trains networks, with TensorFlow 1 and google-research/nasbench; this "
            "answers from the recorded trainings: use query()"
        )

    def hash_iterator(self) -> KeysView[str]:
        """The module hashes of all cells, in the order of the original file."""
        return self.fixed_statistics.keys()

    def get_metrics_from_hash(
        self, module_hash: str
    ) -> tuple[FixedStatistics, ComputedStatistics]:
        """The fixed and the computed statistics of a module hash. Charges nothing.

        Raises:
            KeyError: the database has no such hash.
        """
        for _, rows in _rows_of_hashes(self._database, [module_hash]):
            return _fixed(rows), _computed(rows)
        raise _no_hash(self._database, module_hash)

    def get_metrics_from_spec(
        self, model_spec: ModelSpec
    ) -> tuple[FixedStatistics, ComputedStatistics]:
        """The fixed and the computed statistics of a network. Charges nothing.

        Raises:
            OutOfDomainError: the network is outside the search space.
            KeyError: the database lacks it.
        """
        self._check_spec(model_spec)
        return self.get_metrics_from_hash(self._hash_spec(model_spec))

    def _check_spec(self, model_spec: ModelSpec) -> None:
        """Raise OutOfDomainError unless a network is in the search space."""
        ops, matrix = model_spec.ops, model_spec.matrix
        if ops is None or matrix is None:
            raise OutOfDomainError("invalid spec, provided graph is disconnected.")
        vertices, edges = len(ops), int(np.count_nonzero(matrix))
        if vertices > MAX_VERTICES:
            raise OutOfDomainError(
                f"too many vertices, got {vertices} (max vertices = {MAX_VERTICES})"
            )
        if edges > MAX_EDGES:
            raise OutOfDomainError(f"too many edges, got {edges} (max edges = {MAX_EDGES})")
        if ops[0] != INPUT:
            raise OutOfDomainError(f"first operation should be {INPUT!r}, not {ops[0]!r}")
        if ops[-1] != OUTPUT:
            raise OutOfDomainError(f"last operation should be {OUTPUT!r}, not {ops[-1]!r}")
        for op in ops[1:-1]:
            if op not in OPERATIONS:
                raise OutOfDomainError(f"unsupported op {op} (available ops = {list(OPERATIONS)})")

    def _hash_spec(self, model_spec: ModelSpec) -> str:
        return model_spec.hash_spec(OPERATIONS)


def build_config() -> dict[str, Any]:
    """The settings under which the data set was made (original: ``nasbench/lib/config.py``)."""
    return {
        "train_data_files": [],
        "valid_data_file": "",
        "test_data_file": "",
        "sample_data_file": "",
        "data_format": "channels_last",
        "num_labels": 10,
        "module_vertices": MAX_VERTICES,
        "max_edges": MAX_EDGES,
        "available_ops": list(OPERATIONS),
        "stem_filter_size": 128,
        "num_stacks": 3,
        "num_modules_per_stack": 3,
        "batch_size": 256,
        "train_epochs": 108,
        "train_seconds": 14400.0,
        "learning_rate": 0.1,
        "lr_decay_method": "COSINE_BY_STEP",
        "momentum": 0.9,
        "weight_decay": 1e-4,
        "max_attempts": 5,
        "intermediate_evaluations": ["0.5"],
        "num_repeats": 3,
        "use_tpu": True,
        "tpu_iterations_per_loop": 100,
        "tpu_num_shards": 2,
    }


Statistics = TypeVar("Statistics")
_Row = tuple[Any, ...]


class _Statistics(Mapping[str, Statistics], Generic[Statistics]):
    """A mapping from module hashes, in the order of the original file, read as needed."""

    def __init__(self, database: BenchmarkDatabase, made_of: Any) -> None:
        self._database = database
        self._made_of = made_of

    def __getitem__(self, module_hash: str) -> Statistics:
        for _, rows in _rows_of_hashes(self._database, [module_hash]):
            statistics: Statistics = self._made_of(rows)
            return statistics
        raise _no_hash(self._database, module_hash)

    def __contains__(self, module_hash: object) -> bool:
        if not isinstance(module_hash, str):
            return False
        found = "SELECT 1 FROM nb101trialconfig WHERE hash = ? LIMIT 1"
        return any(self._database.select(found, (module_hash,)))

    @cached_property
    def _length(self) -> int:
        count = "SELECT count(DISTINCT hash) FROM nb101trialconfig"
        ((length,),) = self._database.select(count)
        return int(length)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        hashes = "SELECT hash FROM nb101trialconfig GROUP BY hash ORDER BY min(id)"
        return map(itemgetter(0), self._database.select(hashes))

    def items(self) -> ItemsView[str, Statistics]:
        """The pairs, read a few hundred at a time when they are iterated over."""
        return _Items(self)

    def values(self) -> ValuesView[Statistics]:
        """The statistics, read a few hundred at a time when they are iterated over."""
        return _Values(self)

    def pairs(self) -> Iterator[tuple[str, Statistics]]:
        """What :meth:`items` iterates over."""
        hashes = iter(self)
        while some := list(islice(hashes, _HASHES_PER_STATEMENT)):
            found = dict(_rows_of_hashes(self._database, some))
            for module_hash in some:
                yield module_hash, self._made_of(found[module_hash])


class _Items(ItemsView[str, Statistics]):
    _mapping: _Statistics[Statistics]

    def __iter__(self) -> Iterator[tuple[str, Statistics]]:
        return self._mapping.pairs()


class _Values(ValuesView[Statistics]):
    _mapping: _Statistics[Statistics]

    def __iter__(self) -> Iterator[Statistics]:
        return map(itemgetter(1), self._mapping.pairs())


def _no_hash(database: BenchmarkDatabase, module_hash: object) -> KeyError:
    """As the original's; of a sample it tells how to get the others."""
    if not database.rest:
        return KeyError(module_hash)
    return KeyError(f"there is no cell with the module hash {module_hash}{database.rest}")


def _rows_of_hashes(
    database: BenchmarkDatabase, hashes: list[str]
) -> Iterator[tuple[str, list[_Row]]]:
    """For each hash that the database has, its trials in the order of the original file."""
    statement = _QUERY_ALL % ", ".join("?" * len(hashes))
    for module_hash, rows in groupby(database.select(statement, hashes), itemgetter(0)):
        yield module_hash, [row[1:] for row in rows]


def _fixed(rows: list[_Row]) -> FixedStatistics:
    """The fixed statistics from trials whose columns start with arch and parameters."""
    arch, millions = rows[0][:2]
    matrix, ops = _graph(arch)
    return {
        "module_adjacency": matrix.copy(),
        "module_operations": list(ops),
        "trainable_parameters": None if millions is None else round(millions * 1e6),
    }


def _computed(rows: list[_Row]) -> ComputedStatistics:
    """The computed statistics from trials: arch, parameters, epochs, and eight measures."""
    computed: ComputedStatistics = {}
    for _, _, epochs, *values in rows:
        point = {}
        for stage, part in zip(_STAGES, (values[:4], values[4:]), strict=True):
            for measure, value in zip(_MEASURES, _measures(part), strict=True):
                point[f"{stage}_{measure}"] = value
        computed.setdefault(epochs, []).append(point)
    return computed


def _measures(values: Iterable[Any]) -> list[Any]:
    """Seconds and three accuracies in percent, as seconds and fractions."""
    seconds, *percents = values
    return [seconds, *(None if value is None else to_fraction(value) for value in percents)]


@lru_cache(maxsize=4096)
def _graph(text: str) -> tuple[np.ndarray, list[str]]:
    """The matrix and the operations of a stored arch, which was checked when it was stored.

    Raises:
        InvalidDatabase: it was damaged since.
    """
    arch = json_value(text)
    try:
        size = (len(arch) + 3) // 2
        entries = bytearray(size * size)
        for v in range(1, size):
            for u in arch[f"input{v}"]:
                entries[u * size + v] = 1
        ops = [INPUT, *[arch[f"op{v}"] for v in range(1, size - 1)], OUTPUT]
    except (LookupError, TypeError, ValueError):
        raise InvalidDatabase(
            f"the database has {text[:60]!r} in the place of a cell: it is damaged; check it "
            "with: nasbench-db verify PATH"
        ) from None
    return np.frombuffer(entries, dtype=np.int8).reshape(size, size), ops


def _budgets(database: BenchmarkDatabase) -> Iterator[int]:
    """The numbers of epochs in a database, found by hopping through an index."""

    def next_after(statement: str, *values: int) -> Iterator[int]:
        while (found := next(database.select(statement, values))[0]) is not None:
            yield found
            values = (*values[:-1], found)

    smallest = "SELECT min(%s) FROM nb101trialconfig WHERE "
    for vertices in next_after(smallest % "num_vertices" + "num_vertices > ?", 0):
        yield from next_after(
            smallest % "num_epochs" + "num_vertices = ? AND num_epochs > ?", vertices, 0
        )


def _ingest(*arguments: Any, **options: Any) -> Report:
    # Imported when it is needed: what opens a database does without the readers of sources.
    from nasbench_db.nasbench101.ingest import ingest

    return ingest(*arguments, **options)
